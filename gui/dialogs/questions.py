"""What the window has to ask before it can go on, one sheet each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from engine.contracts.dataset import Part, Source
from engine.contracts.i18n import tr
from engine.contracts.messages import next_step, sentence
from gui.dialogs.changed_files import ask_about_changes
from gui.dialogs.consent import ask_consent
from gui.dialogs.match import MatchDialog
from gui.dialogs.message_box import MessageBox
from gui.dialogs.reading_options import ReadingOptions
from gui.dialogs.unsaved import Answer, ask_about_unsaved

if TYPE_CHECKING:
    from engine.contracts.case import CaseOpened
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.model import SafetyReport
    from engine.contracts.requests import OpenData
    from gui.context import AppContext


class Questions(QObject):
    """Opens the sheet that a question of the case calls for.

    Parameters
    ----------
    ask
        Without it nothing is asked: the first predictions are accepted unseen,
        as a run without a screen needs it.
    """

    def __init__(self, context: AppContext, window: QWidget, *, ask: bool) -> None:
        super().__init__(window)
        self._context, self._window, self._ask = context, window, ask
        case = context.case
        case.consent_needed.connect(self._ask_consent)
        # a turn of its own: what was opened is being shown in this one
        case.match_needed.connect(self.match, Qt.ConnectionType.QueuedConnection)
        case.part_needed.connect(self._ask_part)
        case.another_needed.connect(self._ask_another)
        case.reading_refused.connect(self._read_otherwise)
        case.files_changed.connect(self._ask_about_files)

    def match(self) -> None:
        """Open the *Match* sheet."""
        if self._context.case.data is not None and self._ask:
            MatchDialog(self._context, self._window).open()

    def about_unsaved(self, error: ErrorInfo | None) -> Answer:
        """Ask what is to become of changes that could not be saved."""
        if not self._ask:
            return Answer.DISCARD
        if self._context.case.read_only:
            why = tr("The case is open for reading only.")
            return ask_about_unsaved(why, self._window, again=False)
        if error is None:
            why = tr("The engine has not answered yet.")
        else:
            advice = next_step(error.code, error.params)
            why = f"{sentence(error.code, error.params)} {advice}"
        return ask_about_unsaved(why, self._window)

    def read_again(self) -> None:
        """Ask how the evaluation files are to be read, and read them again."""
        case = self._context.case
        loaded = case.data.part(Part.EVALUATION) if case.data is not None else None
        if loaded is None:
            return
        paths = tuple(source.path for source in loaded.sources)
        dialog = ReadingOptions(loaded.sources[0], self._window)
        dialog.accepted.connect(lambda: case.open_data(paths, options=dialog.options()))
        dialog.open()

    def _read_otherwise(self, refused: OpenData) -> None:
        """Ask how files are to be read that could not be read as they were."""
        path, known = refused.paths[0], refused.options
        source = Source(path=path, sha256="", size=0, n_rows=0, options=known)
        dialog = ReadingOptions(source, self._window, refused=True)
        dialog.accepted.connect(
            lambda: self._context.case.open_data(
                refused.paths, refused.part, dialog.options()
            )
        )
        dialog.open()

    def choose_part(self, part: Part, title: str) -> None:
        """Ask for the files of one part of the data set."""
        paths, _ = QFileDialog.getOpenFileNames(self._window, title)
        if paths:
            self._context.case.open_data(tuple(paths), part)

    def _ask_part(self, paths: tuple[str, ...]) -> None:
        names = ", ".join(Path(path).name for path in paths)
        box = MessageBox(self._window)
        box.setWindowTitle(tr("More data"))
        box.setText(tr("What is {files} for?", files=names))
        box.setInformativeText(
            tr(
                "There is an evaluation set already. Training data are used to "
                "detect over-fitting; calibration data are used to fit a "
                "calibrator."
            )
        )
        choices = {
            Part.EVALUATION: tr("Evaluate on it instead"),
            Part.REFERENCE: tr("Training data"),
            Part.CALIBRATION: tr("Calibration data"),
        }
        buttons = {
            box.addButton(text, QMessageBox.ButtonRole.ActionRole): part
            for part, text in choices.items()
        }
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        part = buttons.get(box.clickedButton())  # type: ignore[call-overload]
        box.deleteLater()
        if part is not None:
            self._context.case.open_data(paths, part)

    def _ask_another(self, data: tuple[str, ...], model: str) -> None:
        """Ask once whether files take the place of what is open."""
        case = self._context.case
        name = Path(case.path).stem
        kept = tr("The case so far is kept as {name}.", name=name) if name else ""
        if data:
            files = ", ".join(Path(path).name for path in (*data, model))
            text = tr("Begin a new case with {files}?", files=files)
            advice = tr("Drop data or a model alone to exchange only that.")
            yes = tr("New case")
        else:
            old = case.model.name if case.model is not None else ""
            text = tr("Use {new} in the place of {old}?", new=Path(model).name, old=old)
            advice = tr("The data stay open, and a new case begins with them.")
            yes = tr("Replace the model")
        box = MessageBox(self._window)
        box.setWindowTitle(yes)
        box.setText(text)
        box.setInformativeText(" ".join(part for part in (kept, advice) if part))
        agreed = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        if self._ask:
            box.exec()
        taken = not self._ask or box.clickedButton() is agreed
        box.deleteLater()
        if taken and data:
            case.begin_another(data, model)
        elif taken:
            case.open_model(model)

    def _ask_consent(self, report: SafetyReport) -> None:
        host = self._context.engine.host
        layers = host.sandbox if host is not None else ()
        tokens = self._context.theme.tokens
        case = self._context.case
        consent, reason = ask_consent(
            report,
            tokens,
            self._window,
            sandbox=layers,
            author_agreed=case.file.consent == report.sha256,
        )
        if consent:
            case.open_model(report.path, consent, reason=reason)

    def _ask_about_files(self, opened: CaseOpened) -> None:
        ask_about_changes(self._context, opened, self._window)
