"""Accumulated local effects (ALE): sums of local differences along a feature.

Apley and Zhu (2020). No row moves further than to the ends of its own interval, so the
model is hardly asked about rows that never occur, however features are associated.
Their centring is that of the authors' own program: an interval counts with its middle.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.progress import Portion
from engine.contracts.results import AccumulatedEffects
from engine.explain.effects import accumulate
from engine.explain.effects.grid import (
    check_points,
    grid_of,
    reordered,
    with_associated,
    without_missing,
)
from engine.explain.effects.label_order import order_of_labels
from engine.explain.effects.perturbed import ASKED_AT_ONCE, Perturbed, chosen_places
from engine.explain.scope import badge, current_row, in_random_order
from engine.explain.subject import Subject, cells_as_numbers, unexplainable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.progress import Progress
    from engine.explain.effects.grid import Grid

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

# Rows that an interval, or a cell of two features, should have; fewest and most.
_ROWS_EACH, _INTERVALS = 20, (5, 40)
_ROWS_A_CELL, _INTERVALS_OF_TWO = 10, (3, 15)


class AleParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of accumulated local effects.

    Attributes
    ----------
    first, second
        Inputs of the model: one, or two together. Empty: the one along which the
        prediction moves most in a pre-screening.
    intervals
        Intervals of a number, with as many rows each as ties allow. 0: up to 40 with
        about 20 rows each; of two features up to 15 each.
    output
        ``auto`` (the model's own scores), ``probability`` or ``margin``.
    rows
        At most so many rows, a seeded sample of them, stated in the badge. 0: all.
    """

    first: str = ""
    second: str = ""
    intervals: int = 0
    output: str = "auto"
    rows: int = 20_000


class AleAnalysis:
    """Effects of a feature, from rows close to its values alone."""

    id = "ale"
    title = mark("Accumulated local effects (ALE)")
    Params = AleParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: AleParams, progress: Progress
    ) -> AccumulatedEffects:
        """Move every row to the ends of its interval and accumulate the differences.

        Raises
        ------
        EngineError
            ``explain.no_feature``, ``explain.same_feature``, ``explain.one_value``,
            ``explain.pair_of_labels``, ``explain.bad_points``,
            ``explain.bad_choice``, ``evaluate.no_rows``.
        """
        return _AleRun(inputs, params, progress).result(progress)


