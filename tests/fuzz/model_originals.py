"""Sound model files of every format, small, for fuzzers to damage."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = np.random.default_rng(11)
ROWS = RNG.normal(size=(120, 4))
BINARY = (ROWS[:, 0] + ROWS[:, 1] > 0).astype(int)
THREE = np.digitize(ROWS[:, 0], [-0.5, 0.5])


def _levels():
    import pandas as pd

    frame = pd.DataFrame(ROWS[:, :2], columns=["a", "b"])
    frame["colour"] = RNG.choice(["red", "green", "blue", "grey"], 120)
    frame["shape"] = RNG.choice(["round", "square"], 120)
    return frame


def _xgboost(format_: str, **more: object) -> bytes:
    import xgboost

    label = THREE if more.get("num_class") else BINARY
    rows = xgboost.DMatrix(ROWS, label=label)
    settings = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, **more}
    return bytes(xgboost.train(settings, rows, 4).save_raw(format_))


def _xgboost_levels(format_: str) -> bytes:
    import xgboost

    frame = _levels().astype({"colour": "category", "shape": "category"})
    rows = xgboost.DMatrix(frame, label=BINARY, enable_categorical=True)
    settings = {"objective": "binary:logistic", "max_cat_to_onehot": 1, "nthread": 1}
    return bytes(xgboost.train(settings, rows, 3).save_raw(format_))


def _lightgbm(**more: object) -> bytes:
    import lightgbm

    label = THREE if more.get("num_class") else BINARY
    settings = {"objective": "binary", "num_threads": 1, "verbose": -1, **more}
    rows = lightgbm.Dataset(ROWS, label=label)
    return lightgbm.train(settings, rows, 3).model_to_string().encode()


def _catboost(
    rows: object = ROWS, label: object = BINARY, cat: object = None, **more: object
) -> bytes:
    import catboost

    settings = {"iterations": 4, "depth": 3, "verbose": 0, "thread_count": 1, **more}
    made = catboost.CatBoostClassifier(allow_writing_files=False, **settings)
    return made.fit(rows, label, cat_features=cat)._serialize_model()


def _onnx(model: object) -> bytes:
    from skl2onnx import to_onnx

    options = {"zipmap": False} if hasattr(model, "predict_proba") else {}
    return to_onnx(
        model, ROWS[:1].astype(np.float32), options=options
    ).SerializeToString()


def _fitted(name: str) -> object:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    made = {
        "trees": RandomForestClassifier(4, max_depth=3, random_state=0),
        "linear": make_pipeline(StandardScaler(), LogisticRegression()),
        "network": MLPClassifier((5,), max_iter=20, random_state=0),
    }[name]
    return made.fit(ROWS, BINARY)


def _skops(name: str) -> bytes:
    import skops.io

    return skops.io.dumps(_fitted(name))


def _joblib(name: str, compress: int) -> bytes:
    import joblib

    buffer = io.BytesIO()
    joblib.dump(_fitted(name), buffer, compress=compress)
    return buffer.getvalue()


ORIGINALS: dict[str, Callable[[], bytes]] = {
    "xgboost_json": lambda: _xgboost("json"),
    "xgboost_json_classes": lambda: _xgboost(
        "json", objective="multi:softprob", num_class=3
    ),
    "xgboost_json_levels": lambda: _xgboost_levels("json"),
    "xgboost_json_linear": lambda: _xgboost("json", booster="gblinear"),
    "xgboost_json_dart": lambda: _xgboost(
        "json", booster="dart", rate_drop=0.5, one_drop=1
    ),
    "xgboost_json_parallel": lambda: _xgboost(
        "json", num_parallel_tree=3, subsample=0.5
    ),
    "xgboost_ubj": lambda: _xgboost("ubj"),
    "xgboost_ubj_levels": lambda: _xgboost_levels("ubj"),
    "xgboost_ubj_dart": lambda: _xgboost("ubj", booster="dart", rate_drop=0.5),
    "lightgbm": _lightgbm,
    "lightgbm_classes": lambda: _lightgbm(objective="multiclass", num_class=3),
    "lightgbm_crlf": lambda: _lightgbm().replace(b"\n", b"\r\n"),
    "catboost": _catboost,
    "catboost_classes": lambda: _catboost(label=THREE),
    "catboost_levels": lambda: _catboost(
        _levels(), cat=["colour", "shape"], one_hot_max_size=2
    ),
    "onnx_trees": lambda: _onnx(_fitted("trees")),
    "onnx_linear": lambda: _onnx(_fitted("linear")),
    "onnx_network": lambda: _onnx(_fitted("network")),
    "skops": lambda: _skops("trees"),
    "joblib": lambda: _joblib("trees", 0),
    "joblib_zlib": lambda: _joblib("trees", 3),
    "pickle": lambda: pickle.dumps(_fitted("trees")),
}
