"""Stability of local models over random rows, and over their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.results import LimeSettings, LimeStability
from engine.explain.lime.local_linear import fit, kernel_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.explain.lime.local_linear import LocalModel

    Floats = NDArray[np.float64]
    Shared = NDArray[np.bool_]

STEADY = 0.2  # instability up to which an explanation is called steady: our own line
_WIDTHS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
_SHARES = (0.125, 0.25, 0.5, 1.0)
_FEWEST = 50


def stability(
    lines: Sequence[LocalModel], seeds: tuple[int, ...], n_features: int
) -> LimeStability:
    """Return how the local models of other seeds differ from the first."""
    shown = lines[0].features
    every = weights_of(lines, n_features)
    ranks = np.full(every.shape, len(shown) + 1)
    for s, line in enumerate(lines):
        ranks[s, line.features] = np.arange(1, len(line.features) + 1)
    weights = every[:, shown]
    alone = len(lines) == 1
    nothing = np.full(len(shown), np.nan)
    return LimeStability(
        seeds=seeds,
        weights=weights,
        spread=nothing if alone else weights.std(axis=0, ddof=1),
        sign_flips=nothing if alone else (weights[1:] * weights[0] < 0).mean(axis=0),
        chosen=(weights != 0).mean(axis=0),
        rank_low=ranks[:, shown].min(axis=0),
        rank_high=ranks[:, shown].max(axis=0),
        r2=np.array([line.r2 for line in lines]),
        local_predictions=np.array([line.local_prediction for line in lines]),
        instability=instability(every),
    )


def weights_of(lines: Sequence[LocalModel], n_features: int) -> Floats:
    """Return ``(s, d)`` weights; 0 where a feature is not chosen."""
    every = np.zeros((len(lines), n_features))
    for s, line in enumerate(lines):
        every[s, line.features] = line.weights
    return every


def instability(weights: Floats) -> float:
    """Return how far weights ``(s, d)`` move, as a share of their mean's sizes."""
    if len(weights) < 2:
        return float("nan")
    size = float(np.abs(weights.mean(axis=0)).sum())
    return float(weights.std(axis=0, ddof=1).sum()) / size if size > 0 else 0.0


def settings(
    shared: Sequence[Shared],
    predictions: Sequence[Floats],
    width: float,
    n_features: int,
    progress: Progress,
) -> LimeSettings:
    """Try other widths, and the first of the random rows alone.

    The model is not asked again. The suggested setting is, of those that are steady,
    the one with the highest fidelity; where none is, the steadiest.

    Parameters
    ----------
    shared, answers
        For each seed ``(n, d)`` shared conditions and ``(n,)`` answers, the explained
        row first.
    """
    n, d = shared[0].shape
    sizes = sorted({max(min(_FEWEST, n), round(n * share)) for share in _SHARES})
    widths = [width * factor for factor in _WIDTHS]
    r2 = np.zeros((len(widths), len(sizes)))
    moved, effective = np.zeros_like(r2), np.zeros_like(r2)
    for a, wide in enumerate(widths):
        weights = [kernel_weights(own, wide) for own in shared]
        for b, size in enumerate(sizes):
            lines = [
                fit(own[:size], said[:size], weight[:size], n_features)
                for own, said, weight in zip(shared, predictions, weights, strict=True)
            ]
            r2[a, b] = np.mean([line.r2 for line in lines])
            moved[a, b] = instability(weights_of(lines, d))
            effective[a, b] = np.mean([n_effective(w[:size]) for w in weights])
            progress.raise_if_cancelled()
        progress.advance(a + 1, len(widths), "explain.settings")
    steady = moved <= STEADY
    best = np.where(steady, r2, -np.inf) if steady.any() else -moved
    place = np.unravel_index(int(np.argmax(best)), best.shape)
    return LimeSettings(
        kernel_widths=np.array(widths),
        num_samples=np.array(sizes),
        r2=r2,
        instability=moved,
        n_effective=effective,
        suggested=(int(place[0]), int(place[1])),
    )


def n_effective(weights: Floats) -> float:
    """Return how many equally weighted rows would tell as much (Kish, 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
