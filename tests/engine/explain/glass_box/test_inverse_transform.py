"""Encoded columns beside the inputs they come from."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)
from sklearn.tree import DecisionTreeRegressor

from engine.contracts.progress import SILENT
from engine.explain.glass_box.inverse_transform import InverseTransform, Row
from engine.explain.subject import Subject
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, value


def units(frame, *steps):
    model = make_pipeline(*steps, DecisionTreeRegressor(max_depth=4))
    inputs = fitted_case(model.fit(frame, value(frame[list("abcd")])), frame)
    subject = Subject(inputs)
    features = subject.features()
    return InverseTransform(
        subject, subject.structure(), features, subject.encode(features)
    )


def curve(function):
    transform = FunctionTransformer(function)
    return make_column_transformer((transform, ["d"]), remainder="passthrough")


def test_numbers_as_they_are():
    found = units(numbers())
    for place in range(4):
        column = found.column(place)
        assert (column.kind, column.scale, column.shift) == ("number", 1.0, 0.0)


def test_scaled_numbers_are_a_line():
    frame = numbers()
    found = units(frame, StandardScaler())
    column = found.column(0)
    assert column.kind == "number"
    assert column.scale == pytest.approx(1 / frame["a"].std(ddof=0), rel=1e-6)
    assert column.shift == pytest.approx(
        -frame["a"].mean() / frame["a"].std(ddof=0), rel=1e-5
    )


def test_a_missing_value_is_what_it_is_filled_with():
    frame = numbers(missing=True)
    found = units(frame, SimpleImputer(strategy="constant", fill_value=-7.0))
    assert found.column(2).missing == -7.0
    assert np.isnan(units(frame).column(2).missing)
    assert np.isnan(units(numbers()).column(2).missing)


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder()])
def test_labels_are_levels_in_their_own_order(encoder):
    frame = numbers()
    frame["town"] = np.random.default_rng(0).choice(["c", "a", "b"], len(frame))
    steps = make_column_transformer((encoder, ["town"]), remainder="passthrough")
    found = units(frame, steps)
    column = found.column(0)
    assert column.kind == "levels"
    assert column.levels == ("a", "b", "c")
    whole = isinstance(encoder, OrdinalEncoder)
    assert column.codes.tolist() == ([0, 1, 2] if whole else [1, 0, 0])


def test_few_numbers_that_are_no_line_are_levels():
    frame = numbers()
    frame["rooms"] = np.random.default_rng(0).integers(1, 5, len(frame))
    steps = make_column_transformer(
        (OneHotEncoder(), ["rooms"]), remainder="passthrough"
    )
    column = units(frame, steps).column(1)
    assert column.levels == ("1", "2", "3", "4")
    assert column.codes.tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("function", "back", "kind"),
    [
        (np.log1p, np.expm1, "rising"),
        (np.sqrt, np.square, "rising"),
        (np.reciprocal, np.reciprocal, "falling"),
    ],
)
def test_where_a_curve_crosses_a_number_is_found(function, back, kind):
    frame = numbers()
    frame["d"] = frame["d"] + 0.1
    found = units(frame, curve(function))
    assert found.column(0).kind == kind
    cuts = np.quantile(found.encoded[:, 0], [0.1, 0.5, 0.9]) + 1e-4
    before, after = found.crossings([0, 0, 0], cuts, SILENT)
    assert (before < after).all()
    np.testing.assert_allclose(before, after, rtol=1e-12)
    np.testing.assert_allclose(after, back(cuts), rtol=1e-5)  # in single precision


def test_a_number_beyond_the_rows_is_crossed_nowhere_that_is_known():
    found = units(numbers(), curve(np.log1p))
    before, after = found.crossings([0, 0], np.array([-1.0, 99.0]), SILENT)
    assert np.isnan(before).all()
    assert np.isnan(after).all()


def test_edges_of_bins_are_found():
    frame = numbers()
    bins = KBinsDiscretizer(4, encode="ordinal")
    found = units(frame, bins)
    assert found.is_steps(0)
    _, after = found.crossings([0, 0, 0], np.array([0.5, 1.5, 2.5]), SILENT)
    np.testing.assert_allclose(after, bins.bin_edges_[0][1:-1], rtol=1e-12)


@pytest.mark.parametrize("function", [np.log1p, np.reciprocal])
def test_questions_about_curves_are_put_in_the_datas_units(function):
    frame = numbers()
    frame["d"] = frame["d"] + 0.1
    model = make_pipeline(curve(function), DecisionTreeRegressor(max_depth=3))
    found = explain(fitted_case(model.fit(frame, frame["d"] ** 2), frame), "glass_box")
    tree = found.body.tree
    inner = tree.feature >= 0
    assert not found.notes  # every row goes the model's own way
    assert {tree.question[node] for node in np.flatnonzero(inner)} == {"number"}
    assert tree.turned[inner].all() == (function is np.reciprocal)


def test_one_row_has_its_texts_and_numbers():
    frame = numbers(missing=True).iloc[[3]].assign(town="Ávila")
    found = fitted_case(
        make_pipeline(
            make_column_transformer(
                (OneHotEncoder(), ["town"]), remainder="passthrough"
            ),
            DecisionTreeRegressor(),
        ).fit(frame, [1.0]),
        frame,
    )
    row = Row.of(Subject(found).features(), np.zeros((1, 5)))
    assert row.texts[4] == "Ávila"
    assert np.isnan(row.numbers[4])
    for place, cell in enumerate(frame.iloc[0, :4]):
        assert row.texts[place] == ("" if np.isnan(cell) else f"{cell:.12g}")
