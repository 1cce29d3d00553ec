"""The weighted ridge regression that LIME fits to predictions around a row.

Everything is computed from weighted moments, which one product of matrices gives:
choosing features, ridge regression and fidelity then cost next to nothing, however
many rows there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

STEPWISE = 6  # up to so many features are chosen one after the other
_PENALTY, _CHOOSING_PENALTY = 1.0, 0.01
_NOTHING = 1e-12  # share of a variance below which nothing is left of it


@dataclass(frozen=True, kw_only=True)
class LocalModel:
    """A local linear model.

    Attributes
    ----------
    features
        ``(m,)`` places of the features it uses, the weightiest first.
    weights
        ``(m,)`` what meeting the row's condition adds.
    r2
        Weighted share of the variance of the predictions that it explains, at most 1.
    """

    features: Places
    weights: Floats
    intercept: float
    r2: float

    @property
    def local_prediction(self) -> float:
        """Its prediction for the row itself, which meets all its own conditions."""
        return float(self.intercept + self.weights.sum())

    def of(self, shared: NDArray[np.bool_]) -> Floats:
        """Return what it says of rows ``(n, d)`` by the conditions they share."""
        found: Floats = shared[:, self.features] @ self.weights + self.intercept
        return found


def kernel_width(n_features: int) -> float:
    """Return the package's width: 0.75 times the square root of the features."""
    return 0.75 * float(np.sqrt(n_features))


def kernel_weights(shared: NDArray[np.bool_], width: float) -> Floats:
    """Return ``(n,)`` the square root of exp(-distance² / width²).

    The distance² of a row is how many of the conditions ``(n, d)`` it does not share.
    """
    apart = shared.shape[1] - np.count_nonzero(shared, axis=1)
    found: Floats = np.sqrt(np.exp(-apart / width**2))
    return found


def fit(
    shared: NDArray[np.bool_], predictions: Floats, weights: Floats, n_features: int
) -> LocalModel:
    """Fit a line to answers as the package does with ``feature_selection='auto'``.

    Up to 6 features are chosen one after the other by least squares; more are those
    with the largest coefficients of a ridge regression with penalty 0.01. Their
    weights come from a ridge regression with penalty 1. The intercept is not
    penalised.

    Parameters
    ----------
    shared
        ``(n, d)`` whether a row meets each condition of the explained one.
    answers, weights
        ``(n,)`` the model's predictions and how much each counts.
    n_features
        Most features of the line.
    """
    covariances, middle = _moments(shared, predictions, weights)
    d = shared.shape[1]
    most = min(n_features, d)
    among, towards = covariances[:d, :d], covariances[:d, d]
    if n_features <= STEPWISE:
        features = _stepwise(among, towards, most)
    else:
        size = np.abs(_ridge(among, towards, _CHOOSING_PENALTY))
        features = np.argsort(-size, kind="stable")[:most]
    chosen = among[np.ix_(features, features)]
    found = _ridge(chosen, towards[features], _PENALTY)
    total = covariances[d, d]
    missed = total - 2 * found @ towards[features] + found @ chosen @ found
    order = np.argsort(-np.abs(found), kind="stable")
    return LocalModel(
        features=features[order],
        weights=found[order],
        intercept=float(middle[d] - middle[features] @ found),
        r2=float(1 - missed / total) if total > 0 else 1.0,
    )


def _moments(
    shared: NDArray[np.bool_], predictions: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Return weighted sums of products about the means, and the means; answers last."""
    d = shared.shape[1]
    both = np.empty((len(predictions), d + 1))
    # from one of them: answers that are all the same then vary by exactly nothing
    both[:, :d], both[:, d] = shared, predictions - predictions[0]
    middle = weights @ both / weights.sum()
    both -= middle
    both *= np.sqrt(weights)[:, None]
    middle[d] += predictions[0]
    return both.T @ both, middle


def _ridge(among: Floats, towards: Floats, penalty: float) -> Floats:
    found = np.linalg.solve(among + penalty * np.eye(len(among)), towards)
    return np.asarray(found, dtype=np.float64)


def _stepwise(among: Floats, towards: Floats, most: int) -> Places:
    """Return the features that, one after the other, tell most of what is left.

    What one tells is swept out of the others before the next is chosen.
    """
    left: Floats = among.copy()
    still: Floats = towards.copy()
    least = _NOTHING * np.diag(among)
    free = np.ones(len(among), dtype=bool)
    chosen = []
    for _ in range(most):
        own = np.diag(left)
        told = np.where(own > least, still**2, 0.0) / np.where(own > least, own, 1.0)
        best = int(np.argmax(np.where(free, told, -1.0)))
        chosen.append(best)
        free[best] = False
        if told[best] > 0:
            share = left[best] / own[best]
            still -= share * still[best]
            left -= np.outer(share, left[best].copy())
    return np.array(chosen, dtype=np.intp)
