"""The case is written as it changes, and again until it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from engine.contracts.case import CaseFile
from engine.contracts.decision import Decision
from engine.contracts.i18n import tr
from engine.contracts.requests import SaveCase
from gui.services.case_recipe import contents_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.errors import ErrorInfo
    from gui.context import AppContext
    from gui.services.engine_client import Job

DELAY_MS = 400
LATE_MS = 2_000
LAST_WAIT_MS = 3_000
FIRST_RETRY_MS, LAST_RETRY_MS = 2_000, 60_000

# What a person made, and would miss; where a window was scrolled to is not.
_MADE = (
    "choices",
    "split",
    "target",
    "positive",
    "weights",
    "mapping",
    "class_map",
    "buckets",
    "notes",
)


class Autosave(QObject):
    """Writes the case a moment after its last change.

    What could not be written is tried again, at longer and longer intervals, without
    waiting for another change. ``layout`` is asked for the arrangement of the window
    each time.

    Signals
    -------
    saved()
        The case has been written.
    failed(ErrorInfo)
        It could not be written; it is tried again.
    late()
        A change has been waiting for a while.
    place_wanted()
        The user wants the case to be kept elsewhere.
    """

    saved = Signal()
    failed = Signal(object)
    late = Signal()
    place_wanted = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._soon = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._soon.timeout.connect(self.save)
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.save)
        self._late = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late.timeout.connect(self.late)
        self._job: Job | None = None
        self._is_changed = False
        self._tries = 0
        self._suggested = self._elsewhere = ""
        self._n_opened = 0
        self._opened, self._opened_decision = CaseFile(), Decision()
        self.error: ErrorInfo | None = None
        self.layout: Callable[[], bytes] = bytes
        context.case.file_changed.connect(self._change)
        context.case.restored.connect(self._begin)
        context.decision.changed.connect(self._change)
        context.selection.changed.connect(self._change)

    @property
    def is_unsaved(self) -> bool:
        """Whether closing now would lose something."""
        case = self._context.case
        if case.is_empty:
            return False
        if case.read_only:
            return self._is_edited()
        return self._is_changed or self._job is not None

    def save(self) -> None:
        """Write the state now."""
        case = self._context.case
        if case.is_empty or case.read_only:
            return
        if self._job is not None:  # one at a time; the last state wins
            self._soon.start()
            return
        if not case.path:
            case.path = self._suggested = case.suggested_path()
        self._submit(case.path)

    def save_as(self, path: str) -> None:
        """Keep the case in another file from now on, once it is written there."""
        if self._job is not None:
            QTimer.singleShot(DELAY_MS, self, lambda: self.save_as(path))
            return
        self._elsewhere = path
        self._submit(path)

    def finish(self) -> bool:
        """Write what is not yet written; return whether all is."""
        for _ in range(2):  # a change may have come while the one before was written
            if self._job is None and self.is_unsaved:
                self.save()
            self._wait()
        return not self.is_unsaved

    def _wait(self) -> None:
        if self._job is None:
            return
        loop = QEventLoop()
        self.saved.connect(loop.quit)
        self.failed.connect(loop.quit)
        QTimer.singleShot(LAST_WAIT_MS, loop, loop.quit)
        loop.exec()

    def forget(self) -> None:
        """Let go of what could not be written."""
        for timer in (self._soon, self._again, self._late):
            timer.stop()
        self._is_changed = False
        self.error, self._tries = None, 0
        self._opened = self._context.case.file
        self._opened_decision = self._context.decision.decision

    def _submit(self, path: str) -> None:
        for timer in (self._soon, self._again):
            timer.stop()
        case = self._context.case
        self._context.settings.remember_case(path, contents_of(case.file))
        state = msgspec.structs.replace(
            case.file,
            decision=self._context.decision.decision,
            selection=self._context.selection.recipe,
            current_row=case.current_row,
            layout=self.layout(),
        )
        self._is_changed = False
        opened = self._n_opened
        self._job = self._context.engine.submit(
            SaveCase(path=path, case=state),
            on_result=lambda _result: self._written(path, opened),
            on_error=lambda error: self._refused(error, path, opened),
        )

    def _change(self, *_: object) -> None:
        self._is_changed = True
        self._soon.start()
        if not self._late.isActive() and not self._context.case.read_only:
            self._late.start()

    def _begin(self, state: CaseFile) -> None:
        self.forget()
        self._n_opened += 1
        self._opened, self._opened_decision = state, state.decision

    def _is_edited(self) -> bool:
        now, decision = self._context.case.file, self._context.decision.decision
        before = self._opened_decision
        return any(
            getattr(now, name) != getattr(self._opened, name) for name in _MADE
        ) or (decision.positive == before.positive and decision != before)

    def _written(self, path: str, opened: int) -> None:
        self._job = None
        if opened != self._n_opened:  # of a case that was left meanwhile
            return
        case = self._context.case
        if path == self._elsewhere:
            case.path, case.read_only, self._elsewhere = path, False, ""
        if self.error is not None:
            self._context.notify.info(tr("The case is saved again."))
        self.error, self._tries = None, 0
        if not self._is_changed:
            self._late.stop()
        self.saved.emit()

    def _refused(self, error: ErrorInfo, path: str, opened: int) -> None:
        self._job = None
        if opened != self._n_opened:
            return
        self._is_changed = True
        self._late.stop()
        case = self._context.case
        if error.code == "case.read_only" and path == case.path == self._suggested:
            case.path = ""  # another window took the name at the same moment
            self._soon.start()
            return
        if self.error is None or self.error.code != error.code or path != case.path:
            self._context.notify.error(
                error, offer=tr("Save as…"), taken=self.place_wanted.emit
            )
        self.error = error
        wait = min(FIRST_RETRY_MS << min(self._tries, 10), LAST_RETRY_MS)
        self._tries += 1
        self._again.start(wait)
        self.failed.emit(error)
