"""Results that share an answer out among the features."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note, Part
from engine.contracts.provenance import Provenance


class Background(msgspec.Struct, frozen=True, kw_only=True):
    """The rows whose mean answer an explanation starts from.

    Attributes
    ----------
    part
        Where they come from.
    rows
        ``(b,)`` int64 row numbers in that part.
    chosen
        ``all``, ``sample`` (seeded, without replacement), ``bucket`` or ``class``
        (a seeded sample of a bucket, or of the rows decided for a class).
    of
        Name of the bucket or the class.
    n_available
        Rows they were chosen from.
    """

    part: Part
    rows: np.ndarray
    chosen: str
    of: str = ""
    n_available: int = 0


class Shapley(msgspec.Struct, frozen=True, kw_only=True, tag="shapley"):
    """Shapley values: ``base_values`` and a line of ``values`` add up to an answer.

    Attributes
    ----------
    values
        ``(n, d)``, or ``(n, d, k)`` for several outputs.
    base_values
        ``(k,)``.
    predictions
        ``(n, k)`` what is explained, in ``space``.
    data
        ``(n, d)`` the features' own values; codes of ``categories`` where there
        are some; ``nan`` where missing.
    categories
        For each feature its labels; ``()`` for numbers.
    feature_names, outputs
        The model's inputs; the class or classes explained, ``("",)`` for
        regression.
    row_ids
        ``(n,)`` int64 rows of the evaluation part, ascending.
    method
        ``trees``, ``linear``, ``additive``, ``exact`` (all coalitions) or
        ``sampling`` (permutations).
    variant
        ``interventional`` or ``path_dependent``.
    space
        ``probability``, ``margin`` or ``value``.
    background
        ``None`` for path-dependent values, whose base is the training data.
    standard_errors
        Like ``values``, of the sampling; ``None`` where values are exact.
    importance, importance_low, importance_high
        ``(d, k)`` mean absolute value over the rows with its 95 % interval (the
        rows taken as a sample).
    additivity_error
        Largest gap between base plus values and the model's own answer.
    n_wanted
        Rows that will be explained; more than ``n`` while partial.
    """

    values: np.ndarray
    base_values: np.ndarray
    predictions: np.ndarray
    data: np.ndarray
    categories: tuple[tuple[str, ...], ...]
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    row_ids: np.ndarray
    method: str
    variant: str
    space: str
    background: Background | None = None
    standard_errors: np.ndarray | None = None
    importance: np.ndarray
    importance_low: np.ndarray
    importance_high: np.ndarray
    additivity_error: float
    n_wanted: int
    notes: tuple[Note, ...] = ()
    provenance: Provenance
