"""What binds a table of rows to the one selection and the one current row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance

from engine.contracts.errors import ErrorInfo
from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.requests import FindRow, ReadRows
from engine.contracts.results import RowPlace, RowsWindow
from engine.contracts.selection import Rows
from gui.services.selection import Mode, mode_of

if TYPE_CHECKING:
    import numpy as np

    from engine.contracts.results import Result, ViewInfo
    from engine.contracts.selection import Selection
    from gui.context import AppContext
    from gui.widgets.row_table import RowTable

MOST_PICKED = 100_000


class ViewModel(Protocol):
    """The model behind the table."""

    @property
    def view(self) -> ViewInfo | None: ...
    def row_number(self, position: int) -> int | None: ...
    def hold(self) -> None: ...

    adopted: SignalInstance
    filled: SignalInstance
    failed: SignalInstance


class RowLinks(QObject):
    """Rows stepped to become current; rows picked become the selection.

    Parameters
    ----------
    origin
        Id of the panel, so that it can tell its own changes.

    Signals
    -------
    view_lost
        The engine does not know the view any more: open it again.
    """

    view_lost = Signal()

    def __init__(
        self, context: AppContext, table: RowTable, model: ViewModel, origin: str
    ) -> None:
        super().__init__(table)
        self._context, self._table, self._model = context, table, model
        self._origin = origin
        self.where: Selection | None = None
        self.live = True
        self._tinting = True
        self._retried = False
        self._to_top = False
        table.stepped.connect(self._stepped)
        table.opened.connect(self._opened)
        table.picked.connect(self._picked)
        context.case.current_row_changed.connect(self._current_changed)
        context.selection.changed.connect(self.refresh)
        context.engine.restarted.connect(model.hold)
        model.adopted.connect(self._adopted)
        model.filled.connect(self._filled)
        model.failed.connect(self._failed)
        self.refresh()

    def set_live(self, *, live: bool) -> None:
        """Say whether the rows are those of the evaluation part."""
        self.live = live
        self.refresh()

    def set_tinting(self, *, tinting: bool) -> None:
        """Say whether selected rows are to be told from others."""
        if tinting != self._tinting:
            self._tinting = tinting
            self.refresh()

    def refresh(self, *_change: object) -> None:
        """Tint the selected rows and mark the current one."""
        mask = self._context.selection.mask
        if not self.live or mask is None or not self._tinting:
            self._table.set_tinted(None)
        else:
            self._table.set_tinted(_lookup(mask))
        self._table.mark_row(self._context.case.current_row if self.live else None)

    def find_current(self, *, reveal: bool) -> None:
        """Put the cursor on the current row, if the view shows it."""
        view, row = self._model.view, self._context.case.current_row
        if not self.live or view is None or row is None:
            return
        position = self._table.currentIndex().row()
        if position >= 0 and self._model.row_number(position) == row:
            return

        def found(place: Result) -> None:
            if not isinstance(place, RowPlace):
                return
            if view is self._model.view and row == self._context.case.current_row:
                self._table.go_to(place.position, reveal=reveal)

        self._context.engine.submit(
            FindRow(view=view.view, row=row), on_result=found, on_error=_ignore
        )

    def start_at_top(self) -> None:
        """Show the next view from its first row on."""
        self._to_top = True

    def _adopted(self, _view: object) -> None:
        if self._to_top:
            self._to_top = False
            self._table.scrollToTop()
        self.find_current(reveal=False)

    def _filled(self) -> None:
        self._retried = False

    def _failed(self, error: object) -> None:
        """Open the view again once; if that does not help, say what is wrong."""
        if not self._retried:
            self._retried = True
            self.view_lost.emit()
        elif isinstance(error, ErrorInfo):
            self._context.notify.error(error)

    def _current_changed(self, _row: object) -> None:
        if self.live:
            self._table.mark_row(self._context.case.current_row)
            self.find_current(reveal=True)

    def _stepped(self, _position: int, number: int) -> None:
        if self.live:
            self._context.case.set_current_row(number)

    def _opened(self, number: int) -> None:
        if self.live:
            self._context.case.set_current_row(number)

    def _picked(self, first: int, last: int, modifiers: Qt.KeyboardModifier) -> None:
        view = self._model.view
        if not self.live or view is None:
            return
        mode = mode_of(modifiers)
        if first == 0 and last == view.n_rows - 1 and last > first:
            self._pick_all(mode)
        elif last - first >= MOST_PICKED:
            self._context.notify.info(
                tr(
                    "At most {n} rows can be picked one by one. "
                    "Filter the rows and pick them all with Ctrl+A instead.",
                    n=numbers.count(MOST_PICKED),
                )
            )
        else:
            self._pick(view, first, last, mode)

    def _pick_all(self, mode: Mode) -> None:
        if self.where is not None:
            self._context.selection.select(self.where, self._origin, mode)
        elif mode is Mode.REPLACE:
            self._context.selection.clear(self._origin)

    def _pick(self, view: ViewInfo, first: int, last: int, mode: Mode) -> None:
        known = [self._model.row_number(place) for place in range(first, last + 1)]
        rows = tuple(row for row in known if row is not None)
        if len(rows) == len(known):
            self._context.selection.select(Rows(rows), self._origin, mode)
            return

        def arrived(window: Result) -> None:
            if isinstance(window, RowsWindow):
                picked = tuple(window.rows.tolist())
                self._context.selection.select(Rows(picked), self._origin, mode)

        request = ReadRows(view=view.view, start=first, stop=last + 1, columns=())
        self._context.engine.submit(request, on_result=arrived)


def _lookup(mask: np.ndarray) -> Any:
    return lambda row: row < len(mask) and bool(mask[row])


def _ignore(_error: object) -> None:
    """Do nothing: a row that cannot be found is simply not gone to."""
