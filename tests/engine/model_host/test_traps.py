"""Known traps of model files: each is avoided, and said aloud where it matters."""

from __future__ import annotations

import io
import re

import joblib
import lightgbm
import numpy as np
import onnx
import pandas as pd
import pyarrow as pa
import pytest
import xgboost
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.contracts.errors import EngineError
from engine.contracts.host import LoadModel
from engine.contracts.messages.model import MESSAGES
from engine.contracts.model import Capability, ScoreKind, Task
from engine.model_host import adapters
from engine.model_host.adapters import lightgbm_model
from tests.support.model_files import SHARED, arrow

MODELS = SHARED / "models_tabular"
shared = pytest.mark.skipif(
    not MODELS.exists(), reason="the shared model files are not beside the checkout"
)
RNG = np.random.default_rng(0)
ROWS = pd.DataFrame(RNG.normal(size=(200, 3)), columns=["b", "a", "c"])
BINARY = (ROWS["a"] > 0).astype(int)


def open_bytes(format_: str, data: bytes):
    load = LoadModel(format=format_, name="m", sha256="0", size=len(data))
    return adapters.open_model(data, load)


def open_object(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return open_bytes("joblib", buffer.getvalue())


def open_booster(booster, format_: str = "json"):
    return open_bytes(f"xgboost_{format_}", bytes(booster.save_raw(format_)))


def codes(model) -> set[str]:
    return {note.code for note in model.info.notes}


def refusal(ask, *arguments) -> EngineError:
    with pytest.raises(EngineError) as caught:
        ask(*arguments)
    assert caught.value.code in MESSAGES
    return caught.value


def trained(objective: str, label, **more) -> xgboost.Booster:
    params = {"objective": objective, "nthread": 1, **more}
    return xgboost.train(params, xgboost.DMatrix(ROWS, label=label), 8)


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
        1: {"x": 0, "y": 1, "z": 2},
        3: {"no": 0, "yes": 1},
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


# ONNX


@shared
def test_fixed_batch_of_three_with_maps_takes_any_number_of_rows():
    model = open_bytes("onnx", (MODELS / "ort_logreg_iris.onnx").read_bytes())
    assert model.info.task is Task.MULTICLASS
    assert "model.fixed_batch" in codes(model)
    rows = arrow(load_iris().data[:50, :2])
    answer = model.predict(rows)
    assert answer.scores.shape == (50, 3)
    for n in (1, 2, 3, 4):
        part = model.predict(rows.slice(0, n)).scores
        np.testing.assert_array_equal(part, answer.scores[:n])


@shared
def test_logits_are_margins_and_say_so():
    model = open_bytes("onnx", (MODELS / "winml_iris_mlp.onnx").read_bytes())
    assert model.info.score_kind is ScoreKind.MARGIN
    assert "model.logits" in codes(model)
    rows, truth = load_iris(return_X_y=True)
    assert np.mean(model.predict(arrow(rows)).labels == truth) == pytest.approx(0.98)


@shared
def test_flattened_digit_goes_through_a_batch_of_one():
    path = SHARED / "models_image" / "mnist_cntk.onnx"
    model = open_bytes("onnx", path.read_bytes())
    rows = RNG.integers(0, 256, size=(3, 784)).astype(float)
    answer = model.predict(arrow(rows))
    assert answer.scores.shape == (3, 10)
    alone = model.predict(arrow(rows[2:])).scores
    np.testing.assert_array_equal(alone, answer.scores[2:])


@shared
def test_model_of_photographs_is_refused_clearly():
    path = SHARED / "models_image" / "squeezenet_fp16.onnx"
    assert refusal(open_bytes, "onnx", path.read_bytes()).code == "model.not_tabular"


def graph_of(kind: int, width: int = 2) -> bytes:
    """Return a graph that sums its inputs, of the given tensor type."""
    helper = onnx.helper
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=onnx.TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["f", "axes"], ["y"], keepdims=1),
    ]
    axes = helper.make_tensor("axes", onnx.TensorProto.INT64, [1], [1])
    graph = helper.make_graph(
        nodes,
        "sum",
        [helper.make_tensor_value_info("x", kind, [None, width])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [None, 1])],
        [axes],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(
        graph, opset_imports=opset, ir_version=9
    ).SerializeToString()


@pytest.mark.parametrize(
    "kind",
    [
        onnx.TensorProto.FLOAT16,
        onnx.TensorProto.FLOAT,
        onnx.TensorProto.DOUBLE,
        onnx.TensorProto.INT64,
        onnx.TensorProto.INT32,
    ],
)
def test_every_number_type_of_input_is_fed(kind):
    model = open_bytes("onnx", graph_of(kind))
    scores = model.predict(pa.table({"x0": [1, 2], "x1": [10, 20]})).scores
    np.testing.assert_array_equal(scores, [[11.0], [22.0]])


