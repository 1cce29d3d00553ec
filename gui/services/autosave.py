"""The case is written as it changes; closing is never a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from engine.contracts.requests import SaveCase
from gui.services.case_recipe import contents_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.results import Result
    from gui.context import AppContext
    from gui.services.engine_client import Job

DELAY_MS = 400
LAST_WAIT_MS = 3_000


class Autosave(QObject):
    """Writes the case a moment after its last change.

    ``layout`` is asked for the arrangement of the window each time.
    """

    saved = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._soon = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._soon.timeout.connect(self.save)
        self._job: Job | None = None
        self.layout: Callable[[], bytes] = bytes
        context.case.file_changed.connect(self._soon.start)
        context.decision.changed.connect(lambda *_: self._soon.start())
        context.selection.changed.connect(lambda *_: self._soon.start())

    def save(self) -> None:
        """Write the state now."""
        case = self._context.case
        if case.is_empty or case.read_only:
            return
        if self._job is not None:  # one at a time; the last state wins
            self._soon.start()
            return
        if not case.path:
            case.path = case.suggested_path()
        self._context.settings.remember_case(case.path, contents_of(case.file))
        state = msgspec.structs.replace(
            case.file,
            decision=self._context.decision.decision,
            selection=self._context.selection.recipe,
            current_row=case.current_row,
            layout=self.layout(),
        )
        self._job = self._context.engine.submit(
            SaveCase(path=case.path, case=state),
            on_result=self._written,
            on_error=self._failed,
        )

    def save_as(self, path: str) -> None:
        """Keep the case in another file from now on."""
        self._context.case.path = path
        self._context.case.read_only = False  # the original is left alone
        self.save()

    def finish(self) -> None:
        """Write what is not yet written, before the window closes."""
        if self._soon.isActive():
            self._soon.stop()
            self.save()
        if self._job is None or self._context.engine.state != "ready":
            return
        loop = QEventLoop()
        self.saved.connect(loop.quit)
        QTimer.singleShot(LAST_WAIT_MS, loop, loop.quit)
        loop.exec()

    def _written(self, _result: Result) -> None:
        self._job = None
        self.saved.emit()

    def _failed(self, error: object) -> None:
        self._job = None
        self._context.notify.error(error)  # type: ignore[arg-type]
