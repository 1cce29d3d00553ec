"""Every estimator of scikit-learn, with an encoder of texts before or inside it.

Through a CSV file, the match and the adapter come the predictions that the estimator
itself makes of the frame it was fitted on.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    BaggingClassifier,
    HistGradientBoostingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import RFE
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    TargetEncoder,
)
from sklearn.utils import all_estimators

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.model import Levels, ScoreKind, Task
from engine.data.dataset import Dataset
from engine.model_host.adapters.objects import Seen
from engine.model_host.adapters.sklearn_model import from_object
from engine.predict import Matched, features_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.data.table import Table

N = 90
LEVELS = ("c", "0", "NA", "None", "?")
SEVERAL_OUTPUTS = {
    "ClassifierChain",
    "MultiOutputClassifier",
    "MultiOutputRegressor",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "RegressorChain",
}
# fitted on one column, or on two tables
OTHER_SHAPES = {"IsotonicRegression"}
SETTINGS: dict[str, dict[str, Any]] = {
    "AdaBoostClassifier": {"n_estimators": 3},
    "AdaBoostRegressor": {"n_estimators": 3},
    "BaggingClassifier": {"n_estimators": 3},
    "BaggingRegressor": {"n_estimators": 3},
    "ExtraTreesClassifier": {"n_estimators": 5},
    "ExtraTreesRegressor": {"n_estimators": 5},
    "FixedThresholdClassifier": {"threshold": 0.4},
    "GradientBoostingClassifier": {"n_estimators": 5},
    "GradientBoostingRegressor": {"n_estimators": 5},
    "GridSearchCV": {"param_grid": {}, "cv": 2},
    "HalvingGridSearchCV": {"param_grid": {}, "cv": 2},
    "HalvingRandomSearchCV": {"param_distributions": {}, "cv": 2, "n_candidates": 1},
    "HistGradientBoostingClassifier": {"max_iter": 5},
    "HistGradientBoostingRegressor": {"max_iter": 5},
    "LogisticRegressionCV": {"cv": 2, "Cs": 2},
    "MLPClassifier": {"max_iter": 20},
    "MLPRegressor": {"max_iter": 20},
    "OutputCodeClassifier": {"random_state": 0},
    "PLSCanonical": {"n_components": 1},
    "PLSRegression": {"n_components": 1},
    "CCA": {"n_components": 1},
    "QuadraticDiscriminantAnalysis": {"reg_param": 0.5},
    "RANSACRegressor": {"min_samples": 30},
    "QuantileRegressor": {"solver": "highs"},
    "RandomForestClassifier": {"n_estimators": 5},
    "RandomForestRegressor": {"n_estimators": 5},
    "RandomizedSearchCV": {"param_distributions": {}, "cv": 2, "n_iter": 1},
    "TheilSenRegressor": {"max_subpopulation": 100},
    "StackingClassifier": {"cv": 2},
    "StackingRegressor": {"cv": 2},
    "TunedThresholdClassifierCV": {"cv": 2, "thresholds": 10},
    "CalibratedClassifierCV": {"cv": 2},
    "VotingClassifier": {"voting": "soft"},
}


KINDS = {kind: dict(all_estimators(kind)) for kind in ("classifier", "regressor")}
EVERY = [(kind, name) for kind, known in KINDS.items() for name in known]
# wrappers that give numbers alone, without names, to what they wrap
OF_NUMBERS = {
    "AdaBoostClassifier",
    "AdaBoostRegressor",
    "BaggingClassifier",
    "BaggingRegressor",
    "OneVsOneClassifier",
    "RANSACRegressor",
    "SelfTrainingClassifier",
    *SEVERAL_OUTPUTS,
}
POSITIVE = ("GammaRegressor", "PoissonRegressor", "TweedieRegressor")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    job = rng.choice(LEVELS, N)
    z = rng.normal(size=N).round(4)
    raw = np.isin(job, LEVELS[:2]) * 2 - 1 + z + rng.normal(size=N)
    y = np.where(raw > 0, "in", "out")
    return pd.DataFrame({"job": job, "z": z, "y": y, "v": raw})


@pytest.fixture(scope="module")
def table(frame, tmp_path_factory) -> Table:
    path = tmp_path_factory.mktemp("estimators") / "rows.csv"
    frame.to_csv(path, index=False)
    return Dataset.open([str(path)]).parts[Part.EVALUATION]


def prepared() -> ColumnTransformer:
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("job", encoder, ["job"]), ("z", MinMaxScaler(), ["z"])])


def made(name: str, kind: str) -> Any:
    """The estimator about a pipeline where it takes one, else at its end."""
    made_of = KINDS[kind][name]
    accepted = inspect.signature(made_of).parameters
    settings = dict(SETTINGS.get(name, {}))
    inside = LogisticRegression() if kind == "classifier" else Ridge()
    about = name not in OF_NUMBERS
    if about:
        inside = make_pipeline(prepared(), inside)
    if "estimators" in accepted:
        return made_of(estimators=[("a", inside), ("b", inside)], **settings)
    for parameter in ("estimator", "regressor", "base_estimator"):
        if parameter in accepted:
            model = made_of(**{parameter: inside}, **settings)
            return model if about else make_pipeline(prepared(), model)
    return make_pipeline(prepared(), made_of(**settings))


def same_as_itself(model: Any, frame: pd.DataFrame, table: Table) -> None:
    opened = from_object(model, Seen())
    info = opened.info
    assert [field.name for field in info.inputs] == ["job", "z"]
    features = features_of(table, Matched(info=info, target="y"))
    answer = opened.predict(features)
    rows = frame[["job", "z"]]
    if info.task is Task.REGRESSION:
        expected = np.asarray(model.predict(rows)).reshape(-1)
        np.testing.assert_array_equal(answer.scores[:, 0], expected)
        return
    labels = [info.classes[code] for code in answer.labels]
    assert labels == model.predict(rows).tolist()
    if info.score_kind is ScoreKind.PROBABILITY:
        np.testing.assert_array_equal(answer.scores, model.predict_proba(rows))


@pytest.mark.filterwarnings("ignore")  # of few rows and few rounds
@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_predictions_are_those_of_the_estimator(kind, name, frame, table):
    if name in OTHER_SHAPES:
        pytest.skip("takes one column of numbers")
    truth = frame["y" if kind == "classifier" else "v"]
    if name in POSITIVE:
        truth = np.exp(truth)
    model, rows = made(name, kind), frame[["job", "z"]]
    if name in SEVERAL_OUTPUTS:
        both = np.stack([truth, truth[::-1]], axis=1)
        model.fit(rows, both == "in" if kind == "classifier" else both)
        with pytest.raises(EngineError) as caught:
            from_object(model, Seen())
        assert caught.value.code == "model.multi_output"
        return
    same_as_itself(model.fit(rows, truth), frame, table)


def encoded(encoder: Any, *before: Any) -> Any:
    """A pipeline whose encoder sees both columns' places, the texts alone."""
    steps = make_pipeline(*before, encoder)
    table = ColumnTransformer([("job", steps, ["job"])], remainder="passthrough")
    return make_pipeline(table, LogisticRegression())


