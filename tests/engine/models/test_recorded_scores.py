"""No model: what it once said, in columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.model import RecordedScores, ScoreKind, Task
from engine.contracts.provenance import Provenance
from engine.models.recorded_scores import class_of_column, describe, ordered_columns
from engine.predict import predict
from tests.support.fake_model import data_set, matched

STAMP = Provenance(n_used=0, n_total=0)
P = np.array([0.9, 0.2, 0.4, 0.7])
FRAME = pd.DataFrame(
    {
        "y": ["bad", "good", "bad", "good"],
        "k": ["a", "b", "c", "a"],
        "p": P,
        "p_good": 1 - P,
        "P(bad)": P,
        "margin": [2.5, -1.5, -0.5, 0.25],
        "prob_a": [0.5, 0.2, 0.1, 0.6],
        "prob_b": [0.3, 0.7, 0.2, 0.3],
        "prob_c": [0.2, 0.1, 0.7, 0.1],
        "short": [0.2, 0.1, 0.7, 0.05],
        "over": [0.2, 1.1, 0.7, 0.1],
        "holes": [0.2, None, 0.7, np.inf],
        "guess": ["bad", "good", "good", "bad"],
        "odd": ["bad", "neither", "good", "bad"],
        "words": ["high", "low", "low", "high"],
        "n": [10.5, 20.25, 30.5, 40.25],
        "said": [11.5, 19.25, 30.5, 41.25],
    }
)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return data_set(tmp_path_factory.mktemp("r"), FRAME).parts[Part.EVALUATION]


def asked(target, *scores, positive="bad", prediction=None, classes=(), kind=""):
    recorded = RecordedScores(
        scores=scores, prediction=prediction, classes=classes, kind=kind
    )
    labels = {"y": ("bad", "good"), "k": ("a", "b", "c")}.get(target, ())
    return matched(
        None,
        target,
        info=describe(recorded, labels),
        recorded=recorded,
        positive=positive if len(labels) == 2 else "",
    )


def answers(table, *given, **named):
    return predict(table, asked(*given, **named), STAMP)


def refused(table, *given, **named):
    with pytest.raises(EngineError) as caught:
        answers(table, *given, **named)
    return caught.value


def test_one_column_is_the_score_of_the_positive_class(table):
    for positive in ("bad", "good"):
        found = answers(table, "y", "p", positive=positive)
        assert found.positive_scores(positive).tolist() == P.tolist()
        assert found.score_kind is ScoreKind.PROBABILITY
        assert found.scores.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("positive", ["bad", "good"])
def test_a_column_that_names_its_class_is_that_of_the_class(table, positive):
    found = answers(table, "y", "p_good", positive=positive)
    assert found.positive_scores("good").tolist() == (1 - P).tolist()
    assert found.positive_scores("bad") == pytest.approx(P)


def test_what_is_said_of_a_column_wins_over_its_name(table):
    found = answers(table, "y", "p_good", classes=("bad",))
    assert found.positive_scores("bad").tolist() == (1 - P).tolist()


def test_one_column_beyond_0_and_1_is_a_margin_decided_at_zero(table):
    found = answers(table, "y", "margin")
    assert found.score_kind is ScoreKind.MARGIN
    assert found.positive_scores("bad").tolist() == [2.5, -1.5, -0.5, 0.25]
    assert [found.classes[code] for code in found.labels] == [
        "bad", "good", "good", "bad",
    ]  # fmt: skip


def test_columns_of_all_classes_are_put_in_their_order(table):
    found = answers(table, "k", "prob_c", "prob_a", "prob_b")
    assert found.scores[0].tolist() == [0.5, 0.3, 0.2]
    assert found.labels.tolist() == [0, 1, 2, 0]
    assert found.task is Task.MULTICLASS


def test_columns_of_both_classes_count_as_well(table):
    found = answers(table, "y", "p_good", "p", classes=("good", "bad"))
    assert found.positive_scores("bad").tolist() == P.tolist()


def test_labels_alone_are_enough(table):
    found = answers(table, "y", prediction="guess")
    assert found.score_kind is ScoreKind.LABEL
    assert found.scores.shape == (4, 0)
    assert [found.classes[code] for code in found.labels] == list(FRAME.guess)


def test_labels_beside_scores_are_what_the_model_answered(table):
    found = answers(table, "y", "p", prediction="guess")
    assert [found.classes[code] for code in found.labels] == list(FRAME.guess)


@pytest.mark.parametrize("how", [{"prediction": "said"}, {}])
def test_values_of_a_regression(table, how):
    found = answers(table, "n", *(() if how else ("said",)), **how)
    assert found.labels.tolist() == FRAME.said.tolist()
    assert found.truth.tolist() == FRAME.n.tolist()


@pytest.mark.parametrize(
    ("given", "named", "code", "params"),
    [
        (("y", "words"), {}, "scores.not_numeric", {"column": "words"}),
        (("y", "gone"), {}, "scores.missing_column", {"column": "gone"}),
        (("k", "p"), {}, "scores.columns", {"n_columns": 1}),
        (("k", "prob_a", "prob_b"), {}, "scores.columns", {"n_columns": 2}),
        (("k", "prob_a", "prob_b", "short"), {}, "scores.names", {}),
        (
            ("k", "prob_a", "prob_b", "margin"),
            {"classes": ("a", "b", "c"), "kind": "probability"},
            "scores.range",
            {"row": 0, "column": "margin", "value": 2.5, "n": 3},
        ),
        (
            ("k", "prob_a", "prob_b", "p"),
            {"classes": ("a", "b", "c")},
            "scores.sum",
            {"row": 0, "n": 4, "total": pytest.approx(1.7)},
        ),
        (("y", "said"), {}, "scores.neither", {"column": "said", "row": 0}),
        (
            ("y",),
            {"prediction": "odd"},
            "scores.unknown_label",
            {"row": 1, "column": "odd"},
        ),
    ],
)
def test_what_cannot_be_a_score_is_named(table, given, named, code, params):
    error = refused(table, *given, **named)
    assert error.code == code
    assert {key: error.params[key] for key in params} == params


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("p_bad", "bad"),
        ("P.Bad", "bad"),
        ("proba_good", "good"),
        ("probability good", "good"),
        ("bad_prob", "bad"),
        ("bad score", "bad"),
        ("bad", "bad"),
        ("y_prob_bad", "bad"),
        ("score", None),
        ("p", None),
        ("prob", None),
        ("pbad", None),
        ("badness", None),
        ("decile_score", None),
    ],
)
def test_the_class_in_a_name(name, label):
    assert class_of_column(name, ("bad", "good")) == label


@pytest.mark.parametrize(
    ("name", "label"), [("p1", "1"), ("prob_0", "0"), ("1", "1"), ("p_10", None)]
)
def test_the_number_of_a_class_in_a_name(name, label):
    assert class_of_column(name, ("0", "1")) == label


def test_a_class_that_begins_like_a_score_word_keeps_its_name():
    assert class_of_column("positive", ("negative", "positive")) == "positive"
    assert class_of_column("p_positive", ("negative", "positive")) == "positive"
    assert class_of_column("progress", ("gress", "x")) is None


def test_two_columns_of_one_class_are_not_taken():
    recorded = RecordedScores(scores=("p_bad", "bad_prob"))
    with pytest.raises(EngineError, match=r"scores\.names"):
        ordered_columns(recorded, ("bad", "good"))
