"""Truth beside answer, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.model import Mapping, ScoreKind, Task
from engine.contracts.provenance import Provenance
from engine.data.table import Table
from engine.predict import features_of, meant, predict, row_scores
from tests.support.fake_model import FakeModel, data_set, info, logistic, matched

SHIFTED = {"1": "0", "2": "1", "3": "2"}
STAMP = Provenance(n_used=0, n_total=0)


@pytest.fixture
def table(tmp_path):
    frame = pd.DataFrame(
        {
            "a": [3.5, -1.25, 0.0, 2.0],
            "b": [0.5, 1.5, 2.5, 3.5],
            "y": ["yes", "no", None, "other"],
            "n": [1.5, None, 2.5, 3.5],
            "w": [1.0, 0.0, 2.0, 1.0],
            "bad": [1.0, -1.0, np.inf, 1.0],
        }
    )
    return data_set(tmp_path, frame).parts[Part.EVALUATION]


def fed(model, target="y", **changes):
    columns = {name.name: name.name for name in model.info.inputs}
    changes.setdefault("mapping", Mapping(columns=columns))
    changes.setdefault("positive", "yes" if model.info.classes else "")
    return matched(model, target, **changes)


def refused(table, asked):
    with pytest.raises(EngineError) as caught:
        predict(table, asked, STAMP)
    return caught.value


def test_truth_is_coded_by_the_classes_of_the_model(table):
    model = FakeModel(info("a"), logistic("a"))
    found = predict(table, fed(model), STAMP)
    assert found.truth.tolist() == [1, 0, -1, -1]
    assert found.classes == ("no", "yes")
    assert found.scores.shape == (4, 2)


def test_a_class_map_gives_a_label_its_class(table):
    model = FakeModel(info("a"), logistic("a"))
    found = predict(table, fed(model, class_map={"other": "no"}), STAMP)
    assert found.truth.tolist() == [1, 0, -1, 0]


@pytest.mark.parametrize(
    ("given", "classes", "expected"),
    [
        ({"no": "0", "yes": "1"}, ("0", "1"), {"no": "0", "yes": "1"}),
        ({"0": "no", "1": "yes"}, ("0", "1"), {"no": "0", "yes": "1"}),
        ({"0": "no"}, ("0", "1"), {"no": "0"}),
        # numbers on both sides: as a label that means a class, wherever that can be
        (
            {"1": "0", "2": "1", "3": "2"},
            ("0", "1", "2"),
            {"1": "0", "2": "1", "3": "2"},
        ),
        (
            {"0": "1", "1": "2", "2": "3"},
            ("0", "1", "2"),
            {"1": "0", "2": "1", "3": "2"},
        ),
        ({"0": "1", "1": "0"}, ("0", "1"), {"0": "1", "1": "0"}),
        ({"0": "", "no": "1"}, ("0", "1"), {"0": "", "no": "1"}),  # a label left out
        ({"1.0": "ja"}, ("0", "1"), {"ja": "1"}),
    ],
)
def test_labels_and_classes_may_be_given_in_either_order(given, classes, expected):
    assert meant(given, classes) == expected


@pytest.mark.parametrize(
    "given", [{"0": "x", "1": "x"}, {"no": "2"}, {"0": "no", "x": "y"}]
)
def test_a_map_that_fits_in_no_order_is_refused(given):
    with pytest.raises(EngineError, match=r"target\.no_such_class"):
        meant(given, ("0", "1"))


def test_inputs_are_named_and_ordered_as_the_model_has_them(table):
    model = FakeModel(info("B", "A"), logistic("A"))
    asked = fed(model, mapping=Mapping(columns={"A": "a", "B": "b"}))
    assert features_of(table, asked).column_names == ["B", "A"]
    predict(table, asked, STAMP)
    assert model.asked[0].column("B").to_pylist() == [0.5, 1.5, 2.5, 3.5]


def test_the_model_sees_no_label_and_no_other_column(table):
    model = FakeModel(info("a"), logistic("a"))
    predict(table, fed(model), STAMP)
    assert model.asked[0].column_names == ["a"]


def test_a_number_is_the_truth_of_a_regression(table):
    model = FakeModel(info("a", classes=()), lambda t: t.column("a").to_numpy() * 2)
    found = predict(table, fed(model, "n"), STAMP)
    assert np.isnan(found.truth[1])
    assert found.labels.tolist() == [7.0, -2.5, 0.0, 4.0]
    assert found.task is Task.REGRESSION
    assert refused(table, fed(model, "y")).code == "target.not_numeric"


def test_a_measurement_is_no_target_of_a_classifier(tmp_path):
    frame = pd.DataFrame({"a": np.arange(3000) / 7.0, "y": np.arange(3000) / 3.0})
    table = data_set(tmp_path, frame).parts[Part.EVALUATION]
    model = FakeModel(info("a"), logistic("a"))
    assert refused(table, fed(model)).code == "target.not_labels"


def test_weights_are_kept(table):
    model = FakeModel(info("a"), logistic("a"))
    found = predict(table, fed(model, weights="w"), STAMP)
    assert found.weights.tolist() == [1, 0, 2, 1]


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("nope", "weights.missing_column"),
        ("bad", "weights.not_a_weight"),
        ("y", "weights.not_numeric"),
    ],
)
def test_weights_that_are_none_are_refused(table, column, code):
    model = FakeModel(info("a"), logistic("a"))
    error = refused(table, fed(model, weights=column))
    assert error.code == code
    assert error.params["column"] == column
    if code == "weights.not_a_weight":
        assert (error.params["row"], error.params["n"]) == (1, 2)


def test_rows_for_the_window_hold_the_positive_score(table):
    model = FakeModel(info("a"), logistic("a"))
    found = predict(table, fed(model), STAMP)
    rows = row_scores(found, "yes")
    assert np.array_equal(rows.score, found.scores[:, 1])
    assert np.array_equal(row_scores(found, "no").score, found.scores[:, 0])
    assert rows.errors(Decision(threshold=0.99)).tolist() == [True, False, False, False]


def test_rows_for_the_window_hold_the_answered_score_of_many_classes(table):
    classes = ("no", "yes", "other")
    model = FakeModel(
        info("a", classes=classes), lambda t: np.tile([0.2, 0.3, 0.5], (len(t), 1))
    )
    rows = row_scores(predict(table, fed(model), STAMP), "")
    assert rows.score.tolist() == [0.5] * 4
    assert rows.truth.tolist() == [1, 0, -1, 2]


def test_labels_alone_have_no_score(table):
    model = FakeModel(
        info("a", score_kind=ScoreKind.LABEL), lambda t: np.tile([0, 1], (len(t), 1))
    )
    found = predict(table, fed(model), STAMP)
    assert row_scores(found, "yes").score.size == 0


def test_the_column_that_is_empty_where_a_model_takes_no_missing_is_named():
    def answer(rows):
        raise EngineError("model.raised", kind="ValueError", why="X contains NaN.")

    rows = Table(
        pa.table({"a": [1.0, 2.0], "b": [1.0, None], "y": ["no", "yes"]}),
    )
    error = refused(rows, fed(FakeModel(info("a", "b"), answer)))
    assert error.code == "model.takes_no_missing"
    assert (error.params["column"], error.params["n"], error.params["row"]) == (
        "b", 1, 1,
    )  # fmt: skip
    full = Table(pa.table({"a": [1.0], "b": [1.0], "y": ["no"]}))
    assert refused(full, fed(FakeModel(info("a", "b"), answer))).code == "model.raised"


def test_the_cell_that_no_model_can_take_is_named(table):
    def answer(rows):
        raise EngineError("model.raised", kind="ValueError", why="too large")

    error = refused(table, fed(FakeModel(info("a", "bad"), answer)))
    assert error.code == "model.too_large"
    where = {"column": "bad", "row": 2, "value": np.inf, "n": 1}
    assert error.params == {**where, "why": "too large"}
    error = refused(table, fed(FakeModel(info("a"), answer)))
    assert error.code == "model.raised"
