"""Accumulated local effects: small steps along a feature, made by the rows near them.

Apley and Zhu (2020). No row moves further than to the ends of its own interval, so the
model is hardly asked about rows that never occur, however features go together. Their
centring is that of the authors' own program: an interval counts with its middle.
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
from engine.explain.effects import grid as axes
from engine.explain.effects.label_order import order_of_labels
from engine.explain.effects.perturbed import ASKED_AT_ONCE, Replaced, chosen_places
from engine.explain.scope import badge, current_row, in_random_order
from engine.explain.subject import Subject, cells_as_numbers, unexplainable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.progress import Progress
    from engine.explain.effects.grid import Along

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
        answer moves most on a quick look.
    intervals
        Intervals of a number, with as many rows each as ties allow. 0: up to 40 with
        about 20 rows each; of two features up to 15 each.
    output
        ``auto`` (the model's own scores), ``probability`` or ``margin``.
    rows
        At most so many rows, a seeded sample of them, said in the badge. 0: all.
    """

    first: str = ""
    second: str = ""
    intervals: int = 0
    output: str = "auto"
    rows: int = 20_000


class AleAnalysis:
    """What a feature does to the answer, from rows close to its values alone."""

    id = "ale"
    title = mark("Accumulated local effects")
    Params = AleParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be asked, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: AleParams, progress: Progress
    ) -> AccumulatedEffects:
        """Move every row to the ends of its interval and ask.

        Raises
        ------
        EngineError
            ``explain.no_feature``, ``explain.same_feature``, ``explain.one_value``,
            ``explain.pair_of_labels``, ``explain.bad_points``,
            ``explain.bad_choice``, ``evaluate.no_rows``.
        """
        return _Work(inputs, params, progress).result(progress)


