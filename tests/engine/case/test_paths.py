from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.case import paths, sections
from engine.case.changed import changed_files
from engine.case.store import CaseStore
from engine.contracts.case import CaseFile, FileRecipe
from tests.support.case_files import forged

ODD = {
    "\\\\server\\share\\credit.csv": "credit.csv",
    "//server/share/credit.csv": "credit.csv",
    "\\\\?\\C:\\credit.csv": "credit.csv",
    "../../home/you/credit.csv": "credit.csv",
    "data\\..\\..\\credit.csv": "credit.csv",
    "/dev/zero": "zero",
    "/proc/kcore": "kcore",
    "/sys/kernel/notes": "notes",
    "a\0b.csv": "a_b.csv",
    "a\nb.csv": "a_b.csv",
    "..": "_..",
}


@pytest.mark.parametrize(("named", "looked_for"), ODD.items())
def test_a_name_that_no_case_holds_is_looked_for_beside_it_alone(
    tmp_path: Path, named: str, looked_for: str
) -> None:
    path = tmp_path / "a.trasluz"
    recipe = FileRecipe(paths=(named,), sha256=("ab",))
    path.write_bytes(forged(sections.encode(CaseFile(data=(recipe,)))))
    store = CaseStore(path)
    assert store.load().data[0].paths == (str(tmp_path / looked_for),)
    (note,) = store.notes
    assert (note.code, note.params["path"]) == ("case.path_refused", named)
    store.close()


@pytest.mark.parametrize(
    "named",
    ["credit.csv", "part 1/año.csv", "/data/credit.csv", "/dev/shm/a.csv", "aux.csv"],
)
def test_ordinary_names_stay_as_they_are(named: str) -> None:
    case = CaseFile(model=FileRecipe(paths=(named,), sha256=("ab",)))
    placed, refused = paths.placed(case, Path("/cases"))
    assert placed.model is not None
    assert placed.model.paths == (str(Path("/cases") / named),)
    assert not refused


@pytest.mark.parametrize("named", ["NUL", "con.csv", "sub/COM1.txt"])
def test_windows_devices_are_not_opened_on_windows(
    monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setattr(paths, "_ON_WINDOWS", True)
    case = CaseFile(model=FileRecipe(paths=(named,), sha256=("ab",)))
    placed, refused = paths.placed(case, Path("/cases"))
    assert placed.model is not None
    assert Path(placed.model.paths[0]).name == f"_{Path(named).name}"
    assert refused == (named,)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_devices_and_folders_that_a_case_names_are_not_read(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    long = str(tmp_path / ("x" * 300))
    named = (str(tmp_path / "pipe"), "/dev/zero", str(tmp_path), long)
    case = CaseFile(data=(FileRecipe(paths=named, sha256=("ab",) * len(named)),))
    codes = [note.code for note in changed_files(case)]
    assert codes == ["case.file_gone", "case.file_gone", "case.file_denied", *codes[3:]]
    assert codes[3] == "case.file_denied"
