from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.decision import Decision
from engine.contracts.model import Task
from engine.contracts.results import Bucket, Buckets
from gui.panels.groups.bucket_rates import BucketRates
from tests.gui.panels.small_case import SmallEngine


@pytest.fixture
def engine(qapp):
    return SmallEngine()


def empty(name, n=1):
    return Bucket(name=name, rule=name, n=n, n_errors=0, rate=0, low=0, high=0)


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.77, 1.0])
def test_that_the_look_up_says_what_counting_says(engine, threshold):
    scores, decision = engine.scores, Decision(positive="bad", threshold=threshold)
    young = engine.ages < 30
    rates = BucketRates(scores)
    rates.add("young", young)
    before = Buckets(
        task=Task.BINARY,
        buckets=(empty("young"), empty("unknown")),
        overall=empty(""),
        provenance=scores.provenance,
    )
    table = rates.at(before, decision)
    wrong = scores.errors(decision)
    bucket = table.buckets[0]
    assert bucket.n_errors == (wrong & young).sum()
    assert bucket.rate == pytest.approx(wrong[young].mean())
    assert bucket.ratio == pytest.approx(wrong[young].mean() / wrong[~young].mean())
    assert bucket.ratio_low <= bucket.ratio <= bucket.ratio_high
    assert bucket.share == pytest.approx((wrong & young).sum() / wrong.sum())
    assert table.overall.rate == pytest.approx(wrong.mean())
    assert table.buckets[1] == before.buckets[1]


def test_that_rows_without_a_truth_are_not_counted(engine):
    truth = engine.scores.truth.copy()
    truth[:100] = -1
    scores = type(engine.scores)(
        **{f: getattr(engine.scores, f) for f in engine.scores.__struct_fields__}
        | {"truth": truth}
    )
    rates = BucketRates(scores)
    before = Buckets(
        task=Task.BINARY,
        buckets=(),
        overall=empty(""),
        provenance=scores.provenance,
    )
    table = rates.at(before, Decision(positive="bad", threshold=0.5))
    wrong = scores.errors(Decision(positive="bad", threshold=0.5))
    assert table.overall.rate == pytest.approx(np.count_nonzero(wrong) / 300)
