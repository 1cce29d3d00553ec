"""Faithfulness of explanations: deletion and insertion curves."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.progress import SILENT
from engine.contracts.results import Faithfulness
from engine.explain.agreement.ablation import area, deletions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.explain.agreement.ablation import Ablation

    Floats = NDArray[np.float64]

# Share of the way between base and prediction by which an order has to be faster
# before it counts as better: ties and rounding are no evidence against a method.
MATERIAL = 0.02


def faithfulness(
    ablation: Ablation,
    contributions: Floats,
    output: int,
    rng: np.random.Generator,
    n_chance: int,
    progress: Progress = SILENT,
) -> Faithfulness:
    """Return the curves of several explanations of one row beside those of chance.

    Every order is tried where there are no more than ``n_chance``: of two or three
    features random orders would mostly repeat the method's own.

    Parameters
    ----------
    contributions
        ``(m, d)`` signed; what supports the prediction goes first, as far as it lies
        above the base, what opposes it where it lies below.
    output
        Which of the model's outputs is explained.
    n_chance
        Random orders at most.
    """
    ends = ablation.means(np.array([[False], [True]]).repeat(ablation.d, 1), progress)
    base, answer = ends[:, output]
    side = 1.0 if answer >= base else -1.0
    orders = np.argsort(-side * contributions, axis=1, kind="stable")
    chance = other_orders(ablation.d, n_chance, rng)
    left = deletions(np.concatenate([orders, chance]))
    predictions = ablation.means(
        np.concatenate([left, ~left]).reshape(-1, ablation.d), progress
    )[:, output].reshape(2, len(left), -1)
    m = len(orders)
    gap = answer - base
    share = (predictions[0] - base) / gap if gap else np.zeros_like(predictions[0])
    areas = area(share)
    better = (areas[None, m:] < areas[:m, None] - MATERIAL).mean(axis=1)
    return Faithfulness(
        deletion=predictions[0, :m],
        insertion=predictions[1, :m],
        chance_deletion=predictions[0, m:],
        chance_insertion=predictions[1, m:],
        area=areas[:m],
        better_orders=better,
    )


def other_orders(d: int, n_most: int, rng: np.random.Generator) -> NDArray[np.integer]:
    """Return ``(r, d)`` orders of ``d`` features: all, or ``n_most`` random ones."""
    if math.factorial(min(d, 20)) <= n_most:
        return np.array(list(permutations(range(d))))
    return np.stack([rng.permutation(d) for _ in range(n_most)])
