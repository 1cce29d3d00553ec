"""What an explanation can be relied on for: one line a case, each threshold from
either side."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from engine.contracts.results import Faithfulness, SignDisagreement
from engine.explain.agreement import reliability
from engine.explain.agreement.faithfulness import faithfulness, other_orders

NONE = np.empty((0, 0))


def curves(*, better=(0.0, 0.0), way=1.0, d=5):
    """Deletion curves that go from ``way`` down to 0."""
    line = np.linspace(way, 0, d + 1)
    return Faithfulness(
        deletion=np.stack([line, line]),
        insertion=np.stack([line, line]),
        chance_deletion=NONE,
        chance_insertion=NONE,
        area=np.zeros(2),
        better_orders=np.array(better),
    )


def judged(*, ranks=1.0, signs=(), gap=0.0, deterministic=True, **of_curves):
    found, reasons = reliability.of_row(
        methods=("shapley", "lime"),
        ranks=np.array([[1.0, ranks], [ranks, 1.0]]),
        signs=signs,
        curves=curves(**of_curves),
        spread=1.0,
        gap=gap,
        deterministic=deterministic,
    )
    return found, [note.code.removeprefix("explain.") for note in reasons]


OPPOSED = (SignDisagreement(feature=0, first=0, second=1),)


@pytest.mark.parametrize(
    ("case", "expected", "reasons"),
    [
        ({}, "reliable", ["methods_agree"]),
        # the model
        ({"deterministic": False}, "unreliable", ["not_deterministic"]),
        # additivity: 1 % of the spread of the predictions
        ({"gap": 0.0101}, "unreliable", ["adds_up_badly"]),
        ({"gap": 0.0099}, "reliable", ["methods_agree"]),
        # a prediction near the mean: 5 % of the same
        ({"way": 0.0499}, "near_base", ["near_base"]),
        ({"way": 0.0501}, "reliable", ["methods_agree"]),
        ({"way": -0.0501}, "reliable", ["methods_agree"]),
        # random orders that do better: 10 %
        ({"better": (0.101, 0)}, "unreliable", ["chance_better"]),
        ({"better": (0.099, 0)}, "reliable", ["methods_agree"]),
        # … but of three features one order in six may
        ({"better": (1 / 6, 0), "d": 3}, "reliable", ["methods_agree"]),
        ({"better": (2 / 6, 0), "d": 3}, "unreliable", ["chance_better"]),
        ({"better": (1 / 2, 0), "d": 2}, "unreliable", ["chance_better"]),
        # … and what speaks against another method does not against this one
        ({"better": (0, 0.5)}, "reliable", ["chance_better", "methods_agree"]),
        # signs
        ({"signs": OPPOSED}, "unreliable", ["signs_disagree"]),
        # rank correlation: 0.7
        ({"ranks": 0.699}, "direction", ["order_differs"]),
        ({"ranks": 0.701}, "reliable", ["methods_agree"]),
        ({"ranks": float("nan")}, "direction", ["order_differs"]),
    ],
)
def test_of_one_row(case, expected, reasons):
    assert judged(**case) == (expected, reasons)


@pytest.mark.parametrize(
    ("ranks", "deterministic", "expected"),
    [
        (0.699, True, "unreliable"),
        (0.701, True, "reliable"),
        (float("nan"), True, "unreliable"),
        (1.0, False, "unreliable"),
    ],
)
def test_of_all_rows(ranks, deterministic, expected):
    correlations = np.array([[1.0, ranks], [ranks, 1.0]])
    found, _ = reliability.of_all(correlations, deterministic=deterministic)
    assert found == expected


@pytest.mark.parametrize(
    ("share", "spread", "counts"),
    [
        (0.101, 0.0, True),  # of a method's whole weight: 10 %
        (0.099, 0.0, False),
        (0.5, 0.249, True),  # a sign is one outside twice its spread
        (0.5, 0.251, False),
    ],
)
def test_signs_count_from_a_tenth_of_the_weight_and_outside_their_spread(
    share, spread, counts
):
    values = np.array([[1 - share, share], [1 - share, -share]])
    spreads = np.array([[np.nan, np.nan], [np.nan, spread]])
    assert bool(reliability.sign_disagreements(values, spreads)) == counts


# Exact explanations of few features


class Game:
    """Coalitions of features and what each is worth."""

    def __init__(self, values):
        self.values = np.asarray(values, dtype=float)
        self.d = int(math.log2(len(self.values)))

    def means(self, members, _progress=None):
        places = members @ (1 << np.arange(self.d))
        return self.values[places][:, None]

    def shapley(self):
        total = np.zeros(self.d)
        for order in permutations(range(self.d)):
            inside = 0
            for feature in order:
                more = inside | 1 << feature
                total[feature] += self.values[more] - self.values[inside]
                inside = more
        return total / math.factorial(self.d)

    def judged(self):
        rng = np.random.default_rng(0)
        tried = faithfulness(self, self.shapley()[None], 0, rng, 50)
        return reliability.of_row(
            methods=("shapley",),
            ranks=np.ones((1, 1)),
            signs=(),
            curves=tried,
            spread=float(np.ptp(self.values)),
            gap=0.0,
            deterministic=True,
        )[0]


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("seed", range(20))
def test_exact_explanations_of_few_features_are_not_condemned(d, seed):
    rng = np.random.default_rng(seed)
    weights, row = rng.normal(size=d), rng.normal(size=d) + 1
    background = rng.normal(size=(60, d))
    told = []
    for inside in range(1 << d):
        members = [bool(inside >> place & 1) for place in range(d)]
        margin = np.where(members, row, background) @ weights
        told.append(float(np.mean(1 / (1 + np.exp(-margin)))))
    assert Game(told).judged() in ("reliable", "near_base")


@pytest.mark.parametrize("rule", [all, any])
def test_features_that_only_count_together_are_not_condemned(rule):
    told = [rule(bool(n >> place & 1) for place in (0, 1)) for n in range(4)]
    assert Game(told).judged() == "reliable"


def test_an_explanation_that_names_the_wrong_feature_first_is_condemned():
    game = Game([0.0, 0.1, 0.9, 1.0])
    rng = np.random.default_rng(0)
    wrong = faithfulness(game, np.array([[0.9, 0.1]]), 0, rng, 50)
    assert wrong.better_orders.tolist() == [0.5]
    right = faithfulness(game, np.array([[0.1, 0.9]]), 0, rng, 50)
    assert right.better_orders.tolist() == [0.0]


def test_an_order_that_is_hardly_faster_is_not_better():
    rng = np.random.default_rng(0)
    for gap, better in ((0.039, 0.0), (0.041, 0.5)):  # the area is half of it
        game = Game([0.0, 0.5, 0.5 + gap, 1.0])
        found = faithfulness(game, np.array([[0.9, 0.1]]), 0, rng, 50)
        assert found.better_orders.tolist() == [better]


def test_of_few_features_every_order_is_tried_once():
    rng = np.random.default_rng(0)
    assert len(np.unique(other_orders(4, 50, rng), axis=0)) == 24
    assert other_orders(5, 50, rng).shape == (50, 5)


def test_one_feature_has_one_order():
    assert reliability.rank_agreement(np.array([[2.0], [0.0]])).tolist() == [
        [1, 1],
        [1, 1],
    ]