class _AleRun:
    def __init__(self, inputs: Inputs, params: AleParams, progress: Progress) -> None:
        self._started = time.perf_counter()
        self._inputs, self._params = inputs, params
        check_points(params.intervals, least=1)
        self._subject = subject = Subject(inputs)
        rows, self._sampling = in_random_order(inputs, params.rows)
        self._rows = np.sort(rows)
        self._features = subject.features()
        self._near = self._features.take(pa.array(self._rows))
        self._perturbed = Perturbed(subject, self._near, params.output)
        progress.raise_if_cancelled()
        names = (params.first, params.second)
        self._places = chosen_places(
            subject, self._near, names, params.output, inputs.seed, progress
        )
        self._row = current_row(inputs)

    def result(self, progress: Progress) -> AccumulatedEffects:
        points = 1 + (self._params.intervals or self._fitting())
        grids = [self._grid(place, points) for place in self._places]
        order = "numbers"
        labelled = [bool(grid.axis.labels) for grid in grids]
        if all(labelled) and len(grids) > 1:
            raise EngineError("explain.pair_of_labels", name=grids[1].axis.name)
        if any(labelled):
            place = labelled.index(True)
            order, grids[place] = self._in_order(grids[place], progress)
        effects = self._effects(grids, progress)
        data = np.stack([grid.own for grid in grids], axis=1)
        unknown = np.isnan(data[self._rows]).any(axis=1)
        axes = [with_associated(one, self._near, progress).axis for one in grids]
        return AccumulatedEffects(
            axes=tuple(axes),
            effect=effects.effect,
            low=effects.low,
            high=effects.high,
            within=effects.within,
            strength=effects.strength,
            order=order,
            n_missing=int(np.count_nonzero(unknown)),
            data=data[self._rows],
            row_ids=self._rows,
            row=self._row,
            row_data=data[self._row] if self._row >= 0 else np.zeros(0),
            feature_names=self._subject.names,
            outputs=self._subject.outputs,
            space=self._perturbed.space,
            notes=self._subject.notes(),
            provenance=badge(
                self._inputs,
                self._params,
                self._started,
                n_used=len(self._rows),
                method="ale",
                sampling=self._sampling,
            ),
        )

    def _effects(self, grids: Sequence[Grid], progress: Progress) -> accumulate.Effects:
        labelled = [bool(grid.axis.labels) for grid in grids]
        match labelled:
            case [True]:
                return self._of_labels(grids[0], progress)
            case [False]:
                return self._of_numbers(grids[0], progress)
            case [True, False]:
                return self._of_label_and_number(grids, progress)
            case [False, True]:
                effects = self._of_label_and_number(grids[::-1], progress)
                effect, within = effects.effect.swapaxes(0, 1), effects.within.T
                return replace(effects, effect=effect, within=within)
        return self._of_two(grids, progress)

    def _fitting(self) -> int:
        """Return how many intervals the rows are enough for."""
        n = len(self._rows)
        if len(self._places) == 1:
            return int(np.clip(n // _ROWS_EACH, *_INTERVALS))
        return int(np.clip(np.sqrt(n / _ROWS_A_CELL), *_INTERVALS_OF_TWO))

    def _grid(self, place: int, points: int) -> Grid:
        """Return the known values of a feature: missing ones have no neighbours."""
        grid = grid_of(self._features, place, points, "quantiles", self._rows)
        grid = without_missing(grid)
        if grid.n < 2:
            raise EngineError("explain.one_value", name=grid.axis.name)
        return grid

    def _in_order(self, grid: Grid, progress: Progress) -> tuple[str, Grid]:
        if grid.axis.ordered:
            return "own", grid
        data, labels = cells_as_numbers(self._near)
        own = grid.own[self._rows]
        known = np.isfinite(own)
        others = np.arange(data.shape[1]) != grid.place
        order = order_of_labels(
            own[known].astype(np.int64),
            grid.n,
            data[np.ix_(known, others)],
            np.array([bool(some) for some in labels])[others],
            progress,
        )
        return "similarity", reordered(grid, order)

    def _of_numbers(self, grid: Grid, progress: Progress) -> accumulate.Effects:
        rows, (interval,) = self._intervals([grid])
        ends = [[interval + 1], [interval]]
        high, low = self._predict_at(rows, [grid], ends, progress)
        return accumulate.of_intervals(interval, grid.n - 1, high - low)

    def _of_labels(self, grid: Grid, progress: Progress) -> accumulate.Effects:
        own = grid.own[self._rows]
        rows = np.flatnonzero(np.isfinite(own))
        level = own[rows].astype(np.int64)
        near = (level, np.maximum(level - 1, 0), np.minimum(level + 1, grid.n - 1))
        blocks = self._predict_at(rows, [grid], [[place] for place in near], progress)
        here, before, after = blocks
        return accumulate.of_levels(level, grid.n, here - before, after - here)

    def _of_two(self, grids: Sequence[Grid], progress: Progress) -> accumulate.Effects:
        rows, (one, two) = self._intervals(grids)
        corners = [[one + 1, two + 1], [one, two + 1], [one + 1, two], [one, two]]
        blocks = self._predict_at(rows, grids, corners, progress)
        differences = (blocks[0] - blocks[1]) - (blocks[2] - blocks[3])
        ends = (grids[0].axis.values, grids[1].axis.values)
        return accumulate.of_cells(np.stack([one, two]), ends, differences)

    def _of_label_and_number(
        self, grids: Sequence[Grid], progress: Progress
    ) -> accumulate.Effects:
        label, number = grids
        known = np.isfinite(label.own[self._rows])
        rows, (interval,) = self._intervals([number])
        rows, interval = rows[known[rows]], interval[known[rows]]
        level = label.own[self._rows][rows].astype(np.int64)
        near = (np.maximum(level - 1, 0), level, np.minimum(level + 1, label.n - 1))
        corners = [[neighbour, interval + end] for neighbour in near for end in (0, 1)]
        blocks = self._predict_at(rows, grids, corners, progress)
        before, own, after = (blocks[i + 1] - blocks[i] for i in (0, 2, 4))
        ends = (np.arange(float(label.n)), number.axis.values)
        differences = (own - before, after - own)
        return accumulate.of_levels_and_intervals(level, interval, ends, differences)

    def _intervals(self, grids: Sequence[Grid]) -> tuple[Places, list[Places]]:
        """Return the rows that have a value, and the interval each lies in.

        Intervals are closed at their upper end, the first one at both.
        """
        own = np.stack([grid.own[self._rows] for grid in grids])
        rows = np.flatnonzero(np.isfinite(own).all(axis=0))
        places = []
        for grid, values in zip(grids, own, strict=True):
            above = np.searchsorted(grid.axis.values, values[rows], side="left")
            places.append(np.clip(above - 1, 0, grid.n - 2).astype(np.int64))
        return rows, places

    def _predict_at(
        self,
        rows: Places,
        grids: Sequence[Grid],
        corners: Sequence[Sequence[Places]],
        progress: Progress,
    ) -> Floats:
        """Return ``(c, r, k)`` answers, the rows set to each of ``c`` corners.

        Parameters
        ----------
        corners
            For each corner and each feature the ``(r,)`` places along it.
        """
        size = max(1, ASKED_AT_ONCE // len(corners))
        blocks = []
        for start in range(0, len(rows), size):
            block = slice(start, start + size)
            some = rows[block]
            cells = {}
            for a, grid in enumerate(grids):
                places = np.concatenate([corner[a][block] for corner in corners])
                cells[grid.place] = grid.cells.take(pa.array(places))
            within = Portion(progress, start, len(some), len(rows))
            predictions = self._perturbed.predict(
                np.tile(some, len(corners)), cells, within
            )
            blocks.append(predictions.reshape(len(corners), len(some), -1))
            progress.advance(start + len(some), len(rows), "explain.replacing")
            progress.raise_if_cancelled()
        return np.concatenate(blocks, axis=1)
