from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from engine.case import sections
from engine.case.store import CaseStore
from engine.contracts.case import CaseFile
from engine.contracts.errors import EngineError
from tests.support.case_files import FULL, forged

if TYPE_CHECKING:
    from pathlib import Path

DEEP = b'{"type":"not","inner":' * 5_000 + b"null" + b"}" * 5_000
WRONG = {
    "not JSON": ("notes", b"seen"),
    "not UTF-8": ("notes", b'"\xff"'),
    "another type": ("notes", b"17"),
    "NaN": ("decision", b'{"threshold":NaN}'),
    "infinity": ("decision", b'{"threshold":1e999}'),
    "a number of 400 digits": ("current_row", b"1" * 400),
    "a number of 21 digits": ("current_row", b"1" * 21),
    "a row before the first": ("current_row", b"-1"),
    "deep nesting": ("selection", DEEP),
    "deep nesting of nothing": ("choices", b"[" * 100_000),
    "a data recipe without files": ("data", b'[{"paths":[],"sha256":[]}]'),
    "fewer hashes than files": ("data", b'[{"paths":["a","b"],"sha256":["x"]}]'),
    "a model of two files": ("model", b'{"paths":["a","b"],"sha256":["x","y"]}'),
    "a path of a megabyte": (
        "model",
        b'{"paths":["' + b"a" * (1 << 20) + b'"],"sha256":["x"]}',
    ),
    "layout that is no base64": ("layout", b'"%%%"'),
}


@pytest.mark.parametrize(("name", "body"), WRONG.values(), ids=WRONG)
def test_a_section_of_anything_else_is_lost_by_name_and_the_rest_is_not(
    tmp_path: Path, name: str, body: bytes
) -> None:
    path = tmp_path / "a.trasluz"
    good = sections.encode(FULL)
    if name == "notes" and b"\xff" in body:  # not text at all, to SQLite neither
        assert sections.decode(good | {name: body}).lost == (name,)
        return
    path.write_bytes(forged(good | {name: body}))
    store = CaseStore(path)
    assert [note.code for note in store.notes] == [
        "case.damaged_read_only",
        f"case.lost.{name}",
    ]
    default = getattr(CaseFile(), name)
    assert store.load() == msgspec.structs.replace(FULL, **{name: default})


def test_a_section_larger_than_the_limit_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "LARGEST_SECTION", 1000)
    assert (
        "notes"
        in sections.decode(
            sections.encode(CaseFile()) | {"notes": b'"' + b"x" * 1000 + b'"'}
        ).lost
    )
    with pytest.raises(EngineError) as caught:
        sections.encode(CaseFile(notes="x" * 1000))
    assert caught.value.params == {"section": "notes"}


@pytest.mark.parametrize(
    ("name", "body", "part"),
    [
        ("trail", b"[]", "trail"),
        ("decision", b'{"threshold":0.5,"cost_unit":"EUR"}', "decision.cost_unit"),
        (
            "data",
            b'[{"paths":["a"],"sha256":["b"],"options":{"sheets":["x"]}}]',
            "data[0].options.sheets",
        ),
    ],
)
def test_what_this_version_does_not_know_is_named_and_never_overwritten(
    tmp_path: Path, name: str, body: bytes, part: str
) -> None:
    path = tmp_path / "a.trasluz"
    path.write_bytes(forged(sections.encode(FULL) | {name: body}))
    store = CaseStore(path)
    assert store.read_only
    assert [(note.code, note.params.get("part")) for note in store.notes] == [
        ("case.newer", None),
        ("case.unknown_part", part),
    ]


def test_a_section_of_an_earlier_version_is_no_riddle() -> None:
    bodies = sections.encode(FULL)
    for name in sections.FORMER:
        bodies[name] = b'"ab"'
    assert sections.decode(bodies) == (FULL, (), ())


def test_brackets_within_texts_are_not_nesting() -> None:
    notes = '"[[\\' * 5_000
    assert sections.decode(sections.encode(CaseFile(notes=notes))).case.notes == notes


def test_every_section_has_a_sentence_for_its_loss() -> None:
    assert set(sections.NAMES) <= set(sections.LOST)
