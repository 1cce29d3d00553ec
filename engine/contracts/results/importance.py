"""Permutation and drop-column importance."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance


class Permutation(msgspec.Struct, frozen=True, kw_only=True, tag="permutation"):
    """What a metric loses when features are shuffled.

    Attributes
    ----------
    metric, baseline
        The metric and its value on the rows as they are.
    metrics
        The metrics that fit, the one taken by default first.
    lower_is_better
        Whether a smaller metric is the better one; losses are turned so that more
        is more important all the same.
    inputs
        The model's ``d`` inputs.
    groups
        The ``g`` groups that were shuffled together, as places in ``inputs``.
    feature_names
        ``g`` names: an input, or several joined by ``+``.
    importances
        ``(g, repeats)`` losses.
    importances_mean, importances_std
        ``(g,)`` over the repeats.
    low, high
        ``(g,)`` 95 % interval of the mean; ``nan`` where no shuffle changed anything
        and the metric does not tell how much may have gone unseen.
    interval_from
        ``rows`` (rows taken as a sample, and the repeats) or ``repeats`` alone, for
        metrics of which no row's pull is known.
    tree
        ``(d - 1, 4)`` average linkage of the inputs by ``1 -`` association, as scipy
        writes it.
    association
        ``(d, d)`` how much two inputs tell of each other, 0 to 1.
    n_association
        Rows that it was found on.
    cut
        Distance up to which inputs were joined; 0: none.
    """

    metric: str
    baseline: float
    metrics: tuple[str, ...]
    lower_is_better: bool
    inputs: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    feature_names: tuple[str, ...]
    importances: np.ndarray
    importances_mean: np.ndarray
    importances_std: np.ndarray
    low: np.ndarray
    high: np.ndarray
    interval_from: str
    tree: np.ndarray
    association: np.ndarray
    n_association: int
    cut: float = 0.0
    notes: tuple[Note, ...] = ()
    provenance: Provenance


class DropColumn(msgspec.Struct, frozen=True, kw_only=True, tag="drop_column"):
    """What a metric loses when a model is fitted anew without each feature.

    Attributes
    ----------
    metric, metrics, lower_is_better
        As of :class:`Permutation`.
    own, baseline
        The metric of the model itself, and of one fitted anew with all features (the
        mean over the repeats).
    feature_names
        The model's ``d`` inputs.
    importances
        ``(d, repeats)`` losses.
    importances_mean, importances_std
        ``(d,)`` over the repeats.
    n_training
        Reference rows that were fitted to.
    """

    metric: str
    metrics: tuple[str, ...]
    lower_is_better: bool
    own: float
    baseline: float
    feature_names: tuple[str, ...]
    importances: np.ndarray
    importances_mean: np.ndarray
    importances_std: np.ndarray
    n_training: int
    notes: tuple[Note, ...] = ()
    provenance: Provenance
