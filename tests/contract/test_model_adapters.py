"""What holds for every model file, whatever library wrote it.

Predictions are compared with the library's own, in this process.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import catboost
import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
import skl2onnx
import skops.io
import xgboost
from interpret.glassbox import (
    ExplainableBoostingClassifier,
    ExplainableBoostingRegressor,
)
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

from engine.contracts.host import LoadModel, Scores
from engine.contracts.model import Capability, ScoreKind, Task
from engine.model_host import adapters
from engine.models import checks
from engine.models.host import HostPool
from tests.support.model_files import arrow, report_on, take

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

N = 120


@dataclass
class Saved:
    """A saved model, rows for it, and what the library itself says of them."""

    format: str
    data: bytes
    rows: pd.DataFrame | np.ndarray
    scores: np.ndarray | None
    labels: np.ndarray | None
    task: Task
    kind: ScoreKind
    tolerance: float = 0.0
    trusted: tuple[str, ...] = ()
    notes: set[str] = field(default_factory=set)


def mixed(seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "zeta": generator.normal(size=N),
            "age": generator.integers(18, 80, N).astype(float),
            "home": generator.choice(["own", "rent", "other"], N).astype(object),
            "alpha": generator.normal(size=N),
        }
    )
    frame.loc[frame.index[::11], "zeta"] = np.nan
    frame.loc[frame.index[::13], "home"] = np.nan
    return frame


def numeric(seed: int = 0) -> pd.DataFrame:
    return mixed(seed)[["zeta", "age", "alpha"]].fillna(0.0)


def two(frame: pd.DataFrame) -> np.ndarray:
    high = frame["alpha"] + 0.02 * frame["age"] > 1
    return np.where(high, "yes", "no").astype(object)


def three(frame: pd.DataFrame) -> np.ndarray:
    return np.digitize(frame["alpha"], [-0.5, 0.5])


def value(frame: pd.DataFrame) -> np.ndarray:
    return np.asarray(frame["alpha"] * 3 + 0.1 * frame["age"])


def pipeline(last):
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    columns = ColumnTransformer(
        [("n", numbers, ["zeta", "age", "alpha"]), ("t", texts, ["home"])]
    )
    return make_pipeline(columns, last)


def as_joblib(model) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


def classified(format_, data, model, rows, **more) -> Saved:
    labels = np.asarray(model.predict(rows)).reshape(-1)
    task = Task.BINARY if len(model.classes_) == 2 else Task.MULTICLASS
    codes = np.array([list(map(str, model.classes_)).index(str(v)) for v in labels])
    return Saved(
        format_,
        data,
        rows,
        np.asarray(model.predict_proba(rows)),
        codes,
        task,
        ScoreKind.PROBABILITY,
        **more,
    )


def valued(format_, data, model, rows, **more) -> Saved:
    scores = np.asarray(model.predict(rows)).reshape(-1, 1)
    return Saved(
        format_, data, rows, scores, None, Task.REGRESSION, ScoreKind.VALUE, **more
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


CASES: dict[str, Callable[..., Saved]] = {
    "sklearn pipeline in joblib": sklearn_pipeline,
    "sklearn pipeline in skops": sklearn_skops,
    "sklearn search in pickle": sklearn_search,
    "sklearn without names": sklearn_matrix,
    "sklearn histogram boosting": sklearn_hist,
    "sklearn margins": sklearn_margin,
    "sklearn many margins": sklearn_many_margins,
    "sklearn labels": sklearn_labels,
    "sklearn centroid": sklearn_centroid,
    "sklearn regression": sklearn_regression,
    "ebm classification": ebm_binary,
    "ebm regression": ebm_regression,
    "xgboost json": lambda: xgb_file("xgboost_json"),
    "xgboost ubj": lambda: xgb_file("xgboost_ubj"),
    "xgboost wrapper": xgb_wrapper,
    "xgboost in a pipeline": xgb_in_pipeline,
    "xgboost regression": xgb_regression,
    "xgboost softmax": xgb_softmax,
    "xgboost raw logits": xgb_logitraw,
    "lightgbm text": lgb_text,
    "lightgbm wrapper": lgb_wrapper,
    "lightgbm regression": lgb_regression,
    "lightgbm one against all": lgb_ova,
    "catboost binary": cat_binary,
    "catboost multiclass": cat_many,
    "catboost in pickle": cat_pickle,
    "catboost poisson": cat_poisson,
    "onnx zip-map": onnx_zipmap,
    "onnx tensor": onnx_tensor,
    "onnx named inputs": onnx_named,
    "onnx regression": onnx_regression,
    "onnx fixed batch": onnx_fixed_batch,
}


@pytest.fixture(scope="module", params=list(CASES))
def saved(request, tmp_path_factory) -> Saved:
    build = CASES[request.param]
    if request.param.startswith("catboost") and request.param != "catboost in pickle":
        return build(tmp_path_factory.mktemp("catboost"))
    return build()


@pytest.fixture(scope="module")
def model(saved):
    load = LoadModel(
        format=saved.format,
        name="m",
        sha256="0",
        size=len(saved.data),
        trusted=saved.trusted,
    )
    return adapters.open_model(saved.data, load)


def test_task_and_meaning_are_told(saved, model):
    assert (model.info.task, model.info.score_kind) == (saved.task, saved.kind)


def test_description_passes_the_engines_check(model):
    checks.check_info(model.info)


def test_expected_notes_are_given(saved, model):
    assert saved.notes <= {note.code for note in model.info.notes}


def test_inputs_are_the_columns_in_the_models_order(saved, model):
    names = [field.name for field in model.info.inputs]
    assert names == arrow(saved.rows).column_names


def test_scores_equal_the_librarys_own(saved, model):
    answer = model.predict(arrow(saved.rows))
    np.testing.assert_allclose(
        answer.scores, saved.scores, rtol=saved.tolerance, atol=saved.tolerance
    )


def test_labels_equal_the_librarys_own(saved, model):
    answer = model.predict(arrow(saved.rows))
    expected = [] if saved.labels is None else saved.labels  # none for regression
    np.testing.assert_array_equal(answer.labels, expected)


def test_answer_passes_the_engines_check(saved, model):
    answer = model.predict(arrow(saved.rows))
    message = Scores(scores=answer.scores, labels=answer.labels)
    checks.check_scores(model.info, message, len(saved.rows))


def test_one_row_gives_that_rows_answer(saved, model):
    table = arrow(saved.rows)
    whole = model.predict(table)
    alone = model.predict(table.slice(17, 1))
    np.testing.assert_allclose(alone.scores, whole.scores[17:18], rtol=1e-6, atol=1e-7)
    assert list(alone.labels) == list(whole.labels[17:18])


def test_dictionary_encoded_columns_change_nothing(saved, model):
    table = arrow(saved.rows)
    encoded = table
    for index, field_ in enumerate(table.schema):
        if str(field_.type) in ("string", "large_string"):
            column = table.column(index).dictionary_encode()
            encoded = encoded.set_column(index, field_.name, column)
    answer, plain = model.predict(encoded), model.predict(table)
    np.testing.assert_array_equal(answer.scores, plain.scores)


def test_capabilities_name_what_the_scores_are(model):
    if model.info.score_kind is ScoreKind.PROBABILITY:
        assert Capability.PROBABILITY in model.info.capabilities
    else:
        assert Capability.PROBABILITY not in model.info.capabilities


def test_parameters_are_plain_and_bounded(model):
    assert len(model.info.parameters) <= 100
    for found in model.info.parameters.values():
        assert found is None or isinstance(found, (str, int, float, bool))
        assert len(str(found)) <= 200


# One of each family: the others differ in what the adapter does, not the host.
IN_HOST = [
    "sklearn pipeline in skops",
    "ebm classification",
    "xgboost json",
    "lightgbm text",
    "catboost binary",
    "onnx named inputs",
]


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    pool = HostPool(tmp_path_factory.mktemp("scratch"), spare=True)
    yield pool
    pool.close()


@pytest.mark.parametrize("saved", IN_HOST, indirect=True)
def test_locked_host_gives_the_same_answer(saved, model, pool, tmp_path):
    path = tmp_path / "model"
    path.write_bytes(saved.data)
    taken = take(path, saved.format)
    opened = pool.open(taken, report_on(taken, types=saved.trusted))
    table = arrow(saved.rows)
    here = model.predict(table)
    scores, labels = opened.predict(table)
    opened.close()
    np.testing.assert_allclose(scores, here.scores, rtol=1e-12)
    np.testing.assert_array_equal(labels, here.labels)
