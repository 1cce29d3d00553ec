"""What a local linear model can be used for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.results.lime import FLIPS, POOR_FIT
from engine.explain.lime.stability import STEADY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.results import LimeStability

    Floats = NDArray[np.float64]

COUNTS = 0.1  # a feature counts from this share of a method's whole weight
# Of local lines, our own and no norm: the fidelity below which one is for directions
# alone, and the instability above which it is not to be used.
_FAIR_FIT, _MOVES_MUCH = 0.5, 0.5
# Where a line misses the model at the explained row itself by more than the predictions
# about the row vary (one standard deviation), it is no estimate there. Our own.
_MISSES = 1.0


def of_local_model(
    weights: Floats,
    r2: float,
    steady: LimeStability,
    *,
    miss: float = 0.0,
    deterministic: bool,
) -> tuple[str, tuple[Note, ...]]:
    """Return what a local model can be used for, and why no more.

    Parameters
    ----------
    weights
        ``(m,)`` of its conditions, the weightiest first.
    r2
        Its local fidelity.
    steady
        Its stability over other random rows.
    miss
        Its residual at the row itself, in standard deviations of the
        predictions for the row.
    """
    size = np.abs(weights)
    if not deterministic:
        return "unusable", (Note(code="explain.not_deterministic"),)
    if not size.sum() > 0:
        return "flat", ()
    alone = len(steady.seeds) == 1
    main = size >= COUNTS * size.sum()
    flips = 0 if alone else int(np.count_nonzero(main & (steady.sign_flips > FLIPS)))
    moves = 0.0 if alone else steady.instability
    reasons = []
    if r2 < _FAIR_FIT:
        reasons.append(Note(code="explain.poor_line", params={"r2": round(r2, 2)}))
    if miss > _MISSES:
        reasons.append(Note(code="explain.line_misses"))
    if flips:
        reasons.append(Note(code="explain.line_flips", params={"n": flips}))
    if moves > STEADY:
        share = round(100 * moves)
        reasons.append(Note(code="explain.line_moves", params={"percent": share}))
    if r2 < POOR_FIT or flips or moves > _MOVES_MUCH:
        return "unusable", tuple(reasons)
    if alone:
        return "one_seed", (*reasons, Note(code="explain.line_one_seed"))
    if steady.rank_high[0] > 1:
        reasons.append(Note(code="explain.line_order"))
    return ("direction" if reasons else "usable"), tuple(reasons)
