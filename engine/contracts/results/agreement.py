"""Agreement of explanations, and how faithful they are."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance
from engine.contracts.results.shapley import Background


class SignDisagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that counts for one method and that another gives the other sign.

    ``feature``, ``first`` and ``second`` are places in ``feature_names`` and
    ``methods``.
    """

    feature: int
    first: int
    second: int


class Faithfulness(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer becomes as features go, and come, in the order of each method.

    Attributes
    ----------
    deletion, insertion
        ``(m, d + 1)`` mean answers after ``0 … d`` features have been taken from the
        background, or given back to it; most supporting feature first.
    chance_deletion, chance_insertion
        ``(r, d + 1)`` the same in random orders, or in every order where there are no
        more than were asked for.
    area
        ``(m,)`` of the way between base and answer, the mean share that is left while
        features are deleted: the smaller, the more the first features matter.
    better_orders
        ``(m,)`` share of those orders whose area is smaller by a material amount.
    """

    deletion: np.ndarray
    insertion: np.ndarray
    chance_deletion: np.ndarray
    chance_insertion: np.ndarray
    area: np.ndarray
    better_orders: np.ndarray


class Agreement(msgspec.Struct, frozen=True, kw_only=True, tag="agreement"):
    """Explanations side by side: of one row, or of all.

    Attributes
    ----------
    row
        The explained row, or -1 for all rows.
    output
        The class explained; ``""`` for regression.
    methods
        Names of the ``m`` explanations.
    values
        ``(m, d)``, each in its own unit; for all rows a mean of absolute values or a
        loss of the metric.
    spreads
        ``(m, d)`` how far a value moves when the method is repeated; ``nan`` where it
        has no randomness.
    rank_agreement
        ``(m, m)`` Spearman's correlation of the absolute values.
    shared
        ``(m, m)`` share of the ``n_first`` weightiest features that both name.
    sign_disagreements
        Where signs disagree, of features that count; empty for all rows.
    answer, base
        What is explained, and the mean answer over the background (one row).
    additivity_error
        Gap between base plus Shapley values and the answer.
    local_fidelity
        Weighted R² of the local linear model; ``nan`` where there is none.
    faithfulness
        Of one row; ``None`` for all rows.
    verdict
        ``reliable``, ``direction`` (signs, not the order), ``unreliable`` or
        ``near_base`` (the answer is hardly different from the mean).
    reasons
        What the verdict rests on.
    left_out
        Methods that could not be run, and why.
    """

    row: int
    output: str
    space: str
    feature_names: tuple[str, ...]
    methods: tuple[str, ...]
    values: np.ndarray
    spreads: np.ndarray
    rank_agreement: np.ndarray
    shared: np.ndarray
    n_first: int
    sign_disagreements: tuple[SignDisagreement, ...] = ()
    answer: float = float("nan")
    base: float = float("nan")
    additivity_error: float = float("nan")
    local_fidelity: float = float("nan")
    faithfulness: Faithfulness | None = None
    verdict: str = ""
    reasons: tuple[Note, ...] = ()
    left_out: tuple[Note, ...] = ()
    background: Background | None = None
    notes: tuple[Note, ...] = ()
    provenance: Provenance
