"""Predictions for rows with some cells replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind
from engine.contracts.progress import SILENT, Portion
from engine.explain.effects.grid import grid_of
from engine.explain.feature_names import place_of
from engine.explain.subject import log_odds, taken, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

ASKED_AT_ONCE = 200_000  # rows of one call
# Of the quick look: most inputs, places along each, questions, and rows.
_LOOK_FEATURES, _LOOK_POINTS, _LOOK_ASKED = 500, 5, 50_000
_FEWEST_ROWS, _MOST_ROWS = 10, 200


class Perturbed:
    """Predicts rows with cells of some columns replaced.

    Parameters
    ----------
    subject
        The model.
    features
        Its inputs of the rows.
    output
        ``auto`` (the model's own scores), ``probability`` or ``margin``.

    Raises
    ------
    EngineError
        ``explain.bad_choice`` for an output that the model does not give.
    """

    def __init__(self, subject: Subject, features: pa.Table, output: str) -> None:
        own = subject.info.score_kind
        choices: tuple[str, ...] = ("auto", own.value)
        if own is ScoreKind.PROBABILITY:
            choices = (*choices, ScoreKind.MARGIN.value)
        if output not in choices:
            raise EngineError(
                "explain.bad_choice", name="output", given=output, choices=choices
            )
        self._log_odds = (
            own is ScoreKind.PROBABILITY and output == ScoreKind.MARGIN.value
        )
        self.space = ScoreKind.MARGIN.value if self._log_odds else own.value
        self._subject = subject
        self._schema = features.schema
        self._columns = [whole(column) for column in features.columns]
        self.n = features.num_rows

    def predict(
        self,
        rows: NDArray[np.integer],
        cells: Mapping[int, pa.Array],
        progress: Progress = SILENT,
    ) -> Floats:
        """Return the predictions ``(r, k)`` about some rows.

        Parameters
        ----------
        rows
            ``(r,)`` which rows; one may come many times.
        cells
            By the place of a column, the ``(r,)`` cells it has instead.
        """
        made = [
            cells[j] if j in cells else taken(column, rows)
            for j, column in enumerate(self._columns)
        ]
        table = pa.table(made, names=self._schema.names)
        scores = self._subject.predict(table, progress)
        return log_odds(scores) if self._log_odds else scores


def chosen_places(
    subject: Subject,
    features: pa.Table,
    names: tuple[str, str],
    output: str,
    seed: int,
    progress: Progress,
) -> tuple[int, ...]:
    """Return the places of the one or two inputs that are named.

    Where none is: of the one along which the mean prediction moves most, see
    :func:`most_moving`.

    Raises
    ------
    EngineError
        ``explain.no_feature``, ``explain.same_feature``.
    """
    named = [name for name in names if name]
    if not named:
        return (most_moving(subject, features, output, seed, progress),)
    if names[0] == names[1]:
        raise EngineError("explain.same_feature", name=names[0])
    return tuple(place_of(name, subject.names) for name in named)


def most_moving(
    subject: Subject, features: pa.Table, output: str, seed: int, progress: Progress
) -> int:
    """Return the input along which the mean prediction moves most, in a pre-screening.

    A few places along each, on a few rows drawn at random. Of very many inputs the
    first is taken, unlooked.
    """
    d = features.num_columns
    if not 1 < d <= _LOOK_FEATURES:
        return 0
    few = min(max(_LOOK_ASKED // (d * _LOOK_POINTS), _FEWEST_ROWS), _MOST_ROWS)
    some = features
    if features.num_rows > few:
        rng = np.random.default_rng([seed, 8])
        some = features.take(
            pa.array(np.sort(rng.choice(features.num_rows, few, replace=False)))
        )
    perturbed = Perturbed(subject, some, output)
    moved = np.zeros(d)
    for j in range(d):
        grid = grid_of(some, j, _LOOK_POINTS, "quantiles")
        which = np.tile(np.arange(grid.n), perturbed.n)
        predictions = perturbed.predict(
            np.repeat(np.arange(perturbed.n), grid.n),
            {j: grid.cells.take(pa.array(which))},
            Portion(progress, j, 1, d),
        )
        means = predictions.reshape(perturbed.n, grid.n, -1).mean(axis=0)
        moved[j] = np.ptp(means, axis=0).max()
        progress.raise_if_cancelled()
    return int(np.argmax(moved))
