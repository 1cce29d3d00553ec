"""A row changed by hand, and its prediction."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance
from engine.contracts.results.counterfactual import Cell, Change
from engine.contracts.results.effects import Axis
from engine.contracts.results.shapley import Shapley


class Editable(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature could be.

    Attributes
    ----------
    low, high
        Of a number the least and the largest in the data; ``nan`` where there is
        none.
    decimals
        Decimals worth having of a number; 0 for whole numbers.
    labels
        Of a feature with labels those that can be chosen; ``()`` for numbers.
    n_left_out
        Labels that cannot: the rarest.
    may_miss
        Whether some row has no value.
    """

    name: str
    low: float = float("nan")
    high: float = float("nan")
    decimals: int = 0
    labels: tuple[str, ...] = ()
    n_left_out: int = 0
    may_miss: bool = False


class WhatIf(msgspec.Struct, frozen=True, kw_only=True, tag="what_if"):
    """What the model says of the current row with some cells changed.

    Of every pair the first is the row as it is, the second the changed one.

    Attributes
    ----------
    row
        The current row of the evaluation part.
    feature_names
        The model's inputs.
    cells
        What the row has in each.
    changes
        The cells that are changed, in the order of the features.
    answers
        ``(2, k)`` what the model says.
    outputs, space
        Of which classes, ``("",)`` for regression; ``probability``, ``margin`` or
        ``value``.
    decided
        The classes decided; empty texts for regression.
    threshold
        Of two classes the score from which the positive one is decided.
    distance
        How far the two lie apart, see
        :mod:`engine.explain.counterfactual.plausibility`.
    plausibility
        ``(2,)`` share of real rows that lie as far from their nearest real rows, or
        farther; ``nan`` where there are too few to tell.
    n_real, n_real_total, real_part
        Real rows they are held against; of how many; of which part.
    n_judged
        Of the real rows those whose own distance is known: plausibilities are shares
        of these.
    editable
        For each feature what it could be.
    axis, line
        Places along one feature, and ``(2, g, k)`` what the model says of the two
        rows there, all else as it is.
    contributions
        Shapley values of the two, as rows 0 and 1; ``None`` while they are not known.
    """

    row: int
    feature_names: tuple[str, ...]
    cells: tuple[Cell, ...]
    changes: tuple[Change, ...] = ()
    answers: np.ndarray
    outputs: tuple[str, ...]
    space: str
    decided: tuple[str, str]
    threshold: float | None = None
    distance: float
    plausibility: np.ndarray
    n_real: int
    n_real_total: int
    n_judged: int
    real_part: str
    editable: tuple[Editable, ...]
    axis: Axis
    line: np.ndarray
    contributions: Shapley | None = None
    notes: tuple[Note, ...] = ()
    provenance: Provenance
