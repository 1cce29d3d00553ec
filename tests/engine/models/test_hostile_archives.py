"""Hostile archives and Keras files: each refused, with the cause in its message."""

from __future__ import annotations

import io
import json
import struct
import sys
import zipfile

import pytest

from engine.contracts.messages import sentence
from engine.contracts.model import Light
from tests.engine.models.safety_cases import archive, examine
from tests.support.quine_zip import quine
from tests.support.reported import reported

NPY = (
    b"\x93NUMPY\x01\x00v\x00"
    + b"{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}"
)
NPY = NPY.ljust(127) + b"\n\x00"


def overlapping():
    """Two entries of the table of contents that share one member."""
    raw = bytearray(archive({"a.npy": NPY, "b.npy": NPY}, zipfile.ZIP_STORED))
    second = raw.rindex(b"PK\x01\x02")
    raw[second + 42 : second + 46] = struct.pack("<I", 10)
    return bytes(raw)


def damaged():
    raw = bytearray(archive({"a.npy": NPY}, zipfile.ZIP_STORED))
    raw[raw.index(NPY) + len(NPY) - 1] ^= 1
    return bytes(raw)


def other_name():
    """The member is called otherwise than the table of contents says."""
    raw = archive({"a.npy": NPY}, zipfile.ZIP_STORED)
    return raw.replace(b"a.npy", b"b.npy", 1)


def named(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("schema.json", b"{}")
        target.writestr(zipfile.ZipInfo("x" * len(name)), b"")
    return buffer.getvalue().replace(b"x" * len(name), name.encode())


def many(n, first):
    return archive({first: b"{}", **{f"{i}.npy": b"" for i in range(n)}},
                   zipfile.ZIP_STORED)  # fmt: skip


def other_size():
    """The list says another size than the member has."""
    raw = bytearray(archive({"a.npy": NPY}, zipfile.ZIP_STORED))
    at = raw.rindex(b"PK\x01\x02") + 20
    raw[at : at + 8] = struct.pack("<2L", len(NPY) - 8, len(NPY) - 8)
    return bytes(raw)


ITSELF = quine("an_archive_inside_its/data.pkl")
CASES = {
    "bomb": (archive({"a.npy": NPY + bytes(150 << 20)}), "member_ratio", "a.npy"),
    "an archive that holds itself": (ITSELF, "archive_in_archive", "in the archive"),
    "65,536 members": (many(65_535, "schema.json"), "too_many_members", "65,536"),
    "65,536 arrays": (many(65_535, "first.npy"), "too_many_members", "65,536"),
    "65,536 parts of a network": (
        many(65_535, "m/data.pkl"), "too_many_members", "65,536"),
    "overlapping": (overlapping(), "member_overlap", "overlaps"),
    "wrong checksum": (damaged(), "member_damaged", "damaged"),
    "header of another name": (other_name(), "member_damaged", "damaged"),
    "list of another size": (other_size(), "member_damaged", "damaged"),
    "upwards": (named("../../x"), "member_name", "../../x"),
    "backslashes": (named("..\\..\\x"), "member_name", "name"),
    "drive": (named("C:/evil"), "member_name", "C:/evil"),
    "absolute": (named("/etc/xyz"), "member_name", "/etc/xyz"),
    "a line in a name": (named("a\nb"), "member_name", "name"),
}  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    files = {name: raw for name, (raw, _, _) in CASES.items()}
    return reported(files, tmp_path_factory.mktemp("archives"))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux watches")
@pytest.mark.parametrize("case", sorted(CASES))
def test_a_hostile_archive_is_refused_with_its_cause(table, case):
    _, code, word = CASES[case]
    told = table.told[case]
    assert told.light in ("red", "forbidden")
    assert told.code == f"safety.{code}"
    assert word in told.said
    assert not told.ran
    assert told.seconds < 10


@pytest.mark.skipif(sys.platform != "linux", reason="Linux watches")
def test_hostile_archives_take_little_memory(table):
    assert table.peak < 250 << 20


def test_the_archive_holds_itself():
    with zipfile.ZipFile(io.BytesIO(ITSELF)) as found:
        assert found.read(found.namelist()[0]) == ITSELF


KERAS = [
    ("keras.layers", "Lambda"),
    ("keras.src.layers.core.lambda_layer", "Lambda"),
    ("builtins", "__lambda__"),
    ("keras.layers", "TorchModuleWrapper"),
    ("keras.src.utils.torch_utils", "TorchModuleWrapper"),
    ("keras.layers", "TFSMLayer"),
    ("keras.layers", "JaxLayer"),
    ("keras.layers", "FlaxLayer"),
    ("keras.utils", "get_file"),
    ("keras.src.utils.file_utils", "get_file"),
    ("keras.config", "enable_unsafe_deserialization"),
    ("keras.models", "load_model"),
    ("keras.saving", "load_weights"),
    ("os", "system"),
    ("keras.layers.../os", "System"),
    ("keras_evil.layers", "Dense"),
    (None, "Dense"),
]


@pytest.mark.parametrize(("module", "name"), KERAS)
def test_a_keras_file_that_names_what_runs_is_red(tmp_path, module, name):
    inner = {"module": module, "class_name": name, "config": {}}
    layers = [{"module": "keras.layers", "class_name": "Dense", "config": {}}, inner]
    config = {"module": "keras", "class_name": "Sequential", "config": layers}
    members = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}"}
    report = examine(tmp_path, archive(members))
    assert (report.format, report.light) == ("keras", Light.RED)
    assert name in sentence(report.reason.code, report.reason.params)


def test_a_keras_file_of_ordinary_layers_is_amber(tmp_path):
    layers = [
        {"module": "keras.layers", "class_name": "Dense", "config": {}},
        {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {}},
        {"module": "keras", "class_name": "DTypePolicy", "config": {}},
    ]
    config = {"module": "keras", "class_name": "Sequential", "config": layers}
    members = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}"}
    assert examine(tmp_path, archive(members)).light is Light.AMBER
