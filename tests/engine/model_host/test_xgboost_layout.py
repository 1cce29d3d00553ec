"""DART models in the layout of XGBoost 3.3 and later, which 3.2 half reads."""

from __future__ import annotations

import json
import pickle
import struct

import numpy as np
import pytest
import xgboost

from engine.contracts.progress import SILENT
from engine.model_host.adapters.xgboost_layout import tree_weights
from engine.models.static import xgboost_files
from engine.models.static.outcome import BrokenError
from tests.support.model_files import arrow
from tests.support.opened_models import BINARY, ROWS, codes, open_bytes, refusal

THREE = np.digitize(ROWS["a"], [-0.5, 0.5])
DART = {"booster": "dart", "nthread": 1, "max_depth": 3}
BOOSTERS = {
    "regression": ({"rate_drop": 0.5}, ROWS["a"] + ROWS["b"]),
    "one_drop": (
        {"objective": "binary:logistic", "one_drop": 1, "normalize_type": "forest"},
        BINARY,
    ),
    "classes": (
        {"objective": "multi:softprob", "num_class": 3, "rate_drop": 0.5},
        THREE,
    ),
}
NEVER_DROPPED = ({"rate_drop": 0.0}, ROWS["a"])


def dart(settings, label) -> xgboost.Booster:
    return xgboost.train({**DART, **settings}, xgboost.DMatrix(ROWS, label=label), 9)


def newer(booster: xgboost.Booster, version=(3, 4, 1)) -> bytes:
    """Return its JSON with the weights beside the trees of a plain booster."""
    document = json.loads(booster.save_raw("json"))
    grown = document["learner"]["gradient_booster"]
    plain = grown["gbtree"]
    plain["model"]["weight_drop"] = grown["weight_drop"]
    document["learner"]["gradient_booster"] = plain
    document["version"] = list(version)
    return json.dumps(document).encode()


def newer_ubj(booster: xgboost.Booster, *, typed: bool) -> bytes:
    """Return the same in UBJSON, as a typed array or with a mark for each number."""
    text = newer(booster)
    weights = json.loads(text)["learner"]["gradient_booster"]["model"]["weight_drop"]
    forgetful = xgboost.Booster()
    forgetful.load_model(bytearray(text))
    return with_weights(bytes(forgetful.save_raw("ubj")), weights, typed=typed)


def with_weights(data: bytes, weights, *, typed: bool) -> bytes:
    numbers = [struct.pack(">f", weight) for weight in weights]
    body = b"".join(numbers) if typed else b"".join(b"d" + n for n in numbers)
    name = b"L" + struct.pack(">q", 11) + b"weight_drop"
    count = b"#L" + struct.pack(">q", len(weights))
    array = b"[" + (b"$d" if typed else b"") + count + body
    assert data.count(b"\x05model{") == 1
    return data.replace(b"\x05model{", b"\x05model{" + name + array)


def expected(booster):
    rows = xgboost.DMatrix(ROWS)
    return booster.predict(rows)


def answered(model, booster):
    scores = model.predict(arrow(ROWS)).scores
    truth = expected(booster)
    return (scores if truth.ndim == 2 else scores[:, -1]), truth


