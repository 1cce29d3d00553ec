"""skops files: their schema read as plain JSON, every node against the list.

skops' own audit runs again in the model host, before anything is made; this
reader decides the light without importing skops, scikit-learn or any type.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.models.static.allow_list import AllowList, shipped
from engine.models.static.archives import members, open_archive, read_member
from engine.models.static.numpy_files import read_header
from engine.models.static.outcome import BrokenError, NotUnderstoodError, Outcome
from engine.models.static.tree_arrays import check_children

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from typing import IO

    from engine.contracts.progress import Progress

SCHEMA = "schema.json"
MAX_SCHEMA = 256 << 20
MAX_MEMBER = 4 << 30
MAX_PROTOCOL = 2
_TREES = {
    "sklearn.tree._tree.Tree": ("left_child", "right_child", "feature"),
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor": (
        "left",
        "right",
        "feature_idx",
    ),
}


@dataclass
class Schema:
    """What a schema names: ``(type, loader)`` pairs, files, and trees."""

    nodes: dict[tuple[str, str], int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    trees: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    features: int = 0


def examine(file: IO[bytes], progress: Progress) -> Outcome:
    """Report on a skops file."""
    outcome = Outcome(
        best=Light.GREEN,
        reason=Note(code="safety.skops_vetted"),
        producer="skops",
    )
    try:
        with open_archive(file) as archive:
            raw = read_schema(archive)
            _describe(raw, outcome)
            schema = survey(raw)
            judge(schema, shipped(), outcome)
            _check_members(archive, schema, outcome, progress)
            _check_trees(archive, schema, progress)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
    return outcome


def read_schema(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the parsed schema."""
    try:
        raw = json.loads(read_member(archive, SCHEMA, MAX_SCHEMA))
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError("safety.bad_schema") from error
    if not isinstance(raw, dict):
        raise NotUnderstoodError("safety.bad_schema")
    return raw


def _describe(raw: dict[str, Any], outcome: Outcome) -> None:
    protocol = raw.get("protocol")
    if type(protocol) is not int or not 0 <= protocol <= MAX_PROTOCOL:
        raise NotUnderstoodError("safety.skops_protocol", found=str(protocol)[:20])
    outcome.versions["skops protocol"] = str(protocol)
    version = raw.get("_skops_version")
    if isinstance(version, str):
        outcome.versions["skops"] = version[:40]
        outcome.producer = f"skops {version[:40]}"


def survey(raw: dict[str, Any]) -> Schema:
    """List every node of a schema, wherever in it it stands."""
    schema = Schema()
    for node in _walk(raw):
        if "__loader__" in node and not isinstance(node["__loader__"], str):
            continue
        module, name = node.get("__module__"), node.get("__class__")
        loader = node.get("__loader__")
        if module is None and name is None and loader is None:
            _note_values(node, schema)
            continue
        if not all(isinstance(part, str) for part in (module, name, loader)):
            if isinstance(module, dict) or isinstance(name, dict):
                continue  # a dictionary of the model's own with such a key
            raise NotUnderstoodError("safety.bad_schema")
        _note_node(node, f"{module}.{name}", str(loader), schema)
    return schema


