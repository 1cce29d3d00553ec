"""Permutation importance: what a metric loses when a feature is shuffled.

Breiman (2001); Fisher, Rudin and Dominici (2019). Every feature is shuffled by the
same orders of rows, so that features are compared on equal terms.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.progress import Portion
from engine.contracts.results import Permutation
from engine.evaluate.sample import decide, provenance, take
from engine.evaluate.scoring import LOWER_IS_BETTER, Scorer, metric_names
from engine.explain import association
from engine.explain.scope import check_counts
from engine.explain.subject import Subject, cells_as_numbers, unexplainable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.evaluate.sample import Sample
    from engine.evaluate.scoring import Scored

    Floats = NDArray[np.float64]
    Groups = tuple[tuple[int, ...], ...]

ASKED_AT_ONCE = 200_000  # rows of one call, unless one shuffle alone has more
MOST_KIN = 20_000  # rows that association is found on
_LIMITS = {"repeats": (1, 10_000)}
_WIDE = 1.959963984540054


class PermutationParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of permutation importance.

    Attributes
    ----------
    metric
        One of :func:`engine.evaluate.scoring.metric_names`; empty for the first.
    repeats
        Shuffles of each feature.
    cut
        Features joined up to this distance (1 - association) are shuffled together;
        0: each by itself.
    """

    metric: str = ""
    repeats: int = 10
    cut: float = 0.0


class PermutationAnalysis:
    """Permutation importance of each feature, or group of features."""

    id = "permutation"
    title = mark("Permutation importance")
    Params = PermutationParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: PermutationParams, progress: Progress
    ) -> Permutation:
        """Shuffle every feature, or group of features, and score the predictions.

        Raises
        ------
        EngineError
            ``explain.bad_count``, ``explain.one_shuffle``,
            ``evaluate.unknown_metric``, or why the metric
            is undefined on these rows.
        """
        started = time.perf_counter()
        check_counts(params, _LIMITS)
        subject, sample = Subject(inputs), take(inputs)
        name = params.metric or metric_names(sample)[0]
        costs = (inputs.decision.cost_fp, inputs.decision.cost_fn)
        scorer = Scorer(name, sample, costs)
        progress.raise_if_cancelled()
        features = _features(subject, sample)
        known = _Associated.of(features, inputs.seed, progress)
        groups = association.groups_at(known.tree, params.cut, features.num_columns)
        rng = np.random.default_rng([inputs.seed, 6])
        orders = [rng.permutation(sample.n) for _ in range(params.repeats)]
        base = scorer.score(sample.scores, sample.decided, progress)
        if base.influence is None and params.repeats == 1:
            raise EngineError("explain.one_shuffle", metric=name)
        shuffled = _Shuffled(inputs, subject, sample, scorer)
        lost = np.empty((len(groups), params.repeats))
        pull = np.zeros((len(groups), sample.n)) if base.influence is not None else None
        for g, r, scored in shuffled.each(features, groups, orders, progress):
            lost[g, r] = base.value - scored.value
            if pull is not None and scored.influence is not None:
                assert base.influence is not None
                pull[g] += (base.influence - scored.influence) / params.repeats
        if name in LOWER_IS_BETTER:
            lost = -lost
        mean = lost.mean(axis=1)
        spread = lost.std(axis=1)
        half = _WIDE * _errors(lost, pull)
        half[half == 0] = most_unseen(name, sample, costs)
        return Permutation(
            metric=name,
            baseline=base.value,
            metrics=metric_names(sample),
            lower_is_better=name in LOWER_IS_BETTER,
            inputs=subject.names,
            groups=groups,
            feature_names=tuple(
                " + ".join(subject.names[j] for j in group) for group in groups
            ),
            importances=lost,
            importances_mean=mean,
            importances_std=spread,
            low=mean - half,
            high=mean + half,
            interval_from="repeats" if pull is None else "rows",
            tree=known.tree,
            association=known.association,
            n_association=known.n,
            cut=params.cut,
            notes=(*sample.notes(), *subject.notes()),
            provenance=provenance(inputs, sample, params, started, "permutation"),
        )


