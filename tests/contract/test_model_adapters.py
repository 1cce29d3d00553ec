"""What holds for every model file, whatever library wrote it.

Predictions are compared with the library's own, in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.contracts.errors import EngineError
from engine.contracts.host import LoadModel, Scores
from engine.contracts.model import Capability, ScoreKind
from engine.contracts.structure import DenseNetwork
from engine.explain.shapley.structural_shapley import TOLERANCE
from engine.explain.structure_predictions import matches
from engine.model_host import adapters
from engine.models import checks, structure_checks
from engine.models.host import HostPool
from tests.support.model_files import arrow, report_on, take
from tests.support.saved_models.booster_models import (
    cat_binary,
    cat_many,
    cat_pickle,
    cat_poisson,
    lgb_ova,
    lgb_regression,
    lgb_text,
    lgb_wrapper,
    xgb_file,
    xgb_in_pipeline,
    xgb_logitraw,
    xgb_regression,
    xgb_softmax,
    xgb_wrapper,
)
from tests.support.saved_models.onnx_models import (
    onnx_fixed_batch,
    onnx_named,
    onnx_network,
    onnx_regression,
    onnx_tensor,
    onnx_zipmap,
)
from tests.support.saved_models.sklearn_models import (
    ebm_binary,
    ebm_regression,
    sklearn_centroid,
    sklearn_hist,
    sklearn_labels,
    sklearn_many_margins,
    sklearn_margin,
    sklearn_matrix,
    sklearn_network,
    sklearn_pipeline,
    sklearn_regression,
    sklearn_search,
    sklearn_skops,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.saved_models.rows import (
        Saved,
    )

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

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
    "sklearn network": sklearn_network,
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
    "onnx network": onnx_network,
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


def test_what_it_is_made_of_says_what_it_says_or_nothing(saved, model):
    table = arrow(saved.rows)
    try:
        structure = model.structure()
    except EngineError as error:
        if error.code != "model.no_structure":
            raise
        return
    structure_checks.check_structure(model.info, structure)
    encoded = model.encode(table)
    structure_checks.check_encoded(structure, encoded, len(saved.rows))
    assert matches(structure, encoded, model.predict(table).scores, TOLERANCE)
    network = isinstance(structure.form, DenseNetwork)
    assert network is (Capability.DIFFERENTIABLE in model.info.capabilities)


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
    "onnx network",
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
