"""What XGBoost and LightGBM files do that one would not expect."""

from __future__ import annotations

import re

import lightgbm
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xgboost

from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task
from engine.model_host.adapters import lightgbm_model
from tests.support.model_files import arrow
from tests.support.opened_models import (
    BINARY,
    MODELS,
    RNG,
    ROWS,
    codes,
    open_booster,
    open_bytes,
    open_object,
    refusal,
    shared,
    trained,
)

# XGBoost


@pytest.mark.parametrize("format_", ["json", "ubj"])
def test_xgboost_file_of_a_newer_version_warns_loudly(format_):
    data = bytes(trained("binary:logistic", BINARY).save_raw(format_))
    if format_ == "json":
        data = re.sub(rb'"version":\[\d+,\d+,\d+\]', b'"version":[99,4,1]', data)
    else:
        at = data.rfind(b"version")
        data = data[:at] + re.sub(
            rb"i.i.i.}",
            bytes([105, 99, 105, 4, 105, 1, 125]),
            data[at:],
            flags=re.DOTALL,
        )
    info = open_bytes(f"xgboost_{format_}", data).info
    note = next(n for n in info.notes if n.code == "model.saved_newer")
    assert info.saved_with == {"xgboost": "99.4.1"}
    assert note.params["installed"] == xgboost.__version__


def test_xgboost_file_of_this_version_does_not_warn():
    model = open_booster(trained("binary:logistic", BINARY), "ubj")
    assert model.info.saved_with == {"xgboost": xgboost.__version__}
    assert not codes(model) & {"model.saved_newer", "model.saved_older"}


def test_best_iteration_is_used_and_said():
    fitted = xgboost.XGBClassifier(
        n_estimators=60, early_stopping_rounds=2, learning_rate=1.0, n_jobs=1
    )
    noisy = BINARY ^ (RNG.random(200) < 0.3)
    fitted.fit(ROWS[:100], noisy[:100], eval_set=[(ROWS[100:], noisy[100:])], verbose=0)
    total = fitted.get_booster().num_boosted_rounds()
    model = open_booster(fitted.get_booster())
    note = next(n for n in model.info.notes if n.code == "model.best_iteration")
    assert note.params == {"used": fitted.best_iteration + 1, "total": total}
    scores = model.predict(arrow(ROWS)).scores
    np.testing.assert_array_equal(scores, fitted.predict_proba(ROWS))


@pytest.mark.parametrize(
    ("objective", "task", "kind", "note"),
    [
        ("binary:logistic", Task.BINARY, ScoreKind.PROBABILITY, None),
        ("reg:logistic", Task.BINARY, ScoreKind.PROBABILITY, "model.reg_logistic"),
        ("binary:logitraw", Task.BINARY, ScoreKind.MARGIN, "model.margins_only"),
        ("binary:hinge", Task.BINARY, ScoreKind.LABEL, "model.labels_only"),
        ("reg:squarederror", Task.REGRESSION, ScoreKind.VALUE, None),
        ("count:poisson", Task.REGRESSION, ScoreKind.VALUE, None),
        ("rank:pairwise", Task.REGRESSION, ScoreKind.VALUE, "model.ranking"),
    ],
)
def test_task_is_taken_from_the_objective(objective, task, kind, note):
    model = open_booster(trained(objective, BINARY))
    assert (model.info.task, model.info.score_kind) == (task, kind)
    assert note is None or note in codes(model)
    assert len(model.predict(arrow(ROWS)).scores) == len(ROWS)


def test_wrapper_of_the_wrong_kind_does_not_change_the_task():
    regressor = xgboost.XGBRegressor()
    regressor.load_model(trained("binary:logistic", BINARY).save_raw("json"))
    assert open_object(regressor).info.task is Task.BINARY


def test_inputs_keep_the_models_own_order():
    model = open_booster(trained("binary:logistic", BINARY))
    assert [field.name for field in model.info.inputs] == ["b", "a", "c"]


def test_names_like_f0_are_names_if_the_file_has_them():
    rows = ROWS.set_axis(["f0", "f1", "f2"], axis=1)
    booster = xgboost.train({}, xgboost.DMatrix(rows, label=BINARY), 2)
    assert open_booster(booster).info.names_known


def test_booster_without_names_says_that_order_is_all_there_is():
    booster = xgboost.train({}, xgboost.DMatrix(ROWS.to_numpy(), label=BINARY), 2)
    model = open_booster(booster)
    assert not model.info.names_known
    assert "model.names_unknown" in codes(model)


