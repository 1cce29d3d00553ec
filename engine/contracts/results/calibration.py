"""Results on calibration: can the probabilities be taken at their word."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance
from engine.contracts.results.classification import Metric


class ReliabilityBins(msgspec.Struct, frozen=True, kw_only=True):
    """Bins of a reliability diagram.

    Attributes
    ----------
    strategy
        ``uniform`` (equal width) or ``quantile`` (equal mass).
    edges
        ``(b + 1,)``; bins are closed on the right, the first on both sides.
    count, predicted, observed, low, high
        ``(b,)`` weighted rows, mean score, observed frequency and its Wilson
        interval; ``nan`` where a bin is empty.
    """

    strategy: str
    edges: np.ndarray
    count: np.ndarray
    predicted: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Reliability(msgspec.Struct, frozen=True, kw_only=True, tag="reliability"):
    """Reliability of the positive score (binary) or of the top label (multiclass).

    Attributes
    ----------
    of
        ``positive`` or ``top_label``.
    uniform, quantile
        The same rows in equal-width and equal-mass bins.
    expected_calibration_error
        Over 15 equal-width bins of the **top-label** confidence (Guo et al.,
        2017), whatever ``of`` is.
    ece_of_diagram
        Over the shown equal-width bins of the shown score.
    maximum_calibration_error
        Largest gap of one of those 15 bins, however few rows it holds.
    """

    of: str
    label: str
    uniform: ReliabilityBins
    quantile: ReliabilityBins
    expected_calibration_error: Metric
    maximum_calibration_error: Metric
    ece_of_diagram: Metric
    brier_score: Metric
    log_loss: Metric
    weighted: bool = False
    skipped_rows: int = 0
    notes: tuple[Note, ...] = ()
    provenance: Provenance
