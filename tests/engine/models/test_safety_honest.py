"""Honest models are green or amber, or people learn to click through."""

from __future__ import annotations

import gzip
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from engine.contracts.model import Light
from engine.models.consent.safety_report import inspect
from tests.engine.models.safety_cases import joblib_bytes

COMPRESSIONS = [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 1), ("xz", 1)]
X, Y = make_classification(60, 6, random_state=0)


def table():
    frame = pd.DataFrame(np.abs(X[:, :3]), columns=["a", "b", "c"])
    frame["d"] = np.where(Y == 1, "red", "blue")
    frame.loc[2, "a"] = np.nan
    return frame


def mixed():
    parts = ColumnTransformer(
        [
            ("n", make_pipeline(SimpleImputer(), StandardScaler()), ["a", "b"]),
            ("k", OneHotEncoder(handle_unknown="ignore"), ["d"]),
            ("f", FunctionTransformer(np.log1p), ["c"]),
        ]
    )
    return make_pipeline(parts, RandomForestClassifier(5, random_state=0))


MODELS = {
    "logistic": LogisticRegression(),
    "ridge": Ridge(),
    "sgd": SGDClassifier(loss="log_loss"),
    "forest": RandomForestClassifier(10, random_state=0),
    "forest regressor": RandomForestRegressor(5),
    "extra trees": ExtraTreesClassifier(5),
    "boosting": GradientBoostingClassifier(n_estimators=3),
    "histogram boosting": HistGradientBoostingClassifier(max_iter=3),
    "tree": DecisionTreeClassifier(),
    "isolation": IsolationForest(n_estimators=5),
    "svm": SVC(probability=False),
    "bayes": GaussianNB(),
    "neighbours": KNeighborsClassifier(),
    "lda": LinearDiscriminantAnalysis(),
    "gaussian process": GaussianProcessClassifier(),
    "network": MLPClassifier((4,), max_iter=3, early_stopping=True),
    "voting": VotingClassifier([("a", GaussianNB()), ("b", LogisticRegression())]),
    "stacking": StackingClassifier([("a", GaussianNB())], LogisticRegression()),
    "calibrated": CalibratedClassifierCV(LogisticRegression(), cv=2),
    "search": GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2, scoring="roc_auc"),
    "select": make_pipeline(SelectKBest(f_classif, k=2), LogisticRegression()),
    "polynomial": make_pipeline(PolynomialFeatures(2), LogisticRegression()),
    "spline": make_pipeline(SplineTransformer(), LogisticRegression()),
    "quantile": make_pipeline(
        QuantileTransformer(n_quantiles=10), LogisticRegression()
    ),
}


