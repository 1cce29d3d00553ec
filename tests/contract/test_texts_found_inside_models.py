"""What a model knows of texts is found behind other steps, and inside its file."""

from __future__ import annotations

import warnings
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import catboost
import numpy as np
import pandas as pd
import pytest
import skl2onnx
from interpret.glassbox import ExplainableBoostingClassifier
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

from engine.contracts.dataset import Part
from engine.contracts.model import Levels, Mapping
from engine.data.dataset import Dataset
from engine.input_mapping import mapping_warnings
from engine.known_values import doubts
from engine.matching import preview
from engine.model_host.adapters.objects import Seen, adapt
from tests.support.fake_model import FakeModel, matched
from tests.support.opened_models import open_bytes
from tests.support.rows_of_texts import (
    N,
    categories,
    lightgbm_trees,
    probabilities,
    texts,
    xgboost_trees,
)

if TYPE_CHECKING:
    from collections.abc import Callable


PASSING: dict[str, Callable[[], Any]] = {
    "lightgbm": lightgbm_trees,
    "xgboost": xgboost_trees,
    "histograms": lambda: HistGradientBoostingClassifier(max_iter=5),
}


@pytest.mark.parametrize("name", PASSING)
def test_categories_behind_a_transformer_that_passes_them_on(name, frame, data):
    rows = categories(frame)
    table = ColumnTransformer(
        [("z", StandardScaler(), ["z"]), ("kept", "passthrough", ["digits"])],
        remainder="passthrough",
    ).set_output(transform="pandas")
    model = make_pipeline(table, PASSING[name]())
    model.fit(rows, (frame["y"] == "b").astype(int))
    opened = adapt(model, Seen())
    told = {field.name: set(field.categories) for field in opened.info.inputs}
    assert told == {"z": set(), **{n: set(frame[n]) for n in texts(frame)}}
    np.testing.assert_array_equal(
        probabilities(opened, data), model.predict_proba(rows)
    )


def test_an_imputer_in_a_transformer_passes_on_what_a_later_encoder_knows(frame, data):
    rows = frame.drop(columns="y")
    first = ColumnTransformer(
        [("i", SimpleImputer(strategy="most_frequent"), ["digits", "tokens"])],
        remainder="passthrough",
    ).set_output(transform="pandas")
    encoded = ["i__digits", "i__tokens"]
    later = ColumnTransformer([("t", OneHotEncoder(), encoded)])
    model = make_pipeline(first, later, LogisticRegression()).fit(rows, frame["y"])
    opened = adapt(model, Seen())
    told = {field.name: field for field in opened.info.inputs}
    assert set(told["tokens"].categories) == set(frame["tokens"])
    assert told["tokens"].takes_missing
    assert not told["day"].categories
    np.testing.assert_array_equal(
        probabilities(opened, data), model.predict_proba(rows)
    )


OWN = {
    "lower case": methodcaller("apply", methodcaller("astype", "str")),
    "as text": methodcaller("astype", "str"),
    "filled": methodcaller("fillna", "unknown"),
    "renamed": methodcaller("replace", {"30%": "many", "01": "one"}),
}


@pytest.mark.parametrize("where", ["before all", "before an encoder", "in a union"])
@pytest.mark.parametrize("own", OWN)
def test_levels_behind_a_function_are_none_of_the_input(own, where, frame, tmp_path):
    """What an encoder knows behind it says nothing of what the file holds."""
    names = ["padded", "percent", "day", "truth"]
    frame[[*names, "y"]].to_csv(tmp_path / "rows.csv", index=False)
    data = Dataset.open([str(tmp_path / "rows.csv")])
    rows = pd.read_csv(tmp_path / "rows.csv", dtype={"padded": str})[names]
    function = FunctionTransformer(OWN[own])
    encoder = OneHotEncoder(handle_unknown="ignore")
    prepared = {
        "before all": make_pipeline(function, encoder),
        "before an encoder": ColumnTransformer(
            [("t", make_pipeline(function, encoder), names)]
        ),
        "in a union": FeatureUnion([("t", make_pipeline(function, encoder))]),
    }[where]
    model = make_pipeline(prepared, LogisticRegression()).fit(rows, frame["y"])
    opened = adapt(model, Seen())
    assert {(f.dtype, f.categories) for f in opened.info.inputs} == {("any", ())}
    np.testing.assert_allclose(
        probabilities(opened, data), model.predict_proba(rows), rtol=1e-12
    )