def _walk(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = [raw]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _note_values(node: dict[str, Any], schema: Schema) -> None:
    version = _json_value(node.get("_sklearn_version"))
    if isinstance(version, str):
        schema.versions.add(version[:40])
    features = _json_value(node.get("n_features_in_"))
    if type(features) is int:
        schema.features = max(schema.features, features)


def _json_value(node: Any) -> Any:
    if isinstance(node, dict) and isinstance(node.get("content"), str):
        try:
            return json.loads(node["content"])
        except (ValueError, RecursionError):
            return None
    return None


def _note_node(node: dict[str, Any], name: str, loader: str, schema: Schema) -> None:
    if loader == "JsonNode":
        if not isinstance(node.get("content"), str):
            raise NotUnderstoodError("safety.bad_schema")
        name = "builtins.str"
    schema.nodes[(name, loader)] = schema.nodes.get((name, loader), 0) + 1
    if loader == "MethodNode":
        content = node.get("content")
        method = content.get("func") if isinstance(content, dict) else None
        schema.nodes[(f"{name}.{method}", loader)] = 1
    if loader == "RandomGeneratorNode":
        schema.nodes[(f"numpy.random.{_bit_generator(node)}", loader)] = 1
    if "file" in node:
        if not isinstance(node["file"], str):
            raise NotUnderstoodError("safety.bad_schema")
        schema.files.add(node["file"])
    if name in _TREES:
        schema.trees.append((name, node))


def _bit_generator(node: dict[str, Any]) -> str:
    try:
        state = node["content"]["bit_generator"]["content"]["bit_generator"]
    except (KeyError, TypeError):
        return "?"
    return str(_json_value(state))


def judge(schema: Schema, allowed: AllowList, outcome: Outcome) -> None:
    """Put every node against the allow-list."""
    for name, loader in sorted(schema.nodes):
        outcome.add(
            "skops_type",
            name,
            allowed.skops_verdict(name, loader),
            Note(code="safety.skops_loader", params={"loader": loader}),
        )
    if schema.versions:
        outcome.versions["scikit-learn"] = ", ".join(sorted(schema.versions))


def _check_members(
    archive: zipfile.ZipFile, schema: Schema, outcome: Outcome, progress: Progress
) -> None:
    present = set(members(archive)) - {SCHEMA}
    missing = sorted(schema.files - present)
    if missing:
        raise NotUnderstoodError("safety.member_missing", name=missing[0][:80])
    for name in sorted(present - schema.files):
        outcome.add("archive_member", name, Verdict.UNKNOWN)
    for name in sorted(schema.files):
        progress.raise_if_cancelled()
        _check_array_file(name, read_member(archive, name, MAX_MEMBER))


def _check_array_file(name: str, data: bytes) -> None:
    if data[:4] == b"PK\x03\x04":
        with open_archive(io.BytesIO(data)) as inner:
            for member in members(inner):
                head = read_member(inner, member, MAX_MEMBER)[: 1 << 17]
                if read_header(head).has_objects:
                    raise NotUnderstoodError("safety.object_array", name=member[:80])
    elif name.endswith(".npy") and read_header(data[: 1 << 17]).has_objects:
        raise NotUnderstoodError("safety.object_array", name=name[:80])


def _check_trees(archive: zipfile.ZipFile, schema: Schema, progress: Progress) -> None:
    for name, node in schema.trees:
        progress.raise_if_cancelled()
        try:
            nodes = node["content"]["content"]["nodes"]["file"]
        except (KeyError, TypeError) as error:
            raise NotUnderstoodError("safety.bad_schema") from error
        features = schema.features
        if name == "sklearn.tree._tree.Tree":
            features = _tree_features(node)
        check_tree_file(read_member(archive, nodes, MAX_MEMBER), _TREES[name], features)


def _tree_features(node: dict[str, Any]) -> int:
    try:
        found = _json_value(node["__reduce__"]["args"]["content"][0])
    except (KeyError, TypeError, IndexError) as error:
        raise NotUnderstoodError("safety.bad_schema") from error
    if type(found) is not int or found < 1:
        raise NotUnderstoodError("safety.bad_schema")
    return found


def check_tree_file(data: bytes, names: tuple[str, str, str], features: int) -> None:
    """Check the node array of one tree: children inside it, features known."""
    import numpy as np  # noqa: PLC0415 - only files with trees need it

    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
        columns = [array[name] for name in names]
    except (ValueError, OSError, IndexError, EOFError, MemoryError) as error:
        raise BrokenError("safety.broken_tree", node=0) from error
    if array.ndim != 1 or len(array) == 0:
        raise BrokenError("safety.broken_tree", node=0)
    left, right = (column.astype(np.int64) for column in columns[:2])
    leaf = array["is_leaf"] != 0 if "is_leaf" in array.dtype.names else left == -1
    check_children(left, right, leaf)
    used = columns[2][~leaf].astype(np.int64)
    if features and len(used) and (used.min() < 0 or used.max() >= features):
        raise BrokenError("safety.broken_tree", node=int(np.argmax(columns[2])))
