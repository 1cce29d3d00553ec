"""Models of scikit-learn and InterpretML."""

from __future__ import annotations

import warnings

import numpy as np
import skops.io
from interpret.glassbox import (
    ExplainableBoostingClassifier,
    ExplainableBoostingRegressor,
)
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from engine.contracts.model import ScoreKind, Task
from tests.support.saved_models.rows import (
    N,
    Saved,
    as_joblib,
    classified,
    mixed,
    numeric,
    pipeline,
    three,
    two,
    value,
    valued,
)


def sklearn_pipeline() -> Saved:
    rows = mixed()
    model = pipeline(LogisticRegression()).fit(rows, two(rows))
    return classified("joblib", as_joblib(model), model, rows)


def sklearn_skops() -> Saved:
    rows = mixed()
    forest = RandomForestClassifier(8, random_state=0)
    model = pipeline(forest).fit(rows, three(rows))
    data = skops.io.dumps(model)
    trusted = tuple(skops.io.get_untrusted_types(data=data))
    return classified("skops", data, model, rows, trusted=trusted)


def sklearn_network() -> Saved:
    rows = numeric()
    model = MLPClassifier((6, 4), max_iter=20, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows, three(rows))
    return classified("joblib", as_joblib(model), model, rows)


def sklearn_search() -> Saved:
    rows = numeric()
    grid = {"max_depth": [2, 3]}
    model = GridSearchCV(RandomForestClassifier(5, random_state=0), grid, cv=2)
    model.fit(rows, three(rows))
    return classified("pickle", as_joblib(model), model, rows)


def sklearn_matrix() -> Saved:
    rows = numeric().to_numpy()
    model = GradientBoostingClassifier(n_estimators=5).fit(rows, three(numeric()))
    data = as_joblib(model)
    notes = {"model.names_unknown"}
    return classified("joblib", data, model, rows, notes=notes)


def sklearn_hist() -> Saved:
    rows = mixed()[["zeta", "age", "alpha"]]
    model = HistGradientBoostingClassifier(max_iter=5).fit(rows, two(mixed()))
    return classified("joblib", as_joblib(model), model, rows)


def sklearn_margin() -> Saved:
    rows = numeric()
    model = make_pipeline(StandardScaler(), LinearSVC()).fit(rows, two(rows))
    margin = model.decision_function(rows)
    return Saved(
        "joblib",
        as_joblib(model),
        rows,
        np.column_stack([-margin, margin]),
        (model.predict(rows) == "yes").astype(int),
        Task.BINARY,
        ScoreKind.MARGIN,
        notes={"model.margins_only"},
    )


def sklearn_many_margins() -> Saved:
    rows = numeric()
    model = RidgeClassifier().fit(rows, three(rows))
    return Saved(
        "joblib",
        as_joblib(model),
        rows,
        model.decision_function(rows),
        model.predict(rows),
        Task.MULTICLASS,
        ScoreKind.MARGIN,
    )


def sklearn_labels() -> Saved:
    rows = numeric()
    model = SVC(decision_function_shape="ovo").fit(rows, three(rows))
    return Saved(
        "joblib",
        as_joblib(model),
        rows,
        np.empty((N, 0)),
        model.predict(rows),
        Task.MULTICLASS,
        ScoreKind.LABEL,
        notes={"model.labels_only"},
    )


def sklearn_centroid() -> Saved:
    rows = numeric()
    model = NearestCentroid().fit(rows, two(rows))
    return classified("joblib", as_joblib(model), model, rows)


def sklearn_regression() -> Saved:
    rows = mixed()
    model = pipeline(RandomForestRegressor(5, random_state=0)).fit(rows, value(rows))
    return valued("joblib", as_joblib(model), model, rows)


def ebm_binary() -> Saved:
    rows = mixed()
    model = ExplainableBoostingClassifier(
        outer_bags=1, max_rounds=20, interactions=0, n_jobs=1
    ).fit(rows, two(rows))
    return classified("joblib", as_joblib(model), model, rows, tolerance=1e-12)


def ebm_regression() -> Saved:
    rows = numeric()
    model = ExplainableBoostingRegressor(
        outer_bags=1, max_rounds=20, interactions=0, n_jobs=1
    ).fit(rows, value(rows))
    return valued("joblib", as_joblib(model), model, rows, tolerance=1e-12)
