from __future__ import annotations

import errno
import stat
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case import image, lock
from engine.case.changed import changed_files, located
from engine.case.image import APPLICATION_ID
from engine.case.store import CaseStore
from engine.contracts.case import SCHEMA, CaseFile, CaseOpened, FileRecipe
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.selection import Range, Saved, cell

if TYPE_CHECKING:
    from pathlib import Path

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


def codes(store: CaseStore) -> list[str]:
    return [note.code for note in store.notes]


def test_a_second_window_is_told_and_opens_for_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    first = CaseStore(path, create=True)
    first.save(FULL)
    second = CaseStore(path)
    assert second.read_only
    assert codes(second) == ["case.open_elsewhere"]
    assert second.load() == FULL
    with pytest.raises(EngineError) as caught:
        second.save(CaseFile(notes="mine"))
    assert caught.value.code == "case.read_only"
    first.close()
    third = CaseStore(path)
    assert not third.read_only
    third.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.trasluz"]


def test_a_killed_window_leaves_no_lock_and_no_partial_file(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    CaseStore(path, create=True).close()
    (tmp_path / ".a.trasluz.lock").touch()
    (tmp_path / ".a.trasluz.abc123.part").write_bytes(b"half a case")
    (tmp_path / ".b.trasluz.abc123.part").write_bytes(b"of another case")
    store = CaseStore(path)
    assert not store.read_only
    store.close()
    found = {entry.name for entry in tmp_path.iterdir()}
    assert found == {"a.trasluz", ".b.trasluz.abc123.part"}


def test_without_locks_a_change_elsewhere_is_noticed_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_lock", unsupported)
    path = tmp_path / "a.trasluz"
    first = CaseStore(path, create=True)
    second = CaseStore(path)
    assert not first.read_only
    assert not second.read_only
    first.save(FULL)
    with pytest.raises(EngineError) as caught:
        second.save(CaseFile(notes="mine"))
    assert caught.value.code == "case.changed_elsewhere"
    assert CaseStore(path).load() == FULL


def test_a_case_that_was_removed_while_open_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    store = CaseStore(path, create=True)
    path.unlink()
    store.save(FULL)
    store.close()
    assert CaseStore(path).load() == FULL


def test_the_permissions_of_a_case_outlive_a_save(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    store = CaseStore(path, create=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o664)
    store.save(FULL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o664


def test_what_could_not_be_read_back_is_refused_by_name(tmp_path: Path) -> None:
    store = CaseStore(tmp_path / "a.trasluz", create=True)
    store.save(FULL)
    for threshold in (float("nan"), float("inf")):
        bad = msgspec.structs.replace(FULL, decision=Decision(threshold=threshold))
        with pytest.raises(EngineError) as caught:
            store.save(bad)
        assert caught.value.code == "case.cannot_keep"
        assert caught.value.params["section"] == "decision"
    assert CaseStore(tmp_path / "a.trasluz").load() == FULL


def test_an_existing_file_is_never_overwritten_by_a_new_case(tmp_path: Path) -> None:
    path = tmp_path / "a.trasluz"
    path.write_text("precious")
    with pytest.raises(EngineError) as caught:
        CaseStore(path, create=True)
    assert caught.value.code == "case.exists"
    assert path.read_text() == "precious"


def test_a_newer_schema_opens_for_reading_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.trasluz"
    with monkeypatch.context() as later:
        later.setattr(image, "NEWEST", SCHEMA + 1)
        later.setitem(image.SCHEMAS, SCHEMA + 1, image.SCHEMAS[SCHEMA])
        store = CaseStore(path, create=True)
        store.save(FULL)
        store.close()
    before = path.read_bytes()
    newer = CaseStore(path)
    assert newer.read_only
    assert codes(newer) == ["case.newer"]
    assert newer.load() == FULL
    with pytest.raises(EngineError) as caught:
        newer.save(CaseFile())
    assert caught.value.code == "case.read_only"
    assert path.read_bytes() == before


def test_a_newer_case_of_other_tables_is_refused_by_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.trasluz"
    tables = dict(image.SCHEMAS[SCHEMA], trail="CREATE TABLE trail (entry TEXT)")
    with monkeypatch.context() as later:
        later.setattr(image, "NEWEST", SCHEMA + 1)
        later.setitem(image.SCHEMAS, SCHEMA + 1, tables)
        CaseStore(path, create=True).close()
    with pytest.raises(EngineError) as caught:
        CaseStore(path)
    assert caught.value.code == "case.newer_unreadable"


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + bytes(84)])
def test_a_file_that_is_no_case_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.trasluz"
    path.write_bytes(content)
    with pytest.raises(EngineError) as caught:
        CaseStore(path)
    assert caught.value.code == "case.not_a_case"


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
