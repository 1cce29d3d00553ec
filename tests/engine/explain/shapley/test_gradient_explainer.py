"""The route along gradients: when it is taken, what it explains, what it says."""

from __future__ import annotations

import msgspec
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.readings.shapley import shapley_values as reading
from engine.explain.shapley import coalitions
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, three, two, value

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SHORT = {"max_iter": 25, "random_state": 0}
FEW = 25


@pytest.fixture(scope="module")
def frame():
    return numbers()


@pytest.fixture(scope="module")
def case(frame):
    small = MLPClassifier((8, 6), activation="tanh", **SHORT)
    model = make_pipeline(StandardScaler(), small)
    return fitted_case(model.fit(frame, two(frame)), frame.head(FEW))


def codes(found):
    return [note.code for note in found.notes]


def test_a_network_gets_shapley_values_unless_its_gradient_is_wanted(case, monkeypatch):
    few = explain(case, "shapley")
    assert (few.method, codes(few)) == ("exact", [])
    along = explain(case, "shapley", route="gradients")
    assert (along.method, along.variant, along.space) == (
        "gradients",
        "path_integral",
        "probability",
    )
    assert codes(along) == ["explain.gradient_shares", "explain.ways_followed"]
    monkeypatch.setattr(coalitions, "MOST_EXACT", 3)
    assert explain(case, "shapley").method == "sampling"


def test_shares_add_up_to_the_model_s_own_answers(case):
    found = explain(case, "shapley", route="gradients")
    sums = found.base_values + found.values.sum(axis=1)[:, None]
    np.testing.assert_allclose(sums, found.predictions, atol=1e-12)
    own = case.predictions["evaluation"].scores[:, [1]]
    np.testing.assert_allclose(found.predictions, own, atol=1e-12)
    assert found.additivity_error < 1e-12
    assert found.standard_errors is None
    assert found.provenance.method == "shapley_gradients"


def test_it_is_said_what_they_are_and_how_near(case):
    found = explain(case, "shapley", route="gradients", precision=0.001)
    spread = np.ptp(found.predictions)
    said = reading.read(found)
    assert "differ from SHAP values" in said
    assert found.notes[-1].params["error"] <= 0.001 * spread
    direct = explain(case, "shapley", route="gradients", output="margin", rows=5)
    assert direct.space == "margin"
    assert len(direct.row_ids) == 5


def test_ways_that_stay_too_coarse_are_said(case, monkeypatch):
    monkeypatch.setattr("engine.explain.gradients.path_integral.MOST_STEPS", 4)
    found = explain(case, "shapley", route="gradients", precision=1e-9)
    assert codes(found)[-1] == "explain.ways_coarse"
    assert "Do not rely on smaller differences" in reading.read(found)


def test_margins_of_one_layer_need_no_steps(frame):
    model = MLPClassifier((8,), **SHORT).fit(frame, two(frame))
    inputs = fitted_case(model, frame.head(FEW))
    found = explain(inputs, "shapley", route="gradients", output="margin")
    assert codes(found) == ["explain.gradient_shares"]
    assert found.additivity_error < 1e-12  # held against the probabilities


@pytest.mark.parametrize("output", ["auto", "margin"])
def test_of_the_other_class_shares_are_turned_round(frame, output):
    model = MLPClassifier((8, 6), **SHORT).fit(frame, two(frame))
    yes, no = (
        explain(
            fitted_case(model, frame.head(FEW), decision=Decision(positive=name)),
            "shapley",
            route="gradients",
            output=output,
        )
        for name in ("yes", "no")
    )
    np.testing.assert_allclose(no.values, -yes.values, atol=1e-12)
    turned = -yes.base_values if output == "margin" else 1 - yes.base_values
    np.testing.assert_allclose(no.base_values, turned, atol=1e-12)
    assert no.additivity_error < 1e-12


@pytest.mark.parametrize("output", ["auto", "margin"])
def test_several_classes_and_numbers(frame, output):
    model = MLPClassifier((8, 6), **SHORT).fit(frame, three(frame))
    inputs = fitted_case(model, frame.head(FEW))
    found = explain(inputs, "shapley", route="gradients", output=output)
    assert found.values.shape == (FEW, 4, 3)
    assert found.additivity_error < 1e-12
    if output == "auto":  # what one class gains the others lose
        np.testing.assert_allclose(found.values.sum(axis=2), 0.0, atol=1e-12)
    other = MLPRegressor(hidden_layer_sizes=(8, 6), **SHORT).fit(frame, value(frame))
    inputs = fitted_case(other, frame.head(FEW))
    found = explain(inputs, "shapley", route="gradients", output=output)
    assert (found.space, found.values.shape) == ("value", (FEW, 4))
    assert found.additivity_error < 1e-10


