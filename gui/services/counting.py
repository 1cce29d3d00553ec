"""Counting over many rows, a slice a turn of the event loop."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

SLICE = 100_000
"""Rows of one turn: a few numpy passes over them leave time for the frame."""


class Counting(Protocol):
    """Something that is counted slice by slice."""

    @property
    def n_rows(self) -> int:
        """How many rows there are in all."""

    def count(self, rows: slice) -> None:
        """Count some rows; each is given once."""


class Counter(QObject):
    """Counts at once where rows are few, else a slice a turn; the last one wins."""

    counted = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._counting: Counting | None = None
        self._start = 0
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._next)

    def start(self, counting: Counting) -> None:
        """Begin; ``counted`` is emitted with ``counting`` when it is whole."""
        self._counting, self._start = counting, 0
        self._next()

    def stop(self) -> None:
        """Forget what is being counted."""
        self._timer.stop()
        self._counting = None

    def _next(self) -> None:
        counting = self._counting
        if counting is None:
            return
        rows = slice(self._start, self._start + SLICE)
        self._start = rows.stop
        counting.count(rows)
        if self._start < counting.n_rows:
            self._timer.start()
        else:
            self._counting = None
            self.counted.emit(counting)