class _Associated(msgspec.Struct, frozen=True):
    association: Floats
    tree: Floats
    n: int

    @classmethod
    def of(cls, features: pa.Table, seed: int, progress: Progress) -> _Associated:
        rows = features
        if features.num_rows > MOST_KIN:
            rng = np.random.default_rng([seed, 7])
            some = np.sort(rng.choice(features.num_rows, MOST_KIN, replace=False))
            rows = features.take(pa.array(some))
        data, labels = cells_as_numbers(rows)
        labelled = np.array([bool(known) for known in labels])
        found = association.associations(data, labelled, progress)
        return cls(found, association.tree_of(found), rows.num_rows)


class _Shuffled:
    """Scores of the predictions to shuffled rows, several shuffles in one call."""

    def __init__(
        self, inputs: Inputs, subject: Subject, sample: Sample, scorer: Scorer
    ) -> None:
        self._inputs, self._subject = inputs, subject
        self._sample, self._scorer = sample, scorer

    def each(
        self,
        features: pa.Table,
        groups: Groups,
        orders: Sequence[NDArray[np.intp]],
        progress: Progress,
    ) -> Iterator[tuple[int, int, Scored]]:
        """Yield group, repeat and what the metric is then."""
        n = features.num_rows
        work = [(g, r) for r in range(len(orders)) for g in range(len(groups))]
        at_once = max(1, ASKED_AT_ONCE // max(n, 1))
        for start in range(0, len(work), at_once):
            some = work[start : start + at_once]
            tables = [_mixed(features, groups[g], orders[r]) for g, r in some]
            scores, labels = self._subject.model.predict(
                pa.concat_tables(tables),
                Portion(progress, start, len(some), len(work), "explain.shuffling"),
            )
            for place, (g, r) in enumerate(some):
                where = slice(place * n, (place + 1) * n)
                yield (
                    g,
                    r,
                    score_of(
                        self._inputs,
                        self._sample,
                        self._scorer,
                        scores[where],
                        labels[where],
                        progress,
                    ),
                )
            progress.advance(start + len(some), len(work), "explain.shuffling")
            progress.raise_if_cancelled()


def score_of(
    inputs: Inputs,
    sample: Sample,
    scorer: Scorer,
    scores: Floats,
    labels: NDArray[np.generic],
    progress: Progress,
) -> Scored:
    """Return the metric of other answers to the rows of a sample."""
    known = inputs.predictions[Part.EVALUATION]
    told = msgspec.structs.replace(known, scores=scores, labels=labels)
    decided = decide(told, sample.positive, inputs.decision.threshold)
    return scorer.score(scores, decided, progress)


def _features(subject: Subject, sample: Sample) -> pa.Table:
    features = subject.features()
    if sample.rows is None:
        return features
    return features.take(pa.array(sample.rows)).combine_chunks()


def _mixed(
    features: pa.Table, group: tuple[int, ...], order: NDArray[np.intp]
) -> pa.Table:
    """Return the rows with some columns in another order."""
    places = pa.array(order)
    for j in group:
        field = features.schema.field(j)
        features = features.set_column(j, field, features.column(j).take(places))
    return features


def most_unseen(name: str, sample: Sample, costs: tuple[float, float]) -> float:
    """Return what a loss may be, 95 %, where no shuffle moved any row.

    That none of ``n`` rows was moved leaves a share of up to ``1 - 0.025 ** (1 / n)``
    of all rows that may be (the upper end of Clopper and Pearson's interval of 0 of
    ``n``, nearly ``3.7 / n``), and of a mean over rows each moves it by at most the
    largest loss of a row. Of other metrics ``nan``: no interval.

    References
    ----------
    C. J. Clopper, E. S. Pearson (1934). The use of confidence or fiducial limits
    illustrated in the case of the binomial. Biometrika 26.
    """
    largest = {"accuracy": 1.0, "brier_score": 1.0, "cost": max(costs)}.get(name)
    if largest is None:
        return float("nan")
    weight = sample.n if sample.weights is None else float(sample.weights.sum())
    return float(largest * (1 - 0.025 ** (1 / max(sample.effective * weight, 1.0))))


def _errors(lost: Floats, pull: Floats | None) -> Floats:
    """Return ``(g,)`` standard errors of the mean loss."""
    repeats = lost.shape[1]
    squares = lost.var(axis=1, ddof=1) / repeats if repeats > 1 else 0.0
    if pull is not None:
        squares = squares + (pull**2).sum(axis=1)
    found: Floats = np.sqrt(squares) * np.ones(len(lost))
    return found
