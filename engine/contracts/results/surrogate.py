"""A small tree that answers in the place of the model, and how well it does."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance
from engine.contracts.results.classification import Metric
from engine.contracts.results.glass_box import TreeNodes


class Surrogate(msgspec.Struct, frozen=True, kw_only=True, tag="surrogate"):
    """A shallow tree fitted to the model's answers, never to the truth.

    Attributes
    ----------
    tree
        Fitted on ``n_fitted`` rows (its ``cover``); ``n_rows``, ``ends`` are of all.
    depth
        Most questions that were allowed.
    n_fitted, n_held_out
        Rows it was fitted on, and others on which it was measured.
    r2
        For each output the share of the variance of the model's answers for the
        held-out rows that the tree's answers have.
    error
        For each output the root mean square gap between the two.
    agreement
        Share of the held-out rows that both decide alike; ``None`` for regression.
    same_for_all
        Share that the one decision made most often would get.
    space
        ``probability``, ``margin`` or ``value``: of the answers.
    feature_names, outputs
        The model's inputs; the class or classes, ``("",)`` for regression.
    row_ids
        ``(n,)`` int64 rows of the evaluation part that were used, ascending.
    n_missing
        ``(d,)`` int64 of them without a value of each input.
    row, row_own, row_said
        The current row or -1, and ``(k,)`` what the model and the tree say of it.
    """

    tree: TreeNodes
    depth: int
    n_fitted: int
    n_held_out: int
    r2: tuple[Metric, ...]
    error: tuple[Metric, ...]
    agreement: Metric | None = None
    same_for_all: float = 0.0
    space: str
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    row_ids: np.ndarray
    n_missing: np.ndarray
    row: int = -1
    row_own: np.ndarray
    row_said: np.ndarray
    notes: tuple[Note, ...] = ()
    provenance: Provenance
