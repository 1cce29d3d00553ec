"""Explainers: through a model's structure, or from its predictions alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.model import ScoreKind
from engine.contracts.progress import Portion
from engine.explain import background as backgrounds
from engine.explain.shapley import coalitions, structural_shapley
from engine.explain.shapley.structural_shapley import EncodedBackground
from engine.explain.subject import Pool, log_odds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.results import Background
    from engine.explain.shapley.coalitions import Ask, Sampling
    from engine.explain.shapley.structural_shapley import VerifiedStructure
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

FIRST_ROWS, MOST_ROWS = 2_000, 20_000  # explained together
_AT_ONCE = 2.0  # seconds that later blocks of rows should take
_CLOSEST = 1e-6  # margins nearer than this count as one


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """SHAP values or interactions of a block of rows.

    Attributes
    ----------
    where
        Which of the wanted rows.
    values
        ``(rows, d, k)``, or ``(rows, d, d, k)`` of pairs.
    answers
        ``(rows, k)`` the explained outputs.
    errors
        Standard errors like ``values``, where they were sampled.
    """

    where: slice
    values: np.ndarray
    predictions: np.ndarray
    errors: np.ndarray | None = None


class Structural:
    """The explainer through the structure of the model."""

    def __init__(
        self,
        subject: Subject,
        parts: VerifiedStructure,
        background: Background | None,
        notes: tuple[Note, ...],
    ) -> None:
        self._subject, self._parts = subject, parts
        self.background, self.notes = background, notes
        self.method = parts.method
        self.variant = "path_dependent" if background is None else "interventional"
        self.space = own_space(subject, margin=parts.margin)
        self._others: EncodedBackground | None = None
        if background is not None:
            rows = subject.features(background.part).take(background.rows)
            self._others = EncodedBackground(
                parts.encode(rows), backgrounds.shares(background)
            )
        self.base = parts.base(self._others)

    def explain(
        self, rows: NDArray[np.int64], progress: Progress
    ) -> Iterator[Explained]:
        """Yield the values of blocks of rows, a small one first."""
        for where, encoded in self._encoded(rows, progress):
            values = self._values(encoded, progress)
            progress.advance(where.stop, len(rows), "explain.rows")
            yield self._block(where, encoded, values)

    def pairs(self, rows: NDArray[np.int64], progress: Progress) -> Iterator[Explained]:
        """Yield the interactions of blocks of rows."""
        n = len(rows)
        for where, encoded in self._encoded(rows, progress):
            within = Portion(progress, where.start, where.stop - where.start, n)
            for part, values in self._parts.pairs(encoded, self._others, within):
                place = slice(where.start + part.start, where.start + part.stop)
                yield self._block(place, encoded[part], values)

    def gap(self, totals: Floats, rows: NDArray[np.int64]) -> float:
        """Return the largest gap to the model's own scores."""
        own = self._subject.predictions()[rows]
        return float(np.abs(self._parts.scores(totals) - own).max(initial=0.0))

    def notes_for(self, gap: float) -> tuple[Note, ...]:
        """Return the notes, also on a gap that the verification did not meet."""
        largest = float(np.abs(self._subject.predictions()).max(initial=1.0))
        if gap <= structural_shapley.TOLERANCE * largest:
            return self.notes
        return (*self.notes, Note(code="explain.parts_miss", params={"gap": gap}))

    def _encoded(
        self, rows: NDArray[np.int64], progress: Progress
    ) -> Iterator[tuple[slice, Floats]]:
        features = self._subject.features()
        for where in blocks(len(rows)):
            yield where, self._parts.encode(features.take(rows[where]), progress)

    def _block(self, where: slice, encoded: Floats, values: Floats) -> Explained:
        return Explained(
            where=where, values=values, predictions=self._predictions(encoded)
        )

    def _values(self, encoded: Floats, progress: Progress) -> Floats:
        return self._parts.values(encoded, self._others, progress)

    def _predictions(self, encoded: Floats) -> Floats:
        return self._parts.outputs(encoded)


class Rescaled(Structural):
    """Probabilities through margins: an approximation that is additive.

    The SHAP values of the margin against each background row are scaled to the
    difference of the two probabilities, then averaged (the rescale rule of DeepLIFT,
    Shrikumar et al., 2017; what others call tree values of the probability). The
    Shapley values of the probability itself need the model-agnostic explainer.
    """

    def __init__(
        self,
        subject: Subject,
        parts: VerifiedStructure,
        background: Background,
        notes: tuple[Note, ...],
    ) -> None:
        super().__init__(subject, parts, background, notes)
        self.method, self.space = "rescaled", ScoreKind.PROBABILITY.value
        assert self._others is not None
        self._encoded_background: EncodedBackground = self._others
        self.base = self._encoded_background.shares @ self._predictions(
            self._encoded_background.encoded
        )

    def gap(self, totals: Floats, rows: NDArray[np.int64]) -> float:
        """Return the largest gap to the model's own scores."""
        return float(
            np.abs(totals - self._subject.predictions()[rows]).max(initial=0.0)
        )

    def _values(self, encoded: Floats, progress: Progress) -> Floats:
        parts, background_cells = self._parts, self._encoded_background
        own = parts.outputs(encoded)
        total = np.zeros((len(encoded), len(self._subject.names), own.shape[1]))
        for place, share in enumerate(background_cells.shares):
            other = EncodedBackground(
                background_cells.encoded[place : place + 1], np.ones(1)
            )
            step = Portion(progress, place, 1.0, len(background_cells.shares))
            values = parts.values(encoded, other, step)
            progress.raise_if_cancelled()
            theirs = parts.outputs(other.encoded)
            total += share * values * _slope(parts, own, theirs)[:, None]
        return total

    def _predictions(self, encoded: Floats) -> Floats:
        return self._parts.scores(self._parts.outputs(encoded))


