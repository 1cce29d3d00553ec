from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.decision import Decision
from engine.contracts.model import ScoreKind, Task
from engine.contracts.predictions import RowScores
from engine.contracts.provenance import Provenance
from gui.item_models.shown_columns import Look
from gui.panels.predictions.answers import RowAnswers, answer_table
from tests.gui.panels.small_case import data_set


def scores(task, **given):
    facts = {
        "task": task,
        "classes": ("good", "bad") if task is Task.BINARY else ("a", "b", "c"),
        "positive": "bad",
        "score_kind": ScoreKind.PROBABILITY,
        "provenance": Provenance(n_used=3, n_total=3),
    }
    return RowScores(**(facts | given))


@pytest.fixture
def binary():
    return scores(
        Task.BINARY,
        truth=np.array([1, 0, -1], dtype=np.int32),
        labels=np.array([0, 0, 1], dtype=np.int32),
        score=np.array([0.3, 0.4, 0.9], dtype=np.float32),
    )


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.35, 0.95])
def test_that_single_rows_agree_with_whole_vectors(binary, threshold):
    decision = Decision(positive="bad", threshold=threshold)
    answers = RowAnswers(binary, decision)
    decided, wrong = binary.decided(decision), binary.errors(decision)
    shares = binary.confidence(decision)
    for row in range(3):
        assert answers.prediction(row) == binary.classes[decided[row]]
        assert answers.wrong(row) == wrong[row]
        assert answers.confidence(row) == pytest.approx(shares[row])
    assert answers.truth(2) is None
    assert not answers.wrong(2)


def test_that_rows_beyond_the_answers_are_unknown(binary):
    answers = RowAnswers(binary, Decision(positive="bad"))
    assert answers.truth(3) is None
    assert answers.prediction(3) is None
    assert not answers.wrong(3)
    assert np.isnan(answers.confidence(3))


def test_that_numbers_show_truth_answer_and_residual_alike():
    numbers = scores(
        Task.REGRESSION,
        classes=(),
        positive="",
        score_kind=ScoreKind.VALUE,
        truth=np.array([1.25, -2.5, np.nan]),
        labels=np.array([1.0, 0.123, 2.0]),
        score=np.array([1.0, 0.123, 2.0]),
    )
    answers = RowAnswers(numbers, Decision())
    assert (answers.truth(0), answers.prediction(0), answers.score(0)) == (
        "1.25", "1.00", "0.25",
    )  # fmt: skip
    assert answers.truth(1) == "−2.50"
    assert answers.truth(2) is None
    assert answers.score(2) is None
    titles = [column.title for column in answer_table(numbers, data_set())]
    assert titles[1:5] == ["true value", "prediction", "residual", "error"]


def test_that_labels_alone_have_no_confidence():
    labels = scores(
        Task.MULTICLASS,
        score_kind=ScoreKind.LABEL,
        truth=np.array([0, 1, 2], dtype=np.int32),
        labels=np.array([0, 2, 2], dtype=np.int32),
        score=np.array([]),
    )
    answers = RowAnswers(labels, Decision())
    assert [answers.wrong(row) for row in range(3)] == [False, True, False]
    looks = {column.look for column in answer_table(labels, data_set())}
    assert Look.CONFIDENCE not in looks
    assert Look.SCORE not in looks
