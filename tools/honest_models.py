"""Models of every kind people save, fitted on a few rows."""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import scipy.sparse
import xgboost
from interpret.glassbox import (
    ExplainableBoostingClassifier,
    ExplainableBoostingRegressor,
)
from sklearn import ensemble, gaussian_process, linear_model, neighbors, svm
from sklearn.base import BaseEstimator
from sklearn.compose import (
    ColumnTransformer,
    make_column_selector,
    make_column_transformer,
)
from sklearn.datasets import make_classification
from sklearn.feature_selection import (
    SelectKBest,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
    r_regression,
)
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import kernels
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances

if TYPE_CHECKING:
    from collections.abc import Iterator


def data() -> list[tuple[Any, ...]]:
    """Return the candidate training data, tried in turn."""
    x, y = make_classification(40, 6, n_informative=4, random_state=0)
    positive = np.abs(x)
    real = x[:, 0] * 2 + 1
    texts = ["alpha beta gamma", "beta delta gamma", "delta words here"] * 5
    return [
        (x, y),
        (positive, y),
        (x, real),
        (positive, np.abs(real) + 0.1),
        (x, np.c_[y, 1 - y]),
        (x, np.c_[real, real]),
        (x[:, 0], real),
        (texts, [0, 1, 0] * 5),
        ([{"a": 1, "b": "x"}, {"a": 2}] * 5, None),
        ([["a"], ["b"]] * 5, None),
        (y, None),
        ([("a", "b"), ("b",)],),
        (x, None),
        (positive @ positive.T, y),
        (["a", "b"],),
    ]


def fitted(model: Any, candidates: list[tuple[Any, ...]]) -> Any | None:
    """Return the model fitted on the first data it accepts, or ``None``."""
    for candidate in candidates:
        try:
            model.fit(*candidate)
        except Exception:  # noqa: BLE001 - the next data may suit it
            continue
        return model
    return None


def honest_models() -> Iterator[Any]:
    """Yield fitted models of every kind people save."""
    candidates = data()
    for _, cls in all_estimators():
        try:
            instances = list(_construct_instances(cls))
        except BaseException:  # noqa: BLE001 - a class that cannot be made alone
            continue
        for model in instances:
            if fitted(model, candidates) is not None:
                yield model
            else:
                print(f"not fitted: {cls.__name__}", file=sys.stderr)
    x, y = candidates[0]
    for model, kind in [*variants(), *boosters()]:
        target = y if kind == "class" else np.abs(candidates[3][1])
        yield model.fit(np.abs(x), target)
    yield from pipelines()


def variants() -> Iterator[tuple[Any, str]]:
    """Yield unfitted models with the choices that change what is saved."""
    for loss in ("squared_error", "absolute_error", "gamma", "poisson", "quantile"):
        options = {"quantile": 0.5} if loss == "quantile" else {}
        yield (
            ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=2, **options),
            "real",
        )
    yield (
        ensemble.HistGradientBoostingRegressor(max_iter=9, early_stopping=True),
        "real",
    )
    yield ensemble.HistGradientBoostingClassifier(max_iter=2), "class"
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield ensemble.GradientBoostingRegressor(loss=loss, n_estimators=2), "real"
    for loss in ("log_loss", "exponential"):
        yield ensemble.GradientBoostingClassifier(loss=loss, n_estimators=2), "class"
    for loss in (
        "hinge",
        "log_loss",
        "modified_huber",
        "squared_hinge",
        "perceptron",
        "squared_error",
        "huber",
        "epsilon_insensitive",
        "squared_epsilon_insensitive",
    ):
        yield linear_model.SGDClassifier(loss=loss, early_stopping=True), "class"
    for power in (0, 1, 1.5, 2, 3):
        yield linear_model.TweedieRegressor(power=power), "real"
    for algorithm in ("kd_tree", "ball_tree", "brute"):
        for metric in ("euclidean", "manhattan", "chebyshev", "minkowski"):
            yield (
                neighbors.KNeighborsClassifier(algorithm=algorithm, metric=metric),
                "class",
            )
    for metric in ("haversine", "canberra", "braycurtis", "hamming"):
        if metric != "haversine":
            yield (
                neighbors.KNeighborsRegressor(algorithm="ball_tree", metric=metric),
                "real",
            )
    for kernel in (
        kernels.RBF() + kernels.WhiteKernel(),
        kernels.Matern() * kernels.ConstantKernel(),
        kernels.RationalQuadratic(),
        kernels.DotProduct() ** 2,
        kernels.ExpSineSquared() + kernels.WhiteKernel(),
    ):
        yield gaussian_process.GaussianProcessRegressor(kernel, alpha=10.0), "real"
    yield svm.SVC(kernel="linear", random_state=np.random.RandomState(0)), "class"
    yield (
        ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(0)),
        ("class"),
    )
    for cv in (KFold(3), StratifiedKFold(3)):
        search = GridSearchCV(LogisticRegression(), {"C": [1.0, 2.0]}, cv=cv)
        search.set_params(scoring="roc_auc" if isinstance(cv, KFold) else "f1_macro")
        yield search, "class"
    for name in get_scorer_names():
        yield _Holder(get_scorer(name)), "class"


