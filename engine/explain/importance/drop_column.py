"""Drop-column importance: what a metric loses when a model is fitted without a feature.

Unlike shuffling it asks no model about rows that never were, and lets what is
associated with the feature step in (Parr et al., 2018). It is about a model fitted
anew, not about the file's.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import Task
from engine.contracts.results import DropColumn
from engine.contracts.structure import TreeEnsemble
from engine.evaluate.sample import provenance, take
from engine.evaluate.scoring import LOWER_IS_BETTER, Scorer, metric_names
from engine.explain.importance.permutation import score_of
from engine.explain.importance.refit import Refitted, can_refit
from engine.explain.scope import check_counts
from engine.explain.shapley.structural_shapley import VerifiedStructure
from engine.explain.stoppable import stoppable
from engine.explain.subject import Subject, cells_as_numbers, unexplainable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.model import ModelInfo
    from engine.contracts.progress import Progress
    from engine.evaluate.sample import Sample

    Floats = NDArray[np.float64]

_LIMITS = {"repeats": (1, 20)}


class DropColumnParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of drop-column importance.

    Attributes
    ----------
    metric
        One of :func:`engine.evaluate.scoring.metric_names`; empty for the first.
    repeats
        Fits of each, with seeds counted up from the model's own where it has one.
    """

    metric: str = ""
    repeats: int = 1


class DropColumnAnalysis:
    """What is lost when a feature is not there from the start."""

    id = "drop_column"
    title = mark("Drop-column importance")
    Params = DropColumnParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why no such model can be fitted, or ``None``."""
        reason = unexplainable(facts)
        if reason is not None or facts.model is None:
            return reason
        if not can_refit(facts.model):
            return Note(code="explain.no_refit", params={"kind": facts.model.kind})
        if Part.REFERENCE not in facts.parts:
            return Note(code="explain.no_training_rows")
        return None

    def run(
        self, inputs: Inputs, params: DropColumnParams, progress: Progress
    ) -> DropColumn:
        """Fit with all features and without each, and score both.

        Raises
        ------
        EngineError
            ``explain.bad_count``, ``explain.refit_labels``, ``explain.refit_failed``,
            ``explain.no_refit``, ``explain.no_training_rows``, and those of the metric.
        """
        started = time.perf_counter()
        check_counts(params, _LIMITS)
        subject, sample = Subject(inputs), take(inputs)
        if not can_refit(subject.info):
            raise EngineError("explain.no_refit", kind=subject.info.kind)
        if Part.REFERENCE not in inputs.tables:
            raise EngineError("explain.no_training_rows")
        name = params.metric or metric_names(sample)[0]
        costs = (inputs.decision.cost_fp, inputs.decision.cost_fn)
        scorer = Scorer(name, sample, costs)
        progress.advance(0, 1, "explain.opening")
        rows = _Rows(inputs, subject, sample, progress)
        d = len(subject.names)
        found = np.zeros((d + 1, params.repeats))
        for r in range(params.repeats):
            info = _seeded(subject.info, r)
            for left_out in range(-1, d):
                keep = rows.source != left_out
                if left_out < 0 or not keep.all():
                    answer = partial(rows.predictions, info, keep)
                    scores, labels = stoppable(answer, progress)
                    told = score_of(inputs, sample, scorer, scores, labels, progress)
                    found[left_out + 1, r] = told.value
                else:  # what comes before the estimator does not let it through
                    found[left_out + 1, r] = found[0, r]
                done = r * (d + 1) + left_out + 2
                progress.advance(done, params.repeats * (d + 1), "explain.refitting")
        lost = found[0] - found[1:]
        if name in LOWER_IS_BETTER:
            lost = -lost
        own = scorer.score(sample.scores, sample.decided, progress).value
        return DropColumn(
            metric=name,
            metrics=metric_names(sample),
            lower_is_better=name in LOWER_IS_BETTER,
            own=own,
            baseline=float(found[0].mean()),
            feature_names=subject.names,
            importances=lost,
            importances_mean=lost.mean(axis=1),
            importances_std=lost.std(axis=1),
            n_training=len(rows.truth),
            notes=(*sample.notes(), *rows.notes),
            provenance=provenance(inputs, sample, params, started, "drop_column"),
        )


class _Rows:
    """Training rows and those that are tried, as the estimator sees them.

    Attributes
    ----------
    truth
        Of the training rows.
    source
        ``(D,)`` which input each of their columns comes from.
    """

    def __init__(
        self, inputs: Inputs, subject: Subject, sample: Sample, progress: Progress
    ) -> None:
        truth = inputs.predictions[Part.REFERENCE].truth
        known = truth >= 0 if truth.dtype.kind == "i" else np.isfinite(truth)
        self.truth: NDArray[Any] = truth[known]
        training, tried = subject.features(Part.REFERENCE), subject.features()
        training = training.filter(pa.array(known))
        if sample.rows is not None:
            tried = tried.take(pa.array(sample.rows))
        self.notes: tuple[Note, ...] = ()
        self.source = np.arange(len(subject.names))
        if not subject.info.estimator:
            self._training, self._tried = (
                _numbers(subject, table) for table in (training, tried)
            )
            return
        own = sample.scores.astype(np.float64)
        parts, _ = VerifiedStructure.of(subject, tried, own, progress)
        if parts is None or _asks_for_labels(parts):
            raise EngineError("explain.no_refit", kind=subject.info.estimator)
        self._training = parts.encode(training, progress)
        self._tried = parts.encode(tried, progress)
        self.source = np.asarray(parts.structure.source)
        self.notes = (Note(code="explain.prepared"),)

    def predictions(
        self, info: ModelInfo, keep: NDArray[np.bool_]
    ) -> tuple[Floats, NDArray[Any]]:
        """Return scores and labels by a model fitted to some of the columns."""
        fitted = Refitted(info, self._training[:, keep], self.truth)
        scores = fitted.scores(self._tried[:, keep])
        if info.task is Task.REGRESSION:
            return scores, scores[:, 0]
        return scores, scores.argmax(axis=1).astype(np.int32)


def _numbers(subject: Subject, features: pa.Table) -> Floats:
    data, labels = cells_as_numbers(features)
    for name, known in zip(subject.names, labels, strict=True):
        if known:
            raise EngineError("explain.refit_labels", name=name)
    return data


def _asks_for_labels(parts: VerifiedStructure) -> bool:
    """Return whether trees ask for sets of labels, which numbers alone do not tell."""
    form = parts.structure.form
    return isinstance(form, TreeEnsemble) and bool((form.levels_start >= 0).any())


def _seeded(info: ModelInfo, more: int) -> ModelInfo:
    """Return a model's settings with another seed, where it has one."""
    seed = info.parameters.get("random_state")
    if more == 0 or "random_state" not in info.parameters:
        return info
    first = seed if isinstance(seed, int) else 0
    settings = {**info.parameters, "random_state": first + more}
    return msgspec.structs.replace(info, parameters=settings)
