"""How each named selection fares against the rest."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.metrics import Z95, risk_ratio, wilson
from engine.contracts.model import Task
from engine.contracts.results import Bucket, Buckets
from engine.evaluate.intervals import effective_rows, of_mean
from engine.evaluate.sample import provenance, take, unsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.selection import Selection
    from engine.evaluate.sample import Sample

    Rows = tuple[NDArray[np.float64], NDArray[np.float64] | None]


class BucketsParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the table: rows below which a bucket is called small."""

    small: int = 30


class BucketsAnalysis:
    """Error rate, interval, ratio to the rest and share of errors of each bucket."""

    id = "buckets"
    title = mark("Saved groups")
    Params = BucketsParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why buckets cannot be compared, or ``None``."""
        return unsupported(facts, (Task.BINARY, Task.MULTICLASS, Task.REGRESSION))

    def run(self, inputs: Inputs, params: BucketsParams, progress: Progress) -> Buckets:
        """Resolve every bucket within the selection and compare it with the rest.

        A bucket that no longer fits the data is named in the notes and left out.
        """
        started = time.perf_counter()
        sample = take(inputs)
        losses = _losses(sample)
        everyone = np.ones(sample.n, dtype=bool)
        whole = _bucket(sample, losses, everyone, "", "", params)
        found, notes = [], list(sample.notes())
        for place, (name, rule) in enumerate(inputs.buckets.items()):
            progress.advance(place, len(inputs.buckets), "evaluate.counting")
            progress.raise_if_cancelled()
            try:
                inside = rule.resolve(inputs.columns)
            except (EngineError, TypeError, KeyError):
                notes.append(
                    Note(code="evaluate.bucket_unresolved", params={"name": name})
                )
                continue
            if sample.rows is not None:
                inside = inside[sample.rows]
            found.append(_bucket(sample, losses, inside, name, _text(rule), params))
        return Buckets(
            task=sample.task,
            buckets=tuple(found),
            overall=whole,
            weighted=sample.weights is not None,
            skipped_rows=sample.skipped,
            notes=tuple(notes),
            provenance=provenance(inputs, sample, params, started, "buckets"),
        )


def _text(rule: Selection) -> str:
    from engine.contracts.rule_text import describe  # noqa: PLC0415 - rarely needed

    return describe(rule)


def _losses(sample: Sample) -> NDArray[np.float64]:
    """Return 1 for an error and 0 else, or the absolute error of a number."""
    if sample.task is Task.REGRESSION:
        with np.errstate(over="ignore"):  # told apart below as not finite
            losses: NDArray[np.float64] = np.abs(sample.truth - sample.decided)
        return losses
    wrong: NDArray[np.bool_] = sample.truth != sample.decided
    return wrong.astype(np.float64)


def _bucket(
    sample: Sample,
    losses: NDArray[np.float64],
    inside: NDArray[np.bool_],
    name: str,
    rule: str,
    params: BucketsParams,
) -> Bucket:
    weights = sample.weights
    n = int(np.count_nonzero(inside))
    mine = losses[inside]
    my_weights = None if weights is None else weights[inside]
    if n == 0 or (my_weights is not None and my_weights.sum() <= 0):
        nan = math.nan
        return Bucket(
            name=name,
            rule=rule,
            n=n,
            n_errors=0.0,
            rate=nan,
            low=nan,
            high=nan,
            small=True,
        )
    theirs = losses[~inside]
    their_weights = None if weights is None else weights[~inside]
    total = _sum(losses, weights)
    errors = _sum(mine, my_weights)
    rate, low, high = _rate(sample.task, mine, my_weights)
    ratio = _ratio(sample.task, (mine, my_weights), (theirs, their_weights))
    effective = effective_rows(my_weights, n)
    return Bucket(
        name=name,
        rule=rule,
        n=n,
        n_errors=errors,
        rate=rate,
        low=low,
        high=high,
        ratio=ratio[0],
        ratio_low=ratio[1],
        ratio_high=ratio[2],
        share=errors / total if 0 < total < math.inf else None,
        small=effective < params.small,
    )


def _sum(values: NDArray[np.float64], weights: NDArray[np.float64] | None) -> float:
    return float(values.sum() if weights is None else np.dot(values, weights))


def _rate(
    task: Task, losses: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> tuple[float, float, float]:
    if task is Task.REGRESSION:
        mean = of_mean(losses, weights, at_least=0.0)
        value, low, high = (
            math.nan if end is None else end
            for end in (mean.value, mean.low, mean.high)
        )
        return value, low, high
    n = effective_rows(weights, len(losses))
    rate = float(np.average(losses, weights=weights))
    return (rate, *wilson(rate * n, n))


def _ratio(
    task: Task, mine: Rows, theirs: Rows
) -> tuple[float | None, float | None, float | None]:
    """Return the ratio of two mean losses with a log interval.

    That of error rates is :func:`engine.contracts.metrics.risk_ratio`, in effective
    rows; a rest without errors gives no ratio.
    """
    if len(theirs[0]) == 0 or (theirs[1] is not None and theirs[1].sum() <= 0):
        return None, None, None
    here = float(np.average(mine[0], weights=mine[1]))
    there = float(np.average(theirs[0], weights=theirs[1]))
    if there <= 0 or not (math.isfinite(here) and math.isfinite(there)):
        return None, None, None
    n, m = (
        effective_rows(mine[1], len(mine[0])),
        effective_rows(theirs[1], len(theirs[0])),
    )
    if task is not Task.REGRESSION:
        found = risk_ratio(here * n, n, there * m, m)
        if found is None:
            return None, None, None
        return found.value, found.low, found.high
    ratio = here / there
    variance = 0.0
    if here > 0:
        variance = _relative(mine, here, n) + _relative(theirs, there, m)
    if variance <= 0:
        return ratio, None, None  # where nothing varies, nothing is known of chance
    reach = min(Z95 * math.sqrt(variance), 700)
    return ratio, ratio * math.exp(-reach), ratio * math.exp(reach)


def _relative(rows: Rows, mean: float, n: float) -> float:
    """Return the squared relative standard error of a mean."""
    values, weights = rows
    return float(np.average((values - mean) ** 2, weights=weights)) / mean**2 / n
