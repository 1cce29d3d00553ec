"""Can the probabilities be taken at their word: the reliability diagram."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import Task
from engine.contracts.results import Reliability
from engine.evaluate.calibration_error import (
    as_bins,
    bin_sums,
    calibration_error,
    error_of_bins,
    quantile_edges,
    top_label,
)
from engine.evaluate.classification import full_scores, proper_scores
from engine.evaluate.sample import provenance, take, unsupported

if TYPE_CHECKING:
    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.progress import Progress

ECE_BINS = 15


class ReliabilityParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the reliability diagram: bins shown."""

    bins: int = 10


class ReliabilityAnalysis:
    """What was said against what happened, in bins, with the calibration errors."""

    id = "reliability"
    title = mark("Reliability")
    Params = ReliabilityParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why calibration has no meaning here, or ``None``."""
        return unsupported(facts, (Task.BINARY, Task.MULTICLASS), probabilities=True)

    def run(
        self, inputs: Inputs, params: ReliabilityParams, progress: Progress
    ) -> Reliability:
        """Bin the score of the positive class, or of the top label.

        Raises
        ------
        EngineError
            ``evaluate.not_probabilities`` where the scores are none.
        """
        started = time.perf_counter()
        progress.advance(0, 4, "evaluate.probabilities")
        sample = take(inputs)
        if not sample.probabilities:
            raise EngineError("evaluate.not_probabilities")
        rng = inputs.generator()
        scores, weights = full_scores(sample), sample.weights
        confidence, right = top_label(sample.truth, scores)
        error = calibration_error(confidence, right, weights, ECE_BINS, rng)
        progress.advance(1, 4, "evaluate.probabilities")
        progress.raise_if_cancelled()
        proper = proper_scores(sample, scores)
        progress.advance(2, 4, "evaluate.counting")
        progress.raise_if_cancelled()
        binary = sample.task is Task.BINARY
        said, happened = confidence, right
        if binary:
            said = scores[:, sample.positive]
            happened = sample.truth == sample.positive
        uniform = np.linspace(0.0, 1.0, params.bins + 1)
        shown = bin_sums(said, happened, weights, uniform)
        progress.advance(3, 4, "evaluate.counting")
        progress.raise_if_cancelled()
        quantile = quantile_edges(said, weights, params.bins)
        return Reliability(
            of="positive" if binary else "top_label",
            label=sample.classes[sample.positive] if binary else "",
            uniform=as_bins("uniform", uniform, shown),
            quantile=as_bins(
                "quantile", quantile, bin_sums(said, happened, weights, quantile)
            ),
            expected_calibration_error=error.expected,
            maximum_calibration_error=error.maximum,
            ece_of_diagram=error_of_bins(shown, rng).expected,
            brier_score=proper["brier_score"],
            log_loss=proper["log_loss"],
            weighted=weights is not None,
            skipped_rows=sample.skipped,
            notes=sample.notes(),
            provenance=provenance(inputs, sample, params, started, "binned"),
        )
