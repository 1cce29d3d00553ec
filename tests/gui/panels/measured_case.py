"""Predictions made for a test, the real analyses on them, and a window's services."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from engine import analysis
from engine.contracts.dataset import (
    Column,
    DatasetInfo,
    Kind,
    Note,
    Part,
    PartInfo,
    Role,
)
from engine.contracts.decision import Decision
from engine.contracts.model import ScoreKind, Task
from engine.contracts.predictions import Predictions, RowScores
from engine.contracts.progress import SILENT
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Resolve, Run
from engine.contracts.results import Resolved
from engine.contracts.selection import pack
from gui.context import AppContext
from gui.services.case import CaseService
from gui.services.decision import DecisionModel
from gui.services.notify import Notify
from gui.services.row_columns import LOCAL, RowColumns
from gui.services.selection import SelectionModel
from gui.services.theme import Mode, Theme

HOMES = ("owner", "parents", "rent")


class Columns:
    """A column ``home`` beside the pseudo-columns."""

    def __init__(self, engine, decision):
        self._engine = engine
        self._answers = RowColumns(engine.scores, decision or Decision())
        self.n_rows = engine.scores.n_rows

    def numbers(self, name):
        if name == "@residual":
            return self._engine.scores.truth - self._engine.scores.labels
        return self._answers.numbers(name)

    def dates(self, _name):
        return None

    def codes(self, name):
        if name in LOCAL:
            return self._answers.codes(name)
        return self._engine.homes, HOMES

    def read_as_missing(self, name, texts):
        return self._answers.read_as_missing(name, texts)

    def saved(self, name):
        raise KeyError(name)


class Job:
    """A job that is done in the next turn of the event loop."""

    cancelling = False
    held = False

    def __init__(self):
        self.cancelled = False

    def cancel(self):
        self.cancelled = True


class MeasuringEngine(QObject):
    """Runs the registered analyses in the test's own process."""

    restarted = Signal()

    def __init__(self, predictions, positive):
        super().__init__()
        self.predictions = predictions
        self.asked = []
        self.others = {}
        rng = np.random.default_rng(3)
        self.homes = rng.integers(0, 3, predictions.n_rows).astype(np.int32)
        self.scores = row_scores(predictions, positive)

    def set_priority(self, job, *, in_background):
        job.in_background = in_background

    def submit(self, request, *, on_result=None, on_error=None, **_others):
        self.asked.append(request)
        job = Job()

        def run():
            if not job.cancelled and on_result is not None:
                on_result(self.answer(request))

        QTimer.singleShot(0, self, run)
        return job

    def answer(self, request):
        columns = Columns(self, getattr(request, "decision", None))
        selection = request.selection
        mask = None if selection is None else selection.resolve(columns)
        if isinstance(request, Resolve):
            return Resolved(
                packed=pack(mask), n_rows=len(mask), n_selected=int(mask.sum())
            )
        assert isinstance(request, Run)
        decision = request.decision or Decision()
        found = analysis.load(request.analysis)
        inputs = analysis.Inputs(
            predictions={Part.EVALUATION: self.predictions, **self.others},
            columns=columns,
            decision=decision,
            mask=mask,
        )
        return found.run(inputs, found.Params(**request.params), SILENT)


def row_scores(predictions, positive):
    binary = predictions.task is Task.BINARY
    if predictions.task is Task.REGRESSION:
        score = predictions.scores[:, 0]
    elif binary:
        score = predictions.positive_scores(positive)
    else:
        score = predictions.scores.max(axis=1)
    return RowScores(
        task=predictions.task,
        classes=predictions.classes,
        positive=positive if binary else "",
        score_kind=predictions.score_kind,
        truth=predictions.truth,
        labels=predictions.labels,
        score=score,
        weights=predictions.weights,
        provenance=predictions.provenance,
    )


def credit(n=1339, seed=5):
    """Two classes, 27 % of them bad, moderately told apart."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(n) < 0.27).astype(np.int32)
    margin = -1.4 + 1.7 * truth + rng.normal(0, 1.1, n)
    said = 1 / (1 + np.exp(-1.3 * margin))
    return Predictions(
        task=Task.BINARY,
        classes=("good", "bad"),
        score_kind=ScoreKind.PROBABILITY,
        truth=truth,
        scores=np.column_stack([1 - said, said]),
        labels=(said >= 0.5).astype(np.int32),
        provenance=Provenance(n_used=n, n_total=n),
    )


def digits(k=10, n=4000, seed=2):
    """Many classes; neighbours are confused."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, n).astype(np.int32)
    distance = np.abs(np.arange(k)[None, :] - truth[:, None])
    distance = np.minimum(distance, k - distance)
    logits = -1.2 * np.minimum(distance, 6) + rng.normal(0, 1.2, (n, k))
    scores = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    return Predictions(
        task=Task.MULTICLASS,
        classes=tuple(f"class {c}" if k > 12 else str(c) for c in range(k)),
        score_kind=ScoreKind.PROBABILITY,
        truth=truth,
        scores=scores,
        labels=scores.argmax(axis=1).astype(np.int32),
        provenance=Provenance(n_used=n, n_total=n),
    )


def prices(n=3000, seed=4):
    """A number, predicted with a lean for large ones."""
    rng = np.random.default_rng(seed)
    predicted = rng.gamma(4.0, 50.0, n)
    truth = predicted * 1.1 - 15 + rng.normal(0, 25, n)
    return Predictions(
        task=Task.REGRESSION,
        classes=(),
        score_kind=ScoreKind.VALUE,
        truth=truth,
        scores=predicted[:, None],
        labels=predicted,
        provenance=Provenance(n_used=n, n_total=n),
    )


def data_set(n):
    why = Note(code="schema.chosen")
    home = Column(
        name="home",
        kind=Kind.CATEGORICAL,
        role=Role.FEATURE,
        dtype="string",
        kind_reason=why,
        role_reason=why,
        n_distinct=3,
        categories=HOMES,
    )
    part = PartInfo(part=Part.EVALUATION, n_rows=n, sources=(), fingerprint="e")
    return DatasetInfo(name="credit", columns=(home,), parts=(part,))


def measured_case(predictions, positive="bad", mode=Mode.LIGHT):
    """Return the services of a window over some predictions."""
    engine = MeasuringEngine(predictions, positive)
    undo, notify = QUndoStack(), Notify()
    decision = DecisionModel(undo)
    case = CaseService(engine, decision, undo, notify)
    case.data = data_set(predictions.n_rows)
    case.scores = engine.scores
    if predictions.task is Task.BINARY:
        decision.replace(Decision(positive=positive, threshold=0.5))
    selection = SelectionModel(engine, case, decision, undo)
    context = AppContext(
        engine=engine,
        case=case,
        selection=selection,
        decision=decision,
        undo=undo,
        settings=None,
        theme=Theme(mode),
        notify=notify,
    )
    return SimpleNamespace(
        context=context, engine=engine, case=case, selection=selection,
        decision=decision, undo=undo, notify=notify,
    )  # fmt: skip
