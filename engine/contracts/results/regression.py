"""Results on regressors: residuals."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance
from engine.contracts.results.classification import Metric


class Residuals(msgspec.Struct, frozen=True, kw_only=True, tag="residuals"):
    """How predictions miss, as pictures that do not grow with the rows.

    Attributes
    ----------
    density, x_edges, y_edges
        Counts ``(x, y)`` of truth (y) against prediction (x).
    residual_density, residual_edges
        Counts ``(x, r)`` of residual (truth − prediction) against prediction.
    trend_x, trend_mean, trend_low, trend_high
        Mean residual in equal-mass bins of the prediction with 95 % intervals.
    histogram_edges, histogram
        Distribution of the residuals.
    metrics
        The regression metrics of the same rows, by scikit-learn's name;
        ``mean_error`` is the mean of prediction − truth.
    """

    density: np.ndarray
    x_edges: np.ndarray
    y_edges: np.ndarray
    residual_density: np.ndarray
    residual_edges: np.ndarray
    trend_x: np.ndarray
    trend_mean: np.ndarray
    trend_low: np.ndarray
    trend_high: np.ndarray
    histogram_edges: np.ndarray
    histogram: np.ndarray
    metrics: dict[str, Metric] = {}
    weighted: bool = False
    skipped_rows: int = 0
    notes: tuple[Note, ...] = ()
    provenance: Provenance
