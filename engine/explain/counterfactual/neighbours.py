"""Neighbours: the real rows that candidates are compared with, and the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Part
from engine.explain.counterfactual.plausibility import apart
from engine.explain.subject import cells_as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Inputs
    from engine.explain.counterfactual.row_encoding import RowEncoding
    from engine.explain.subject import Subject

# Rows that made rows are held against; fewer of very many features.
MOST_REAL, MOST_CELLS, FEWEST_REAL = 5_000, 500_000, 500


def sampled(inputs: Inputs, subject: Subject, row: int) -> tuple[Part, pa.Table, int]:
    """Return real rows in random order, of which part, and how many that has.

    Of the reference part where there is one, else of the evaluation part without the
    row itself; at most :data:`MOST_REAL`, of more than a hundred features fewer
    (:data:`MOST_CELLS` cells, but :data:`FEWEST_REAL` rows): a seeded sample.

    Parameters
    ----------
    row
        The row of the evaluation part that rows are made from.
    """
    has_reference = Part.REFERENCE in subject.parts
    part = Part.REFERENCE if has_reference else Part.EVALUATION
    features = subject.features(part)
    n = features.num_rows
    rows = np.random.default_rng([inputs.seed, 9]).permutation(n)
    if part is Part.EVALUATION:
        rows = rows[rows != row]
    most = max(min(MOST_REAL, MOST_CELLS // features.num_columns), FEWEST_REAL)
    return part, features.take(pa.array(rows[:most])), n


def nearest(
    features: pa.Table,
    row: int,
    among: NDArray[np.integer],
    encoding: RowEncoding,
    most: int,
) -> NDArray[np.int64]:
    """Return the rows nearest to one, the nearest first.

    Parameters
    ----------
    features
        The model's inputs of the evaluation part.
    among
        Rows that count.
    encoding
        Whose units distances are told in.
    most
        How many.
    """
    far = np.zeros(len(among))
    for j, number in enumerate(encoding.is_number):
        values = cells_as_numbers(features.select([j]))[0][:, 0]
        far += apart(
            values[among],
            values[row : row + 1],
            number=bool(number),
            spread=float(encoding.spread[j]),
        )
    order = np.argsort(far, kind="stable")[:most]
    return np.asarray(among[order], dtype=np.int64)
