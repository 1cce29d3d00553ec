"""A small case behind a stub engine, with the real services of a window."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication

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
from engine.contracts.metrics import wilson
from engine.contracts.model import ScoreKind, Task
from engine.contracts.predictions import RowScores
from engine.contracts.provenance import Provenance
from engine.contracts.requests import (
    ConfigureData,
    OpenView,
    Predict,
    Resolve,
    Run,
    SetBuckets,
    Summarise,
)
from engine.contracts.results import (
    Bucket,
    Buckets,
    ColumnSummaries,
    ColumnSummary,
    Done,
    Resolved,
)
from engine.contracts.selection import pack
from gui.context import AppContext
from gui.services.case import CaseService
from gui.services.decision import DecisionModel
from gui.services.notify import Notify
from gui.services.row_columns import LOCAL, RowColumns
from gui.services.selection import SelectionModel
from gui.services.theme import Mode, Theme
from tests.gui.item_models.stub_engine import StubEngine

N = 400
HOMES = ("owner", "parents", "rent")
_WHY = Note(code="schema.chosen")


class Columns:
    """The columns of the small case under a decision, as an engine has them."""

    def __init__(self, engine: SmallEngine, decision: Decision | None) -> None:
        self._engine = engine
        self._answers = RowColumns(engine.scores, decision or Decision())
        self.n_rows = N

    def numbers(self, name):
        if name == "@loss":
            return self._engine.loss
        if name in LOCAL:
            return self._answers.numbers(name)
        return self._engine.ages if name == "age" else self._engine.incomes

    def dates(self, _name):
        return None

    def codes(self, name):
        if name in LOCAL:
            return self._answers.codes(name)
        if name == "home":
            return self._engine.homes, HOMES
        raise TypeError(name)

    def read_as_missing(self, name, texts):
        return self._answers.read_as_missing(name, texts)

    def saved(self, name):
        return self._engine.buckets[name]


class SmallEngine(QObject):
    """Filters, sorts and reads 400 rows; answers when the test says so."""

    restarted = Signal()

    def __init__(self) -> None:
        super().__init__()
        rng = np.random.default_rng(7)
        self.ages = rng.integers(18, 70, N).astype(float)
        self.incomes = rng.normal(100, 20, N).round(1)
        self.incomes[::10] = np.nan
        self.homes = rng.integers(0, 3, N).astype(np.int32)
        truth = (rng.random(N) < 0.3).astype(np.int32)
        score = np.clip(0.3 + 0.3 * truth + rng.normal(0, 0.2, N), 0.01, 0.99)
        self.scores = RowScores(
            task=Task.BINARY,
            classes=("good", "bad"),
            positive="bad",
            score_kind=ScoreKind.PROBABILITY,
            truth=truth,
            labels=(score >= 0.5).astype(np.int32),
            score=score,
            provenance=Provenance(n_used=N, n_total=N),
        )
        self.loss = -np.log(np.where(truth == 1, score, 1 - score))
        self.buckets = {}
        self.store = StubEngine(n_rows=N)
        self.store.columns = {
            "age": self.ages,
            "income": self.incomes,
            "home": [HOMES[code] for code in self.homes],
            "id": [f"A-{row:05d}" for row in range(N)],
            "status": [("good", "bad")[code] for code in truth],
            "@loss": self.loss,
        }
        self.store.answers = {
            OpenView: self._open,
            Resolve: self._resolve,
            Summarise: self._summarise,
            SetBuckets: self._set_buckets,
            ConfigureData: lambda _request: data_set(),
            Predict: lambda _request: self.scores,
            Run: self._run,
        }

    @property
    def asked(self):
        return self.store.asked

    def asked_for(self, kind):
        return [request for request in self.store.asked if isinstance(request, kind)]

    def set_priority(self, job, *, in_background):
        job.in_background = in_background

    def submit(self, request, **callbacks):
        return self.store.submit(request, **callbacks)

    def _mask(self, where, decision):
        if where is None:
            return np.ones(N, dtype=bool)
        return where.resolve(Columns(self, decision))

    def _open(self, request):
        n = N if request.part is Part.EVALUATION else 50
        if request.part is not Part.EVALUATION:
            return self.store.view(n)
        order = np.flatnonzero(self._mask(request.where, request.decision))
        columns = Columns(self, request.decision)
        for name, descending in reversed(request.sort):
            values = columns.numbers(name)[order]
            order = order[np.argsort(-values if descending else values, kind="stable")]
        return self.store.view(len(order), order)

    def _resolve(self, request):
        mask = self._mask(request.selection, request.decision)
        return Resolved(packed=pack(mask), n_rows=N, n_selected=int(mask.sum()))

    def _set_buckets(self, request):
        self.buckets = request.buckets
        return Done()

    def _summarise(self, request):
        found = []
        for name in request.columns:
            common = {"name": name, "n_rows": N, "n_distinct": 3}
            if name in {"age", "income"}:
                values = self.store.columns[name]
                known = values[~np.isnan(values)]
                counts, edges = np.histogram(known, request.bins)
                summary = ColumnSummary(
                    kind=Kind.NUMERIC,
                    n_missing=N - len(known),
                    edges=edges,
                    counts=counts,
                    quantiles=tuple(np.quantile(known, [0, 0.25, 0.5, 0.75, 1])),
                    mean=float(known.mean()),
                    deviation=float(known.std()),
                    **common,
                )
            else:
                labels, counts = np.unique(self.store.columns[name], return_counts=True)
                top = tuple(zip(labels.tolist(), counts.tolist(), strict=True))[:12]
                summary = ColumnSummary(
                    kind=Kind.CATEGORICAL, n_missing=0, top=top, **common
                )
            found.append(summary)
        return ColumnSummaries(columns=tuple(found), provenance=self.scores.provenance)

    def _run(self, request):
        wrong = self.scores.errors(request.decision)
        everyone = np.ones(N, dtype=bool)
        return Buckets(
            task=Task.BINARY,
            buckets=tuple(
                _bucket(name, self._mask(rule, request.decision), wrong)
                for name, rule in self.buckets.items()
            ),
            overall=_bucket("", everyone, wrong),
            provenance=self.scores.provenance,
        )


def _bucket(name, mask, wrong):
    n, k = int(mask.sum()), int((mask & wrong).sum())
    rest = (wrong & ~mask).sum() / max((~mask).sum(), 1)
    low, high = wilson(k, n) if n else (np.nan, np.nan)
    rate = k / n if n else np.nan
    ratio = float(rate / rest) if rest > 0 else None
    return Bucket(
        name=name,
        rule=name,
        n=n,
        n_errors=float(k),
        rate=rate,
        low=low,
        high=high,
        ratio=ratio,
        ratio_low=None if ratio is None else ratio * 0.8,
        ratio_high=None if ratio is None else ratio * 1.25,
        share=k / max(int(wrong.sum()), 1),
        small=n < 30,
    )


def column(name, kind, role=Role.FEATURE, **facts):
    return Column(
        name=name,
        kind=kind,
        role=role,
        dtype="string" if kind is Kind.CATEGORICAL else "double",
        kind_reason=_WHY,
        role_reason=_WHY,
        **facts,
    )


def data_set() -> DatasetInfo:
    return DatasetInfo(
        name="credit",
        columns=(
            column("id", Kind.CATEGORICAL, Role.ENTITY, n_distinct=N),
            column("status", Kind.CATEGORICAL, Role.TARGET, categories=("bad", "good")),
            column("age", Kind.NUMERIC, low=18, high=70),
            column("home", Kind.CATEGORICAL, categories=HOMES, n_distinct=len(HOMES)),
            column("income", Kind.NUMERIC, low=20, high=180, n_missing=40),
        ),
        parts=(
            PartInfo(part=Part.EVALUATION, n_rows=N, sources=(), fingerprint="e"),
            PartInfo(part=Part.REFERENCE, n_rows=50, sources=(), fingerprint="r"),
        ),
    )


def small_case(*, predicted: bool = True) -> SimpleNamespace:
    """Return the services, the stub engine behind them, and what was notified."""
    engine = SmallEngine()
    undo, notify = QUndoStack(), Notify()
    decision = DecisionModel(undo)
    case = CaseService(engine, decision, undo, notify)
    case.data = data_set()
    if predicted:
        case.scores = engine.scores
        decision.replace(Decision(positive="bad", threshold=0.5))
    selection = SelectionModel(engine, case, decision, undo)
    context = AppContext(
        engine=engine,
        case=case,
        selection=selection,
        decision=decision,
        undo=undo,
        settings=None,
        theme=Theme(Mode.LIGHT),
        notify=notify,
    )
    return SimpleNamespace(
        context=context, engine=engine, case=case, selection=selection,
        decision=decision, undo=undo, notify=notify,
    )  # fmt: skip


def settle(case):
    """Let timers of one turn fire and the engine answer, until nothing moves."""
    for _ in range(6):
        QApplication.processEvents()
        case.engine.store.answer()
