"""Known traps of model files: each is avoided, and said aloud where it matters."""

from __future__ import annotations

import io

import joblib
import numpy as np
import onnx
import pandas as pd
import pyarrow as pa
import pytest
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

from engine.contracts.model import Capability, ScoreKind, Task
from engine.model_host import adapters
from tests.support.model_files import SHARED, arrow
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
    assert refusal(open_bytes, "onnx", b"\x08\x07garbage").code == "model.damaged"


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
