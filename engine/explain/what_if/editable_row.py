"""The real rows about a row, as one that is changed by hand is held against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, ref

import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Part
from engine.contracts.results import Editable
from engine.explain.counterfactual.neighbours import sampled
from engine.explain.counterfactual.plausibility import Plausibility
from engine.explain.counterfactual.row_encoding import RowEncoding
from engine.explain.subject import cells_as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Inputs
    from engine.contracts.progress import Progress
    from engine.data.table import Table
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]
    Key = tuple[object, ...]

MOST_LABELS = 500  # of one feature, the most frequent ones


@dataclass(frozen=True, kw_only=True)
class EditableRow:
    """Real rows, and what cells a row could have by them.

    Attributes
    ----------
    part, n_total
        Where the real rows come from, and how many it has.
    real
        The model's inputs of the real rows.
    encoding
        Codes them, the row, and all labels that can be chosen.
    own
        ``(d,)`` the row.
    plausibility
        Holds made rows against the real ones.
    editable
        For each feature what it could be.
    """

    part: Part
    n_total: int
    real: pa.Table
    encoding: RowEncoding
    own: Floats
    plausibility: Plausibility
    editable: tuple[Editable, ...]


# Of each table the last row asked about: a row is changed many times in a sitting.
_kept: WeakKeyDictionary[Table, tuple[Key, EditableRow]] = WeakKeyDictionary()


def editable_row(
    inputs: Inputs, subject: Subject, row: int, progress: Progress
) -> EditableRow:
    """Return the real rows about a row of the evaluation part; kept for the next time.

    Which these are: :func:`engine.explain.counterfactual.neighbours.sampled`. Labels
    and missing values that can be chosen are those of all rows of both parts.
    """
    table = inputs.tables[Part.EVALUATION]
    assert inputs.matched is not None
    other = inputs.tables.get(Part.REFERENCE)
    key = (
        row,
        inputs.seed,
        subject.names,
        inputs.matched.mapping,
        None if other is None else ref(other),
    )
    known = _kept.get(table)
    if known is not None and known[0] == key:
        return known[1]
    found = _editable_row(inputs, subject, row, progress)
    _kept[table] = (key, found)
    return found


def _editable_row(
    inputs: Inputs, subject: Subject, row: int, progress: Progress
) -> EditableRow:
    part, real, n_total = sampled(inputs, subject, row)
    own = subject.features().slice(row, 1)
    parts = [
        subject.features(known)
        for known in (Part.EVALUATION, Part.REFERENCE)
        if known in subject.parts
    ]
    ranges, examples = [], []
    for j in range(len(subject.names)):
        progress.advance(j, len(subject.names), "explain.nearest_rows")
        progress.raise_if_cancelled()
        may, rows = _range_of(parts, j)
        ranges.append(may)
        examples += rows
    encoding = RowEncoding(real, own, *examples)
    n = real.num_rows
    return EditableRow(
        part=part,
        n_total=n_total,
        real=real,
        encoding=encoding,
        own=encoding.points[n],
        plausibility=Plausibility(encoding, encoding.points[:n], progress),
        editable=tuple(
            Editable(
                name=may.name,
                low=may.low,
                high=may.high,
                decimals=int(encoding.decimals[j]),
                labels=encoding.labels[j],
                n_left_out=may.n_left_out,
                may_miss=may.may_miss,
            )
            for j, may in enumerate(ranges)
        ),
    )


def _range_of(parts: list[pa.Table], j: int) -> tuple[Editable, list[pa.Table]]:
    """Return what a feature is in all rows, and a row with each of its labels."""
    columns = pa.concat_tables(
        [part.select([j]) for part in parts], promote_options="permissive"
    )
    numbers, labels = cells_as_numbers(columns)
    values = numbers[:, 0]
    name, may_miss = columns.column_names[0], bool(np.isnan(values).any())
    if not labels[0]:
        known = values[np.isfinite(values)]
        low, high = (known.min(), known.max()) if len(known) else (np.nan, np.nan)
        return (
            Editable(name=name, low=float(low), high=float(high), may_miss=may_miss),
            [],
        )
    codes, first, n = np.unique(
        values[~np.isnan(values)], return_index=True, return_counts=True
    )
    common = np.argsort(-n, kind="stable")[:MOST_LABELS]
    rows = np.sort(np.flatnonzero(~np.isnan(values))[first[common]])
    start, examples = 0, []
    for part in parts:
        mine = rows[(rows >= start) & (rows < start + part.num_rows)] - start
        examples.append(part.take(pa.array(mine)))
        start += part.num_rows
    left_out = len(codes) - len(common)
    return Editable(name=name, n_left_out=left_out, may_miss=may_miss), examples
