"""A CatBoost file that contradicts itself anywhere is refused before it is opened."""

from __future__ import annotations

import json
import struct

import numpy as np
import pandas as pd
import pytest
from catboost import CatBoostClassifier, CatBoostRegressor

from engine.contracts.model import Light
from engine.models.static import catboost_files, flatbuffers

RNG = np.random.default_rng(5)
FRAME = pd.DataFrame(RNG.normal(size=(150, 3)), columns=["a", "b", "c"])
LEVELS = FRAME[["a"]].assign(
    colour=RNG.choice(["red", "green", "blue", "grey"], 150),
    shape=RNG.choice(["round", "square"], 150),
)
YES = (FRAME["a"] > 0).astype(int)
SETTINGS = {"iterations": 4, "depth": 3, "verbose": 0, "thread_count": 1}
START = 8  # the core stands behind the mark and its size


@pytest.fixture(scope="module")
def numeric():
    model = CatBoostClassifier(allow_writing_files=False, **SETTINGS)
    gaps = FRAME.where(FRAME["a"] < 2)  # the file says what becomes of them
    return model.fit(gaps, YES)._serialize_model()


@pytest.fixture(scope="module")
def levels():
    model = CatBoostClassifier(
        allow_writing_files=False, one_hot_max_size=2, **SETTINGS
    )
    target = (LEVELS["colour"] == "red") ^ (LEVELS["shape"] == "round")
    columns = ["colour", "shape"]
    return model.fit(
        LEVELS, target.astype(int), cat_features=columns
    )._serialize_model()


def core(blob) -> flatbuffers.Table:
    (size,) = struct.unpack_from("<I", blob, 4)
    return flatbuffers.root(blob[START : START + size])


def trees(blob) -> flatbuffers.Table:
    return core(blob).table(1)


def first(vector_of, field, kind, blob):
    """Return where the first number of a vector lies in the file."""
    start = vector_of._follow(vector_of.place(field))
    assert len(vector_of.vector(field, kind))
    return START + start + 4


def poke(blob, at, layout, value) -> bytes:
    changed = bytearray(blob)
    struct.pack_into(layout, changed, at, value)
    assert bytes(changed) != blob
    return bytes(changed)


def part_of_refusal(blob):
    light, reason = catboost_files.examine(blob).light()
    assert light is Light.FORBIDDEN
    return reason.params["part"]


def test_sound_files_are_green(numeric, levels):
    for blob in (numeric, levels):
        assert catboost_files.examine(blob).light()[0] is Light.GREEN


VECTORS = {
    "a split that is none": (1, "<i4", "<i", 10_000, "splits"),
    "a depth that is too large": (2, "<i4", "<i", 9, "tree starts"),
    "a tree that starts elsewhere": (3, "<i4", "<i", 1, "tree starts"),
    "a leaf that is no number": (8, "<f8", "<d", float("nan"), "leaf values"),
    "a packed split of another input": (17, "<u4", "<I", 0xFF00FF00, "packed splits"),
    "a count of leaves that is too large": (8, None, "<I", 999_999, "vectors"),
    "a count of weights that is another": (9, None, "<I", 1, "leaf weights"),
}


@pytest.mark.parametrize("case", VECTORS)
def test_numbers_of_trees_fit_one_another(numeric, case):
    field, kind, layout, value, part = VECTORS[case]
    found = trees(numeric)
    if kind is None:
        at = START + found._follow(found.place(field))
    else:
        at = first(found, field, kind, numeric)
    assert part_of_refusal(poke(numeric, at, layout, value)) == part


def feature(blob, field, at):
    return trees(blob).tables(field)[at]


FEATURES = {
    "an index twice": (5, 1, 1, "<i", 0, "features"),
    "a place beyond the last": (5, 1, 2, "<i", 77, "features"),
    "a treatment of gaps that is none": (5, 0, 5, "<b", 9, "missing values"),
}


@pytest.mark.parametrize("case", FEATURES)
def test_features_are_numbered_in_order(numeric, case):
    field, which, number, layout, value, part = FEATURES[case]
    found = feature(numeric, field, which)
    at = START + found.place(number)
    assert part_of_refusal(poke(numeric, at, layout, value)) == part


def test_borders_rise(numeric):
    used = next(f for f in trees(numeric).tables(5) if len(f.vector(3, "<f4")) > 1)
    at = first(used, 3, "<f4", numeric)
    assert part_of_refusal(poke(numeric, at, "<f", 1e9)) == "borders"
    assert part_of_refusal(poke(numeric, at, "<f", float("nan"))) == "borders"


def test_equal_conditions_are_of_a_category_that_is_used(levels):
    found = trees(levels).tables(6)[0]
    place = found.place(0)
    at = START + place
    assert part_of_refusal(poke(levels, at, "<i", 5)) == "categories"


def test_a_statistic_of_a_category_that_is_not_there_is_refused(levels):
    base = trees(levels).tables(7)[0].table(0).table(0).table(0)
    at = first(base, 0, "<i4", levels)
    parts = {"combined features", "statistics"}
    assert part_of_refusal(poke(levels, at, "<i", 7)) in parts