def columns_by(chosen: Any) -> Any:
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    table = ColumnTransformer([("job", encoder, chosen)], remainder=MinMaxScaler())
    return make_pipeline(table, LogisticRegression())


def boosting(**settings: Any) -> Any:
    return HistGradientBoostingClassifier(max_iter=5, **settings)


def pipeline() -> Any:
    return make_pipeline(prepared(), LogisticRegression())


LOOSE = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
WRAPPED: dict[str, Callable[[], Any]] = {
    "by slice": lambda: columns_by(slice("job", "job")),
    "by place": lambda: columns_by([0]),
    "by mask": lambda: columns_by([True, False]),
    "by callable": lambda: columns_by(lambda f: [c for c in f if c == "job"]),
    "ordinal": lambda: encoded(OrdinalEncoder(**LOOSE)),
    "target": lambda: encoded(TargetEncoder(cv=2)),
    "imputer": lambda: encoded(
        OneHotEncoder(handle_unknown="ignore"), SimpleImputer(strategy="most_frequent")
    ),
    "imputer of a token": lambda: encoded(
        OneHotEncoder(handle_unknown="ignore"),
        SimpleImputer(strategy="most_frequent", missing_values="?"),
    ),
    "imputer of nothing": lambda: encoded(
        OneHotEncoder(handle_unknown="ignore"),
        SimpleImputer(strategy="constant", fill_value="-", missing_values=None),
    ),
    "union": lambda: make_pipeline(
        FeatureUnion([("a", prepared()), ("b", prepared())]), LogisticRegression()
    ),
    "pipelines in pipelines": lambda: make_pipeline(
        make_pipeline(make_pipeline("passthrough", prepared())), LogisticRegression()
    ),
    "search in calibration in voting": lambda: VotingClassifier(
        [
            ("a", CalibratedClassifierCV(GridSearchCV(pipeline(), {}, cv=2), cv=2)),
            ("b", pipeline()),
        ]
    ),
    "stacking of a frozen one": lambda: StackingClassifier(
        [("a", pipeline())], cv=2, passthrough=False
    ),
    "encoder over arrays in bagging": lambda: BaggingClassifier(
        make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()), 3
    ),
    "elimination behind an encoder": lambda: make_pipeline(
        prepared(), RFE(LogisticRegression(), n_features_to_select=3)
    ),
    "boosting with a mask": lambda: boosting(categorical_features=[True, False]),
    "boosting with names": lambda: boosting(categorical_features=["job"]),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrappers_and_choices_of_columns_are_looked_through(name, frame, table):
    rows = frame[["job", "z"]]
    same_as_itself(WRAPPED[name]().fit(rows, frame["y"]), frame, table)


