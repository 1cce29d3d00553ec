"""Splits of a tree, in the units of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.results.glass_box import TreeNodes
    from engine.contracts.structure import TreeEnsemble
    from engine.explain.glass_box.inverse_transform import InverseTransform

    Floats = NDArray[np.float64]


class Splits:
    """The splits of ``n`` nodes; fields as of :class:`TreeNodes`."""

    def __init__(self, n: int) -> None:
        self.question, self.encoded = [""] * n, [""] * n
        self.goes_left: list[tuple[str, ...]] = [()] * n
        self.goes_right: list[tuple[str, ...]] = [()] * n
        self.threshold = np.full(n, np.nan)
        self.turned = np.zeros(n, dtype=bool)
        self.missing_left = np.zeros(n, dtype=bool)

    def set_number(self, node: int, threshold: float, *, turned: bool) -> None:
        """Split by whether a number is at most, or at least, the threshold."""
        self.question[node] = "number"
        self.threshold[node], self.turned[node] = threshold, turned

    def set_levels(
        self, node: int, names: tuple[str, ...], left: NDArray[np.bool_]
    ) -> None:
        """Split by whether it is one of the levels that go left."""
        self.question[node] = "levels"
        both = list(zip(names, left.tolist(), strict=True))
        self.goes_left[node] = tuple(name for name, goes in both if goes)
        self.goes_right[node] = tuple(name for name, goes in both if not goes)

    def set_encoded(self, node: int, name: str, threshold: float) -> None:
        """Split by a column that cannot be inverted to the input's own units."""
        self.question[node], self.encoded[node] = "encoded", name
        self.threshold[node] = threshold


def splits_of(
    units: InverseTransform,
    form: TreeEnsemble,
    kept: NDArray[np.int32],
    open_: NDArray[np.bool_],
    progress: Progress,
) -> Splits:
    """Return the splits of nodes.

    Parameters
    ----------
    kept, open_
        ``(m,)`` places of the nodes in the form, and which of them split.
    """
    splits = Splits(len(kept))
    curved: list[int] = []
    for place in np.flatnonzero(open_).tolist():
        node = int(kept[place])
        name = units.names[form.feature[node]]
        column = units.column(int(form.feature[node]))
        threshold = float(form.threshold[node])
        in_set = form.levels_start[node] >= 0
        lost = np.array([column.missing])
        splits.missing_left[place] = (
            form.missing_left[node]
            if np.isnan(column.missing)
            else bool(_left(form, node, lost)[0])
        )
        if column.kind == "levels" or (in_set and column.levels):
            splits.set_levels(place, column.levels, _left(form, node, column.codes))
        elif in_set:
            splits.set_encoded(place, name, float("nan"))
        elif column.kind == "number" and column.scale:
            own = (threshold - column.shift) / column.scale
            splits.set_number(place, own, turned=column.scale < 0)
        elif column.kind == "number" and not np.isnan(column.missing):
            splits.question[place] = "missing"  # the column says nothing else
        elif column.kind in ("rising", "falling"):
            curved.append(place)
        else:
            splits.set_encoded(place, name, threshold)
    columns = [int(form.feature[kept[place]]) for place in curved]
    numbers = form.threshold[kept[curved]] if curved else np.zeros(0)
    before, after = units.crossings(columns, numbers, progress)
    for where, place in enumerate(curved):
        turned = units.column(columns[where]).kind == "falling"
        own = float(after[where] if turned else before[where])
        if np.isfinite(own):
            splits.set_number(place, own, turned=turned)
        else:
            splits.set_encoded(
                place, units.names[columns[where]], float(numbers[where])
            )
    return splits


def _left(form: TreeEnsemble, node: int, values: Floats) -> NDArray[np.bool_]:
    """Return which encoded values go left at a node."""
    start, size = int(form.levels_start[node]), int(form.levels_size[node])
    if start < 0:
        goes = values <= form.threshold[node]
    else:
        whole = (values >= 0) & (values < size) & (values == np.floor(values))
        goes = np.zeros(len(values), dtype=bool)
        goes[whole] = form.levels[start + values[whole].astype(np.int64)]
    goes[np.isnan(values)] = form.missing_left[node]
    found: NDArray[np.bool_] = goes
    return found


def misrouted_rows(tree: TreeNodes, units: InverseTransform) -> int:
    """Return how many rows the splits in the data's units send to another leaf.

    Thresholds are in the units of the data, and rounded on the way there.
    """
    at = np.zeros(len(tree.ends), dtype=np.int32)
    for node in np.flatnonzero(tree.left >= 0).tolist():  # children behind parents
        rows = np.flatnonzero(at == node)
        goes_left = _answered(tree, node, units, rows)
        at[rows] = np.where(goes_left, tree.left[node], tree.right[node])
    return int(np.count_nonzero(at != tree.ends))


def _answered(
    tree: TreeNodes, node: int, units: InverseTransform, rows: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which rows a split sends left."""
    feature, kind = int(tree.feature[node]), tree.question[node]
    values = units.numbers[rows, feature]
    if kind == "encoded":  # not in the units of the data: as the model says
        found: NDArray[np.bool_] = tree.below(int(tree.left[node]))[tree.ends[rows]]
        return found
    if kind == "levels":
        names, at = units.level_of(feature)
        left = np.isin(names, tree.goes_left[node])[at[rows]]
    elif kind == "missing":
        left = np.full(len(rows), not tree.missing_left[node])
    elif tree.turned[node]:
        left = values >= tree.threshold[node]
    else:
        left = values <= tree.threshold[node]
    return np.where(np.isnan(values), tree.missing_left[node], left)
