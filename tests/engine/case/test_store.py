from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case.changed import changed_files, located
from engine.case.store import APPLICATION_ID, CaseStore
from engine.contracts.case import SCHEMA, CaseFile, CaseOpened, FileRecipe
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.selection import Range, Saved, cell

ROOT = Path(__file__).resolve().parents[3]
FULL = CaseFile(
    target="status",
    positive="bad",
    decision=Decision(positive="bad", threshold=0.3125),
    selection=cell("bad", "good") & ~Saved("young"),
    buckets={"young": Range("age", None, 25.0)},
    layout=b"\x00\xff\x10",
    notes="seen by two people — ñ",
    current_row=17,
)


def test_what_was_saved_is_read_back_exactly(tmp_path: Path) -> None:
    store = CaseStore(tmp_path / "a.trasluz", create=True)
    store.save(FULL)
    store.close()
    assert CaseStore(tmp_path / "a.trasluz").load() == FULL


@given(
    threshold=st.floats(0, 1), notes=st.text(), row=st.none() | st.integers(0, 2**53)
)
def test_any_state_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    threshold: float,
    notes: str,
    row: int | None,
) -> None:
    path = tmp_path_factory.mktemp("case") / "a.trasluz"
    case = msgspec.structs.replace(
        FULL, decision=Decision(threshold=threshold), notes=notes, current_row=row
    )
    store = CaseStore(path, create=True)
    store.save(case)
    store.close()
    again = CaseStore(path)
    assert again.load() == case
    again.close()


def test_paths_follow_the_case_when_its_folder_moves(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "data.csv").write_text("a\n1\n")
    outside = tmp_path / "elsewhere.csv"
    recipe = FileRecipe(
        paths=(str(tmp_path / "old" / "data.csv"), str(outside)), sha256=("", "")
    )
    store = CaseStore(tmp_path / "old" / "a.trasluz", create=True)
    store.save(CaseFile(data=(recipe,)))
    store.close()

    (tmp_path / "old").rename(tmp_path / "new")
    found = CaseStore(tmp_path / "new" / "a.trasluz").load().data[0].paths
    assert found == (str(tmp_path / "new" / "data.csv"), str(outside))


def test_a_second_window_does_not_overwrite_the_first(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    first = CaseStore(path, create=True)
    second = CaseStore(path)
    first.save(FULL)
    with pytest.raises(EngineError) as caught:
        second.save(CaseFile(notes="mine"))
    assert caught.value.code == "case.changed_elsewhere"
    assert CaseStore(path).load() == FULL


def test_an_existing_file_is_never_overwritten_by_a_new_case(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    path.write_text("precious")
    with pytest.raises(EngineError) as caught:
        CaseStore(path, create=True)
    assert caught.value.code == "case.exists"
    assert path.read_text() == "precious"


def test_a_newer_schema_opens_for_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    store = CaseStore(path, create=True)
    store.save(FULL)
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    newer = CaseStore(path)
    assert newer.read_only
    assert newer.load() == FULL
    with pytest.raises(EngineError) as caught:
        newer.save(CaseFile())
    assert caught.value.code == "case.read_only"


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + bytes(84)])
def test_a_file_that_is_no_case_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.trasluz"
    path.write_bytes(content)
    with pytest.raises(EngineError) as caught:
        CaseStore(path)
    assert caught.value.code == "case.not_a_case"


def test_a_truncated_case_is_reported_as_damaged_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    store = CaseStore(path, create=True)
    store.save(msgspec.structs.replace(FULL, notes="x" * 50_000))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EngineError) as caught:
        CaseStore(path).load()
    assert caught.value.code == "case.damaged"
    assert path.read_bytes() == whole[: len(whole) // 2]


WRITER = """
import sys
from pathlib import Path
from engine.case.store import CaseStore
from engine.contracts.case import CaseFile
store = CaseStore(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    store.save(CaseFile(notes=str(number) * 500, current_row=number))
    print(number, flush=True)
"""


@pytest.mark.parametrize("seen", [1, 7, 40])
def test_no_acknowledged_save_is_lost_by_kill_9(tmp_path: Path, seen: int) -> None:
    path = tmp_path / "a.trasluz"
    CaseStore(path, create=True).close()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert writer.stdout is not None
    for _ in range(seen):
        acknowledged = int(writer.stdout.readline())
    writer.kill()
    rest = writer.stdout.read().split()
    writer.stdout.close()
    writer.wait()
    acknowledged = int(rest[-1]) if rest else acknowledged
    found = CaseStore(path).load()
    assert found.current_row is not None
    assert found.current_row >= acknowledged
    assert found.notes == str(found.current_row) * 500


def test_changed_and_missing_files_are_named(tmp_path: Path) -> None:
    import hashlib

    same, other, gone = (tmp_path / name for name in ("same", "other", "gone"))
    same.write_bytes(b"same")
    other.write_bytes(b"other")
    sha256 = tuple(hashlib.sha256(name).hexdigest() for name in (b"same", b"x", b"y"))
    case = CaseFile(
        data=(FileRecipe(paths=(str(same), str(other), str(gone)), sha256=sha256),)
    )
    notes = changed_files(case)
    assert [(n.code, n.params["file"]) for n in notes] == [
        ("case.file_changed", str(other)),
        ("case.file_gone", str(gone)),
    ]


def test_a_located_file_is_compared_before_it_is_used(tmp_path: Path) -> None:
    import hashlib

    sha256 = hashlib.sha256(b"data").hexdigest()
    case = CaseFile(
        data=(FileRecipe(paths=("/gone/a", "/gone/b"), sha256=(sha256, sha256)),),
        model=FileRecipe(paths=("/gone/m",), sha256=(sha256,)),
    )
    opened = CaseOpened(path="/c", case=case, changed=changed_files(case))
    for name, content in (("a", b"data"), ("b", b"other"), ("m", b"data")):
        (tmp_path / name).write_bytes(content)
    found = located(opened, {f"/gone/{n}": str(tmp_path / n) for n in "abm"})
    assert found.case.data[0].paths == (str(tmp_path / "a"), str(tmp_path / "b"))
    assert found.case.data[0].sha256 == (sha256, sha256)
    assert found.case.model.paths == (str(tmp_path / "m"),)
    (note,) = found.changed
    assert (note.code, note.params["file"]) == (
        "case.file_changed",
        str(tmp_path / "b"),
    )
    assert note.params["saved"] == sha256[:12]
    assert note.params["found"] == hashlib.sha256(b"other").hexdigest()[:12]


def test_the_header_tells_what_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    CaseStore(path, create=True).close()
    assert int.from_bytes(path.read_bytes()[68:72], "big") == APPLICATION_ID