class _Holder(BaseEstimator):  # type: ignore[misc]
    """Carries a scorer into the pickle; its own name is dropped."""

    def __init__(self, what: Any = None) -> None:
        self.what = what

    def fit(self, x: Any, y: Any) -> _Holder:
        """Fit nothing."""
        return self


def boosters() -> Iterator[tuple[Any, str]]:
    """Yield the boosters' scikit-learn wrappers and InterpretML's models."""
    for booster in ("gbtree", "dart", "gblinear"):
        yield xgboost.XGBClassifier(n_estimators=2, booster=booster), "class"
    yield xgboost.XGBRegressor(n_estimators=2), "real"
    yield xgboost.XGBRFClassifier(n_estimators=2), "class"
    yield xgboost.XGBRFRegressor(n_estimators=2), "real"
    for kind in ("gbdt", "dart"):
        yield (
            lightgbm.LGBMClassifier(
                n_estimators=2, boosting_type=kind, verbose=-1, min_child_samples=2
            ),
            "class",
        )
    yield lightgbm.LGBMRegressor(n_estimators=2, verbose=-1), "real"
    quiet = {"iterations": 2, "verbose": 0, "allow_writing_files": False}
    yield catboost.CatBoostClassifier(**quiet), "class"
    yield catboost.CatBoostRegressor(**quiet), "real"
    yield ExplainableBoostingClassifier(max_rounds=3, n_jobs=1), "class"
    yield ExplainableBoostingRegressor(max_rounds=3, n_jobs=1), "real"


def pipelines() -> Iterator[Any]:
    """Yield pipelines on a table with numbers, categories, flags and dates."""
    x, y = data()[0]
    table = pd.DataFrame(np.abs(x[:, :3]), columns=["a", "b", "c"])
    table["d"] = np.where(y == 1, "red", "blue")
    table["e"] = pd.Categorical(table["d"])
    table.loc[3, "a"] = np.nan
    parts = [
        ("n", make_pipeline(SimpleImputer(), StandardScaler()), ["a", "b"]),
        ("k", OneHotEncoder(handle_unknown="ignore"), ["d", "e"]),
        ("f", FunctionTransformer(np.log1p), make_column_selector("c")),
    ]
    for columns in (parts, [*parts[:2], ("s", "passthrough", slice(2, 3))]):
        mixed = ColumnTransformer(columns, remainder="drop")
        yield make_pipeline(mixed, LogisticRegression()).fit(table, y)
        yield make_pipeline(mixed, LogisticRegression()).fit(table, table["d"])
    for numbers, words in ((np.number, object), ("number", ["object", "category"])):
        by_kind = make_column_transformer(
            (SimpleImputer(), make_column_selector(dtype_include=numbers)),
            (OneHotEncoder(), make_column_selector("d", dtype_include=words)),
            (OneHotEncoder(), make_column_selector(dtype_exclude=[np.number, bool])),
        )
        yield make_pipeline(by_kind, LogisticRegression()).fit(table, y)
    frozen = FrozenEstimator(LogisticRegression().fit(x, y))
    yield frozen
    for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil"):
        for kind in ("matrix", "array"):
            yield getattr(scipy.sparse, f"{form}_{kind}")(np.eye(3))
    yield {"a": OrderedDict(b=frozenset({1}), c={1, 2}, d=1j, e=range(3))}
    for score in (
        *(chi2, f_classif, f_regression, r_regression),
        *(mutual_info_classif, mutual_info_regression),
    ):
        selected = make_union(SelectKBest(score, k=2), StandardScaler())
        yield make_pipeline(selected, LogisticRegression()).fit(np.abs(x), y)
    yield np.random.default_rng(0)
    yield np.ma.masked_array([1.0, 2.0], [False, True])