def test_missing_whole_number_is_refused_by_name():
    model = open_bytes("onnx", graph_of(onnx.TensorProto.INT64))
    rows = pa.table({"x0": [1, 2], "x1": pa.array([None, 3])})
    error = refusal(model.predict, rows)
    assert error.code == "model.missing_integer"
    assert (error.params["column"], error.params["n"]) == ("x1", 1)


def test_garbage_is_no_onnx():
    assert refusal(open_bytes, "onnx", b"\x08\x07garbage").code == "model.cannot_open"


# scikit-learn


@shared
def test_pickle_of_an_old_scikit_learn_says_what_to_do():
    path = MODELS / "leaves_sk_gradient_boosting_classifier.model"
    error = refusal(open_bytes, "pickle", path.read_bytes())
    assert error.code == "model.too_old"
    assert str(error.params["module"]).startswith("sklearn.ensemble.")


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (RandomForestRegressor(2).fit(ROWS, ROWS[["a", "b"]]), "model.multi_output"),
        (LinearRegression().fit(ROWS, ROWS[["a", "b"]]), "model.multi_output"),
        (
            MultiOutputRegressor(LinearRegression()).fit(ROWS, ROWS[["a", "b"]]),
            "model.multi_output",
        ),
        (KMeans(2, n_init=1, max_iter=2).fit(ROWS), "model.not_supervised"),
        (IsolationForest(n_estimators=2).fit(ROWS), "model.not_supervised"),
        (LogisticRegression(), "model.inputs_unknown"),
        (DummyClassifier().fit(ROWS, np.zeros(200)), "model.one_class"),
        ({"weights": [1, 2]}, "model.not_a_model"),
        ([LogisticRegression(), LogisticRegression()], "model.not_a_model"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_cannot_be_evaluated_is_refused_clearly(model, code):
    assert refusal(open_object, model).code == code


def test_model_in_a_dictionary_is_found():
    fitted = LogisticRegression().fit(ROWS, BINARY)
    model = open_object({"model": fitted, "date": "today"})
    scores = model.predict(arrow(ROWS)).scores
    np.testing.assert_array_equal(scores, fitted.predict_proba(ROWS))


def test_other_version_of_scikit_learn_is_noted():
    class Older(LogisticRegression):
        pass

    fitted = LogisticRegression().fit(ROWS, BINARY)
    state = fitted.__getstate__()
    fitted.__dict__["_sklearn_version"] = "1.0.2"
    buffer = io.BytesIO()
    joblib.dump(fitted, buffer)
    data = buffer.getvalue().replace(state["_sklearn_version"].encode(), b"1.0.2")
    model = open_bytes("joblib", data)
    assert model.info.saved_with["scikit-learn"] == "1.0.2"
    assert "model.saved_older" in codes(model)


def test_text_pipeline_takes_one_column_of_text():
    texts = ["good film", "bad film", "very good", "very bad"] * 5
    fitted = make_pipeline(TfidfVectorizer(), LogisticRegression())
    fitted.fit(texts, ["+", "-", "+", "-"] * 5)
    model = open_object(fitted)
    assert Capability.TEXT_PIPELINE in model.info.capabilities
    answer = model.predict(pa.table({"anything": texts}))
    np.testing.assert_array_equal(answer.scores, fitted.predict_proba(texts))


def test_text_in_a_numeric_input_names_the_column():
    model = open_booster(trained("binary:logistic", BINARY))
    rows = pa.table({"b": [1.0], "a": ["seven"], "c": [1.0]})
    error = refusal(model.predict, rows)
    assert (error.code, error.params["column"]) == ("model.not_numeric", "a")


def test_module_that_is_not_installed_is_named():
    data = b"\x80\x04cno_such_module\nThing\n."
    error = refusal(open_bytes, "pickle", data)
    assert (error.code, error.params["module"]) == (
        "model.needs_library",
        "no_such_module",
    )


def test_unknown_format_is_refused():
    assert refusal(open_bytes, "torchscript", b"").code == "model.no_adapter"


def test_every_adapter_of_the_table_can_be_imported():
    for module in set(adapters.TABLE.values()):
        assert hasattr(__import__(module, fromlist=["x"]), "open_model")


@pytest.mark.parametrize("kind", [RandomForestClassifier, RandomForestRegressor])
def test_threads_change_no_bit(monkeypatch, kind):
    rows = pd.DataFrame(RNG.normal(size=(9001, 3)), columns=["b", "a", "c"])
    fitted = make_pipeline(StandardScaler(), kind(20, max_depth=5, random_state=0))
    fitted.fit(rows[:500], rows["a"][:500] > 0)
    model = open_object(fitted)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    alone = model.predict(arrow(rows)).scores
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    np.testing.assert_array_equal(model.predict(arrow(rows)).scores, alone)
