"""What is open in the window, as facts, and the recipe to be here again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.contracts.case import CaseFile
from engine.contracts.dataset import DatasetInfo
from engine.contracts.decision import Decision
from engine.contracts.i18n import tr
from engine.contracts.model import ModelInfo, ScoreKind
from engine.contracts.predictions import RowScores

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QUndoStack

    from engine.contracts.dataset import Note
    from engine.contracts.decision import Rule
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.results import Result
    from engine.contracts.results.counterfactual import Cell
    from engine.contracts.selection import Selection
    from gui.services.decision import DecisionModel
    from gui.services.engine_client import EngineClient
    from gui.services.notify import Notify

_T = TypeVar("_T")


class CaseState(QObject):
    """What is open, and the signals that tell of it.

    Signals
    -------
    consent_needed(SafetyReport)
        A model may be opened only after the user agreed.
    match_needed()
        Data and a model (or scores) are there: say how they belong together.
    part_needed(tuple[str, ...])
        There are data already: say what further files are for.
    another_needed(tuple[str, ...], str)
        Data and a model, or another model alone, were dropped on an open case: ask
        before they take the place of what is open.
    reading_refused(OpenData)
        Files could not be read as asked, but may be if it is said how.
    notes_changed()
        A note was added that nobody typed.
    trial_wanted()
        A changed row is to be looked at: ``trial``.
    file_changed()
        The state to be saved is another.
    restored(CaseFile)
        A case was opened; selection and decision are to be taken from it.
    files_changed(CaseOpened)
        Files of an opened case are gone or different.
    """

    data_changed = Signal()
    model_changed = Signal()
    predictions_changed = Signal()
    buckets_changed = Signal()
    current_row_changed = Signal(object)
    notes_changed = Signal()
    trial_wanted = Signal()
    consent_needed = Signal(object)
    match_needed = Signal()
    part_needed = Signal(object)
    another_needed = Signal(object, str)
    reading_refused = Signal(object)
    file_changed = Signal()
    restored = Signal(object)
    files_changed = Signal(object)

    def __init__(
        self,
        engine: EngineClient,
        decision: DecisionModel,
        undo: QUndoStack,
        notify: Notify,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._decision = engine, decision
        self._undo, self._notify = undo, notify
        self.data: DatasetInfo | None = None
        self.model: ModelInfo | None = None
        self.scores: RowScores | None = None
        # Whether the engine is to predict anew and knows no answers meanwhile, and
        # what kept it from that: all that fails after it fails because of it.
        self.predicting = False
        self.failure: ErrorInfo | None = None
        self._rule: tuple[RowScores, Decision, Rule | None] | None = None
        self.file = CaseFile()
        self.path = ""
        self.read_only = False
        self.opening_notes: tuple[Note, ...] = ()
        self.may_leave: Callable[[], bool] = lambda: True
        self.current_row: int | None = None
        self.trial: tuple[int, dict[str, Cell]] | None = None

    @property
    def buckets(self) -> dict[str, Selection]:
        """The named selections."""
        return self.file.buckets

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been opened yet."""
        return not self.file.data and self.file.model is None

    @property
    def gives_probabilities(self) -> bool:
        """Whether the answers are probabilities."""
        scores = self.scores
        return scores is not None and scores.score_kind is ScoreKind.PROBABILITY

    @property
    def rule(self) -> Rule | None:
        """What the decision in force comes to; worked out once a decision."""
        scores, decision = self.scores, self._decision.decision
        if scores is None:
            return None
        known = self._rule
        if known is None or known[0] is not scores or known[1] != decision:
            self._rule = known = scores, decision, scores.rule(decision)
        return known[2]

    # Keeping

    def unexplainable(self) -> str | None:
        """Return why there is no answer to explain, or ``None``."""
        if self.scores is None:
            return tr("There are no predictions yet: open data and a model first.")
        if self.file.recorded is not None and self.file.model is None:
            return tr("Recorded scores cannot predict other rows: open a model.")
        if self.scores.score_kind is ScoreKind.LABEL:
            return tr("The model predicts labels only, without scores.")
        return None

    def remember(self, **changes: Any) -> None:
        """Keep other parts of the state (layout, notes, settings) in the case."""
        self._update(**changes)

    def setting(self, name: str, kind: Any, default: _T) -> _T:
        """Return what a part of the window keeps in the case, else the default.

        Parameters
        ----------
        kind
            The type that it is decoded as.
        """
        text = self.file.settings.get(name, "")
        try:
            kept: _T = msgspec.json.decode(text, type=kind) if text else default
        except (msgspec.MsgspecError, RecursionError):  # of another version
            return default
        return kept

    def keep_setting(self, name: str, value: object, default: object) -> None:
        """Keep what a part of the window wants kept; nothing if it is the default."""
        rest = {key: text for key, text in self.file.settings.items() if key != name}
        if value != default:
            rest[name] = msgspec.json.encode(value).decode()
        if rest != self.file.settings:
            self._update(settings=rest)

    def add_note(self, text: str) -> None:
        """Put a paragraph at the end of the notes."""
        kept = self.file.notes.rstrip()
        self._update(notes=f"{kept}\n\n{text}\n" if kept else f"{text}\n")
        self.notes_changed.emit()

    def set_current_row(self, row: int | None) -> None:
        """Make one evaluation row the one that is looked at."""
        if row != self.current_row:
            self.current_row = row
            self._update(current_row=row)
            self.current_row_changed.emit(row)

    def try_out(self, row: int, changes: dict[str, Cell]) -> None:
        """Look at an evaluation row with some cells changed."""
        self.trial = row, changes
        self.trial_wanted.emit()

    # For what is done with it

    def _take_data(self, result: Result) -> None:
        if isinstance(result, DatasetInfo):
            self.data = result
            self.data_changed.emit()

    def _take_model(self, result: Result) -> None:
        if isinstance(result, ModelInfo):
            self.model = result
            self.model_changed.emit()

    def _take_scores(self, result: Result) -> None:
        if isinstance(result, RowScores):
            self._predicted(result)

    def _predicted(self, scores: RowScores) -> None:
        self.scores, self.predicting, self.failure = scores, False, None
        now = self._decision.decision
        if now.positive != scores.positive:
            self._decision.replace(Decision(positive=scores.positive))
        self.predictions_changed.emit()

    def _forget(self) -> None:
        self.data = self.model = None
        self.data_changed.emit()
        self.model_changed.emit()
        self._forget_scores()

    def _forget_scores(self) -> None:
        """Let go of answers that belong to other data or another model."""
        self.predicting, self.failure = False, None
        if self.scores is not None:
            self.scores = None
            self.predictions_changed.emit()

    def _lost(self, error: ErrorInfo) -> None:
        """Say why the engine holds no answers any more; what follows from it is not.

        Panels say it too, in the place of what they showed.
        """
        if self.failure is not None:
            return
        self.failure, self.predicting = error, False
        self._notify.error(error)
        self.scores = None
        self.predictions_changed.emit()

    def _let_go_of_model(self) -> None:
        self.model = None
        self.model_changed.emit()
        self._forget_scores()

    def _update(self, **changes: Any) -> None:
        self.file = msgspec.structs.replace(self.file, **changes)
        self.file_changed.emit()

    def _ask(
        self,
        request: Any,
        on_result: Callable[[Result], None],
        label: str = "",
        on_error: Callable[[ErrorInfo], None] | None = None,
    ) -> None:
        self._engine.submit(
            request,
            on_result=on_result,
            on_error=on_error or self._notify.error,
            label=label,
        )
