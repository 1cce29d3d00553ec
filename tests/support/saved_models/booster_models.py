"""Models of XGBoost, LightGBM and CatBoost."""

from __future__ import annotations

import catboost
import lightgbm
import numpy as np
import pandas as pd
import xgboost

from engine.contracts.model import ScoreKind, Task
from tests.support.saved_models.rows import (
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


def categorical(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(home=pd.Categorical(frame["home"]))


def xgb_file(format_: str) -> Saved:
    rows = categorical(mixed())
    y = (two(rows) == "yes").astype(int)
    model = xgboost.XGBClassifier(n_estimators=6, enable_categorical=True, n_jobs=1)
    model.fit(rows, y)
    kind = format_.removeprefix("xgboost_")
    data = bytes(model.get_booster().save_raw(kind))
    plain = rows.assign(home=mixed()["home"])
    saved = classified(format_, data, model, rows, notes={"model.classes_unnamed"})
    saved.rows = plain
    return saved


def xgb_wrapper() -> Saved:
    rows = numeric()
    model = xgboost.XGBClassifier(n_estimators=6, n_jobs=1).fit(rows, three(rows))
    return classified("pickle", as_joblib(model), model, rows)


def xgb_in_pipeline() -> Saved:
    rows = mixed()
    y = (two(rows) == "yes").astype(int)
    model = pipeline(xgboost.XGBClassifier(n_estimators=6, n_jobs=1)).fit(rows, y)
    return classified("joblib", as_joblib(model), model, rows)


def xgb_regression() -> Saved:
    rows = numeric()
    model = xgboost.XGBRegressor(n_estimators=6, n_jobs=1).fit(rows, value(rows))
    data = bytes(model.get_booster().save_raw("json"))
    return valued("xgboost_json", data, model, rows)


def xgb_softmax() -> Saved:
    rows = numeric()
    matrix = xgboost.DMatrix(rows, label=three(rows))
    params = {"objective": "multi:softmax", "num_class": 3, "nthread": 1}
    booster = xgboost.train(params, matrix, 6)
    twin = xgboost.XGBClassifier(n_estimators=6, n_jobs=1).fit(rows, three(rows))
    saved = classified("xgboost_ubj", bytes(booster.save_raw("ubj")), twin, rows)
    saved.tolerance = 1e-6
    saved.notes = {"model.softmax"}
    return saved


def xgb_logitraw() -> Saved:
    rows = numeric()
    y = (two(rows) == "yes").astype(int)
    matrix = xgboost.DMatrix(rows, label=y)
    params = {"objective": "binary:logitraw", "nthread": 1}
    booster = xgboost.train(params, matrix, 6)
    margin = booster.predict(matrix)
    return Saved(
        "xgboost_json",
        bytes(booster.save_raw("json")),
        rows,
        np.column_stack([-margin, margin]),
        (margin > 0).astype(int),
        Task.BINARY,
        ScoreKind.MARGIN,
    )


def lgb_text() -> Saved:
    rows = categorical(mixed())
    model = lightgbm.LGBMClassifier(n_estimators=6, verbose=-1, n_jobs=1)
    y = (two(rows) == "yes").astype(int)
    model.fit(rows, y)
    data = model.booster_.model_to_string().encode()
    saved = classified("lightgbm", data, model, rows, notes={"model.classes_unnamed"})
    saved.rows = rows.assign(home=mixed()["home"])
    return saved


def lgb_wrapper() -> Saved:
    rows = categorical(mixed())
    model = lightgbm.LGBMClassifier(n_estimators=4, verbose=-1, n_jobs=1)
    model.fit(rows, np.array(["a", "b", "c"])[three(rows)])
    saved = classified("pickle", as_joblib(model), model, rows)
    saved.rows = rows.assign(home=mixed()["home"])
    return saved


def lgb_regression() -> Saved:
    rows = numeric()
    model = lightgbm.LGBMRegressor(n_estimators=6, verbose=-1, n_jobs=1)
    model.fit(rows, value(rows))
    data = model.booster_.model_to_string().encode()
    return valued("lightgbm", data, model, rows)


def lgb_ova() -> Saved:
    rows = numeric()
    model = lightgbm.LGBMClassifier(
        objective="multiclassova", n_estimators=4, verbose=-1, n_jobs=1
    ).fit(rows, three(rows))
    raw = model.predict_proba(rows, raw_score=True)
    return Saved(
        "lightgbm",
        model.booster_.model_to_string().encode(),
        rows,
        raw,
        raw.argmax(axis=1),
        Task.MULTICLASS,
        ScoreKind.MARGIN,
        notes={"model.not_normalised"},
    )


def cat_bytes(model, tmp) -> bytes:
    path = tmp / "model.cbm"
    model.save_model(str(path))
    return path.read_bytes()


def cat_binary(tmp) -> Saved:
    rows = mixed()
    rows["home"] = rows["home"].fillna("nan")
    model = catboost.CatBoostClassifier(
        iterations=6, verbose=0, allow_writing_files=False, thread_count=1
    ).fit(rows, two(rows), cat_features=["home"])
    saved = classified("catboost", cat_bytes(model, tmp), model, rows)
    saved.rows = mixed()
    saved.notes = {"model.missing_as_text"}
    return saved


def cat_many(tmp) -> Saved:
    rows = numeric()
    model = catboost.CatBoostClassifier(
        iterations=6, verbose=0, allow_writing_files=False, thread_count=1
    ).fit(rows, three(rows))
    return classified("catboost", cat_bytes(model, tmp), model, rows)


def cat_pickle() -> Saved:
    rows = numeric()
    model = catboost.CatBoostRegressor(
        iterations=6, verbose=0, allow_writing_files=False, thread_count=1
    ).fit(rows, value(rows))
    return valued("pickle", as_joblib(model), model, rows)


def cat_poisson(tmp) -> Saved:
    rows = numeric()
    model = catboost.CatBoostRegressor(
        loss_function="Poisson",
        iterations=6,
        verbose=0,
        allow_writing_files=False,
        thread_count=1,
    ).fit(rows, np.abs(value(rows)))
    return valued("catboost", cat_bytes(model, tmp), model, rows)
