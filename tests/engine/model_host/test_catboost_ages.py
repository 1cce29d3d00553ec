"""CatBoost files of every age open, and say how old they are."""

from __future__ import annotations

import json

import numpy as np
import pytest
from catboost import CatBoostClassifier

from engine.contracts.model import Task
from tests.support.model_files import arrow
from tests.support.opened_models import BINARY, ROWS, codes, open_bytes, refusal

THREE = np.digitize(ROWS["a"], [-0.5, 0.5])
OLD = "Git info:\n    Commit: c33ba7f5\n    Author: someone\n"


def fitted(label=BINARY):
    model = CatBoostClassifier(
        iterations=4, depth=3, verbose=0, thread_count=1, allow_writing_files=False
    )
    return model.fit(ROWS, label)


def aged(model, version=OLD, **more) -> bytes:
    """Return a model as versions before 0.24 left it: without all later settings."""
    told = model.get_metadata()
    for name in ("output_options", "training"):
        del told[name]
    told["catboost_version_info"] = version
    settings = json.loads(told["params"])
    del settings["metrics"]
    told["params"] = json.dumps({**settings, **more})
    return model._serialize_model()


@pytest.mark.parametrize("label", [BINARY, THREE], ids=["two", "three"])
def test_a_file_without_later_settings_opens_and_predicts(label):
    model = fitted(label)
    expected = model.predict_proba(ROWS)
    opened = open_bytes("catboost", aged(model))
    kinds = {2: Task.BINARY, 3: Task.MULTICLASS}
    assert opened.info.task is kinds[expected.shape[1]]
    np.testing.assert_allclose(opened.predict(arrow(ROWS)).scores, expected)


def test_a_file_that_names_no_version_says_when_it_was_trained():
    opened = open_bytes("catboost", aged(fitted()))
    note = next(n for n in opened.info.notes if n.code == "model.saved_unknown")
    assert len(note.params["date"]) == len("2019-10-03")
    assert not opened.info.saved_with


@pytest.mark.parametrize(
    ("told", "version", "note"),
    [
        ("Summary: CatBoost release 1.1.1. commit", "1.1.1", "model.saved_older"),
        ("Summary: CatBoost Release 99.2 (#3)", "99.2", "model.saved_newer"),
        ("Branch: tags/v0.26.1\n", "0.26.1", "model.saved_older"),
    ],
)
def test_a_version_is_found_however_it_is_written(told, version, note):
    opened = open_bytes("catboost", aged(fitted(), told))
    assert opened.info.saved_with == {"catboost": version}
    assert note in codes(opened)


@pytest.mark.parametrize("loss", [{"type": "Logmoss"}, {"type": "MultiRMSE"}, None])
def test_an_unknown_objective_is_never_taken_for_a_regression(loss):
    data = aged(fitted(), loss_function=loss)
    assert refusal(open_bytes, "catboost", data).code == "model.objective_unknown"


def test_a_loss_with_settings_is_known_by_its_name():
    data = aged(fitted(), loss_function="Logloss:border=0.5")
    assert open_bytes("catboost", data).info.task is Task.BINARY


def test_what_is_no_model_is_named_as_damaged():
    error = refusal(open_bytes, "catboost", b"CBM1" + bytes(40))
    assert error.code == "model.damaged"
    assert ".cpp" not in error.params["why"]
