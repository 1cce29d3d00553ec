"""Hostile skops files, the shapes of its known holes among them: the cause is named."""

from __future__ import annotations

import io
import json
import pickle
import sys
import zipfile

import numpy as np
import pytest
from sklearn.datasets import make_classification

from tests.engine.models.safety_cases import archive, call, examine, joblib_bytes
from tests.support.reported import reported

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux watches")
X, Y = make_classification(80, 6, n_informative=4, n_classes=3, random_state=0)


def parts_of_a_tree():
    import skops.io
    from sklearn.tree import DecisionTreeClassifier

    raw = skops.io.dumps(DecisionTreeClassifier(max_depth=3).fit(X, Y))
    with zipfile.ZipFile(io.BytesIO(raw)) as source:
        return {name: source.read(name) for name in source.namelist()}


def edited(function):
    parts = parts_of_a_tree()
    schema = json.loads(parts["schema.json"])
    function(schema)
    return archive({**parts, "schema.json": json.dumps(schema).encode()})


def holding(module, name, loader, **more):
    """A file whose tree also holds such a node."""
    node = {"__class__": name, "__module__": module, "__loader__": loader, **more}
    return edited(lambda s: s["content"]["content"].update(f=node))


def first(schema, loader):
    waiting = [schema]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("__loader__") == loader:
                return item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    raise AssertionError(loader)


def beyond(field):
    """A tree with a number outside it."""
    parts = parts_of_a_tree()
    for name, raw in parts.items():
        if name.endswith(".npy"):
            array = np.load(io.BytesIO(raw))
            if array.dtype.names:
                array[field][0] = 10**6
                buffer = io.BytesIO()
                np.save(buffer, array)
                parts[name] = buffer.getvalue()
    return archive(parts)


def with_objects():
    """An array in it that is a pickle."""
    parts = parts_of_a_tree()
    name = next(name for name in parts if name.endswith(".npy"))
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    return archive({**parts, name: head.getvalue() + call("os", "system", "x")})


def nested_archive():
    """The same inside the archive that a sparse matrix is."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    parts = parts_of_a_tree()
    name = next(name for name in parts if name.endswith(".npy"))
    inner = archive({"data.npy": head.getvalue() + call("os", "system", "x")})
    return archive({**parts, name: inner})


def deep():
    return archive({"schema.json": b'{"a":' * 100_000})


# name → file, the code of the reason, a word of its sentence
CASES = {
    "a method of a model (CVE-2025-54413)": (
        holding("sklearn.tree._classes", "DecisionTreeClassifier", "MethodNode",
                content={"func": "fit", "obj": {}}), "unknown", "fit"),
    "a method of another class than the trusted one": (
        holding("builtins", "str", "MethodNode",
                content={"func": "__subclasses__", "obj": {}}),
        "dangerous", "builtins.str"),
    "an operator under a trusted name (CVE-2025-54412)": (
        holding("sklearn.tree._classes", "DecisionTreeClassifier",
                "OperatorFuncNode", attrs={}), "unknown", "DecisionTreeClassifier"),
    "an operator": (
        holding("operator", "methodcaller", "OperatorFuncNode", attrs={}),
        "dangerous", "operator.methodcaller"),
    "a function": (
        holding("os", "system", "FunctionNode"), "dangerous", "os.system"),
    "a partial call": (
        holding("functools", "partial", "PartialNode", content={}),
        "dangerous", "functools.partial"),
    "a reduced object of a call": (
        holding("builtins", "eval", "ReduceNode",
                __reduce__={"args": {"content": []}}), "dangerous", "builtins.eval"),
    "a vetted type under another loader": (
        edited(lambda s: s.update(__loader__="ConstructorFromReduceNode")),
        "unknown", "DecisionTreeClassifier"),
    "an object inside an object that nobody trusts": (
        holding("sklearn.pipeline", "Pipeline", "ObjectNode", content={
            "__class__": "Popen", "__module__": "subprocess",
            "__loader__": "ObjectNode"}), "dangerous", "subprocess.Popen"),
    "a type of the attacker's": (
        holding("mine", "Net", "ObjectNode"), "unknown", "mine.Net"),
    "a dictionary that names its own type": (
        holding("mine", "Dict", "DictNode", content={}), "unknown", "mine.Dict"),
    "a type of a name that is no text": (
        edited(lambda s: s.update(__module__=7)), "bad_schema", "description"),
    "a node without a loader": (
        edited(lambda s: s.pop("__loader__")), "bad_schema", "description"),
    "an unknown loader": (
        edited(lambda s: s.update(__loader__="FancyNode")),
        "unknown", "DecisionTreeClassifier"),
    "a near miss of a name": (
        edited(lambda s: s.update(__class__="DecisionTreeClassifierX")),
        "unknown", "DecisionTreeClassifierX"),
    "a protocol of another age": (
        edited(lambda s: s.update(protocol=99)), "skops_protocol", "99"),
    "a protocol that is no number": (
        edited(lambda s: s.update(protocol=True)), "skops_protocol", "True"),
    "a file outside the archive": (
        edited(lambda s: first(s, "NdArrayNode").update(file="../../etc/passwd")),
        "member_missing", "../../etc/passwd"),
    "a file that is not there": (
        edited(lambda s: first(s, "NdArrayNode").update(file="gone.npy")),
        "member_missing", "gone.npy"),
    "a file beside the schema": (
        archive({**parts_of_a_tree(), "run.py": b"x"}), "unknown", "run.py"),
    "a schema without end": (deep(), "bad_schema", "description"),
    "a schema that is a list": (
        archive({"schema.json": b"[]"}), "bad_schema", "description"),
    "an array of pickles": (with_objects(), "object_array", "objects"),
    "an array of pickles in an archive inside": (
        nested_archive(), "object_array", "objects"),
    "a child outside its tree": (beyond("left_child"), "broken_tree", "node"),
    "the other child outside its tree": (beyond("right_child"), "broken_tree", "node"),
    "an input that is not there": (beyond("feature"), "broken_tree", "node"),
}  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    files = {name: raw for name, (raw, _, _) in CASES.items()}
    return reported(files, tmp_path_factory.mktemp("skops"))


@pytest.mark.parametrize("case", CASES)
def test_it_is_not_opened_and_the_cause_is_named(table, case):
    _, code, word = CASES[case]
    told = table.told[case]
    assert told.code == f"safety.{code}"
    assert word in told.said
    assert told.light in ("red", "forbidden")
    assert not told.let_in
    assert not told.ran
    assert told.seconds < 10


def test_nothing_was_loaded_and_little_memory_taken(table):
    assert len(CASES) >= 10
    assert table.loaded == []
    assert table.peak < 250 << 20


def test_a_tree_in_joblib_that_points_outside_is_refused(tmp_path):
    from sklearn.tree import DecisionTreeClassifier

    model = DecisionTreeClassifier(max_depth=3).fit(X, Y)
    nodes = model.tree_.__getstate__()["nodes"]
    bad = nodes.copy()
    bad["left_child"][0] = 10**6
    for raw in (joblib_bytes(model), pickle.dumps(model)):
        assert nodes.tobytes() in raw
        report = examine(tmp_path, raw.replace(nodes.tobytes(), bad.tobytes()))
        assert report.reason.code == "safety.broken_tree"
