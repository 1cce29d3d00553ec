"""TorchScript, torch.package and .pt2 carry programs: asked about or refused."""

from __future__ import annotations

import io
import sys
import zipfile

import pytest

from tests.engine.models.safety_cases import archive, call
from tests.support.reported import reported

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux watches")

SYSTEM = call("os", "system", "touch marker")
PLAIN = b"\x80\x02}."
CODE = b"def forward(self, x):\n  return x\n"
SCRIPT = {
    "m/data.pkl": PLAIN,
    "m/constants.pkl": b"\x80\x02).",
    "m/code/__torch__.py": CODE,
    "m/version": b"3\n",
}
PACKAGE = {
    "p/.data/extern_modules": b"sys\n",
    "p/.data/version": b"6\n",
    "p/mine/net.py": b"import os\nos.system('touch marker')\n",
    "p/model/model.pkl": PLAIN,
}
EXPORTED = {
    "e/archive_format": b"pt2",
    "e/models/model.json": b"{}",
    "e/data/weights/weight_0": bytes(16),
}


def encrypted(raw):
    """The same archive, each member said to be encrypted."""
    found = bytearray(raw)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = found.find(mark)
        while place >= 0:
            found[place + at] |= 1
            place = found.find(mark, place + 4)
    return bytes(found)


def twice(members, name, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for member, content in members.items():
            target.writestr(member, content)
        target.writestr(name, data)
    return buffer.getvalue()


# name → file, the code of the reason, a word of its sentence
CASES = {
    "TorchScript": (archive(SCRIPT), "unknown", "m/code/__torch__.py"),
    "TorchScript whose state calls": (
        archive({**SCRIPT, "m/data.pkl": SYSTEM}), "dangerous", "os.system"),
    "TorchScript whose constants call": (
        archive({**SCRIPT, "m/constants.pkl": SYSTEM}), "dangerous", "os.system"),
    "TorchScript, a second pickle behind the first": (
        archive({**SCRIPT, "m/data.pkl": PLAIN + SYSTEM}), "after_stop", "after the"),
    "TorchScript with an archive for a state": (
        archive({**SCRIPT, "m/data.pkl": archive(SCRIPT)}),
        "archive_in_archive", "archive in"),
    "TorchScript that leaves its archive": (
        archive({**SCRIPT, "m/code/../../../x.py": CODE}), "member_name", "../../x"),
    "TorchScript with a member twice": (
        twice(SCRIPT, "M/CODE/__TORCH__.PY", CODE), "member_twice", "TORCH"),
    "TorchScript, encrypted": (
        encrypted(archive(SCRIPT)), "member_encrypted", "encrypted"),
    "TorchScript, cut short": (archive(SCRIPT)[:-30], "cut_off", "incomplete"),
    "package": (archive(PACKAGE), "unknown", "p/mine/net.py"),
    "package whose model calls": (
        archive({**PACKAGE, "p/model/model.pkl": SYSTEM}), "dangerous", "os.system"),
    "package that imports what it brings": (
        archive({**PACKAGE, "p/model/model.pkl": call("mine.net", "Net")}),
        "unknown", "mine.net.Net"),
    "exported program": (archive(EXPORTED), "unknown", "pt2"),
    "exported program with machine code": (
        archive({**EXPORTED, "e/data/aotinductor/model/a.so": b"\x7fELF"}),
        "unknown", "a.so"),
    "exported program with inputs that call": (
        archive({**EXPORTED, "e/data/sample_inputs/model.pt": SYSTEM}),
        "dangerous", "os.system"),
    "exported program whose inputs are an archive": (
        archive({**EXPORTED, "e/data/sample_inputs/model.pt": archive(SCRIPT)}),
        "archive_in_archive", "archive in"),
    "exported program, its weights a bomb": (
        archive({**EXPORTED, "e/data/weights/weight_0": bytes(150 << 20)}),
        "member_ratio", "weight_0"),
}  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    files = {name: raw for name, (raw, _, _) in CASES.items()}
    return reported(files, tmp_path_factory.mktemp("torch"))


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
    assert len(CASES) >= 15
    assert table.loaded == []
    assert table.peak < 250 << 20


@pytest.mark.parametrize(
    ("case", "name"),
    [("TorchScript", "torchscript"), ("package", "torch_package"),
     ("exported program", "pt2")],
)  # fmt: skip
def test_each_is_told_by_its_name(table, case, name):
    assert table.told[case].format == name
