"""What a decision comes to: the model's own rule, thresholds, rows on them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.dataset import Note
from engine.contracts.decision import Decision, class_ties, own_cut, rule_of, with_rule
from engine.contracts.model import ScoreKind, Task
from engine.contracts.predictions import RowScores
from engine.contracts.provenance import Provenance
from engine.contracts.readings import decision as reading

SCORES = np.array([0.1, 0.5, 0.5, 0.5, 0.9])
LABELS = ("yes", "no")


def rule(chosen, threshold=None, scores=SCORES, natural=0.5):
    chosen = np.asarray(chosen, dtype=bool)
    return rule_of(np.asarray(scores), chosen, LABELS, threshold, natural)


def test_ties_that_go_up_make_it_the_usual_threshold():
    found = rule([0, 1, 1, 1, 1])
    assert (found.cut, found.boundary, found.strict) == (0.5, 0.5, False)
    assert (found.n_on, found.n_on_positive) == (3, 3)
    assert reading.in_short(found, ScoreKind.PROBABILITY) == "yes if p ≥ 0.5"
    assert "exactly 0.5: 3, all decided as yes" in reading.read(
        found, ScoreKind.PROBABILITY
    )


def test_ties_that_go_down_are_told_by_a_strict_sign():
    found = rule([0, 0, 0, 0, 1])
    assert found.cut == np.nextafter(0.5, 1)
    assert (found.boundary, found.strict) == (0.5, True)
    assert (found.n_on, found.n_on_positive) == (3, 0)
    assert reading.in_short(found, ScoreKind.PROBABILITY) == "yes if p > 0.5"
    assert found.notes() == (
        Note(code="decision.ties", params={"n": 3, "threshold": 0.5, "label": "no"}),
    )


def test_ties_that_go_both_ways_are_no_threshold():
    found = rule([0, 1, 0, 0, 1])
    assert found.cut is None
    assert [note.code for note in found.notes()] == [
        "decision.no_threshold",
        "decision.ties_split",
    ]
    told = reading.read(found, ScoreKind.PROBABILITY)
    assert "no threshold on its score" in told
    assert "3, of which 1 are decided as yes" in told


def test_a_threshold_that_was_set_takes_every_row_on_it():
    found = rule([0, 0, 0, 0, 1], threshold=0.9)
    assert (found.own, found.cut, found.n_on, found.n_on_positive) == (False, 0.9, 1, 1)
    assert "threshold set" in reading.who(found, ScoreKind.PROBABILITY)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("threshold", [0.3, 0.07, 0.5, 0.8, -1.0, 2.0])
def test_the_cut_decides_exactly_as_the_labels(dtype, threshold):
    scores = np.random.default_rng(0).random(200).astype(dtype)
    chosen = scores >= threshold
    cut, boundary = own_cut(scores, chosen, 0.5)
    assert np.array_equal(scores >= cut, chosen)
    assert cut == boundary
    if 0 < threshold < 1:
        assert cut == pytest.approx(threshold, abs=0.02)


def test_one_row_out_of_order_leaves_no_cut():
    scores = np.linspace(0, 1, 11)
    chosen = scores >= 0.4
    chosen[3], chosen[5] = True, False
    assert own_cut(scores, chosen, 0.5) == (None, 0.5)


def test_a_cut_beside_a_score_that_is_missing():
    scores = np.array([0.2, np.nan, 0.7])
    assert own_cut(scores, np.array([False, False, True]), 0.5)[0] == 0.5


def test_margins_are_cut_at_zero_and_infinite_ones_are_no_trouble():
    scores = np.array([-np.inf, -2.0, 0.0, 3.0])
    assert own_cut(scores, scores > 0, 0.0) == (np.nextafter(0.0, 1), 0.0)
    ends = np.array([-np.inf, np.inf])
    cut, _ = own_cut(ends, np.array([False, True]), 0.0)
    assert cut == 0.0


def test_what_is_noted_of_one_decision_is_replaced_by_another():
    kept = Note(code="evaluate.weighted", params={"effective": 3})
    before = (kept, *rule([0, 1, 1, 1, 1]).notes())
    after = with_rule(before, rule([0, 1, 1, 1, 1], threshold=0.9))
    assert [note.params.get("threshold") for note in after] == [None, 0.9]
    assert with_rule(before, None) == (kept,)


def rows(labels, scores=SCORES, kind=ScoreKind.PROBABILITY):
    return RowScores(
        task=Task.BINARY,
        classes=("no", "yes"),
        positive="yes",
        score_kind=kind,
        truth=np.array([0, 1, 0, 1, 1], dtype=np.int32),
        labels=np.asarray(labels, dtype=np.int32),
        score=np.asarray(scores),
        provenance=Provenance(n_used=5, n_total=5),
    )


def test_without_a_threshold_the_labels_decide_everything():
    found = rows([0, 1, 0, 0, 0])
    own = Decision(positive="yes")
    assert found.decided(own).tolist() == [0, 1, 0, 0, 0]
    assert found.alarms(own).tolist() == [False, True, False, False, False]
    assert found.errors(own).tolist() == [False, False, False, True, True]
    assert found.confidence(own).tolist() == [0.9, 0.5, 0.5, 0.5, pytest.approx(0.1)]
    assert found.rule(own).cut is None


def test_with_a_threshold_the_score_decides_and_ties_are_positive():
    found = rows([0, 1, 0, 0, 0])
    half = Decision(positive="yes", threshold=0.5)
    assert found.decided(half).tolist() == [0, 1, 1, 1, 1]
    assert found.alarms(half).tolist() == [False, True, True, True, True]
    assert found.confidence(half).tolist() == [0.9, 0.5, 0.5, 0.5, 0.9]
    assert found.rule(half).n_on == 3


def test_labels_alone_have_no_rule_on_a_score():
    found = rows([0, 1, 0, 0, 0], np.empty(0), ScoreKind.LABEL)
    assert found.rule(Decision()) is None
    assert found.decided(Decision(threshold=0.9)).tolist() == [0, 1, 0, 0, 0]


def test_classes_that_share_the_highest_score_are_counted_by_what_was_decided():
    scores = np.array(
        [[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.2, 0.2, 0.6], [np.nan] * 3, [1 / 3] * 3]
    )
    found = class_ties(scores, np.array([1, 1, 2, -1, 0]), ("a", "b", "c"))
    params = {"n": 3, "counts": ("b (2)", "a (1)")}
    assert found == (Note(code="decision.class_ties", params=params),)
    assert not class_ties(scores[2:4], np.array([2, -1]), ("a", "b", "c"))
    assert not class_ties(np.empty((2, 0)), np.array([0, 1]), ("a", "b", "c"))
    assert not class_ties(np.empty((0, 3)), np.empty(0, dtype=int), ("a", "b", "c"))
