"""Recorded scores and labels beside a truth, as a session reads them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

from engine.contracts import requests as r
from engine.contracts.dataset import ColumnChoice, Role
from engine.contracts.decision import Decision
from engine.contracts.messages import next_step
from engine.contracts.model import RecordedScores, ScoreKind, Task

N = 120


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(7)
    p = rng.random(N).round(3)
    y = (rng.random(N) < p).astype(int)
    row = np.arange(N)
    three = rng.dirichlet([1, 1, 1], N)
    two = np.where(three.argmax(axis=1) == 2, 0, three.argmax(axis=1))
    return pd.DataFrame(
        {
            "y": y,
            "p": p,
            "over": np.where(row == 7, 1 + 2e-16, p),
            "under": np.where(row == 7, -1e-17, p),
            "code": np.where(row == 7, -9999, p),
            "nines": np.where(row == 7, 999, p),
            "minus": np.where(row % 10 == 7, -1, p),
            "holes": np.where(row == 7, np.nan, p),
            "percent": p * 100,
            "margin": p - 0.5,
            "margins": np.where(row == 7, -9999, 4 * p - 2),
            "hard": (p >= 0.5).astype(int),
            "own": (p >= 0.2).astype(int),
            "said": np.where(p >= 0.6, "yes", "no"),
            "Truth": np.where(y == 1, "Yes", "No"),
            "ones": np.ones(N, dtype=int),
            "shifted": y + 1,
            "flag": y.astype(bool),
            "p_a": three[:, 0],
            "p_b": three[:, 1],
            "p_c": three[:, 2],
            "t": np.array(["a", "b"])[two],
            "q": np.array(["a", "b", "c"])[three.argmax(axis=1)],
            "p_0": three[:, 0],
            "p_1": three[:, 1],
            "p_2": three[:, 2],
            "s1": three.argmax(axis=1) + 1,
            "text": np.where(y == 1, "much", "12.5"),
        }
    )


@pytest.fixture
def ask(fresh, frame, tmp_path):
    path = tmp_path / "recorded.csv"
    frame.to_csv(path, index=False)
    fresh(r.OpenData(paths=(str(path),)))
    fresh(r.ConfigureData())
    return fresh


def summary(ask, target, *scores, prediction=None, kind="", classes=(), **said):
    recorded = RecordedScores(
        scores=scores, prediction=prediction, kind=kind, classes=classes
    )
    ask(r.UseRecordedScores(scores=recorded))
    ask(r.Predict(target=target, **said))
    return ask(r.Run(analysis="summary"))


def noted(ask, target, *scores, **named):
    ask(r.UseRecordedScores(scores=RecordedScores(scores=scores, **named)))
    found = ask(r.Match(target=target))
    return {note.code: note.params for note in (*found.problems, *found.warnings)}


@pytest.mark.parametrize("column", ["over", "under"])
def test_rounding_makes_no_margins(ask, frame, column):
    found = summary(ask, "y", column)
    p = frame[column].clip(0, 1)
    assert found.score_kind is ScoreKind.PROBABILITY
    assert found.metrics["accuracy"].value == accuracy_score(frame.y, p >= 0.5)
    if column == "over":
        assert found.metrics["log_loss"].value == pytest.approx(log_loss(frame.y, p))


@pytest.mark.parametrize(
    ("column", "value"), [("code", -9999), ("nines", 999), ("minus", -1)]
)
def test_codes_among_probabilities_are_named_and_left_out(ask, frame, column, value):
    told = noted(ask, "y", column)["scores.odd"]
    rows = frame[column] != value
    assert (told["row"], told["value"], told["n"]) == (7, value, (~rows).sum())
    found = summary(ask, "y", column)
    assert found.n_rows == rows.sum()
    right = accuracy_score(frame.y[rows], frame.p[rows] >= 0.5)
    assert found.metrics["accuracy"].value == right


def test_a_code_among_margins_is_left_out_too(ask, frame):
    assert noted(ask, "y", "margins")["scores.odd"]["value"] == -9999
    found = summary(ask, "y", "margins")
    assert (found.n_rows, found.score_kind) == (N - 1, ScoreKind.MARGIN)


def test_a_row_without_a_score_counts_nowhere(ask, frame):
    assert noted(ask, "y", "holes")["scores.missing"]["row"] == 7
    assert summary(ask, "y", "holes").n_rows == N - 1
    rows = ask(r.Predict(target="y"))
    decision = Decision(positive="1", threshold=0.0)
    assert rows.decided(decision)[7] == -1
    assert not rows.errors(decision)[7]
    assert not rows.errors(Decision())[7]


def test_the_kind_of_scores_is_decided_by_most_rows_and_can_be_said(ask, frame):
    margin = summary(ask, "y", "margin")
    assert margin.score_kind is ScoreKind.MARGIN
    assert "scores.as_margin" in noted(ask, "y", "margin")
    expected = accuracy_score(frame.y, frame.margin >= 0)
    assert margin.metrics["accuracy"].value == expected
    said = summary(ask, "y", "p", kind="margin")
    assert said.metrics["accuracy"].value == accuracy_score(frame.y, frame.p >= 0)
    assert said.score_kind is ScoreKind.MARGIN


def test_percents_are_asked_about_and_read_when_said(ask, frame):
    error = noted_error(ask, "y", "percent")
    assert error.code == "scores.neither"
    assert "--score-kind" in next_step(error.code, error.params)
    found = summary(ask, "y", "percent", kind="percent")
    assert found.metrics["log_loss"].value == pytest.approx(log_loss(frame.y, frame.p))


def test_recorded_labels_are_the_decisions_of_recorded_scores(ask, frame):
    found = summary(ask, "y", "p", prediction="own")
    assert found.confusion.tolist() == confusion_matrix(frame.y, frame.own).tolist()
    assert found.rule.cut == pytest.approx(0.2, abs=0.01)
    assert found.metrics["log_loss"].value == pytest.approx(log_loss(frame.y, frame.p))


@pytest.mark.parametrize("positive", ["", "0", "1"])
def test_one_class_in_the_truth_stays_a_task_of_two(ask, frame, positive):
    found = summary(ask, "ones", "p", positive=positive)
    share = frame.p if positive != "0" else 1 - frame.p
    assert (found.task, found.classes) == (Task.BINARY, ("0", "1"))
    assert found.metrics["accuracy"].value == np.mean(share >= 0.5)
    assert found.metrics["roc_auc"].value is None
    assert found.metrics["roc_auc"].why is not None


def test_a_constant_number_beside_numbers_is_still_a_number(ask):
    assert summary(ask, "ones", "percent").task is Task.REGRESSION


@pytest.mark.parametrize(
    ("scores", "prediction"), [((), "q"), (("p_a", "p_b", "p_c"), None)]
)
def test_a_class_that_only_the_model_gives_is_an_error(ask, frame, scores, prediction):
    found = summary(ask, "t", *scores, prediction=prediction)
    assert found.classes == ("a", "b", "c")
    assert found.metrics["accuracy"].value == accuracy_score(frame.t, frame.q)


def test_columns_named_after_other_numbers_are_shifted(ask, frame):
    names = ("p_0", "p_1", "p_2")
    told = noted_error(ask, "s1", *names)
    assert told.code == "target.shifted_labels"
    said = {"1": "0", "2": "1", "3": "2"}
    found = summary(ask, "s1", *names, class_map=said)
    assert found.metrics["accuracy"].value == 1.0


def noted_error(ask, target, *scores, **named):
    ask(r.UseRecordedScores(scores=RecordedScores(scores=scores, **named)))
    return ask.refused(r.Match(target=target))


def test_recorded_labels_in_other_words_are_refused_until_said(ask, frame):
    error = noted_error(ask, "y", prediction="said")
    assert (error.code, error.params["mapping"]) == (
        "target.no_known_class",
        "0=no,1=yes",
    )
    found = summary(ask, "y", prediction="said", class_map={"0": "no", "1": "yes"})
    right = (frame.said == "yes") == (frame.y == 1)
    assert found.metrics["accuracy"].value == right.mean()


def test_recorded_labels_in_other_letters_or_types_are_the_same(ask, frame):
    right = ((frame.said == "yes") == (frame.y == 1)).mean()
    found = summary(ask, "Truth", prediction="said")
    assert found.metrics["accuracy"].value == right
    hard = summary(ask, "flag", prediction="hard")
    assert hard.metrics["accuracy"].value == accuracy_score(frame.y, frame.hard)


def test_shifted_recorded_labels_are_refused(ask):
    error = noted_error(ask, "shifted", prediction="hard")
    assert error.code == "target.shifted_labels"


def test_the_larger_of_two_numbers_is_the_class_to_be_found(ask, frame):
    found = summary(ask, "shifted", "p")
    assert found.positive == "2"
    assert found.metrics["accuracy"].value == accuracy_score(frame.y, frame.p >= 0.5)


def test_a_column_is_of_the_class_that_is_said(ask, frame):
    columns = ("p_c", "p_a", "p_b")
    named = summary(ask, "q", *columns, classes=("c", "a", "b"))
    assert named.metrics["accuracy"].value == 1.0


def test_a_guessed_target_refuses_nothing(ask):
    """Only the match says what does not fit the column that was meant."""
    ask(r.ConfigureData(choices={"y": ColumnChoice(role=Role.TARGET)}))
    assert summary(ask, "Truth", prediction="said").n_rows == N


@pytest.mark.parametrize(
    ("weight", "code"),
    [(1e18, "outweighs"), (1e300, "extreme"), (0.0, None), (5e-324, None)],
)
def test_a_weight_that_drowns_the_others_is_named(fresh, frame, tmp_path, weight, code):
    weights = np.ones(N)
    weights[7] = weight
    frame.assign(w=weights).to_csv(tmp_path / "w.csv", index=False)
    fresh(r.OpenData(paths=(str(tmp_path / "w.csv"),)))
    fresh(r.ConfigureData())
    fresh(r.UseRecordedScores(scores=RecordedScores(scores=("p",))))
    asked = r.Predict(target="y", weights="w")
    if code is None:
        fresh(asked)
        found = fresh(r.Run(analysis="summary"))
        expected = accuracy_score(frame.y, frame.p >= 0.5, sample_weight=weights)
        assert found.metrics["accuracy"].value == pytest.approx(expected)
        return
    error = fresh.refused(asked)
    assert error.code == f"weights.{code}"
    assert (error.params["row"], error.params["value"]) == (7, weight)