def test_category_codes_are_asked_for_where_the_file_has_no_categories():
    matrix = xgboost.DMatrix(
        np.arange(200).reshape(-1, 1) % 3,
        label=BINARY,
        feature_names=["colour"],
        feature_types=["c"],
        enable_categorical=True,
    )
    booster = xgboost.train({"objective": "binary:logistic"}, matrix, 3)
    model = open_booster(booster)
    numbers = pa.table({"colour": np.arange(200) % 3})
    expected = booster.predict(matrix)
    np.testing.assert_array_equal(model.predict(numbers).scores[:, 1], expected)
    texts = pa.table({"colour": ["red", "green"]})
    error = refusal(model.predict, texts)
    assert (error.code, error.params["column"]) == ("model.codes_unknown", "colour")


def test_category_names_beyond_ascii_are_not_believed():
    towns = ["Ávila", "Burgos", "Cádiz", "León"]  # XGBoost stores them shifted
    which = np.arange(200) % 4
    rows = pd.DataFrame({"town": pd.Categorical.from_codes(which, towns)})
    matrix = xgboost.DMatrix(rows, label=BINARY, enable_categorical=True)
    booster = xgboost.train({"objective": "binary:logistic"}, matrix, 3)
    model = open_booster(booster)
    assert model.info.inputs[0].categories == ()
    error = refusal(model.predict, pa.table({"town": ["Cádiz", "León"]}))
    assert (error.code, error.params["column"]) == ("model.codes_unknown", "town")
    found = model.predict(pa.table({"town": which}))
    np.testing.assert_array_equal(found.scores[:, 1], booster.predict(matrix))


def test_integer_and_indicator_types_are_kept():
    matrix = xgboost.DMatrix(
        np.column_stack([np.arange(200), BINARY]),
        label=BINARY,
        feature_names=["n", "flag"],
        feature_types=["int", "i"],
    )
    booster = xgboost.train({"objective": "binary:logistic"}, matrix, 3)
    model = open_booster(booster)
    assert [field.dtype for field in model.info.inputs] == ["int", "bool"]
    rows = pa.table({"n": np.arange(200), "flag": BINARY.to_numpy() == 1})
    expected = booster.predict(matrix)
    np.testing.assert_array_equal(model.predict(rows).scores[:, 1], expected)


@shared
def test_removed_binary_format_says_what_to_do():
    data = (MODELS / "leaves_xgagaricus.model").read_bytes()
    assert refusal(open_bytes, "xgboost_binary", data).code == "model.old_xgboost"


# LightGBM


@shared
@pytest.mark.parametrize(
    ("file", "rows", "truth", "skip"),
    [
        (
            "leaves_lg_dart_breast_cancer.model",
            "leaves_breast_cancer_test.tsv",
            "leaves_lg_dart_breast_cancer_true_predictions.txt",
            0,
        ),
        (
            "leaves_lgmulticlass.model",
            "leaves_multiclass_test.tsv",
            "leaves_lgmulticlass_true_predictions.txt",
            1,
        ),
    ],
)
def test_lightgbm_2_files_predict_what_was_published(file, rows, truth, skip):
    model = open_bytes("lightgbm", (MODELS / file).read_bytes())
    table = arrow(np.loadtxt(MODELS / rows)[:, skip:])
    expected = np.loadtxt(MODELS / truth)
    scores = model.predict(table).scores
    found = scores[:, 1] if expected.ndim == 1 else scores
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_lists_of_categories_find_their_inputs():
    infos = ["[0:1]", "0:1:2", "none", "1:0", "[-1:1]"]
    lists = [["x", "y", "z"], ["no", "yes"]]
    assert lightgbm_model._levels(infos, lists) == {
        1: ["x", "y", "z"],
        3: ["no", "yes"],
    }


def test_lists_of_categories_that_fit_in_two_ways_are_refused():
    with pytest.raises(EngineError) as caught:
        lightgbm_model._levels(["none", "0:1", "none"], [["a", "b"], ["c", "d"]])
    assert caught.value.code == "model.categories_ambiguous"


def test_unknown_category_counts_as_missing_as_in_the_library():
    frame = pd.DataFrame({"home": pd.Categorical(["own", "rent"] * 100)})
    fitted = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1, n_jobs=1)
    fitted.fit(frame, (frame["home"] == "own").astype(int))
    model = open_bytes("lightgbm", fitted.booster_.model_to_string().encode())
    rows = pa.table({"home": ["castle", None, "own"]})
    scores = model.predict(rows).scores
    np.testing.assert_array_equal(scores[0], scores[1])
    assert scores[2, 1] != scores[0, 1]
