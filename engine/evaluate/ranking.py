"""Order the scores once; read ROC AUC, average precision and every threshold off it.

Rows of equal score are one step of the curve, so that ties are exact, and all
that follows is a cumulative sum over the distinct scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.evaluate.intervals import on_logit, undefined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.results import Metric


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One class against the rest, by descending score.

    Attributes
    ----------
    scores
        The ``m`` distinct scores, descending, in their own float type.
    tp, fp
        Cumulated (weighted) positives and negatives, float64 ``(m,)``.
    tp_squares, fp_squares
        The same of the squared weights; the same arrays without weights.
    order, step
        Rows by descending score, and the step of each: ``(n,)``, kept only where
        the influence of single rows is wanted.
    """

    scores: NDArray[np.floating]
    tp: NDArray[np.float64]
    fp: NDArray[np.float64]
    tp_squares: NDArray[np.float64]
    fp_squares: NDArray[np.float64]
    order: NDArray[np.int64] | None = None
    step: NDArray[np.int64] | None = None

    @property
    def positives(self) -> float:
        """Weight of the class."""
        return float(self.tp[-1])

    @property
    def negatives(self) -> float:
        """Weight of the rest."""
        return float(self.fp[-1])

    @property
    def smaller(self) -> float:
        """Effective rows of the smaller side."""
        return min(
            self.positives**2 / max(float(self.tp_squares[-1]), 1e-300),
            self.negatives**2 / max(float(self.fp_squares[-1]), 1e-300),
        )

    def missing(self) -> str:
        """Return the code of why nothing can be ranked, or ``""``."""
        if self.positives <= 0:
            return "evaluate.no_positives"
        return "evaluate.no_negatives" if self.negatives <= 0 else ""


def curve(
    scores: NDArray[np.floating],
    positive: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
    progress: Progress,
    *,
    by_row: bool = False,
) -> Curve:
    """Sort once and cumulate.

    Parameters
    ----------
    scores, positive, weights
        ``(n,)``; the class is decided at ``score >= threshold``.
    by_row
        Keep what :func:`row_influence` needs.
    """
    progress.raise_if_cancelled()
    order = np.argsort(scores)[::-1]
    progress.raise_if_cancelled()
    ordered = scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hit = positive[order]
    progress.raise_if_cancelled()
    if weights is None:
        tp = np.cumsum(hit, dtype=np.int64)[last].astype(np.float64)
        fp = (last + 1) - tp
        tp_squares, fp_squares = tp, fp
    else:
        weight = weights[order]
        tp = np.cumsum(weight * hit)[last]
        fp = np.cumsum(weight * ~hit)[last]
        weight = weight * weight
        tp_squares = np.cumsum(weight * hit)[last]
        fp_squares = np.cumsum(weight * ~hit)[last]
    progress.raise_if_cancelled()
    step = None
    if by_row:
        sizes = np.diff(last, prepend=-1)
        step = np.repeat(np.arange(len(last)), sizes)
    return Curve(
        scores=ordered[last],
        tp=tp,
        fp=fp,
        tp_squares=tp_squares,
        fp_squares=fp_squares,
        order=order if by_row else None,
        step=step,
    )


def area(found: Curve) -> float:
    """Return the area under the ROC curve."""
    tpr = np.concatenate([[0.0], found.tp / found.positives])
    fpr = np.concatenate([[0.0], found.fp / found.negatives])
    return min(float(np.trapezoid(tpr, fpr)), 1.0)  # a sum may round above


def area_influence(
    found: Curve, value: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the derivative of the AUC by the weight of a positive, of a negative.

    The sum of their squares over rows is DeLong's variance.

    References
    ----------
    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988). Comparing the areas
    under two or more correlated receiver operating characteristic curves.
    Biometrics 44.
    """
    middle_fp = found.fp - 0.5 * np.diff(found.fp, prepend=0.0)
    middle_tp = found.tp - 0.5 * np.diff(found.tp, prepend=0.0)
    beaten = 1.0 - middle_fp / found.negatives
    beaten_by = middle_tp / found.positives
    return (beaten - value) / found.positives, (beaten_by - value) / found.negatives


def average_precision(found: Curve) -> float:
    """Return Σ (recall step) × precision over the distinct scores."""
    precision = found.tp / np.maximum(found.tp + found.fp, 1e-300)
    steps = np.diff(found.tp, prepend=0.0) / found.positives
    return min(float(np.dot(steps, precision)), 1.0)  # a sum may round above


def average_precision_influence(
    found: Curve, value: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the derivative of AP by the weight of a positive, of a negative.

    With ``T`` and ``C`` the cumulated positives and rows and ``p`` the positives
    of each step, ``AP = Σ p T / C / P``: more weight at step ``j`` moves its own
    precision and that of every later step.
    """
    called = np.maximum(found.tp + found.fp, 1e-300)
    hits = np.diff(found.tp, prepend=0.0)
    precision = found.tp / called
    gain = _from_here(hits / called)
    loss = _from_here(hits * precision / called)
    of_positive = (precision - value + gain - loss) / found.positives
    return of_positive, -loss / found.positives


def row_influence(
    found: Curve,
    influence: tuple[NDArray[np.float64], NDArray[np.float64]],
    positive: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the influence of each row, in the order of the rows."""
    if found.order is None or found.step is None:
        raise ValueError("curve made without by_row")
    of_row = np.empty(len(positive))
    hit = positive[found.order]
    of_row[found.order] = np.where(
        hit, influence[0][found.step], influence[1][found.step]
    )
    return of_row


def variance(
    found: Curve, influence: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> float:
    """Return the sum of squared influences over rows."""
    positives = np.diff(found.tp_squares, prepend=0.0)
    negatives = np.diff(found.fp_squares, prepend=0.0)
    total = np.dot(positives, influence[0] ** 2) + np.dot(negatives, influence[1] ** 2)
    n = found.smaller
    return float(total) * (n / (n - 1) if n > 1 else 1.0)


def roc_auc(found: Curve) -> Metric:
    """Return the AUC with DeLong's interval on the logit scale."""
    if missing := found.missing():
        return undefined(missing)
    value = area(found)
    spread = variance(found, area_influence(found, value))
    return on_logit(value, spread, found.smaller, "delong")


def mean_precision(found: Curve) -> Metric:
    """Return the average precision with a jackknife interval on the logit scale."""
    if found.positives <= 0:
        return undefined("evaluate.no_positives")
    value = average_precision(found)
    spread = variance(found, average_precision_influence(found, value))
    return on_logit(value, spread, found.smaller, "jackknife")


def _from_here(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cumsum(values[::-1])[::-1]
