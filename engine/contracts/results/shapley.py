"""SHAP values and interactions."""

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
        ``all``, ``sample`` (seeded, without replacement), ``kmeans`` (real rows that
        stand for groups of rows alike, with ``weights``), ``bucket`` or ``class`` (a
        seeded sample of a bucket, or of the rows decided for a class).
    of
        Name of the bucket or the class.
    n_available
        Rows they were chosen from.
    weights
        ``(b,)`` how much each counts in the mean, of sum 1; ``None``: all alike.
    """

    part: Part
    rows: np.ndarray
    chosen: str
    of: str = ""
    n_available: int = 0
    weights: np.ndarray | None = None


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
        ``trees``, ``linear``, ``additive``, ``exact`` (all coalitions), ``sampling``
        (permutations), ``rescaled`` (probabilities through margins) or ``gradients``
        (no Shapley values: Aumann–Shapley shares along straight ways).
    variant
        ``interventional``, ``path_dependent`` or, of gradients, ``path_integral``.
    space
        ``probability``, ``margin`` or ``value``.
    background
        ``None`` for path-dependent values, whose base is the training data.
    standard_errors
        Like ``values``, of the sampling; ``None`` where values are exact.
    importance, importance_low, importance_high
        ``(d, k)`` mean absolute value over the rows with its 95 % interval (the
        rows taken as a sample); the ends are ``nan`` for one row.
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


class Interactions(msgspec.Struct, frozen=True, kw_only=True, tag="interactions"):
    """What pairs of features do together, beyond what each does by itself.

    In each row base, main effects and interactions add up to the answer (Shapley
    interaction values; Fujimoto et al., 2006; Lundberg et al., 2020). A feature's
    main effect and half of its interactions are its Shapley value.

    Attributes
    ----------
    strength, strength_low, strength_high
        ``(d, d, k)`` symmetric: off the diagonal the mean over the rows of the
        absolute interaction of two features, both halves together; on it the mean
        absolute main effect. 95 % intervals, the rows taken as a sample.
    pair
        Two places in ``feature_names``: the pair asked for, else the strongest
        (over the outputs); ``(0, 0)`` where there is one feature alone.
    values
        ``(n, k)`` interaction of the pair in each row, both halves together.
    alone
        ``(n, 2, k)`` main effect of each of the two in each row.
    data
        ``(n, 2)`` the two features' own values; codes of ``categories`` where there
        are some; ``nan`` where missing.
    categories
        For each of the two its labels; ``()`` for numbers.
    row_ids
        ``(n,)`` int64 rows of the evaluation part, ascending.
    feature_names, outputs, base_values, method, variant, space, background
        As of :class:`Shapley`; ``method`` is ``trees``, ``linear``, ``additive`` or
        ``exact``.
    additivity_error
        Largest gap between base plus everything and the model's own answer.
    n_wanted
        Rows that will be looked at; more than ``n`` while partial.
    """

    strength: np.ndarray
    strength_low: np.ndarray
    strength_high: np.ndarray
    pair: tuple[int, int]
    values: np.ndarray
    alone: np.ndarray
    data: np.ndarray
    categories: tuple[tuple[str, ...], ...]
    row_ids: np.ndarray
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    base_values: np.ndarray
    method: str
    variant: str
    space: str
    background: Background | None = None
    additivity_error: float
    n_wanted: int
    notes: tuple[Note, ...] = ()
    provenance: Provenance
