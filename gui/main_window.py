"""The window: case bar, rail, docked panels, status; wiring and nothing else."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.errors import ErrorInfo
from engine.contracts.i18n import tr
from engine.contracts.messages import next_step, sentence
from gui.actions.commands import window_actions
from gui.actions.search import entries
from gui.dialogs.facts import show_facts
from gui.dialogs.palette import Palette
from gui.dialogs.questions import Questions
from gui.dialogs.unsaved import Answer
from gui.dock_area import DockArea
from gui.layouts import PERSPECTIVES, reason
from gui.services.autosave import Autosave
from gui.services.case_recipe import contents_of
from gui.services.literal import literal, literal_title
from gui.widgets.case_bar import CaseBar
from gui.widgets.empty_page import EmptyPage
from gui.widgets.notice_bar import NoticeBar
from gui.widgets.rail import Rail
from gui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.case import CaseFile
    from engine.contracts.dataset import Note
    from engine.contracts.events import Progressed, Warned
    from gui.context import AppContext
    from gui.services.engine_client import Job

DEMO = Path(__file__).resolve().parents[1] / "resources" / "demo"


class MainWindow(QMainWindow):
    """One window on one case."""

    def __init__(self, context: AppContext, *, ask: bool = True) -> None:
        super().__init__()
        self.context = context
        self._case_chosen = self._restoring = False
        self.questions = Questions(context, self, ask=ask)
        self.setWindowTitle("Trasluz")
        self.setAcceptDrops(True)
        self.resize(1440, 900)
        self._build()
        self._connect()
        self._retheme()
        geometry = context.settings.preferences.geometry
        if geometry:
            self.restoreGeometry(QByteArray(geometry))

    # Doing

    def open_paths(self, paths: Sequence[str]) -> None:
        """Open files or folders, whatever they are."""
        if paths:
            self.empty.show_opening([Path(path).name for path in paths])
            self.context.case.open_paths(list(paths))

    def open_demo(self) -> None:
        """Open the embedded demo, matched as its author meant it."""
        self.empty.show_opening([tr("the demo")])
        case = self.context.case
        case.open_data((str(DEMO / "credit.parquet"),), then_match=False)
        case.open_model(str(DEMO / "model.skops"), then_match=False)
        case.predict(target="status", positive="bad")

    def choose_files(self) -> None:
        """Ask for files to open."""
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Open files"))
        self.open_paths(paths)

    def save_as(self) -> None:
        """Ask where the case is to be kept from now on."""
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save the case as"), "", tr("Trasluz cases (*.trasluz)")
        )
        if path:
            self.autosave.save_as(path)

    def may_leave(self) -> bool:
        """Save the case; where that fails, ask. Return whether it may be left."""
        while not self.autosave.finish():
            match self.questions.about_unsaved(self.autosave.error):
                case Answer.AGAIN:
                    self.context.engine.start_again()
                case Answer.ELSEWHERE:
                    self.save_as()
                case Answer.DISCARD:
                    self.autosave.forget()
                    return True
                case Answer.STAY:
                    return False
        return True

    def show_perspective(self, name: str) -> None:
        """Show one arrangement of panels, if it makes sense now."""
        if reason(name, self.context.case) is None:
            self._arrange(name)

    def _arrange(self, name: str, kept: bytes = b"") -> None:
        self.docks.show_perspective(name, kept)
        self.rail.show_current(name)
        self.context.case.remember(perspective=name)

    def open_palette(self) -> None:
        """Open the command palette."""
        palette = Palette(partial(entries, self), self)
        corner = self.case_bar.mapToGlobal(self.case_bar.rect().bottomRight())
        palette.move(corner.x() - palette.width() - 12, corner.y() + 4)
        palette.open()
        palette.line.setFocus()

    # Building

    def _build(self) -> None:
        context = self.context
        self.case_bar = CaseBar(context)
        self.rail = Rail({name: tr(p.title) for name, p in PERSPECTIVES.items()})
        self.docks = DockArea(context)
        self.empty = EmptyPage(context)
        self.notices = NoticeBar(context)
        self.status = StatusBar(context)
        self.autosave = Autosave(context, self)
        self.autosave.layout = self.docks.snapshot
        self.pages = QStackedWidget()
        working = QWidget()
        row = QHBoxLayout(working)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.docks, 1)
        self.docks.setContentsMargins(8, 8, 8, 8)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(working)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.case_bar, self.notices):
            column.addWidget(widget)
        column.addWidget(self.pages, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)
        self.empty.show_recent(context.settings.recent_cases())
        self.commands = window_actions(self)
        self._fill_menus()
        self._show_reasons()
        self.empty.open_button.setFocus()

    def _fill_menus(self) -> None:
        bar = self.menuBar()
        menus: dict[str, Any] = {}
        for command in self.commands:
            action = QAction(command.title, self)
            action.setObjectName(command.id)
            action.setCheckable(command.current is not None)
            action.triggered.connect(lambda _=False, command=command: command.act())
            keys = (command.shortcut, command.other_keys)
            action.setShortcuts([QKeySequence(key) for key in keys if key])
            self.addAction(action)
            if command.menu:
                if command.menu not in menus:
                    menus[command.menu] = bar.addMenu(command.menu)
                menus[command.menu].addAction(action)
        recent = QMenu(tr("Recent cases"), self)
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        menus[tr("File")].insertMenu(self.findChild(QAction, "file.match"), recent)
        for menu in menus.values():
            menu.aboutToShow.connect(self._enable_actions)
            # a disabled action's shortcut is dead, and nothing would revive it
            menu.aboutToHide.connect(lambda: self._enable_actions(every=True))

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path, text in self.context.settings.recent_cases():
            open_it = partial(self.context.case.open_case, path)
            menu.addAction(literal_title(text), open_it).setToolTip(literal(path))
        if menu.isEmpty():
            menu.addAction(tr("None yet")).setEnabled(False)

    def _enable_actions(self, *, every: bool = False) -> None:
        for command in self.commands:
            action = self.findChild(QAction, command.id)
            if action is not None:
                action.setEnabled(every or command.enabled())
                action.setChecked(command.current is not None and command.current())

    def _connect(self) -> None:
        context = self.context
        self.rail.chosen.connect(self.show_perspective)
        self.case_bar.search_requested.connect(self.open_palette)
        self.case_bar.opened.connect(self._chip_opened)
        self.empty.open_requested.connect(self.choose_files)
        self.empty.demo_requested.connect(self.open_demo)
        self.empty.case_requested.connect(context.case.open_case)
        self.status.facts_requested.connect(lambda: show_facts(context, self))
        case = context.case
        case.data_changed.connect(self._show_case)
        case.model_changed.connect(self._show_case)
        case.predictions_changed.connect(self._predicted)
        case.restored.connect(self._restored)
        case.trial_wanted.connect(lambda: self.docks.show_panel("what_if"))
        context.theme.changed.connect(self._retheme)
        context.engine.job_started.connect(self._started)
        context.engine.job_progressed.connect(self._progressed)
        context.engine.job_held.connect(self._held)
        context.engine.warned.connect(self._warned)
        context.engine.state_changed.connect(self._engine_changed)
        self.autosave.saved.connect(self.status.show_saved)
        self.autosave.late.connect(self.status.show_unsaved)
        self.autosave.failed.connect(self.status.show_unsaved)
        self.autosave.place_wanted.connect(self.save_as)
        case.may_leave = self.may_leave

    # Following

    def _show_case(self) -> None:
        self.pages.setCurrentIndex(0 if self.context.case.is_empty else 1)
        self._show_reasons()
        if not self.docks.current and not self.context.case.is_empty:
            self.show_perspective("data")

    def _predicted(self) -> None:
        self._show_reasons()
        if self.docks.current == "data" and not self._case_chosen:
            self.show_perspective("errors")
        self._case_chosen = True
        if self._restoring and self.context.case.scores is not None:
            self._restoring = False
            self.context.notify.info(tr("The case has been restored."))

    def _show_reasons(self) -> None:
        case = self.context.case
        self.rail.show_reasons({name: reason(name, case) for name in PERSPECTIVES})

    def _restored(self, state: CaseFile) -> None:
        self._case_chosen = True
        self.context.undo.clear()
        self.context.decision.replace(state.decision)
        self.context.selection.replace(state.selection)
        path = self.context.case.path
        if path:
            self.context.settings.remember_case(path, contents_of(state))
        self._tell_of_file(self.context.case.opening_notes)
        self._show_case()
        if state.perspective in PERSPECTIVES:
            self._arrange(state.perspective, state.layout)

    def _tell_of_file(self, notes: tuple[Note, ...]) -> None:
        """Say what is damaged in a case file and why it is read-only, if so."""
        if not notes:
            return
        self.context.notify.warning(
            " ".join(sentence(note.code, note.params) for note in notes),
            next_step(notes[0].code, notes[0].params),
            offer=tr("Save as…") if self.context.case.read_only else "",
            taken=self.save_as if self.context.case.read_only else None,
        )

    def _started(self, job: Job) -> None:
        for panel in self.docks.panels.values():
            panel.started(job)

    def _progressed(self, job: Job, event: Progressed) -> None:
        for panel in self.docks.panels.values():
            panel.progressed(job, event)

    def _held(self, job: Job) -> None:
        for panel in self.docks.panels.values():
            panel.held(job)

    def _engine_changed(self, state: str) -> None:
        codes = {"lost": "engine.lost", "failed": "engine.given_up"}
        self._restoring = self._restoring or state == "lost"
        if state in codes:  # said even where no job was running to say it
            self.context.notify.error(ErrorInfo(code=codes[state]))

    def _warned(self, event: Warned) -> None:
        self.context.notify.warning(sentence(event.code, event.params))

    def _chip_opened(self, name: str) -> None:
        if name == "decision":
            self.show_perspective("thresholds")
        else:
            self.show_perspective("data")
            self.docks.show_panel(name)

    # Qt

    def _retheme(self) -> None:
        tokens = self.context.theme.tokens
        self.rail.apply_theme(tokens)
        self.empty.apply_theme(tokens)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button that has the focus with Enter too, not with Space alone."""
        button = self.focusWidget()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and isinstance(button, QAbstractButton):
            button.click()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls()]
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        QTimer.singleShot(0, self, lambda: self.open_paths([p for p in paths if p]))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.docks.keep_layout()
        self.context.settings.update(geometry=bytes(self.saveGeometry().data()))
        if not self.may_leave():
            event.ignore()
            return
        self.context.engine.stop()
        event.accept()
