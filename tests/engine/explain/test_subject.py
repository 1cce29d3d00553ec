"""A model is asked about rows that are put together from cells."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.explain.subject import Pool, Subject
from tests.support.evaluation import ArrayColumns
from tests.support.explained import case

ROWS = {"age": [20.0, 50.0, 35.0], "home": ["rent", "own", None]}


def older(table):
    return np.where(table["age"].to_numpy() > 30, 0.9, 0.2)


@pytest.fixture
def asked():
    inputs, model = case(ROWS, older)
    return Subject(inputs), model


def test_cells_of_several_rows_make_one_row(asked):
    subject, _ = asked
    pool = Pool.of(subject.features(), subject.features())
    rows = pool.rows(np.array([[0, 4], [5, 2]]))
    assert rows.to_pylist() == [
        {"age": 20.0, "home": "own"},
        {"age": 35.0, "home": None},
    ]


def test_equal_rows_are_asked_once_and_answered_each(asked):
    subject, model = asked
    pool = Pool.of(subject.features(), subject.features())
    cells = np.array([[0, 1], [3, 4], [1, 1], [0, 1]])
    np.testing.assert_array_equal(
        pool.predict(subject, cells), [[0.2], [0.2], [0.9], [0.2]]
    )
    assert model.asked == 2


def test_few_equal_rows_are_asked_with_the_others_and_missing_cells_are_equal():
    inputs, model = case({"x": np.arange(40.0), "y": [np.nan] * 40}, lambda t: t["x"])
    subject = Subject(inputs)
    pool = Pool.of(subject.features())
    cells = np.column_stack([np.append(np.arange(39), 0), np.arange(40)])
    told = pool.predict(subject, cells)
    np.testing.assert_array_equal(told[:, 0], cells[:, 0])
    assert model.asked == 40  # 39 of 40 are different: not worth the search
    model.asked = 0
    pool.predict(subject, cells // 2)
    assert model.asked == 20


def test_the_positive_class_is_what_is_explained():
    inputs, _ = case(ROWS, older, positive="no")
    subject = Subject(inputs)
    assert subject.outputs == ("no",)
    np.testing.assert_allclose(subject.predictions()[:, 0], [0.8, 0.1, 0.1])


def test_every_class_or_the_number_is_explained_where_there_are_not_two():
    scores = np.full((3, 3), 1 / 3)
    inputs, _ = case(
        ROWS, lambda _: scores, task=Task.MULTICLASS, classes=("a", "b", "c")
    )
    assert Subject(inputs).predictions().shape == (3, 3)
    inputs, _ = case(ROWS, lambda t: t["age"].to_numpy(), task=Task.REGRESSION)
    assert Subject(inputs).outputs == ("",)


def test_without_a_model_nothing_can_be_asked():
    from engine.analysis import Inputs

    with pytest.raises(EngineError, match=r"explain\.no_model"):
        Subject(Inputs(predictions={}, columns=ArrayColumns(0)))
