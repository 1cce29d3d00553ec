from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gui.panels.calibration.selected_bins import SelectedBins

EDGES = np.linspace(0, 1, 6)


@pytest.fixture(params=[False, True], ids=["unweighted", "weighted"])
def scores(request):
    rng = np.random.default_rng(3)
    n = 1000
    return SimpleNamespace(
        score=rng.random(n).astype(np.float32),
        truth=rng.integers(-1, 2, n).astype(np.int32),
        labels=rng.integers(0, 2, n).astype(np.int32),
        weights=rng.random(n) if request.param else None,
    )


def counted(scores, mask, positive, step=1000):
    bins = SelectedBins(scores, mask, EDGES, positive)
    for start in range(0, bins.n_rows, step):
        bins.count(slice(start, start + step))
    return bins.figures()


@pytest.mark.parametrize("positive", [1, None])
def test_slices_add_up_to_the_whole(scores, positive):
    mask = np.random.default_rng(4).random(1000) < 0.3
    whole = counted(scores, mask, positive)
    sliced = counted(scores, mask, positive, step=64)
    for one, other in zip(whole, sliced, strict=True):
        np.testing.assert_allclose(one, other)


def test_only_selected_rows_with_a_truth_are_counted(scores):
    mask = np.arange(1000) < 500
    count, said, happened, _low, _high = counted(scores, mask, 1)
    weights = np.ones(1000) if scores.weights is None else scores.weights
    for place in range(5):
        rows = mask & (scores.truth >= 0) & (scores.score > EDGES[place])
        rows &= scores.score <= EDGES[place + 1]
        assert count[place] == pytest.approx(weights[rows].sum())
        assert said[place] == pytest.approx(
            np.average(scores.score[rows], weights=weights[rows]), rel=1e-6
        )
        assert happened[place] == pytest.approx(
            np.average(scores.truth[rows] == 1, weights=weights[rows])
        )
