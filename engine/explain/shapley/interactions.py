"""Shapley interaction values of pairs of features."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.results import Interactions
from engine.explain.scope import Pace, badge, in_random_order, mean_size
from engine.explain.shapley import dispatch
from engine.explain.shapley.coalitions import MOST_EXACT
from engine.explain.shapley.dispatch import ExplainerParams
from engine.explain.shapley.explainers import ModelAgnostic
from engine.explain.subject import Subject, cells_as_numbers, unexplainable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.progress import Progress
    from engine.explain.shapley.explainers import Explained

    Floats = NDArray[np.float64]

_MOST_KEPT = 25_000_000  # numbers, a pair of a row and an output each


class InteractionsParams(ExplainerParams, frozen=True, kw_only=True):
    """Options of interactions, beside those of :class:`ExplainerParams`.

    Attributes
    ----------
    first, second
        Features whose values for each row are wanted; empty: the strongest pair.
    rows
        At most so many rows, a seeded sample of them, stated in the badge. 0: all.
    """

    first: str = ""
    second: str = ""
    rows: int = 1_000


class InteractionsAnalysis:
    """Interaction values of pairs of features, over the rows and in each."""

    id = "interactions"
    title = mark("SHAP interactions")
    Params = InteractionsParams
    row_by_row = True

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: InteractionsParams, progress: Progress
    ) -> Interactions:
        """Look at the selected rows.

        Raises
        ------
        EngineError
            ``explain.many_pairs`` where the model can only be asked and has more
            features than all coalitions can be made of, ``explain.no_pair``, and
            what :func:`engine.explain.shapley.dispatch.choose` raises.
        """
        found = _InteractionsSoFar(inputs, params, progress)
        pace = Pace()
        for explained in found.route.pairs(found.rows, progress):
            found.take(explained)
            if found.n_done < len(found.rows) and pace.is_time():
                progress.partial(found.result())
            progress.raise_if_cancelled()
        return found.result()


class _InteractionsSoFar:
    """Interactions so far; of each pair ``i <= j`` a number a row and output."""

    def __init__(
        self, inputs: Inputs, params: InteractionsParams, progress: Progress
    ) -> None:
        self._started = time.perf_counter()
        self._inputs, self._params = inputs, params
        dispatch.check_choices(params)
        progress.advance(0, 1, "explain.opening")
        self._subject = Subject(inputs)
        progress.raise_if_cancelled()
        self._asked = _asked_pair(params, self._subject.names)
        self.route = dispatch.choose(inputs, self._subject, params, progress)
        d, k = len(self._subject.names), len(self._subject.outputs)
        if isinstance(self.route, ModelAgnostic) and d > MOST_EXACT:
            raise EngineError("explain.many_pairs", n=d, most=MOST_EXACT)
        self._first, self._second = np.triu_indices(d)
        room = max(1, _MOST_KEPT // (len(self._first) * k))
        self.rows, self._sampling = in_random_order(
            inputs, min(params.rows or room, room)
        )
        self._kept = np.zeros((len(self.rows), len(self._first), k))
        self._predictions = np.zeros((len(self.rows), k))
        self.n_done = 0

    def take(self, found: Explained) -> None:
        """Add rows."""
        kept = found.values[:, self._first, self._second]
        kept[:, self._first != self._second] *= 2.0  # both halves
        self._kept[found.where] = kept
        self._predictions[found.where] = found.predictions
        self.n_done = found.where.stop

    def result(self) -> Interactions:
        """Return what the rows seen so far say, in their own order."""
        route, subject = self.route, self._subject
        order = np.argsort(self.rows[: self.n_done], kind="stable")
        rows, kept = self.rows[order], self._kept[order]
        strength, low, high = mean_size(kept)
        pair = self._asked or self._strongest(strength)
        two = subject.features().select(list(pair)).take(rows)
        data, categories = cells_as_numbers(two)
        gap = route.gap(kept.sum(axis=1) + route.base, rows)
        return Interactions(
            strength=self._square(strength),
            strength_low=self._square(low),
            strength_high=self._square(high),
            pair=pair,
            values=kept[:, self._place(*pair)],
            alone=np.stack([kept[:, self._place(j, j)] for j in pair], axis=1),
            data=data,
            categories=categories,
            row_ids=rows,
            feature_names=subject.names,
            outputs=subject.outputs,
            base_values=route.base,
            method=route.method,
            variant=route.variant,
            space=route.space,
            background=route.background,
            additivity_error=gap,
            n_wanted=len(self.rows),
            notes=route.notes_for(gap),
            provenance=badge(
                self._inputs,
                self._params,
                self._started,
                n_used=len(rows),
                method=f"interactions_{route.method}",
                sampling=self._sampling,
            ),
        )

    def _place(self, first: int, second: int) -> int:
        low, high = min(first, second), max(first, second)
        return int(np.flatnonzero((self._first == low) & (self._second == high))[0])

    def _square(self, kept: Floats) -> Floats:
        d = len(self._subject.names)
        square = np.zeros((d, d, kept.shape[1]))
        square[self._first, self._second] = kept
        square[self._second, self._first] = kept
        return square

    def _strongest(self, strength: Floats) -> tuple[int, int]:
        together = np.where(self._first == self._second, -1.0, strength.sum(axis=1))
        place = int(np.argmax(together))
        return int(self._first[place]), int(self._second[place])


def _asked_pair(
    params: InteractionsParams, names: tuple[str, ...]
) -> tuple[int, int] | None:
    if not params.first and not params.second:
        return None
    asked = (params.first, params.second)
    if asked[0] == asked[1] or not set(asked) <= set(names):
        raise EngineError("explain.no_pair", first=asked[0], second=asked[1])
    return names.index(asked[0]), names.index(asked[1])