def _slope(parts: VerifiedStructure, own: Floats, theirs: Floats) -> Floats:
    """Return how much probability a unit of margin is values between two margins."""
    apart = own - theirs
    one, other = parts.scores(own), parts.scores(theirs)
    near = np.abs(apart) < _CLOSEST
    return np.where(near, one * (1 - one), (one - other) / np.where(near, 1.0, apart))


class ModelAgnostic:
    """The explainer from the model's predictions alone.

    Attributes
    ----------
    method
        ``exact`` or ``sampling``.
    """

    variant = "interventional"

    def __init__(
        self,
        subject: Subject,
        background: Background,
        notes: tuple[Note, ...],
        *,
        method: str,
        log_odds: bool,
    ) -> None:
        self._subject = subject
        self.background, self.notes = background, notes
        self.method = method
        self._log_odds = log_odds
        self.space = own_space(subject, margin=log_odds)
        known = subject.predictions(background.part)[background.rows]
        self._background_predictions = self._in_space(known)
        self._shares = backgrounds.shares(background)
        self.base = self._shares @ self._background_predictions

    def explain(
        self, rows: NDArray[np.int64], progress: Progress, sampling: Sampling
    ) -> Iterator[Explained]:
        """Yield the values of blocks of rows."""
        predict, cells, background_cells = self._coalition_inputs(rows)
        known = self._predictions(rows)
        if self.method == "exact":
            for where, values in self._coalition_values(
                predict, cells, background_cells, known, progress
            ):
                yield Explained(
                    where=where,
                    values=coalitions.values(values),
                    predictions=known[where],
                )
            return
        found = coalitions.sampled(
            predict,
            cells,
            background_cells,
            known,
            self._background_predictions,
            sampling,
            shares=self._shares,
            progress=progress,
        )
        for where, values, errors in found:
            yield Explained(
                where=where, values=values, predictions=known[where], errors=errors
            )

    def pairs(self, rows: NDArray[np.int64], progress: Progress) -> Iterator[Explained]:
        """Yield the interactions of blocks of rows, from all coalitions."""
        predict, cells, background_cells = self._coalition_inputs(rows)
        known = self._predictions(rows)
        for where, values in self._coalition_values(
            predict, cells, background_cells, known, progress
        ):
            yield Explained(
                where=where, values=coalitions.pairs(values), predictions=known[where]
            )

    def gap(self, totals: Floats, rows: NDArray[np.int64]) -> float:
        """Return the largest gap to what is explained."""
        return float(np.abs(totals - self._predictions(rows)).max(initial=0.0))

    def notes_for(self, _gap: float) -> tuple[Note, ...]:
        """Return the notes; the outputs are the model's own."""
        return self.notes

    def _coalition_inputs(
        self, rows: NDArray[np.int64]
    ) -> tuple[Ask, NDArray[np.intp], NDArray[np.intp]]:
        """Return the prediction function, and the cells of rows and background."""
        features = self._subject.features()
        others = self._subject.features(self.background.part)
        pool = Pool.of(features.take(rows), others.take(self.background.rows))
        d = len(self._subject.names)
        places = np.arange(len(rows) + len(self.background.rows))
        cells = np.repeat(places[:, None], d, axis=1)

        def predict(wanted: NDArray[np.integer], within: Progress) -> Floats:
            return self._in_space(pool.predict(self._subject, wanted, within))

        return predict, cells[: len(rows)], cells[len(rows) :]

    def _coalition_values(
        self,
        predict: Ask,
        cells: NDArray[np.intp],
        background_cells: NDArray[np.intp],
        known: Floats,
        progress: Progress,
    ) -> Iterator[tuple[slice, Floats]]:
        return coalitions.coalition_values(
            predict,
            cells,
            background_cells,
            known,
            self.base,
            shares=self._shares,
            progress=progress,
        )

    def _predictions(self, rows: NDArray[np.int64]) -> Floats:
        return self._in_space(self._subject.predictions()[rows])

    def _in_space(self, scores: Floats) -> Floats:
        return log_odds(scores) if self._log_odds else scores


def own_space(subject: Subject, *, margin: bool) -> str:
    """Return what the structure of a model adds up to: a margin, or its own scores."""
    return ScoreKind.MARGIN.value if margin else subject.info.score_kind.value


def blocks(n: int, first: int = 0) -> Iterator[slice]:
    """Yield stretches of rows: a small one to show soon, then as time allows."""
    first = first or FIRST_ROWS
    start, size = 0, first
    while start < n:
        began = time.monotonic()
        yield slice(start, min(n, start + size))
        start += size
        took = max(time.monotonic() - began, 1e-3)
        size = int(np.clip(size * _AT_ONCE / took, first // 2, MOST_ROWS))