@pytest.mark.parametrize("inner", ["frozen", "calibrated"])
def test_estimators_that_were_fitted_before_are_looked_through(inner, frame, table):
    rows = frame[["job", "z"]]
    model = FrozenEstimator(pipeline().fit(rows, frame["y"]))
    if inner == "calibrated":
        model = CalibratedClassifierCV(model).fit(rows, frame["y"])
    same_as_itself(model, frame, table)


def test_categories_of_a_frame_are_the_levels_of_histogram_boosting(frame, table):
    rows = frame[["job", "z"]].astype({"job": "category"})
    model = boosting(categorical_features="from_dtype").fit(rows, frame["y"])
    job, z = from_object(model, Seen()).info.inputs
    assert set(job.categories) == set(LEVELS)
    assert (job.levels, z.dtype) == (Levels.TEXT, "float")
    same_as_itself(model, rows.assign(y=frame["y"]), table)


def test_a_target_that_is_transformed_hides_no_encoder(frame, table):
    inside = make_pipeline(prepared(), Ridge())
    model = TransformedTargetRegressor(inside, func=np.arcsinh, inverse_func=np.sinh)
    same_as_itself(model.fit(frame[["job", "z"]], frame["v"]), frame, table)


def test_what_cannot_be_known_goes_in_as_it_is(frame, table):
    """A function may do anything with texts; nothing is refused or converted."""
    coded = FunctionTransformer(lambda f: f.assign(job=f["job"] == "c").astype(float))
    model = make_pipeline(coded, LogisticRegression())
    model.fit(frame[["job", "z"]], frame["y"])
    assert [f.dtype for f in from_object(model, Seen()).info.inputs] == ["any", "any"]
    same_as_itself(model, frame, table)


@pytest.mark.parametrize("null", [None, np.nan])
def test_a_missing_value_is_what_the_encoder_has_learnt_as_one(null, tmp_path):
    rows = pd.DataFrame({"job": ["a", null, "b"] * 20}, dtype=object)
    y = ["in", "out", "out"] * 20
    model = make_pipeline(OneHotEncoder(), LogisticRegression()).fit(rows, y)
    path = tmp_path / "rows.csv"
    rows.assign(y=y).to_csv(path, index=False)
    opened = from_object(model, Seen())
    assert opened.info.inputs[0].takes_missing is True
    data = Dataset.open([str(path)]).parts[Part.EVALUATION]
    answer = opened.predict(features_of(data, Matched(info=opened.info, target="y")))
    np.testing.assert_array_equal(answer.scores, model.predict_proba(rows))


@pytest.mark.parametrize("numbers", [[0, 1, 2], [0.5, 1.0, 2.0], [True, False, True]])
def test_levels_that_are_no_texts_are_given_as_what_they_are(numbers, tmp_path):
    rows = pd.DataFrame({"job": numbers * 20})
    y = ["in", "out", "out"] * 20
    model = make_pipeline(OneHotEncoder(), LogisticRegression()).fit(rows, y)
    path = tmp_path / "rows.parquet"
    rows.astype(str).assign(y=y).to_parquet(path)
    opened = from_object(model, Seen())
    data = Dataset.open([str(path)]).parts[Part.EVALUATION]
    answer = opened.predict(features_of(data, Matched(info=opened.info, target="y")))
    np.testing.assert_array_equal(answer.scores, model.predict_proba(rows))
