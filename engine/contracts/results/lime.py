"""Local linear models (LIME) of one row and of many."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance

# Below such a fidelity a line is not to be used, and a sign counts as unsteady where
# more than such a share of other seeds has the other one. Our own, no norm.
POOR_FIT, FLIPS = 0.25, 0.1


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What the explained row meets, and random rows meet or do not.

    Attributes
    ----------
    feature
        Place in ``feature_names``.
    low, high
        Of a number: above ``low`` up to and with ``high``; ``None`` where open.
    label
        Of a feature with labels.
    missing
        Whether the condition is to have no value.
    """

    feature: int
    low: float | None = None
    high: float | None = None
    label: str | None = None
    missing: bool = False


class LimeStability(msgspec.Struct, frozen=True, kw_only=True):
    """What other random rows would have said.

    Attributes
    ----------
    seeds
        The ``s`` seeds, that of the explanation first.
    weights
        ``(s, m)`` weights of the shown conditions; 0 where another feature was chosen.
    spread
        ``(m,)`` their standard deviation; ``nan`` for one seed alone.
    sign_flips
        ``(m,)`` share of the other seeds whose weight has the other sign.
    chosen
        ``(m,)`` share of the seeds that choose the feature.
    rank_low, rank_high
        ``(m,)`` first and last place by size of weight, 1 the weightiest; one more
        than ``m`` where it is not chosen.
    r2, local_predictions
        ``(s,)``.
    instability
        Sum of the spreads of all features as a share of their mean weight's sizes;
        ``nan`` for one seed alone.
    """

    seeds: tuple[int, ...]
    weights: np.ndarray
    spread: np.ndarray
    sign_flips: np.ndarray
    chosen: np.ndarray
    rank_low: np.ndarray
    rank_high: np.ndarray
    r2: np.ndarray
    local_predictions: np.ndarray
    instability: float


class LimeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Fidelity and stability for other widths of the kernel and fewer random rows.

    Attributes
    ----------
    kernel_widths, num_samples
        ``(a,)`` and ``(b,)``, ascending.
    r2, instability, n_effective
        ``(a, b)`` means over the seeds; ``instability`` as of
        :class:`LimeStability`; ``n_effective`` (sum of the kernel's weights)² over the
        sum of their squares.
    suggested
        Places of the suggested width and number.
    """

    kernel_widths: np.ndarray
    num_samples: np.ndarray
    r2: np.ndarray
    instability: np.ndarray
    n_effective: np.ndarray
    suggested: tuple[int, int]


class Lime(msgspec.Struct, frozen=True, kw_only=True, tag="lime"):
    """A local linear explanation of one row, with what it was fitted to.

    Attributes
    ----------
    row
        The explained row of the evaluation part.
    output
        The class explained; ``""`` for regression.
    outputs, answers
        Every class, ``(k,)`` what the model says of it.
    space
        ``probability``, ``margin`` or ``value``.
    conditions
        The ``m`` conditions of the row in short, the weightiest first.
    terms
        The same in parts.
    weights
        ``(m,)`` what meeting each adds.
    intercept, local_prediction, model_prediction
        The line at a row that meets none, at this row, and the model itself.
    r2
        Local fidelity: weighted share of the variance of the model's answers about
        the row that the line tells.
    kernel_width
        Of ``exp(-distance² / width²)`` under a square root.
    n_effective
        As of :class:`LimeSettings`, of this explanation.
    kernel_weights, predictions, local_predictions
        ``(n,)`` of the random rows; the explained row is the first.
    nearest, nearest_data, nearest_categories, nearest_shared
        ``(v,)`` places of those with the largest weights, ``(v, d)`` their values
        (codes of the labels where there are some; ``nan`` where missing), labels, and
        ``(v, d)`` which conditions they share.
    stability, settings
        ``settings`` is ``None`` for one seed alone.
    population, n_population
        The part whose values the random rows are drawn from, and its rows.
    verdict, reasons
        ``usable``, ``direction``, ``unusable``, ``one_seed`` (its stability is not
        known) or ``flat`` (the answer does not move), and why.
    """

    row: int
    output: str
    outputs: tuple[str, ...]
    answers: np.ndarray
    space: str
    feature_names: tuple[str, ...]
    conditions: tuple[str, ...]
    terms: tuple[Condition, ...]
    weights: np.ndarray
    intercept: float
    local_prediction: float
    model_prediction: float
    r2: float
    kernel_width: float
    n_effective: float
    stability: LimeStability
    settings: LimeSettings | None = None
    kernel_weights: np.ndarray
    predictions: np.ndarray
    local_predictions: np.ndarray
    nearest: np.ndarray
    nearest_data: np.ndarray
    nearest_categories: tuple[tuple[str, ...], ...]
    nearest_shared: np.ndarray
    population: str
    n_population: int
    verdict: str
    reasons: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    provenance: Provenance


class LimeRows(msgspec.Struct, frozen=True, kw_only=True, tag="lime_rows"):
    """Local linear explanations of many rows, from the same random rows.

    Attributes
    ----------
    row_ids
        ``(n,)`` int64 rows of the evaluation part, ascending.
    values
        ``(n, d)`` weight of each feature's condition; 0 where it is not chosen.
    intercepts, local_predictions, model_predictions, r2
        ``(n,)``, as of :class:`Lime`.
    n_wanted
        Rows that will be explained; more than ``n`` while partial.
    """

    row_ids: np.ndarray
    output: str
    outputs: tuple[str, ...]
    space: str
    feature_names: tuple[str, ...]
    values: np.ndarray
    intercepts: np.ndarray
    local_predictions: np.ndarray
    model_predictions: np.ndarray
    r2: np.ndarray
    kernel_width: float
    population: str
    n_population: int
    n_wanted: int
    notes: tuple[Note, ...] = ()
    provenance: Provenance