LAYOUTS = {
    "json": ("xgboost_json", newer),
    "ubj": ("xgboost_ubj", lambda b: newer_ubj(b, typed=True)),
    "ubj_marked": ("xgboost_ubj", lambda b: newer_ubj(b, typed=False)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", BOOSTERS)
def test_the_weights_of_trees_count_in_the_newer_layout(kind, layout):
    booster = dart(*BOOSTERS[kind])
    format_, write = LAYOUTS[layout]
    data = write(booster)
    assert xgboost_files.examine(data, format_, SILENT).refusal is None
    scores, truth = answered(open_bytes(format_, data), booster)
    np.testing.assert_allclose(scores, truth, rtol=1e-6)
    forgetful = xgboost.Booster()
    forgetful.load_model(bytearray(data))
    assert np.abs(expected(forgetful) - truth).max() > 1e-3


def test_its_version_is_a_warning():
    model = open_bytes("xgboost_json", newer(dart(*BOOSTERS["regression"])))
    assert model.info.saved_with == {"xgboost": "3.4.1"}
    assert "model.saved_newer" in codes(model)


def test_the_newer_layout_is_taken_apart_with_its_weights():
    booster = dart(*BOOSTERS["regression"])
    newest = open_bytes("xgboost_json", newer(booster))
    own = open_bytes("xgboost_json", bytes(booster.save_raw("json")))
    np.testing.assert_array_equal(
        newest.structure().form.values, own.structure().form.values
    )


def test_only_the_best_rounds_are_used_in_the_newer_layout():
    booster = dart(*BOOSTERS["regression"])
    booster.set_attr(best_iteration="4")
    scores, _ = answered(open_bytes("xgboost_json", newer(booster)), booster)
    truth = booster.predict(xgboost.DMatrix(ROWS), iteration_range=(0, 5))
    np.testing.assert_allclose(scores, truth, rtol=1e-6)


def test_weights_that_are_all_one_change_nothing():
    booster = dart(*NEVER_DROPPED)
    assert set(tree_weights(newer(booster))) == {1.0}
    scores, truth = answered(open_bytes("xgboost_json", newer(booster)), booster)
    np.testing.assert_allclose(scores, truth, rtol=1e-6)


@pytest.mark.parametrize("own", ["json", "ubj"])
def test_what_the_library_reads_itself_is_left_to_it(own):
    booster = dart(*BOOSTERS["regression"])
    data = bytes(booster.save_raw(own))
    assert tree_weights(data) == []
    scores, truth = answered(open_bytes(f"xgboost_{own}", data), booster)
    np.testing.assert_allclose(scores, truth, rtol=1e-6)


def broken(change) -> bytes:
    document = json.loads(newer(dart(*BOOSTERS["regression"])))
    change(document["learner"]["gradient_booster"]["model"]["weight_drop"])
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [lambda w: w.pop(), lambda w: w.append(1.0), lambda w: w.__setitem__(0, 1e999)],
    ids=["too_few", "too_many", "infinite"],
)
def test_weights_that_do_not_fit_the_trees_are_refused(change):
    data = broken(change)
    assert refusal(open_bytes, "xgboost_json", data).code == "model.tree_weights"
    outcome = xgboost_files.examine(data, "xgboost_json", SILENT)
    assert outcome.refusal.params == {"part": "weight_drop"}
    with pytest.raises(BrokenError):
        xgboost_files.check_serialised(data)


class Rebuilt:
    """Pickles as a booster that another version of the library saved."""

    def __init__(self, booster: xgboost.Booster, native: bytes) -> None:
        self.state = {**booster.__getstate__(), "handle": bytearray(native)}

    def __reduce__(self):
        return xgboost.Booster, (), self.state


def test_a_pickled_booster_keeps_the_weights_of_the_newer_layout():
    booster = dart(*BOOSTERS["regression"])
    text = newer(booster)
    weights = json.loads(text)["learner"]["gradient_booster"]["model"]["weight_drop"]
    forgetful = xgboost.Booster()
    forgetful.load_model(bytearray(text))
    native = bytes(forgetful.__getstate__()["handle"])
    data = pickle.dumps(Rebuilt(forgetful, with_weights(native, weights, typed=True)))
    scores, truth = answered(open_bytes("pickle", data), booster)
    np.testing.assert_allclose(scores, truth, rtol=1e-6)


def test_a_pickled_booster_says_which_version_saved_it():
    model = open_bytes("pickle", pickle.dumps(dart(*BOOSTERS["regression"])))
    assert model.info.saved_with == {"xgboost": xgboost.__version__}


def test_the_library_is_left_as_it_was():
    before = xgboost.Booster.__setstate__
    open_bytes("pickle", pickle.dumps(dart(*BOOSTERS["regression"])))
    assert refusal(open_bytes, "pickle", b"\x80\x04no").code == "model.cannot_open"
    assert xgboost.Booster.__setstate__ is before
