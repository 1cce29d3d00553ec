"""Boosters whose trees point outside themselves or in circles: the part is named."""

from __future__ import annotations

import json
import re
import struct
import sys

import pytest
from sklearn.datasets import make_classification

from engine.models.static import flatbuffers
from tests.engine.models.safety_cases import examine
from tests.support.reported import reported

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux watches")
X, Y = make_classification(80, 6, n_informative=4, n_classes=3, random_state=0)


def xgboost_of(format_):
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=3, max_depth=3, n_jobs=1).fit(X, Y)
    return bytes(model.get_booster().save_raw(format_))


def json_with(change):
    """An XGBoost file with another tree 2."""
    model = json.loads(xgboost_of("json"))
    change(model["learner"]["gradient_booster"]["model"]["trees"][2])
    return json.dumps(model).encode()


def put(name, at, value):
    return json_with(lambda tree: tree[name].__setitem__(at, value))


def circle(tree):
    inner = [i for i, left in enumerate(tree["left_children"]) if left != -1]
    tree["left_children"][inner[-1]] = inner[0]


def two_parents(tree):
    tree["right_children"][0] = tree["left_children"][0]


def binary_with(name, value):
    """An XGBoost UBJ file with another first number in an array of its tree 0."""
    raw = bytearray(xgboost_of("ubj"))
    at = raw.index(name) + len(name)
    assert raw[at : at + 4] == b"[$l#"
    size = 2 if raw[at + 4 : at + 5] in (b"i", b"U") else 9 if raw[at + 4] == 76 else 5
    struct.pack_into(">i", raw, at + 4 + size, value)
    return bytes(raw)


def text_with(line, at, value):
    """A LightGBM file with another number in a line of its tree 0."""
    import lightgbm

    model = lightgbm.LGBMClassifier(n_estimators=2, verbose=-1, min_child_samples=3)
    text = model.fit(X, Y).booster_.model_to_string()
    text = re.sub(r"^tree_sizes=.*\n", "", text, flags=re.MULTILINE)

    def change(found):
        numbers = found[2].split(" ")
        numbers[at] = value
        return f"{found[1]}={' '.join(numbers)}"

    made = re.sub(rf"^({line})=(.+)$", change, text, count=1, flags=re.MULTILINE)
    assert made != text
    return made.encode()


def catboost_with(field, kind, layout, value):
    """A CatBoost file with another first number in a vector of its trees."""
    import catboost

    quiet = {"iterations": 4, "verbose": 0, "allow_writing_files": False}
    blob = bytearray(catboost.CatBoostClassifier(**quiet).fit(X, Y)._serialize_model())
    (size,) = struct.unpack_from("<I", blob, 4)
    trees = flatbuffers.root(bytes(blob[8 : 8 + size])).table(1)
    assert len(trees.vector(field, kind))
    struct.pack_into(layout, blob, 8 + trees._follow(trees.place(field)) + 4, value)
    return bytes(blob)


BROKEN = "broken_booster"
# name → file, the code of the reason, a word of its sentence
CASES = {
    "XGBoost, a child that is not there": (
        put("left_children", 0, 10**6), BROKEN, "tree 2"),
    "XGBoost, a child before the first": (
        put("right_children", 0, -7), BROKEN, "tree 2"),
    "XGBoost, a child that is its own parent": (
        put("left_children", 0, 0), BROKEN, "tree 2"),
    "XGBoost, a circle": (json_with(circle), BROKEN, "tree 2"),
    "XGBoost, a node of two parents": (json_with(two_parents), BROKEN, "tree 2"),
    "XGBoost, an input that is not there": (
        put("split_indices", 0, 6), BROKEN, "split_indices"),
    "XGBoost, an input before the first": (
        put("split_indices", 0, -1), BROKEN, "split_indices"),
    "XGBoost, a child that is a word": (put("left_children", 0, "x"), BROKEN, "tree 2"),
    "XGBoost, a parent that is not there": (
        put("parents", 1, 10**6), BROKEN, "parents"),
    "XGBoost UBJ, a child that is not there": (
        binary_with(b"left_children", 10**6), BROKEN, "tree 0"),
    "XGBoost UBJ, a child that is its own parent": (
        binary_with(b"right_children", 0), BROKEN, "tree 0"),
    "XGBoost UBJ, an input that is not there": (
        binary_with(b"split_indices", 10**6), BROKEN, "split_indices"),
    "LightGBM, a child that is not there": (
        text_with("left_child", 0, "99"), BROKEN, "Tree=0"),
    "LightGBM, a leaf that is not there": (
        text_with("right_child", 0, "-99"), BROKEN, "Tree=0"),
    "LightGBM, a circle": (text_with("left_child", -1, "1"), BROKEN, "Tree=0"),
    "LightGBM, an input that is not there": (
        text_with("split_feature", 0, "6"), BROKEN, "split_feature"),
    "LightGBM, more leaves than there are": (
        text_with("num_leaves", 0, "9999"), BROKEN, "Tree=0"),
    "LightGBM, a leaf that is no number": (
        text_with("leaf_value", 0, "abc"), BROKEN, "leaf_value"),
    "CatBoost, a split that is not there": (
        catboost_with(1, "<i4", "<i", 2**30), BROKEN, "splits"),
    "CatBoost, a split before the first": (
        catboost_with(1, "<i4", "<i", -1), BROKEN, "splits"),
    "CatBoost, a tree that starts elsewhere": (
        catboost_with(3, "<i4", "<i", 7), BROKEN, "tree starts"),
    "CatBoost, a tree of absurd depth": (
        catboost_with(2, "<i4", "<i", 30), BROKEN, "depth"),
    "CatBoost JSON": (
        json.dumps({"model_info": {}, "oblivious_trees": [
            {"splits": [{"split_index": 10**6}]}]}).encode(),
        "of_booster", "CatBoost"),
    "LightGBM JSON": (
        json.dumps({"name": "tree", "tree_info": [{"tree_structure": {
            "left_child": {"split_index": 0}}}]}).encode(),
        "of_booster", "LightGBM"),
}  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    files = {name: raw for name, (raw, _, _) in CASES.items()}
    return reported(files, tmp_path_factory.mktemp("trees"))


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_and_the_part_is_named(table, case):
    _, code, word = CASES[case]
    told = table.told[case]
    assert told.code == f"safety.{code}"
    assert word in told.said
    assert told.light == "forbidden"
    assert not told.let_in
    assert not told.ran
    assert told.seconds < 10


def test_no_library_was_loaded_and_little_memory_taken(table):
    assert len(CASES) >= 10
    assert table.loaded == []
    assert table.peak < 250 << 20


@pytest.mark.parametrize("format_", ["json", "ubj"])
def test_the_files_are_sound_before(tmp_path, format_):
    assert examine(tmp_path, xgboost_of(format_)).light == "green"