def tables(blob):
    """Return each table of statistics and where it begins in the file."""
    (size,) = struct.unpack_from("<I", blob, 4)
    at = START + size
    (n,) = struct.unpack_from("<I", blob, at)
    at += 4
    for _ in range(n):
        (length,) = struct.unpack_from("<I", blob, at)
        yield flatbuffers.root(blob[at + 4 : at + 4 + length]), at + 4
        at += 4 + length


def test_statistics_are_looked_up_inside_their_table(levels):
    table, start = next(tables(levels))
    raw = table.vector(1, "<u1")
    buckets = np.frombuffer(raw.tobytes(), dtype=[("hash", "<u8"), ("index", "<u4")])
    full = int(np.flatnonzero(buckets["hash"] != np.uint64(2**64 - 1))[0])
    at = start + table._follow(table.place(1)) + 4 + 12 * full + 8
    assert part_of_refusal(poke(levels, at, "<I", 1 << 20)) == "statistics"


def test_a_table_without_an_empty_place_is_refused(levels):
    """It would be searched for ever."""
    table, start = next(tables(levels))
    raw = table.vector(1, "<u1").tobytes()
    whole = np.frombuffer(raw, dtype=[("hash", "<u8"), ("index", "<u4")]).copy()
    whole["hash"][whole["hash"] == np.uint64(2**64 - 1)] = 7
    whole["index"] = 0
    at = start + table._follow(table.place(1)) + 4
    changed = levels[:at] + whole.tobytes() + levels[at + len(raw) :]
    assert part_of_refusal(changed) == "statistics"


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_statistics_that_are_cut_short_are_refused(levels, cut):
    assert part_of_refusal(levels[:-cut]) in {"statistics", "vectors", "offsets"}


def told(blob, name, change):
    """Return a file with another text, as the library itself writes it."""
    from catboost import CatBoost

    model = CatBoost()
    model.load_model(blob=blob)
    found = model.get_metadata()
    found[name] = change(found[name])
    return model._serialize_model()


def changed(**more):
    return lambda text: json.dumps({**json.loads(text), **more})


SETTINGS_TOLD = {
    "settings that are no JSON": ("params", lambda text: text[:-1], "params"),
    "no objective": ("params", changed(loss_function=None), "loss_function"),
    "a class twice": ("class_params", changed(class_names=[1, 1]), "classes"),
    "three classes of one number": (
        "class_params",
        changed(class_names=[0, 1, 2], class_to_label=[0, 1, 2]),
        "classes",
    ),
    "classes of another kind": (
        "class_params",
        changed(class_names=["a", 1]),
        "classes",
    ),
    "a setting of classes that is none": (
        "class_params",
        changed(classes_c0unt=0),
        "classes",
    ),
    "no settings of classes": ("class_params", lambda text: "{}", "classes"),
    "a course that is a number": (
        "training",
        changed(
            metrics={
                "learn_best_error": {},
                "test_best_error": 0,
                "learn_metrics_history": [],
                "test_metrics_history": [],
            }
        ),
        "training",
    ),
    "options that are none": (
        "params",
        changed(boosting_options=0),
        "boosting_options",
    ),
    "a seed that is none": ("params", changed(random_seed=None), "random_seed"),
    "a course that is none": ("training", changed(metrics={}), "training"),
}


@pytest.mark.parametrize("case", SETTINGS_TOLD)
def test_what_the_file_says_of_itself_reads(numeric, case):
    name, change, part = SETTINGS_TOLD[case]
    assert part_of_refusal(told(numeric, name, change)) == part


def test_an_objective_that_is_none_is_not_vouched_for(numeric):
    bad = told(numeric, "params", changed(loss_function={"type": "Logmoss"}))
    light, reason = catboost_files.examine(bad).light()
    assert light is Light.RED
    assert reason.code == "safety.catboost_objective"


def test_texts_are_named_as_what_is_not_checked():
    words = RNG.choice(["a good day", "a bad day", "no day"], 150)
    frame = FRAME[["a"]].assign(text=words)
    model = CatBoostClassifier(allow_writing_files=False, **SETTINGS)
    blob = model.fit(frame, YES, text_features=["text"])._serialize_model()
    light, reason = catboost_files.examine(blob).light()
    assert light is Light.RED
    assert reason.code == "safety.catboost_part"


@pytest.mark.parametrize("loss", ["RMSE", "Poisson", "Quantile:alpha=0.3", "MAE"])
def test_every_kind_of_regression_is_green(loss):
    model = CatBoostRegressor(
        allow_writing_files=False, loss_function=loss, **SETTINGS
    ).fit(FRAME, FRAME["a"] - FRAME["a"].min())
    assert catboost_files.examine(model._serialize_model()).light()[0] is Light.GREEN


def test_more_borders_than_fit_one_byte_are_packed_into_several():
    rows = RNG.normal(size=(2000, 2))
    model = CatBoostRegressor(
        allow_writing_files=False, border_count=1000, **{**SETTINGS, "iterations": 400}
    ).fit(rows, np.sin(9 * rows[:, 0]))
    blob = model._serialize_model()
    assert max(len(f.vector(3, "<f4")) for f in trees(blob).tables(5)) > 254
    assert catboost_files.examine(blob).light()[0] is Light.GREEN