WRAPPED = {
    "alone": lambda model: model,
    "calibrated": lambda model: CalibratedClassifierCV(model, cv=2),
    "voting": lambda model: VotingClassifier(
        [("a", model), ("b", model)], voting="soft"
    ),
}


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize("remainder", ["drop", "named"])
def test_what_a_transformer_drops_is_not_used_and_may_be_lacking(
    wrapped, remainder, frame, tmp_path
):
    rows = frame[["percent", "tokens", "day", "z"]]
    parts = [("z", "passthrough", ["z"]), ("t", OneHotEncoder(), ["percent"])]
    if remainder == "named":
        parts += [("d", "drop", ["tokens", "day"])]
    model = make_pipeline(ColumnTransformer(parts), LogisticRegression())
    model = WRAPPED[wrapped](model).fit(rows, frame["y"])
    opened = adapt(model, Seen())
    assert [f.used for f in opened.info.inputs] == [True, False, False, True]
    (note,) = [n for n in opened.info.notes if n.code == "model.unused_inputs"]
    assert note.params == {"names": ("tokens", "day"), "n": 2}
    for changed in (
        frame,
        frame.assign(tokens=["never seen", ""] * (N // 2), day=""),
        frame.drop(columns=["tokens", "day"]),
    ):
        changed.to_csv(tmp_path / "rows.csv", index=False)
        data = Dataset.open([str(tmp_path / "rows.csv")])
        asked = FakeModel(opened.info, lambda table: opened.predict(table).scores)
        case = matched(asked, "y")
        found = preview(case, data.info, data.parts[Part.EVALUATION])
        assert not found.problems
        assert not found.warnings
        np.testing.assert_array_equal(
            probabilities(opened, data), model.predict_proba(rows)
        )


def test_what_only_one_of_two_estimators_drops_is_used(frame):
    rows = frame[["percent", "digits", "z"]]

    def part(name):
        encoder = ColumnTransformer([("t", OneHotEncoder(), [name])])
        return make_pipeline(encoder, LogisticRegression())

    both = VotingClassifier([("a", part("percent")), ("b", part("digits"))])
    found = adapt(both.fit(rows, frame["y"]), Seen()).info.inputs
    assert [field.used for field in found] == [True, True, False]
    assert set(found[1].categories) == set(frame["digits"])


def test_lightgbm_says_whether_it_met_blanks(frame):
    rng = np.random.default_rng(2)
    rows = categories(frame)[["padded", "percent", "z"]].assign(q=rng.normal(size=N))
    rows.loc[::5, ["percent", "q"]] = None
    y = (frame["y"] == "b").astype(int) ^ rows["q"].isna() ^ rows["percent"].isna()
    for model in (
        lightgbm_trees(),
        make_pipeline(FunctionTransformer(), lightgbm_trees()),
    ):
        found = adapt(model.fit(rows, y), Seen()).info.inputs
        told = {field.name: field.takes_missing for field in found}
        assert told == {"padded": False, "percent": True, "z": False, "q": True}
    silent = lightgbm_trees().set_params(use_missing=False).fit(rows, y)
    found = adapt(silent, Seen()).info.inputs
    assert {field.takes_missing for field in found} == {None}


def test_catboost_says_whether_it_met_blanks_among_numbers():
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(rng.normal(size=(N, 3)), columns=["whole", "gaps", "constant"])
    rows["constant"] = 1.0
    y = (rows["whole"] + rows["gaps"] > 0).astype(int)
    rows.loc[::5, "gaps"] = np.nan
    model = catboost.CatBoostClassifier(
        iterations=5, allow_writing_files=False, thread_count=1, verbose=0
    ).fit(rows, y)
    found = adapt(model, Seen()).info.inputs
    assert [field.takes_missing for field in found] == [False, True, None]


def test_xgboost_does_not_claim_to_know_whether_it_met_blanks(frame):
    rows = categories(frame)
    model = xgboost_trees().fit(rows, (frame["y"] == "b").astype(int))
    found = adapt(model, Seen()).info.inputs
    assert {field.takes_missing for field in found} == {None}


@pytest.mark.parametrize(
    "blank_as", ["empty texts", "missing values", "both", "nothing"]
)
def test_catboost_gets_blanks_as_it_knows_them(blank_as, tmp_path):
    """An empty cell and one that says nan are two categories where it knows both."""
    rng = np.random.default_rng(3)
    levels = {
        "empty texts": ["", "u", "v"],
        "missing values": ["nan", "u", "v"],
        "both": ["", "nan", "u"],
        "nothing": ["u", "v", "w"],
    }[blank_as]
    known = np.array(levels, dtype=object)[rng.integers(0, 3, N)]
    rows = pd.DataFrame({"a": known, "z": rng.normal(size=N).round(4)})
    pull = pd.Series(known).map(dict(zip(levels, (2.0, -2.0, 0.0), strict=True)))
    model = catboost.CatBoostClassifier(
        iterations=10,
        cat_features=["a"],
        allow_writing_files=False,
        thread_count=1,
        verbose=0,
    ).fit(rows, pull + rows["z"] > 0)
    asked = rows.copy()
    if blank_as != "both":
        asked["a"] = asked["a"].replace({"nan": ""})
    asked.assign(y=0).to_csv(tmp_path / "rows.csv", index=False)
    data = Dataset.open([str(tmp_path / "rows.csv")])
    opened = adapt(model, Seen())
    found = probabilities(opened, data)
    np.testing.assert_allclose(found, model.predict_proba(rows), rtol=1e-9)
    case = matched(FakeModel(opened.info, lambda t: opened.predict(t).scores), "y")
    mapping = Mapping(columns={"a": "a", "z": "z"})
    notes = mapping_warnings(case.info, mapping, data.parts[Part.EVALUATION])
    told = [n.params for n in notes if n.code == "match.blank_category"]
    n = int((asked["a"] == "").sum())
    assert told == ([{"column": "a", "n": n}] if n else [])


@pytest.mark.parametrize("blanks", [True, False])
def test_an_explainable_boosting_machine_says_whether_it_met_blanks(blanks, frame):
    rows = frame[["padded", "z"]].copy()
    if blanks:
        rows.loc[::9, "padded"] = None
    model = ExplainableBoostingClassifier(
        feature_types=["nominal", "continuous"],
        interactions=[(0, 1)],
        exclude=[("z",)],
        max_rounds=5,
        outer_bags=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of blanks, which it does not draw
        model.fit(rows, frame["y"])
    padded = adapt(model, Seen()).info.inputs[0]
    assert padded.takes_missing is blanks
    assert padded.categories == ("01", "1", "10")


@pytest.mark.parametrize("named", [True, False])
def test_numbers_that_an_encoder_met_as_objects(named, tmp_path):
    """A column of objects may hold numbers and truth values beside no text at all."""
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "x0": pd.Series(rng.integers(0, 3, N), dtype=object),
            "x1": pd.Series(rng.integers(0, 3, N) / 2, dtype=object),
            "x2": pd.Series(rng.random(N) < 0.5, dtype=object),
        }
    )
    given = rows if named else rows.to_numpy(dtype=object)
    model = make_pipeline(OneHotEncoder(), LogisticRegression())
    model.fit(given, (rows["x0"] == 1) ^ (rng.random(N) < 0.2))
    rows.assign(y=0).to_csv(tmp_path / "rows.csv", index=False)
    found = probabilities(
        adapt(model, Seen()), Dataset.open([str(tmp_path / "rows.csv")])
    )
    np.testing.assert_array_equal(found, model.predict_proba(given))


@pytest.mark.parametrize("written", ["True", "TRUE", "1"])
def test_catboost_of_a_column_of_truth_values(written, tmp_path):
    """The library makes the texts 1 and 0 of such a column."""
    rng = np.random.default_rng(2)
    rows = pd.DataFrame({"truth": rng.random(N) < 0.5, "z": rng.normal(size=N)})
    model = catboost.CatBoostClassifier(
        iterations=10,
        cat_features=["truth"],
        allow_writing_files=False,
        thread_count=1,
        verbose=0,
    ).fit(rows, rows["truth"] ^ (rows["z"] > 1))
    other = {"True": "False", "TRUE": "FALSE", "1": "0"}[written]
    in_file = rows.assign(y=0, truth=np.where(rows["truth"], written, other))
    in_file.to_csv(tmp_path / "rows.csv", index=False)
    found = probabilities(
        adapt(model, Seen()), Dataset.open([str(tmp_path / "rows.csv")])
    )
    np.testing.assert_allclose(found, model.predict_proba(rows), rtol=1e-9)


def test_catboost_of_blanks_that_it_knows_as_empty_texts(tmp_path):
    rng = np.random.default_rng(3)
    known = np.array(["", "u", "v"], dtype=object)[rng.integers(0, 3, N)]
    rows = pd.DataFrame({"a": known, "z": rng.normal(size=N).round(4)})
    model = catboost.CatBoostClassifier(
        iterations=10,
        cat_features=["a"],
        allow_writing_files=False,
        thread_count=1,
        verbose=0,
    ).fit(rows, (known == "") ^ (rows["z"] > 1))
    rows.assign(y=0).to_csv(tmp_path / "rows.csv", index=False)
    found = probabilities(
        adapt(model, Seen()), Dataset.open([str(tmp_path / "rows.csv")])
    )
    np.testing.assert_allclose(found, model.predict_proba(rows), rtol=1e-9)


@pytest.mark.parametrize(
    "encoder", [OneHotEncoder(handle_unknown="ignore"), OrdinalEncoder()]
)
def test_an_onnx_graph_says_which_texts_it_knows(encoder, frame, tmp_path):
    rows = frame[["tokens", "padded", "z"]]
    model = make_pipeline(
        ColumnTransformer(
            [("t", encoder, ["tokens", "padded"])], remainder="passthrough"
        ),
        LogisticRegression(max_iter=1000),
    ).fit(rows, frame["y"])
    kinds: list[tuple[str, Any]] = [
        ("tokens", StringTensorType([None, 1])),
        ("padded", StringTensorType([None, 1])),
        ("z", FloatTensorType([None, 1])),
    ]
    graph = skl2onnx.convert_sklearn(
        model, initial_types=kinds, options={"zipmap": False}, target_opset=17
    )
    opened = open_bytes("onnx", graph.SerializeToString())
    tokens, padded, z = opened.info.inputs
    assert set(tokens.categories) == set(frame["tokens"])
    assert (padded.categories, padded.levels) == (("01", "1", "10"), Levels.TEXT)
    assert z.categories == ()
    other = rows.assign(y=frame["y"])
    other.loc[3, "tokens"], other.loc[4, "padded"] = "new", ""
    other.to_csv(tmp_path / "rows.csv", index=False)
    table = Dataset.open([str(tmp_path / "rows.csv")]).parts[Part.EVALUATION]
    assert doubts(table, "tokens", tokens).unknown == {"new": 1}
    assert doubts(table, "padded", padded).n_missing == 1
    assert padded.takes_missing is False
