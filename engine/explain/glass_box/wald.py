"""Confidence intervals of the weights of a linear model, where they can be known.

A saved model does not say. But where its weights are the likeliest ones for the
reference rows, those are the rows it was fitted to and nothing held the weights small;
how fast the likelihood falls off around them then gives Wald intervals (Wald, 1943;
McCullagh and Nelder, 1989, sections 2.5 and 4.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.stats import t

from engine.contracts.dataset import Note, Part
from engine.contracts.metrics import Z95
from engine.contracts.model import Task
from engine.contracts.structure import LinearForm, Link
from engine.explain.structure_predictions import linked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Inputs
    from engine.contracts.progress import Progress
    from engine.explain.shapley.structural_shapley import VerifiedStructure
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

_BLOCK = 100_000
_MOST_COLUMNS = 500  # of one table of products
_ALONE = 1e-9  # share of a column that the others must leave
_LIKELIEST = 0.1  # standard errors that a weight may lie from the likeliest one
_TAIL = 0.975


class WaldIntervals(NamedTuple):
    """Of the weights of the ``D`` encoded columns and, last, the intercept.

    Attributes
    ----------
    covariance
        ``(D + 1, D + 1)``.
    times
        Standard errors from a weight to the ends of its 95 % interval.
    n
        Rows that tell.
    """

    covariance: Floats
    times: float
    n: int

    def half(self, of: Floats) -> Floats:
        """Return half the intervals of sums of weights: ``(m, D + 1)`` of each."""
        spread: Floats = ((of @ self.covariance) * of).sum(axis=1)
        return self.times * np.sqrt(np.maximum(spread, 0.0))


def wald_intervals(
    inputs: Inputs, subject: Subject, parts: VerifiedStructure, progress: Progress
) -> WaldIntervals | Note:
    """Return intervals of a linear model's weights, or why there are none."""
    form, link = parts.structure.form, parts.structure.link
    task = subject.info.task
    known = {(Task.BINARY, Link.LOGIT), (Task.REGRESSION, Link.IDENTITY)}
    assert isinstance(form, LinearForm)
    if (task, link) not in known or len(form.coefficients) != 1:
        return Note(code="explain.no_likelihood")
    if Part.REFERENCE not in inputs.tables:
        return Note(code="explain.no_fitted_rows")
    if form.coefficients.shape[1] > _MOST_COLUMNS:
        return Note(code="explain.many_columns", params={"most": _MOST_COLUMNS})
    truth = inputs.predictions[Part.REFERENCE].truth
    rows = np.flatnonzero(truth >= 0 if task is Task.BINARY else np.isfinite(truth))
    features = subject.features(Part.REFERENCE).take(pa.array(rows))
    wanted = truth[rows].astype(np.float64)
    if task is Task.BINARY:
        yes = subject.info.classes.index(parts.structure.outputs[0])
        wanted = (truth[rows] == yes).astype(np.float64)
    weights = np.append(form.coefficients[0], form.base[0])
    if len(rows) <= len(weights):
        return Note(code="explain.few_fitted_rows", params={"n": len(rows)})
    encoded = parts.encode(features, progress)
    return of_fit(encoded, wanted, weights, progress, link)


def of_fit(
    encoded: Floats,
    truth: Floats,
    weights: Floats,
    progress: Progress,
    link: Link,
) -> WaldIntervals | Note:
    """Return intervals of weights fitted to rows, or why there are none.

    Parameters
    ----------
    encoded
        ``(n, D)`` finite numbers.
    truth
        ``(n,)`` 0 and 1, or values.
    weights
        ``(D + 1,)``, the intercept last.
    link
        ``LOGIT`` for sums that are log-odds of 1, ``IDENTITY`` for values.
    """
    n, size, logistic = len(encoded), len(weights), link is Link.LOGIT
    information, score, missed = np.zeros((size, size)), np.zeros(size), 0.0
    for start in range(0, n, _BLOCK):
        progress.advance(start, n, "explain.sureness")
        rows = slice(start, start + _BLOCK)
        columns = np.column_stack([encoded[rows], np.ones(len(encoded[rows]))])
        expected = linked(columns @ weights, link)
        left = truth[rows] - expected
        worth = expected * (1.0 - expected) if logistic else np.ones(len(expected))
        information += (columns * worth[:, None]).T @ columns
        score += left @ columns
        missed += float(left @ left)
    own = np.sqrt(np.diag(information))
    if not own.min() > 0:
        return Note(code="explain.same_columns")
    alike = information / np.outer(own, own)
    if not np.linalg.eigvalsh(alike)[0] > _ALONE:
        return Note(code="explain.same_columns")
    covariance = np.linalg.inv(alike) / np.outer(own, own)
    to_likeliest = covariance @ score
    times = Z95
    if not logistic:
        covariance *= missed / (n - size)
        times = float(t.ppf(_TAIL, n - size))
    errors = np.sqrt(np.diag(covariance))
    if not (np.abs(to_likeliest) <= _LIKELIEST * errors).all():
        return Note(code="explain.not_likeliest")
    return WaldIntervals(covariance, times, n)
