"""Reliability of explanations: rank agreement, sign disagreement, verdict."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from engine.contracts.dataset import Note
from engine.contracts.results import SignDisagreement
from engine.explain.lime.usability import COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.contracts.results import Faithfulness

    Floats = NDArray[np.float64]

_SAME_ORDER = 0.7  # rank agreement from which the order is the same
_NEAR = 0.05  # answer and base are near below this share of the predictions' spread
_NO_GAP = 0.01  # additivity error that goes unsaid, as a share of the same
_CHANCE = 0.1  # share of random orders that may be better


def rank_agreement(weights: Floats) -> Floats:
    """Return ``(m, m)`` Spearman's correlations of ``(m, d)`` weights.

    One feature alone has one order, on which all agree.
    """
    if weights.shape[1] == 1:
        return np.ones((len(weights), len(weights)))
    ranks = rankdata(weights, axis=1)
    apart = ranks - ranks.mean(axis=1, keepdims=True)
    length = np.sqrt((apart**2).sum(axis=1))
    product = np.outer(length, length)
    found: Floats = np.divide(
        apart @ apart.T, product, out=np.full(product.shape, np.nan), where=product > 0
    )
    np.fill_diagonal(found, 1.0)
    return found


def shared_first(weights: Floats, n_first: int) -> Floats:
    """Return ``(m, m)`` shares of the first features that two methods both name."""
    order = np.argsort(-weights, axis=1, kind="stable")[:, :n_first]
    named = np.zeros(weights.shape, dtype=bool)
    np.put_along_axis(named, order, values=True, axis=1)
    found: Floats = (named[:, None] & named[None]).sum(axis=2) / n_first
    return found


def sign_disagreements(values: Floats, spreads: Floats) -> tuple[SignDisagreement, ...]:
    """Return where methods give a feature that counts for both the other sign.

    A sign is one where the value is larger than twice its spread.
    """
    size = np.abs(values)
    counts = size >= COUNTS * size.sum(axis=1, keepdims=True)
    counts &= size > 2 * np.nan_to_num(spreads)
    return tuple(
        SignDisagreement(feature=feature, first=first, second=second)
        for first, second in combinations(range(len(values)), 2)
        for feature in np.flatnonzero(
            (values[first] * values[second] < 0) & counts[first] & counts[second]
        ).tolist()
    )


def of_row(
    *,
    methods: Sequence[str],
    ranks: Floats,
    signs: Sequence[SignDisagreement],
    curves: Faithfulness,
    spread: float,
    gap: float,
    deterministic: bool,
) -> tuple[str, tuple[Note, ...]]:
    """Return what the explanations of one row can be relied on for, and why.

    Parameters
    ----------
    spread
        Between the lowest and the highest answer there is.
    gap
        Additivity error.
    """
    reasons = []
    bad = False
    if not deterministic:
        reasons.append(Note(code="explain.not_deterministic"))
        bad = True
    if gap > _NO_GAP * spread:
        reasons.append(Note(code="explain.adds_up_badly", params={"gap": gap}))
        bad = True
    if bad:
        return "unreliable", tuple(reasons)
    if abs(np.ptp(curves.deletion[0, [0, -1]])) < _NEAR * spread:
        return "near_base", (Note(code="explain.near_base"),)
    allowed = _better_allowed(curves.deletion.shape[1] - 1)
    for name, better in zip(methods, curves.better_orders.tolist(), strict=True):
        if better > allowed:
            reasons.append(
                Note(
                    code="explain.chance_better",
                    params={"explanation": name, "percent": round(100 * better)},
                )
            )
    leading = curves.better_orders[0] > allowed
    if signs or leading:
        if signs:
            reasons.append(
                Note(
                    code="explain.signs_disagree",
                    params={"n": len({at.feature for at in signs})},
                )
            )
        return "unreliable", tuple(reasons)
    others = ranks[0, 1:]
    if np.isnan(others).any() or others.min(initial=1.0) < _SAME_ORDER:
        reasons.append(Note(code="explain.order_differs"))
        return "direction", tuple(reasons)
    return "reliable", (*reasons, Note(code="explain.methods_agree"))


def _better_allowed(d: int) -> float:
    """Return the share of other orders that may be better than a method's.

    Of two features the order of exact Shapley values is always the faster. Of more it
    need not be the fastest where features interact: of three, one of the six orders
    may be better.
    """
    return 1 / math.factorial(3) if d == 3 else _CHANCE


def of_all(ranks: Floats, *, deterministic: bool) -> tuple[str, tuple[Note, ...]]:
    """Return what importances over all rows can be relied on for, and why."""
    if not deterministic:
        return "unreliable", (Note(code="explain.not_deterministic"),)
    others = ranks[0, 1:]
    if np.isnan(others).any() or others.min(initial=1.0) < _SAME_ORDER:
        return "unreliable", (Note(code="explain.order_differs"),)
    return "reliable", (Note(code="explain.methods_agree"),)
