from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gui.panels.thresholds.selected_scores import SelectedScores


@pytest.mark.parametrize("weighted", [False, True])
def test_slices_add_up_to_the_bars_of_each_class(weighted):
    rng = np.random.default_rng(0)
    n, edges = 1000, np.linspace(0, 1, 11)
    scores = SimpleNamespace(
        score=rng.random(n),
        truth=rng.integers(-1, 2, n),
        weights=rng.random(n) if weighted else None,
    )
    mask = rng.random(n) < 0.4
    counted = SelectedScores(scores, mask, edges, (0, 1))
    for start in range(0, counted.n_rows, 64):
        counted.count(slice(start, start + 64))
    for code, bars in enumerate(counted.bars):
        rows = mask & (scores.truth == code)
        weights = None if scores.weights is None else scores.weights[rows]
        expected, _ = np.histogram(scores.score[rows], edges, weights=weights)
        np.testing.assert_allclose(bars, expected)
