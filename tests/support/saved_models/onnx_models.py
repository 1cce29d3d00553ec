"""ONNX graphs of scikit-learn's models."""

from __future__ import annotations

import warnings

import numpy as np
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tests.support.saved_models.rows import (
    Saved,
    classified,
    mixed,
    numeric,
    three,
    two,
    value,
    valued,
)


def onnx_zipmap() -> Saved:
    rows = numeric().to_numpy(np.float32)
    model = GradientBoostingClassifier(n_estimators=5).fit(rows, two(numeric()))
    graph = skl2onnx.to_onnx(model, rows[:1])
    saved = classified("onnx", graph.SerializeToString(), model, rows, tolerance=1e-5)
    saved.notes = {"model.names_unknown"}
    return saved


def onnx_tensor() -> Saved:
    rows = numeric().to_numpy(np.float32)
    model = LogisticRegression().fit(rows, three(numeric()))
    options = {id(model): {"zipmap": False}}
    graph = skl2onnx.to_onnx(model, rows[:1], options=options)
    return classified("onnx", graph.SerializeToString(), model, rows, tolerance=1e-5)


def onnx_named() -> Saved:
    rows = mixed().fillna({"zeta": 0.0, "home": "own"})
    columns = ColumnTransformer(
        [
            ("n", StandardScaler(), ["zeta", "age", "alpha"]),
            ("t", OneHotEncoder(handle_unknown="ignore"), ["home"]),
        ]
    )
    model = make_pipeline(columns, LogisticRegression()).fit(rows, two(rows))
    kinds = [
        (n, StringTensorType([None, 1]) if n == "home" else FloatTensorType([None, 1]))
        for n in rows.columns
    ]
    graph = skl2onnx.convert_sklearn(model, initial_types=kinds)
    return classified("onnx", graph.SerializeToString(), model, rows, tolerance=1e-5)


def onnx_network() -> Saved:
    rows = mixed().fillna({"zeta": 0.0, "home": "own"})
    columns = ColumnTransformer(
        [
            ("n", StandardScaler(), ["zeta", "age", "alpha"]),
            ("t", OneHotEncoder(handle_unknown="ignore"), ["home"]),
        ]
    )
    network = MLPClassifier((6, 4), max_iter=20, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = make_pipeline(columns, network).fit(rows, two(rows))
    kinds = [
        (n, StringTensorType([None, 1]) if n == "home" else FloatTensorType([None, 1]))
        for n in rows.columns
    ]
    graph = skl2onnx.convert_sklearn(model, initial_types=kinds)
    return classified("onnx", graph.SerializeToString(), model, rows, tolerance=1e-5)


def onnx_regression() -> Saved:
    rows = numeric().to_numpy(np.float64)
    model = LinearRegression().fit(rows, value(numeric()))
    graph = skl2onnx.to_onnx(model, rows[:1])
    return valued("onnx", graph.SerializeToString(), model, rows, tolerance=1e-9)


def onnx_fixed_batch() -> Saved:
    rows = numeric().to_numpy(np.float32)[:50]  # no multiple of the batch
    model = RandomForestClassifier(5, random_state=0).fit(rows, two(numeric())[:50])
    kinds = [("float_input", FloatTensorType([7, 3]))]
    graph = skl2onnx.convert_sklearn(model, initial_types=kinds)
    saved = classified("onnx", graph.SerializeToString(), model, rows, tolerance=1e-5)
    saved.notes = {"model.fixed_batch"}
    return saved