def fitted(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clone(MODELS[name]).fit(X, Y)


def examine(tmp_path, raw):
    file = tmp_path / "a.bin"
    file.write_bytes(raw)
    return inspect(file)


def bad(report):
    return [f for f in report.findings if f.verdict != "vetted"]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_that_an_ordinary_model_in_joblib_is_amber(tmp_path, name):
    report = examine(tmp_path, joblib_bytes(fitted(name)))
    assert (report.light, bad(report)) == (Light.AMBER, [])
    assert report.format == "joblib"
    assert report.versions["scikit-learn"]


@pytest.mark.parametrize("compression", COMPRESSIONS, ids=str)
def test_that_a_pipeline_is_amber_in_every_compression(tmp_path, compression):
    model = mixed().fit(table(), Y)
    report = examine(tmp_path, joblib_bytes(model, compression))
    assert (report.light, bad(report)) == (Light.AMBER, [])


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_that_a_pipeline_is_amber_in_every_protocol(tmp_path, protocol):
    model = mixed().fit(table(), Y)
    report = examine(tmp_path, pickle.dumps(model, protocol=protocol))
    assert (report.light, bad(report)) == (Light.AMBER, [])
    assert report.format == "pickle"


@pytest.mark.parametrize("name", ["forest", "logistic", "histogram boosting"])
def test_that_skops_is_green(tmp_path, name):
    import skops.io

    report = examine(tmp_path, skops.io.dumps(fitted(name)))
    assert (report.light, bad(report)) == (Light.GREEN, [])


def test_that_what_we_call_vetted_skops_own_audit_also_lets_pass(tmp_path):
    import skops.io

    from engine.models.static.allow_list import shipped

    raw = skops.io.dumps(mixed().fit(table(), Y))
    assert examine(tmp_path, raw).light is Light.GREEN
    assert set(skops.io.get_untrusted_types(data=raw)) <= set(shipped().skops_extra)


def boosters():
    import catboost
    import lightgbm
    import xgboost

    quiet = {"iterations": 3, "verbose": 0, "allow_writing_files": False}
    return {
        "xgboost": xgboost.XGBClassifier(n_estimators=3),
        "xgboost dart": xgboost.XGBRegressor(n_estimators=3, booster="dart"),
        "lightgbm": lightgbm.LGBMClassifier(n_estimators=3, verbose=-1),
        "catboost": catboost.CatBoostClassifier(**quiet),
        "catboost regressor": catboost.CatBoostRegressor(**quiet),
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ["xgboost", "xgboost dart", "lightgbm", "catboost"])
def test_that_a_booster_in_joblib_is_amber_and_its_bytes_checked(tmp_path, name):
    model = boosters()[name].fit(X, Y)
    for raw in (joblib_bytes(model), joblib_bytes(model, 3), pickle.dumps(model)):
        report = examine(tmp_path, raw)
        assert (report.light, bad(report)) == (Light.AMBER, [])
        assert any(f.what == "native" for f in report.findings)


@pytest.mark.parametrize("suffix", ["json", "ubj"])
def test_that_xgboost_files_are_green(tmp_path, suffix):
    for name in ("xgboost", "xgboost dart"):
        model = boosters()[name].fit(X, Y)
        model.save_model(tmp_path / f"m.{suffix}")
        report = inspect(tmp_path / f"m.{suffix}")
        assert (report.light, bad(report)) == (Light.GREEN, [])
        assert report.format == f"xgboost_{suffix}"
        assert report.versions["xgboost"]


def test_that_lightgbm_and_catboost_files_are_green(tmp_path):
    models = boosters()
    models["lightgbm"].fit(X, Y).booster_.save_model(tmp_path / "l.bin")
    models["catboost"].fit(X, Y).save_model(str(tmp_path / "c.bin"))
    assert inspect(tmp_path / "l.bin").light is Light.GREEN
    assert inspect(tmp_path / "c.bin").light is Light.GREEN


def test_that_an_explainable_booster_is_amber(tmp_path):
    from interpret.glassbox import ExplainableBoostingClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ExplainableBoostingClassifier(max_rounds=3, n_jobs=1).fit(X, Y)
    report = examine(tmp_path, joblib_bytes(model))
    assert (report.light, bad(report)) == (Light.AMBER, [])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_that_onnx_of_a_forest_is_green(tmp_path):
    from skl2onnx import to_onnx

    model = to_onnx(fitted("forest"), X[:1].astype(np.float32))
    report = examine(tmp_path, model.SerializeToString())
    assert (report.light, bad(report)) == (Light.GREEN, [])
    assert "opset ai.onnx" in report.versions


def test_that_the_demo_is_green():
    assert inspect("resources/demo/model.skops").light is Light.GREEN


def test_that_the_suffix_is_never_looked_at(tmp_path):
    file = tmp_path / "harmless.skops"
    file.write_bytes(gzip.compress(pickle.dumps(LogisticRegression())))
    assert inspect(file).format == "joblib"


class Traced(pickle.Unpickler):
    """Python's own machine, noting what it is asked to import."""

    def __init__(self, raw):
        import io

        super().__init__(io.BytesIO(raw))
        self.asked = set()

    def find_class(self, module, name):
        found = super().find_class(module, name)
        self.asked.add((module, name))
        return found


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("name", sorted(MODELS)[::3])
def test_that_the_lister_and_the_real_machine_import_the_same(name, protocol):
    from engine.models.static.joblib_arrays import read_array
    from engine.models.static.pickle_machine import Listing, Machine

    raw = pickle.dumps(fitted(name), protocol=protocol)
    traced, listing = Traced(raw), Listing()
    traced.load()
    Machine(raw, listing, on_build=read_array).run()
    listed = {n for n in listing.uses if not n.startswith(("_codecs", "copyreg"))}
    asked = {f"{m}.{n}" for m, n in traced.asked} - {"_codecs.encode"}
    asked = {n.replace("__builtin__", "builtins") for n in asked}
    assert listed == {n for n in asked if not n.startswith("copy")}


def test_that_the_list_was_made_with_what_is_installed():
    """After an upgrade: python tools/build_allow_list.py."""
    from importlib.metadata import version

    from engine.models.static.allow_list import shipped

    made_with = shipped().made_with
    assert made_with == {name: version(name) for name in made_with}


def test_that_nothing_kept_off_the_list_is_on_it():
    import json
    from pathlib import Path

    listed = json.loads(Path("resources/allow_list/v1.json").read_text())
    assert not set(listed["excluded"]) & {*listed["globals"], *listed["skops"]}
    assert not any(name.startswith("scipy.stats") for name in listed["globals"])
