"""Summaries of the columns in sight, asked for as they come into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from engine.contracts.requests import Summarise

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo, Part
    from engine.contracts.results import ColumnSummaries, ColumnSummary
    from gui.item_models.rows import Engine

AT_ONCE = 12


class Summaries(QObject):
    """Keeps what was answered; at most one request is under way.

    Signals
    -------
    arrived
        More summaries are here.
    """

    arrived = Signal()

    def __init__(self, engine: Engine, parent: Any = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._data: DatasetInfo | None = None
        self._part: Part | None = None
        self._known: dict[str, ColumnSummary] = {}
        self._refused: set[str] = set()
        self._wanted: tuple[str, ...] = ()
        self._asking = False

    def of(self, data: DatasetInfo, part: Part) -> None:
        """Say whose columns are meant; others are forgotten."""
        if data is not self._data or part is not self._part:
            self._data, self._part = data, part
            self._known, self._refused = {}, set()

    def get(self, name: str) -> ColumnSummary | None:
        """Return the summary of a column, if it is here."""
        return self._known.get(name)

    def want(self, names: tuple[str, ...]) -> None:
        """Say which columns are in sight."""
        self._wanted = names
        self._ask()

    def _ask(self) -> None:
        if self._asking or self._data is None or self._part is None:
            return
        missing = [
            name
            for name in self._wanted
            if name not in self._known and name not in self._refused
        ][:AT_ONCE]
        if not missing:
            return
        self._asking = True
        data, part = self._data, self._part

        def arrived(answer: ColumnSummaries) -> None:
            self._asking = False
            if data is self._data and part is self._part:
                self._known.update((column.name, column) for column in answer.columns)
                self._refused.update(set(missing) - self._known.keys())
                self.arrived.emit()
            self._ask()

        def failed(_error: object = None) -> None:
            # A heading without its picture is no reason to disturb anybody.
            self._asking = False
            self._refused.update(missing)
            self._ask()

        self._engine.submit(
            Summarise(columns=tuple(missing), part=part),
            on_result=arrived,
            on_error=failed,
            on_cancelled=failed,
        )
