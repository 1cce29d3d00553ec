"""What a local linear model can be used for: one line a case, each threshold from
either side."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.results import LimeStability
from engine.explain.lime import usability

STEADY = LimeStability(
    seeds=(0, 1, 2),
    weights=np.ones((3, 2)),
    spread=np.zeros(2),
    sign_flips=np.zeros(2),
    chosen=np.ones(2),
    rank_low=np.array([1, 2]),
    rank_high=np.array([1, 2]),
    r2=np.ones(3),
    local_predictions=np.ones(3),
    instability=0.0,
)


def flips(*shares):
    return {"sign_flips": np.array(shares)}


@pytest.mark.parametrize(
    ("r2", "weights", "changes", "expected"),
    [
        (0.9, (1.0, 0.5), {}, "usable"),
        (0.9, (0.0, 0.0), {}, "flat"),
        # local fidelity: 0.5 for more than directions, 0.25 for those
        (0.501, (1.0, 0.5), {}, "usable"),
        (0.499, (1.0, 0.5), {}, "direction"),
        (0.251, (1.0, 0.5), {}, "direction"),
        (0.249, (1.0, 0.5), {}, "unusable"),
        # other random rows: weights that move by 20 %, by 50 %
        (0.9, (1.0, 0.5), {"instability": 0.199}, "usable"),
        (0.9, (1.0, 0.5), {"instability": 0.201}, "direction"),
        (0.9, (1.0, 0.5), {"instability": 0.499}, "direction"),
        (0.9, (1.0, 0.5), {"instability": 0.501}, "unusable"),
        # a main weight with the other sign in 10 % of the seeds
        (0.9, (1.0, 0.5), flips(0.099, 0), "usable"),
        (0.9, (1.0, 0.5), flips(0.101, 0), "unusable"),
        # … main from 10 % of all weights on
        (0.9, (1.0, 0.112), flips(0, 1), "unusable"),
        (0.9, (1.0, 0.110), flips(0, 1), "usable"),
        # another condition comes first
        (0.9, (1.0, 0.5), {"rank_high": np.array([2, 2])}, "direction"),
    ],
)
def test_of_a_local_line(r2, weights, changes, expected):
    steady = LimeStability(
        **{name: getattr(STEADY, name) for name in STEADY.__struct_fields__} | changes
    )
    found, _ = usability.of_local_model(
        np.array(weights), r2, steady, deterministic=True
    )
    assert found == expected
    changing, _ = usability.of_local_model(
        np.array(weights), r2, steady, deterministic=False
    )
    assert changing == "unusable"


@pytest.mark.parametrize(
    ("miss", "expected"), [(0.0, "usable"), (0.999, "usable"), (1.001, "direction")]
)
def test_a_line_that_misses_the_model_at_its_own_row_is_for_directions(miss, expected):
    weights = np.array([1.0, 0.5])
    found, reasons = usability.of_local_model(
        weights, 0.9, STEADY, miss=miss, deterministic=True
    )
    assert found == expected
    assert ("explain.line_misses" in {r.code for r in reasons}) is (miss > 1)


@pytest.mark.parametrize(
    ("miss", "seeds", "expected"),
    [
        # a line off at its own row: by one deviation of the predictions about it
        (0.99, 3, "usable"),
        (1.01, 3, "direction"),
        (0.0, 1, "one_seed"),  # of one seed nothing is known of others
    ],
)
def test_of_a_line_that_misses_its_row_or_was_drawn_once(miss, seeds, expected):
    fields = {name: getattr(STEADY, name) for name in STEADY.__struct_fields__}
    steady = LimeStability(**fields | {"seeds": tuple(range(seeds))})
    weights = np.array([1.0, 0.5])
    found, _ = usability.of_local_model(
        weights, 0.9, steady, miss=miss, deterministic=True
    )
    assert found == expected
