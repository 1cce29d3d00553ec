"""Grids of values at which effects of a feature are computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.errors import EngineError
from engine.contracts.results import Axis
from engine.explain import association
from engine.explain.feature_names import by_name
from engine.explain.subject import cells_as_numbers, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]

MOST_LABELS = 40  # the most frequent ones are asked about
SPACINGS = ("quantiles", "even")
_N_BINS = 60
_MOST = 200  # grid points of a number
_MOST_ROWS, _FEWEST_ROWS, _MOST_CELLS = 20_000, 1_000, 600_000


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Grid points of one feature.

    Attributes
    ----------
    place
        The feature's place among the model's inputs.
    cells
        ``(g,)`` cells of the column's own type.
    axis
        The same for people, with how the values lie.
    own
        ``(n,)`` the rows' own values: numbers, or codes of ``axis.labels``; ``nan``
        where missing or of a label that is left out.
    """

    place: int
    cells: pa.Array
    axis: Axis
    own: Floats

    @property
    def n(self) -> int:
        """Places."""
        return len(self.cells)


def check_points(points: int, least: int = 2) -> None:
    """Check a number of grid points; 0 leaves it to the program.

    Raises
    ------
    EngineError
        ``explain.bad_points``.
    """
    if points and not least <= points <= _MOST:
        raise EngineError("explain.bad_points", given=points, least=least, most=_MOST)


def grid_of(
    features: pa.Table,
    place: int,
    points: int,
    spacing: str,
    within: NDArray[np.integer] | None = None,
) -> Grid:
    """Return grid points of a feature.

    A number with at most ``points`` values has a grid point for each of them; of labels
    each has its own, the rarest left out above :data:`MOST_LABELS`. Missing values,
    where there are some, are the last point.

    Parameters
    ----------
    features
        The model's inputs.
    points
        Most grid points of a number, 2 or more.
    spacing
        ``quantiles`` (values of rows) or ``even`` (equal distances).
    within
        Rows whose values count; ``None`` for all.
    """
    column = whole(features.column(place))
    numbers, labels = cells_as_numbers(features.select([place]))
    values = numbers[:, 0]
    rows = np.arange(len(values)) if within is None else within
    name = features.column_names[place]
    missing = rows[np.isnan(values[rows])]
    if labels[0]:
        return _of_labels(place, name, column, values, labels[0], rows, missing)
    known = values[rows]
    known = known[np.isfinite(known)]
    grid = _grid(known, points, spacing, whole_numbers=pa.types.is_integer(column.type))
    cells = pa.array(grid).cast(column.type, safe=False)
    shown = np.asarray(cells.cast(pa.float64()), dtype=np.float64)
    if len(missing):
        cells = pa.concat_arrays([cells, column.slice(missing[0], 1)])
        shown = np.append(shown, np.nan)
    counts, edges = _lie(known)
    axis = Axis(
        name=name, values=shown, counts=counts, edges=edges, n_missing=len(missing)
    )
    return Grid(place=place, cells=cells, axis=axis, own=values)


def with_associated(found: Grid, features: pa.Table, progress: Progress) -> Grid:
    """Return the same, with the input most associated with the feature."""
    n, d = features.num_rows, features.num_columns
    most = min(_MOST_ROWS, max(_FEWEST_ROWS, _MOST_CELLS // d))
    if n > most:
        some = np.linspace(0, n - 1, most).astype(np.int64)
        features = features.take(pa.array(some))
    data, labels = cells_as_numbers(features)
    labelled = np.array([bool(known) for known in labels])
    other, share = association.closest(data, labelled, found.place, progress)
    related = "" if other < 0 else features.column_names[other]
    axis = msgspec.structs.replace(
        found.axis, related=related, association=share, n_association=len(data)
    )
    return replace(found, axis=axis)


def without_missing(found: Grid) -> Grid:
    """Return the grid points of known values alone."""
    known = np.isfinite(found.axis.values)
    counts = found.axis.counts[known] if found.axis.labels else found.axis.counts
    axis = msgspec.structs.replace(
        found.axis, values=found.axis.values[known], counts=counts
    )
    return replace(found, axis=axis, cells=found.cells.filter(pa.array(known)))


def reordered(found: Grid, order: NDArray[np.integer]) -> Grid:
    """Return the labels in another order: the first is ``order[0]`` of now."""
    place = np.append(np.argsort(order).astype(np.float64), np.nan)
    own = place[np.where(np.isfinite(found.own), found.own, -1).astype(np.int64)]
    axis = msgspec.structs.replace(
        found.axis,
        labels=tuple(found.axis.labels[i] for i in order),
        counts=found.axis.counts[order],
    )
    return replace(found, axis=axis, cells=found.cells.take(pa.array(order)), own=own)


def _of_labels(
    place: int,
    name: str,
    column: pa.Array,
    codes: Floats,
    labels: tuple[str, ...],
    rows: NDArray[np.integer],
    missing: NDArray[np.integer],
) -> Grid:
    known = rows[np.isfinite(codes[rows])]
    kinds, first, n = np.unique(
        codes[known].astype(np.int64), return_index=True, return_counts=True
    )
    ordered = bool(pa.types.is_dictionary(column.type) and column.type.ordered)
    keep = sorted(
        np.argsort(-n, kind="stable")[:MOST_LABELS].tolist(),
        key=lambda i: (kinds[i], "") if ordered else by_name(labels[kinds[i]]),
    )
    where = [int(known[first[i]]) for i in keep]
    counts = [int(n[i]) for i in keep]
    shown = list(map(float, range(len(keep))))
    place_of_code = np.full(len(labels) + 1, np.nan)  # the last: of missing values
    place_of_code[kinds[keep]] = shown
    own = place_of_code[np.where(np.isfinite(codes), codes, -1).astype(np.int64)]
    if len(missing):
        where.append(int(missing[0]))
        counts.append(len(missing))
        shown.append(np.nan)
    axis = Axis(
        name=name,
        values=np.array(shown),
        labels=tuple(labels[kinds[i]] for i in keep),
        ordered=ordered,
        counts=np.array(counts, dtype=np.int64),
        edges=np.zeros(0),
        n_missing=len(missing),
        n_left_out=len(kinds) - len(keep),
    )
    return Grid(place=place, cells=column.take(pa.array(where)), axis=axis, own=own)


def _grid(known: Floats, points: int, spacing: str, *, whole_numbers: bool) -> Floats:
    distinct = np.unique(known)
    if len(distinct) <= points:
        return distinct
    if spacing == "quantiles":
        return _quantiles(known, points)
    even = np.linspace(distinct[0], distinct[-1], points)
    return np.unique(np.rint(even)) if whole_numbers else even


def _quantiles(known: Floats, points: int) -> Floats:
    """Return values that rows have, as many rows between them as ties allow."""
    upto = -(-np.arange(points) * len(known) // (points - 1))  # rounded up
    return np.unique(np.sort(known)[np.maximum(upto - 1, 0)])


def _lie(known: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return how many values lie in each of some equal bins, and their edges."""
    if not len(known):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    counts, edges = np.histogram(known, bins=_bins(known))
    return counts.astype(np.int64), edges


def _bins(known: Floats) -> Floats:
    low, high = known.min(), known.max()
    if not np.array_equal(known, np.rint(known)):
        return np.linspace(low, high, _N_BINS + 1)
    step = np.ceil((high - low + 1) / _N_BINS)  # as many whole numbers in each
    return np.arange(low - 0.5, high + step, step)