def test_columns_of_one_input_are_added_up_and_missing_cells_are_what_fills_them():
    frame = numbers(missing=True)
    frame["e"] = np.random.default_rng(5).choice(["x", "y", "z"], len(frame))
    numeric = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    before = ColumnTransformer(
        [("n", numeric, list("abcd")), ("l", OneHotEncoder(), ["e"])]
    )
    model = make_pipeline(before, MLPClassifier((8, 6), **SHORT))
    model.fit(frame, two(numbers()))
    inputs = fitted_case(model, frame.head(FEW))
    found = explain(inputs, "shapley", route="gradients", output="margin")
    assert found.feature_names == ("a", "b", "c", "d", "e")
    assert np.isnan(found.data).any()
    assert np.isfinite(found.values).all()
    assert found.additivity_error < 1e-12
    plain = make_pipeline(
        SimpleImputer(), MLPRegressor(hidden_layer_sizes=(8,), **SHORT)
    )
    plain.fit(frame[["a"]].assign(f=numbers()["b"]), numbers()["d"])
    rows = pd.DataFrame({"a": [np.nan, 0.0], "f": [3.0, 3.0]})
    rows.loc[1, "a"] = plain[0].statistics_[0]
    one = explain(fitted_case(plain, rows), "shapley", route="gradients")
    np.testing.assert_array_equal(one.values[0], one.values[1])


def test_a_network_behind_bins_is_asked(frame, monkeypatch):
    monkeypatch.setattr(coalitions, "MOST_EXACT", 3)
    bins = KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf")
    model = make_pipeline(bins, MLPClassifier((8,), **SHORT)).fit(frame, two(frame))
    inputs = fitted_case(model, frame.head(FEW))
    assert explain(inputs, "shapley").method == "sampling"
    with pytest.raises(EngineError, match=r"explain\.cut_numbers") as raised:
        explain(inputs, "shapley", route="gradients")
    assert raised.value.params == {"step": "KBinsDiscretizer"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"route": "structure"}, "explain.no_structure"),
        ({"route": "rescaled"}, "explain.no_structure"),
        ({"variant": "path_dependent"}, "explain.no_cover"),
        ({"route": "gradients", "variant": "path_dependent"}, "explain.no_cover"),
        ({"route": "gradient"}, "explain.bad_choice"),
    ],
    ids=str,
)
def test_what_a_network_does_not_give_is_said(case, params, code):
    with pytest.raises(EngineError) as raised:
        explain(case, "shapley", **params)
    assert raised.value.code == code


def test_what_is_no_network_has_no_gradients(frame):
    inputs = fitted_case(LogisticRegression().fit(frame, two(frame)), frame.head(FEW))
    with pytest.raises(EngineError, match=r"explain\.no_gradients"):
        explain(inputs, "shapley", route="gradients")


def test_pairs_of_a_network_are_found_by_asking_or_not_at_all(case, monkeypatch):
    assert explain(case, "interactions", background="5").method == "exact"
    monkeypatch.setattr(coalitions, "MOST_EXACT", 3)
    monkeypatch.setattr("engine.explain.shapley.interactions.MOST_EXACT", 3)
    with pytest.raises(EngineError, match=r"explain\.many_pairs"):
        explain(case, "interactions")


def test_a_number_without_end_is_named_by_its_row(case, monkeypatch):
    encode, asked = case.matched.model.encode, []

    def broken(table, progress=None):
        encoded = encode(table)
        asked.append(len(encoded))
        if len(asked) > 2:  # after the trial and the background
            encoded[3, 0] = np.nan
        return encoded

    monkeypatch.setattr(case.matched.model, "encode", broken)
    with pytest.raises(EngineError, match=r"explain\.way_lost") as raised:
        explain(case, "shapley", route="gradients")
    assert 0 <= raised.value.params["row"] < FEW


def test_a_network_that_lies_about_itself_is_asked(case, monkeypatch):
    told = case.matched.model.structure()
    form = msgspec.structs.replace(told.form, base=told.form.base + 0.1)
    lie = msgspec.structs.replace(told, form=form)
    monkeypatch.setattr(case.matched.model, "structure", lambda _progress: lie)
    monkeypatch.setattr(coalitions, "MOST_EXACT", 3)
    found = explain(case, "shapley", background="5")
    assert found.method == "sampling"
    assert codes(found) == ["explain.structure_deviates"]
    with pytest.raises(EngineError, match=r"explain\.no_gradients"):
        explain(case, "shapley", route="gradients")


def test_answers_that_are_all_the_same_need_no_steps_without_end(frame):
    model = MLPClassifier((8, 6), activation="tanh", **SHORT).fit(frame, two(frame))
    same = pd.concat([frame.head(1)] * 8, ignore_index=True)
    found = explain(fitted_case(model, same), "shapley", route="gradients")
    assert not found.values.any()
    assert codes(found) == ["explain.gradient_shares"]
