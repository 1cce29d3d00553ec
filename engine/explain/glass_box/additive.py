"""The shape functions of an additive model, over the values of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.results.glass_box import Shape, Shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import AdditiveForm
    from engine.explain.glass_box.inverse_transform import InverseTransform, Row

    Floats = NDArray[np.float64]

_NO_LEVELS: tuple[str, ...] = ()


class _Axis(NamedTuple):
    """One axis of a table: its bins that rows lie in or between.

    Attributes
    ----------
    bins
        ``(g,)`` places in the table.
    levels
        Labels or values, or none where bins are steps along a number.
    at
        ``(n,)`` which of the bins each row lies in, -1 where its value is missing.
    row, own
        Which the current row lies in, -1 for none of them, and its number.
    """

    bins: NDArray[np.intp]
    levels: tuple[str, ...]
    at: NDArray[np.intp]
    row: int
    own: float


class _Table(NamedTuple):
    features: tuple[int, ...]
    columns: tuple[int, ...]
    axes: tuple[_Axis, ...]
    values: Floats


def shapes(
    units: InverseTransform,
    form: AdditiveForm,
    columns: list[int],
    sign: float,
    row: Row | None,
    progress: Progress,
) -> tuple[Shapes, tuple[Note, ...]]:
    """Return the terms of an additive model as functions of its inputs.

    Parameters
    ----------
    columns, sign
        The outputs that are shown, and -1 where they are turned round.
    row
        The current one.

    Returns
    -------
    Shapes
        Strongest first.
    tuple of Note
        What could not be shown.
    """
    tables: list[_Table] = []
    n_terms, start = len(form.columns), 0
    for places, shape in zip(form.columns, form.shapes, strict=True):
        size = int(np.prod(shape))
        table = sign * form.tables[start : start + size, columns].reshape(*shape, -1)
        start += size
        axes = [_axis(units, place, row) for place in places]
        known = tuple(axis for axis in axes if axis is not None)
        if len(known) == len(axes):
            features = tuple(int(units.source[place]) for place in places)
            tables.append(_Table(features, places, known, table))
    edges = _edges(units, tables, progress)
    found = [
        _shape(units, table, ends) for table, ends in zip(tables, edges, strict=True)
    ]
    found.sort(key=lambda shape: -float(shape.strength.max(initial=0.0)))
    notes: tuple[Note, ...] = ()
    if len(found) < n_terms:
        notes = (
            Note(code="explain.terms_not_shown", params={"n": n_terms - len(found)}),
        )
    intercept = sign * form.base[columns]
    return Shapes(shapes=tuple(found), intercept=intercept), notes


def _axis(units: InverseTransform, place: int, row: Row | None) -> _Axis | None:
    """Return how bins lie along an input, ``None`` where no order is to be seen."""
    column = units.column(place)
    made = units.encoded[:, place].astype(np.intp)
    feature = int(units.source[place])
    known = np.isfinite(units.numbers[:, feature])
    if not known.any():
        return None
    text = row.texts[feature] if row else ""
    own = float(row.numbers[feature]) if row else float("nan")
    if units.is_steps(place):
        first, last = int(made[known].min()), int(made[known].max())
        at = np.where(known, made - first, -1)
        mine = int(row.encoded[place]) if row and text else -1
        step = mine - first if first <= mine <= last else -1
        return _Axis(np.arange(first, last + 1), _NO_LEVELS, at, step, own)
    if column.levels:
        levels, at = units.level_of(feature)
        mine = levels.index(text) if text in levels else -1
        return _Axis(column.codes.astype(np.intp), levels, at, mine, float("nan"))
    return None


def _edges(
    units: InverseTransform, tables: list[_Table], progress: Progress
) -> list[tuple[Floats, ...]]:
    """Return where the steps of every table's numbers begin and end."""
    columns: list[int] = []
    numbers: list[float] = []
    for table in tables:
        for place, axis in zip(table.columns, table.axes, strict=True):
            if not axis.levels:
                columns += [place] * (len(axis.bins) - 1)
                numbers += (axis.bins[:-1] + 0.5).tolist()
    _, after = units.crossings(columns, np.array(numbers), progress)
    found, start = [], 0
    for table in tables:
        mine: list[Floats] = []
        for feature, axis in zip(table.features, table.axes, strict=True):
            if axis.levels:
                mine.append(np.zeros(0))
                continue
            values = units.numbers[:, feature]
            values = values[np.isfinite(values)]
            inner = after[start : start + len(axis.bins) - 1]
            start += len(axis.bins) - 1
            mine.append(np.concatenate([[values.min()], inner, [values.max()]]))
        found.append(tuple(mine))
    return found


def _shape(units: InverseTransform, table: _Table, edges: tuple[Floats, ...]) -> Shape:
    values = table.values[np.ix_(*(axis.bins for axis in table.axes))]
    known = np.all([axis.at >= 0 for axis in table.axes], axis=0)
    counts = np.zeros(values.shape[:-1], dtype=np.int64)
    np.add.at(counts, tuple(axis.at[known] for axis in table.axes), 1)
    places = tuple(units.encoded[:, column].astype(np.intp) for column in table.columns)
    added = table.values[places]
    gone = np.flatnonzero(~known)
    alone = len(table.axes) == 1 and len(gone) > 0
    return Shape(
        features=table.features,
        edges=edges,
        levels=tuple(axis.levels for axis in table.axes),
        values=values,
        counts=counts,
        missing=added[gone[0]] if alone else np.zeros(0),
        n_missing=len(gone),
        strength=np.abs(added).mean(axis=0),
        row=tuple(axis.row for axis in table.axes),
        own=tuple(axis.own for axis in table.axes),
    )
