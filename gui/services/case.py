"""How a case is opened: from files that are dropped, and from a case file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.contracts.case import CaseFile, CaseOpened, FileRecipe
from engine.contracts.dataset import DatasetInfo, Part, ReadOptions, Role
from engine.contracts.errors import ErrorInfo
from engine.contracts.i18n import tr
from engine.contracts.model import Light, ModelInfo, RecordedScores, SafetyReport
from engine.contracts.requests import (
    ConfigureData,
    Inspect,
    LocateFiles,
    OpenCase,
    OpenData,
    OpenModel,
    Predict,
    Recognise,
    UseRecordedScores,
)
from engine.contracts.results import Recognised
from gui.services.case_changes import CaseChanges
from gui.services.case_recipe import files_of, free_path, prediction_of, requests_of

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QUndoStack

    from engine.contracts.results import Result
    from gui.services.decision import DecisionModel
    from gui.services.engine_client import EngineClient
    from gui.services.notify import Notify


# Files that may be read if it is said how.
READ_OTHERWISE = frozenset(
    {
        "data.ragged_rows",
        "data.wrong_encoding_at",
        "data.no_such_encoding",
        "data.no_such_line",
        "data.rows_above_names",
    }
)


class CaseService(CaseChanges):
    """Asks the engine for what the user wants of the case, and takes the answers.

    Panels read what is open and never change it directly.
    """

    def __init__(
        self,
        engine: EngineClient,
        decision: DecisionModel,
        undo: QUndoStack,
        notify: Notify,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(engine, decision, undo, notify, parent)
        engine.restarted.connect(self.replay)
        self._model_open = False
        self._to_predict: Predict | None = None  # once the model is open again

    # Opening

    def open_paths(self, paths: list[str]) -> None:
        """Open whatever was dropped: data, models, a case, by content."""
        self._ask(
            Recognise(paths=tuple(paths)), self._recognised, tr("Examining files")
        )

    def open_data(
        self,
        paths: tuple[str, ...],
        part: Part = Part.EVALUATION,
        options: ReadOptions | None = None,
        *,
        then_match: bool = True,
    ) -> None:
        """Read files into a part of the data set."""
        old = [r.paths for r in self.file.data if r.part is Part.EVALUATION]
        leaves = part is Part.EVALUATION and old and paths not in old
        if leaves and not self.may_leave():  # another case begins with them
            return
        request = OpenData(paths=paths, part=part, options=options or ReadOptions())

        def opened(result: Result) -> None:
            if isinstance(result, DatasetInfo):
                self._data_opened(result, request, then_match=then_match)

        def refused(error: ErrorInfo) -> None:
            if error.code in READ_OTHERWISE:
                again = partial(self.reading_refused.emit, request)
                self._notify.error(error, offer=tr("Reading options…"), taken=again)
            else:
                self._notify.error(error)

        self._ask(request, opened, tr("Reading data"), refused)

    def open_model(
        self,
        path: str,
        consent: str = "",
        *,
        reason: str = "",
        then_match: bool = True,
    ) -> None:
        """Look at a model file, and open it if that is allowed or agreed to."""
        if consent or not then_match:  # agreed to, or our own
            self._open_inspected(path, consent, reason, then_match=then_match)
            return

        def inspected(result: Result) -> None:
            if not isinstance(result, SafetyReport):
                return
            if result.light is Light.GREEN or (result.asks and result.is_agreed_to):
                self._open_inspected(path, "", then_match=True)
            else:
                self.consent_needed.emit(result)

        self._ask(Inspect(path=path), inspected, tr("Examining the model file"))

    def use_scores(self, scores: RecordedScores, *, then_match: bool = True) -> None:
        """Work from recorded scores, without a model."""

        def opened(result: Result) -> None:
            if isinstance(result, ModelInfo):
                self._update(model=None, recorded=scores)
                self._forget_scores()
                self._take_model(result)
                if then_match:
                    self._see_match()

        self._ask(UseRecordedScores(scores=scores), opened, tr("Taking the scores"))

    def open_case(self, path: str, *, create: bool = False) -> None:
        """Open a case file, or make a new one."""
        if not self.may_leave():
            return

        def opened(result: Result) -> None:
            if isinstance(result, CaseOpened):
                self._case_opened(result)

        self._ask(OpenCase(path=path, create=create), opened, tr("Opening the case"))

    def locate_files(self, opened: CaseOpened, places: dict[str, str]) -> None:
        """Look for files of a case elsewhere; asked about again if they differ."""

        def found(result: Result) -> None:
            if isinstance(result, CaseOpened):
                self._case_opened(result)

        request = LocateFiles(opened=opened, places=places)
        self._ask(request, found, tr("Opening the case"))

    def accept_case(self, opened: CaseOpened, *, read_only: bool = False) -> None:
        """Take over an opened case, changed files or not."""
        self.path = opened.path
        self.read_only = opened.read_only or read_only
        self.opening_notes = opened.notes
        self.file = opened.case
        self._undo.clear()
        self._forget()
        self.restored.emit(opened.case)
        self.replay()
        self.buckets_changed.emit()
        self.current_row = opened.case.current_row
        self.current_row_changed.emit(self.current_row)

    def replay(self) -> None:
        """Ask the engine for everything the recipe says, in order.

        The engine does long jobs in the order in which they were asked, so they
        are simply all asked; what fails first says so, and what fails because of it
        says nothing. Predictions alone wait for the model: the engine may still hold
        another one.
        """
        self.failure = None
        self._model_open, self._to_predict = self.file.model is None, None
        requests = requests_of(self.file)
        self.predicting = any(isinstance(request, Predict) for request in requests)
        for request in requests:
            match request:
                case OpenData():
                    again = partial(self._data_again, request)
                    self._ask(request, again, tr("Reading data"), self._data_lost)
                case ConfigureData():
                    self._ask(request, self._take_data, on_error=self._lost)
                case OpenModel():
                    self._ask(
                        request,
                        self._model_again,
                        tr("Opening the model"),
                        on_error=self._model_refused,
                    )
                case UseRecordedScores():
                    self._ask(request, self._take_model, on_error=self._lost)
                case Predict():
                    self._to_predict = request
                case _:
                    self._ask(request, lambda _result: None)
        self._predict_again()

    def withdrawn(self, sha256: str) -> None:
        """Let go of the model if it is the one that consent was withdrawn from."""
        if self.model is None or self.model.sha256 != sha256:
            return
        self._notify.info(
            tr(
                "{file} was closed: your consent to it is withdrawn.",
                file=self.model.name,
            )
        )
        self._let_go_of_model()

    def suggested_path(self) -> str:
        """Return a free path for a case that has no file yet."""
        return free_path(self.file)

    # Answers

    def _recognised(self, result: Result) -> None:
        if not isinstance(result, Recognised):
            return
        kinds: dict[str, list[str]] = {}
        for file in result.files:
            kinds.setdefault(file.what, []).append(file.path)
            if file.what == "none" and file.note is not None:
                self._notify.error(
                    ErrorInfo(code=file.note.code, params=file.note.params)
                )
        for path in kinds.get("case", [])[:1]:
            self.open_case(path)
            return
        data = tuple(kinds.get("data", []))
        model = next(iter(kinds.get("model", [])), "")
        replaces = self.model is not None or (data and self.data is not None)
        if model and replaces:
            self.another_needed.emit(data, model)
            return
        if data:
            if self.data is None:
                self.open_data(data)
            else:
                self.part_needed.emit(data)
        if model:
            self.open_model(model)

    def begin_another(self, data: tuple[str, ...], model: str) -> None:
        """Begin another case with files, the one so far being kept.

        Nothing is let go before the model file has been looked at and the data have
        been read.
        """
        if not self.may_leave():
            return
        request = OpenData(paths=data)

        def opened(result: Result) -> None:
            if isinstance(result, DatasetInfo):
                self._keep_what_was()
                self.accept_case(CaseOpened(path="", case=CaseFile()))
                self._data_opened(result, request, then_match=False)
                self.open_model(model)

        def inspected(_report: Result) -> None:
            self._ask(request, opened, tr("Reading data"))

        self._ask(Inspect(path=model), inspected, tr("Examining the model file"))

    def _data_opened(
        self, result: DatasetInfo, request: OpenData, *, then_match: bool
    ) -> None:
        if request.part is Part.EVALUATION:
            self._leave_alone_what_was(result, request)
            self._update(choices={}, split=None)  # they spoke of other columns
        self._remember_files(result, request)
        matched = self.scores is not None
        self._forget_scores()
        self._take_data(result)
        if matched and request.part is not Part.EVALUATION:
            self.predicting = True
            self._predict(prediction_of(self.file), on_error=self._lost)
        elif then_match:
            self._see_match()

    def _leave_alone_what_was(self, result: DatasetInfo, request: OpenData) -> None:
        """Begin another case where other files are to be evaluated.

        Written into the same file, they would replace a case that may have taken
        days, and the next ones may not even fit the model.
        """
        new = files_of(result, request).paths
        old = [r.paths for r in self.file.data if r.part is Part.EVALUATION]
        if old and new not in old:
            self._keep_what_was()

    def _keep_what_was(self) -> None:
        """Leave the case's file as it is; what comes is written into another."""
        if not self.path:
            return
        self._notify.info(
            tr("The case so far is kept as {name}.", name=Path(self.path).stem)
        )
        self.path, self.read_only = "", False

    def _data_again(self, request: OpenData, result: Result) -> None:
        if isinstance(result, DatasetInfo):
            self._remember_files(result, request)  # they may be others by now
            self._take_data(result)

    def _remember_files(self, result: DatasetInfo, request: OpenData) -> None:
        others = tuple(r for r in self.file.data if r.part is not request.part)
        self._update(data=(*others, files_of(result, request)))

    def _data_lost(self, error: ErrorInfo) -> None:
        self.data = None
        self._lost(error)
        self.data_changed.emit()

    def _model_again(self, result: Result) -> None:
        if isinstance(result, ModelInfo) and self.file.model is not None:
            paths = self.file.model.paths
            self._update(model=FileRecipe(paths=paths, sha256=(result.sha256,)))
            self._take_model(result)
            self._model_open = True
            self._predict_again()

    def _predict_again(self) -> None:
        if self._model_open and self._to_predict is not None:
            request, self._to_predict = self._to_predict, None
            self._ask(request, self._take_scores, tr("Predicting"), self._lost)

    def _model_refused(self, error: ErrorInfo) -> None:
        """Ask, where this person has not agreed to these bytes on this computer."""
        self._let_go_of_model()
        if error.code == "safety.needs_consent" and self.file.model is not None:
            self.open_model(self.file.model.paths[0])
        else:
            self._lost(error)

    def _open_inspected(
        self, path: str, consent: str, reason: str = "", *, then_match: bool
    ) -> None:
        def opened(result: Result) -> None:
            if isinstance(result, ModelInfo):
                recipe = FileRecipe(paths=(path,), sha256=(result.sha256,))
                asked = result.safety is not None and result.safety.asks
                agreed = consent or (result.sha256 if asked else "")
                resumed = self._to_predict if self.file.model == recipe else None
                old = self.file.model
                if old is not None and old.paths != recipe.paths:
                    self._keep_what_was()
                self._update(consent=agreed, model=recipe, recorded=None)
                self._forget_scores()
                self._take_model(result)
                self._model_open, self._to_predict = True, resumed
                if resumed is not None:
                    self._predict_again()
                elif then_match:
                    self._see_match()

        request = OpenModel(path=path, consent=consent, reason=reason)
        self._ask(request, opened, tr("Opening the model"))

    def _see_match(self) -> None:
        if self.data is None:
            return
        has_scores = any(
            column.role in (Role.SCORE, Role.PREDICTION) for column in self.data.columns
        )
        if self.model is not None or has_scores:
            self.match_needed.emit()

    def _case_opened(self, opened: CaseOpened) -> None:
        if opened.changed:
            self.files_changed.emit(opened)
        else:
            self.accept_case(opened)
