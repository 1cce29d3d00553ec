"""The explainer of networks along their gradient (expected gradients)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task
from engine.contracts.progress import Portion
from engine.contracts.structure import DenseNetwork, Link
from engine.explain import background as backgrounds
from engine.explain.gradients.path_integral import PathIntegral
from engine.explain.shapley.explainers import Explained, blocks, own_space
from engine.explain.shapley.structural_shapley import TOLERANCE, EncodedBackground
from engine.explain.structure_predictions import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.results import Background
    from engine.explain.shapley.coalitions import Sampling
    from engine.explain.shapley.structural_shapley import VerifiedStructure
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

_FIRST_ROWS = 20  # shown soon
_ROUNDING = 1e-9  # of answers: no share is followed nearer


class Gradients:
    """The explainer along the gradient of a network, on paths from the background.

    The contributions are additive as Shapley values are; where features interact they
    differ from those (:mod:`engine.explain.gradients.path_integral`). Paths are
    straight in what the network is given: scaled numbers, one column a label. What
    columns that come from one input get is added up.

    Parameters
    ----------
    output
        ``margin`` for the network's sums; else its scores are explained.
    """

    method, variant = "gradients", "path_integral"

    def __init__(
        self,
        subject: Subject,
        parts: VerifiedStructure,
        background: Background,
        notes: tuple[Note, ...],
        *,
        output: str = "auto",
    ) -> None:
        form = parts.structure.form
        assert isinstance(form, DenseNetwork)
        self._subject, self._parts = subject, parts
        regression = subject.info.task is Task.REGRESSION
        self._margin = output == ScoreKind.MARGIN.value and not regression
        self.background, self._notes = background, notes
        self.space = own_space(subject, margin=self._margin)
        rows = subject.features(background.part).take(background.rows)
        behind = EncodedBackground(parts.encode(rows), backgrounds.shares(background))
        self._check(behind.encoded, background.rows)
        self._background_outputs = self._predictions(behind.encoded)
        self.base = behind.shares @ self._background_outputs
        link = Link.IDENTITY if self._margin else parts.structure.link
        self._path_integral = PathIntegral(
            form, link, parts.columns, behind.encoded, behind.shares
        )
        self._error = 0.0
        self._enough = np.inf

    def explain(
        self, rows: NDArray[np.int64], progress: Progress, sampling: Sampling
    ) -> Iterator[Explained]:
        """Yield the contributions of blocks of rows, a small one first.

        Raises
        ------
        EngineError
            ``explain.way_lost`` where a number of the network is missing or endless.
        """
        features = self._subject.features()
        for where in blocks(len(rows), _FIRST_ROWS):
            encoded = self._parts.encode(features.take(rows[where]), progress)
            self._check(encoded, rows[where])
            predictions = self._predictions(encoded)
            if where.start == 0:
                both = np.concatenate([predictions, self._background_outputs])
                spread = np.ptp(both, axis=0).max(initial=0.0)
                least = _ROUNDING * np.abs(both).max(initial=1.0)
                self._enough = max(sampling.precision * spread, least)
            within = Portion(progress, where.start, len(encoded), len(rows))
            found = self._path_integral.integrate(encoded, self._enough, within)
            self._error = max(self._error, float(found.error.max(initial=0.0)))
            values = self._parts.by_input(found.values)
            self._check(values[:, :, 0], rows[where])
            progress.advance(where.stop, len(rows), "explain.gradients")
            yield Explained(where=where, values=values, predictions=predictions)

    def gap(self, said: Floats, rows: NDArray[np.int64]) -> float:
        """Return the largest gap to the model's own scores."""
        scores = self._parts.scores(said) if self._margin else said
        return float(
            np.abs(scores - self._subject.predictions()[rows]).max(initial=0.0)
        )

    def notes_for(self, gap: float) -> tuple[Note, ...]:
        """Return notes on the contributions, their error and the additivity gap."""
        notes = (*self._notes, Note(code="explain.gradient_shares"))
        if self._error > 0.0:
            fine = self._error <= self._enough
            code = "explain.ways_followed" if fine else "explain.ways_coarse"
            notes += (Note(code=code, params={"error": self._error}),)
        largest = float(np.abs(self._subject.predictions()).max(initial=1.0))
        if gap > TOLERANCE * largest:
            notes += (Note(code="explain.parts_miss", params={"gap": gap}),)
        return notes

    def _predictions(self, encoded: Floats) -> Floats:
        parts = self._parts
        if self._margin:
            return parts.outputs(encoded)
        scores: Floats = evaluate(parts.structure, encoded)[:, parts.columns]
        if not parts.flipped:
            return scores
        probability = self._subject.info.score_kind is ScoreKind.PROBABILITY
        return 1.0 - scores if probability else -scores

    def _check(self, numbers: Floats, rows: NDArray[np.int64]) -> None:
        lost = ~np.isfinite(numbers).all(axis=1)
        if lost.any():
            raise EngineError("explain.way_lost", row=int(rows[lost.argmax()]))


def unavailable_reason(
    subject: Subject, parts: VerifiedStructure | None, output: str
) -> EngineError | None:
    """Return why gradients of an output cannot be computed, or ``None``."""
    if parts is None or parts.method != "gradients":
        return EngineError("explain.no_gradients")
    cut_by = parts.structure.cut_by
    if cut_by:
        return EngineError("explain.cut_numbers", step=cut_by)
    kind = subject.info.score_kind
    known = {"auto", kind.value}
    if parts.margin or kind is ScoreKind.MARGIN:
        known.add(ScoreKind.MARGIN.value)
    if subject.info.task is Task.REGRESSION or output in known:
        return None
    return EngineError("explain.no_gradients")