class _Work:
    def __init__(self, inputs: Inputs, params: AleParams, progress: Progress) -> None:
        self._started = time.perf_counter()
        self._inputs, self._params = inputs, params
        axes.check_points(params.intervals, least=1)
        self._subject = subject = Subject(inputs)
        rows, self._sampling = in_random_order(inputs, params.rows)
        self._rows = np.sort(rows)
        self._features = subject.features()
        self._near = self._features.take(pa.array(self._rows))
        self._asked = Replaced(subject, self._near, params.output)
        progress.raise_if_cancelled()
        names = (params.first, params.second)
        self._places = chosen_places(
            subject, self._near, names, params.output, inputs.seed, progress
        )
        self._row = current_row(inputs)

    def result(self, progress: Progress) -> AccumulatedEffects:
        points = 1 + (self._params.intervals or self._fitting())
        found = [self._along(place, points) for place in self._places]
        order = "numbers"
        labelled = [bool(there.axis.labels) for there in found]
        if all(labelled) and len(found) > 1:
            raise EngineError("explain.pair_of_labels", name=found[1].axis.name)
        if any(labelled):
            place = labelled.index(True)
            order, found[place] = self._in_order(found[place], progress)
        told = self._told(found, progress)
        data = np.stack([there.own for there in found], axis=1)
        unknown = np.isnan(data[self._rows]).any(axis=1)
        there = [axes.with_kin(one, self._near, progress).axis for one in found]
        return AccumulatedEffects(
            axes=tuple(there),
            effect=told.effect,
            low=told.low,
            high=told.high,
            within=told.within,
            strength=told.strength,
            order=order,
            n_missing=int(np.count_nonzero(unknown)),
            data=data[self._rows],
            row_ids=self._rows,
            row=self._row,
            row_data=data[self._row] if self._row >= 0 else np.zeros(0),
            feature_names=self._subject.names,
            outputs=self._subject.outputs,
            space=self._asked.space,
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

    def _told(self, found: Sequence[Along], progress: Progress) -> accumulate.Effects:
        labelled = [bool(there.axis.labels) for there in found]
        match labelled:
            case [True]:
                return self._of_labels(found[0], progress)
            case [False]:
                return self._of_numbers(found[0], progress)
            case [True, False]:
                return self._of_label_and_number(found, progress)
            case [False, True]:
                told = self._of_label_and_number(found[::-1], progress)
                effect, within = told.effect.swapaxes(0, 1), told.within.T
                return replace(told, effect=effect, within=within)
        return self._of_two(found, progress)

    def _fitting(self) -> int:
        """Return how many intervals the rows are enough for."""
        n = len(self._rows)
        if len(self._places) == 1:
            return int(np.clip(n // _ROWS_EACH, *_INTERVALS))
        return int(np.clip(np.sqrt(n / _ROWS_A_CELL), *_INTERVALS_OF_TWO))

    def _along(self, place: int, points: int) -> Along:
        """Return the known values of a feature: missing ones have no neighbours."""
        there = axes.along(self._features, place, points, "quantiles", self._rows)
        there = axes.without_missing(there)
        if there.n < 2:
            raise EngineError("explain.one_value", name=there.axis.name)
        return there

    def _in_order(self, there: Along, progress: Progress) -> tuple[str, Along]:
        if there.axis.ordered:
            return "own", there
        data, labels = cells_as_numbers(self._near)
        own = there.own[self._rows]
        known = np.isfinite(own)
        others = np.arange(data.shape[1]) != there.place
        order = order_of_labels(
            own[known].astype(np.int64),
            there.n,
            data[np.ix_(known, others)],
            np.array([bool(some) for some in labels])[others],
            progress,
        )
        return "similarity", axes.reordered(there, order)

    def _of_numbers(self, there: Along, progress: Progress) -> accumulate.Effects:
        rows, (interval,) = self._intervals([there])
        ends = [[interval + 1], [interval]]
        high, low = self._ask_at(rows, [there], ends, progress)
        return accumulate.of_intervals(interval, there.n - 1, high - low)

    def _of_labels(self, there: Along, progress: Progress) -> accumulate.Effects:
        own = there.own[self._rows]
        rows = np.flatnonzero(np.isfinite(own))
        level = own[rows].astype(np.int64)
        near = (level, np.maximum(level - 1, 0), np.minimum(level + 1, there.n - 1))
        told = self._ask_at(rows, [there], [[place] for place in near], progress)
        here, before, after = told
        return accumulate.of_levels(level, there.n, here - before, after - here)

    def _of_two(self, found: Sequence[Along], progress: Progress) -> accumulate.Effects:
        rows, (one, two) = self._intervals(found)
        corners = [[one + 1, two + 1], [one, two + 1], [one + 1, two], [one, two]]
        told = self._ask_at(rows, found, corners, progress)
        turns = (told[0] - told[1]) - (told[2] - told[3])
        ends = (found[0].axis.values, found[1].axis.values)
        return accumulate.of_cells(np.stack([one, two]), ends, turns)

    def _of_label_and_number(
        self, found: Sequence[Along], progress: Progress
    ) -> accumulate.Effects:
        label, number = found
        known = np.isfinite(label.own[self._rows])
        rows, (interval,) = self._intervals([number])
        rows, interval = rows[known[rows]], interval[known[rows]]
        level = label.own[self._rows][rows].astype(np.int64)
        near = (np.maximum(level - 1, 0), level, np.minimum(level + 1, label.n - 1))
        corners = [[there, interval + end] for there in near for end in (0, 1)]
        told = self._ask_at(rows, found, corners, progress)
        before, own, after = (told[i + 1] - told[i] for i in (0, 2, 4))
        ends = (np.arange(float(label.n)), number.axis.values)
        turns = (own - before, after - own)
        return accumulate.of_levels_and_intervals(level, interval, ends, turns)

    def _intervals(self, found: Sequence[Along]) -> tuple[Places, list[Places]]:
        """Return the rows that have a value, and the interval each lies in.

        Intervals are closed at their upper end, the first one at both.
        """
        own = np.stack([there.own[self._rows] for there in found])
        rows = np.flatnonzero(np.isfinite(own).all(axis=0))
        places = []
        for there, values in zip(found, own, strict=True):
            above = np.searchsorted(there.axis.values, values[rows], side="left")
            places.append(np.clip(above - 1, 0, there.n - 2).astype(np.int64))
        return rows, places

    def _ask_at(
        self,
        rows: Places,
        found: Sequence[Along],
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
        told = []
        for start in range(0, len(rows), size):
            block = slice(start, start + size)
            some = rows[block]
            cells = {}
            for a, there in enumerate(found):
                places = np.concatenate([corner[a][block] for corner in corners])
                cells[there.place] = there.cells.take(pa.array(places))
            within = Portion(progress, start, len(some), len(rows))
            answers = self._asked.ask(np.tile(some, len(corners)), cells, within)
            told.append(answers.reshape(len(corners), len(some), -1))
            progress.advance(start + len(some), len(rows), "explain.replacing")
            progress.raise_if_cancelled()
        return np.concatenate(told, axis=1)
