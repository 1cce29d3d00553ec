"""Partial dependence: the mean prediction where a feature is set to a value.

Friedman (2001); ICE curves of single rows: Goldstein et al. (2015).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.progress import Portion
from engine.contracts.results import Dependence
from engine.contracts.results.effects import mean_of_rows
from engine.explain.effects.grid import SPACINGS, check_points, grid_of, with_associated
from engine.explain.effects.perturbed import ASKED_AT_ONCE, Perturbed, chosen_places
from engine.explain.scope import (
    Pace,
    badge,
    current_row,
    explained_rows,
    in_random_order,
)
from engine.explain.subject import Subject, unexplainable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]

_MOST_KEPT = 25_000_000  # numbers: a row, a place and an output each
_FIRST = 20_000  # questions before the first picture
_POINTS_ALONE, _POINTS_TOGETHER = 30, 12


class DependenceParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of partial dependence.

    Attributes
    ----------
    first, second
        Inputs of the model: one, or two together. Empty: the one along which the
        prediction moves most in a pre-screening.
    points
        Most grid points of a number; 0: 30 along one feature, 12 along each of two.
    spacing
        ``quantiles`` (values that rows have, as densely as the rows lie) or ``even``
        (equal distances).
    output
        ``auto`` (the model's own scores), ``probability`` or ``margin``.
    rows
        At most so many rows, a seeded sample of them, stated in the badge. 0: all.
    """

    first: str = ""
    second: str = ""
    points: int = 0
    spacing: str = "quantiles"
    output: str = "auto"
    rows: int = 2_000


class DependenceAnalysis:
    """Partial dependence on features, and ICE curves of rows."""

    id = "dependence"
    title = mark("Partial dependence (PDP)")
    Params = DependenceParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: DependenceParams, progress: Progress
    ) -> Dependence:
        """Set the features of every row to the grid and average the predictions.

        Raises
        ------
        EngineError
            ``explain.no_feature``, ``explain.same_feature``, ``explain.bad_points``,
            ``explain.bad_choice``, ``evaluate.no_rows``.
        """
        _check(params)
        work = _DependenceRun(inputs, params, progress)
        pace = Pace()
        for _ in work.blocks(progress):
            if work.n_done < len(work.rows) and pace.is_time():
                progress.partial(work.result())
            progress.raise_if_cancelled()
        return work.result()


class _DependenceRun:
    """Predictions so far, the rows in random order."""

    def __init__(
        self, inputs: Inputs, params: DependenceParams, progress: Progress
    ) -> None:
        self._started = time.perf_counter()
        self._inputs, self._params = inputs, params
        self._subject = subject = Subject(inputs)
        features = subject.features()
        within = explained_rows(inputs)
        scope = features if inputs.mask is None else features.take(pa.array(within))
        progress.raise_if_cancelled()
        places = chosen_places(
            subject,
            scope,
            (params.first, params.second),
            params.output,
            inputs.seed,
            progress,
        )
        many = _POINTS_ALONE if len(places) == 1 else _POINTS_TOGETHER
        points = params.points or many
        self._grid = []
        for place in places:
            found = grid_of(features, place, points, params.spacing, within)
            self._grid.append(with_associated(found, scope, progress))
        shape = [grid.n for grid in self._grid]
        self._lattice = np.indices(shape).reshape(len(shape), -1)
        k = len(subject.outputs)
        room = max(1, _MOST_KEPT // (self._lattice.shape[1] * k))
        self.rows, self._sampling = in_random_order(
            inputs, min(params.rows or room, room)
        )
        self._perturbed = Perturbed(subject, features.take(self.rows), params.output)
        self._predictions = np.zeros((len(self.rows), self._lattice.shape[1], k))
        self._own = np.stack([grid.own for grid in self._grid], axis=1)
        self._row = current_row(inputs)
        self._row_ice = self._line_of(features, progress)
        self.n_done = 0

    def blocks(self, progress: Progress) -> Iterator[None]:
        """Predict blocks of rows; a small one first."""
        n, per_row = len(self.rows), self._lattice.shape[1]
        start, size = 0, max(1, _FIRST // per_row)
        while start < n:
            block = np.arange(start, min(n, start + size))
            within = Portion(progress, start, len(block), n)
            self._predictions[block] = self._predict(self._perturbed, block, within)
            self.n_done = start = start + len(block)
            size = max(1, ASKED_AT_ONCE // per_row)
            progress.advance(start, n, "explain.replacing")
            yield

    def _predict(
        self, perturbed: Perturbed, rows: NDArray[np.intp], progress: Progress
    ) -> Floats:
        """Return ``(r, lattice, k)``."""
        per_row = self._lattice.shape[1]
        cells = {
            grid.place: grid.cells.take(pa.array(np.tile(which, len(rows))))
            for grid, which in zip(self._grid, self._lattice, strict=True)
        }
        predictions = perturbed.predict(np.repeat(rows, per_row), cells, progress)
        found: Floats = predictions.reshape(len(rows), per_row, -1)
        return found

    def _line_of(self, features: pa.Table, progress: Progress) -> Floats:
        if self._row < 0 or len(self._grid) > 1:
            return np.zeros((0, len(self._subject.outputs)))
        one = Perturbed(
            self._subject, features.slice(self._row, 1), self._params.output
        )
        line: Floats = self._predict(one, np.zeros(1, dtype=np.intp), progress)[0]
        return line

    def result(self) -> Dependence:
        """Return the partial dependence of the rows done so far, in their own order."""
        order = np.argsort(self.rows[: self.n_done], kind="stable")
        rows, predictions = self.rows[order], self._predictions[order]
        shape = (*(grid.n for grid in self._grid), predictions.shape[2])
        mean, low, high = (part.reshape(shape) for part in mean_of_rows(predictions))
        alone = len(self._grid) == 1
        return Dependence(
            axes=tuple(grid.axis for grid in self._grid),
            average=mean,
            low=low,
            high=high,
            ice=predictions if alone else predictions[:0],
            data=self._own[rows],
            row_ids=rows,
            row=self._row,
            row_data=self._own[self._row] if self._row >= 0 else np.zeros(0),
            row_ice=self._row_ice,
            feature_names=self._subject.names,
            outputs=self._subject.outputs,
            space=self._perturbed.space,
            n_wanted=len(self.rows),
            notes=self._subject.notes(),
            provenance=badge(
                self._inputs,
                self._params,
                self._started,
                n_used=len(rows),
                method="partial_dependence",
                sampling=self._sampling,
            ),
        )


def _check(params: DependenceParams) -> None:
    if params.spacing not in SPACINGS:
        raise EngineError(
            "explain.bad_choice",
            name="spacing",
            given=params.spacing,
            choices=SPACINGS,
        )
    check_points(params.points)
