"""The real rows about a row: those that made rows are held against, and the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Part
from engine.explain.plausibility import apart
from engine.explain.subject import cells_as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Inputs
    from engine.explain.codebook import Codebook
    from engine.explain.subject import Subject

MOST_REAL = 5_000  # rows that made rows are held against


def sampled(inputs: Inputs, subject: Subject, row: int) -> tuple[Part, pa.Table, int]:
    """Return real rows in random order, of which part, and how many that has.

    Of the reference part where there is one, else of the evaluation part without the
    row itself; at most :data:`MOST_REAL`, a seeded sample.

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
    return part, features.take(pa.array(rows[:MOST_REAL])), n


def nearest(
    features: pa.Table,
    row: int,
    among: NDArray[np.integer],
    book: Codebook,
    most: int,
) -> NDArray[np.int64]:
    """Return the rows nearest to one, all different from one another in distance ties.

    Parameters
    ----------
    features
        The model's inputs of the evaluation part.
    among
        Rows that count.
    book
        Whose units distances are told in.
    most
        How many.
    """
    far = np.zeros(len(among))
    for j, number in enumerate(book.is_number):
        values = cells_as_numbers(features.select([j]))[0][:, 0]
        far += apart(
            values[among],
            values[row : row + 1],
            number=bool(number),
            spread=float(book.spread[j]),
        )
    order = np.argsort(far, kind="stable")[:most]
    return np.asarray(among[order], dtype=np.int64)
