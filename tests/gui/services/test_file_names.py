"""Names of new files made of hostile texts: no folder, no device, never too long."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from engine.contracts.case import CaseFile, FileRecipe
from gui.services.case_recipe import free_path
from gui.services.file_names import offered_name
from tests.support.hostile_texts import TEXTS

MORE = ("é" * 300, "\U0001f600" * 100, "a" * 254, "..", ".", "", "-", "~", "con .txt")


@pytest.mark.parametrize("parts", [1, 2], ids=["alone", "before another"])
def test_a_hostile_text_makes_the_name_of_one_plain_file(parts, tmp_path):
    for text in (*TEXTS, *MORE):
        name = offered_name((text, "summary")[:parts], ".png")
        assert name.isprintable()
        assert len(name.encode()) <= 255 - len("-journal")
        assert PurePosixPath(name).name == PureWindowsPath(name).name == name
        assert not PureWindowsPath(name).is_reserved()
        assert PureWindowsPath(name).suffix == ".png"
        assert name[0] not in ".-~ "
        assert not name.removesuffix(".png").endswith((".", " "))
        (tmp_path / name).write_bytes(b"")
    assert {path.parent for path in tmp_path.rglob("*")} == {tmp_path}


def test_many_long_parts_make_no_name_that_is_too_long():
    assert len(offered_name(("é" * 300,) * 5, ".png").encode()) <= 200


def test_what_is_plain_in_a_text_stays():
    assert offered_name(("Kredit_7 (März)", "a.b"), ".csv") == "Kredit_7_März-a.b.csv"


def test_a_name_too_long_keeps_its_last_parts():
    name = offered_name(("x" * 1_000_000, "roc", "2026-03-04"), ".png")
    assert name.endswith("x-roc-2026-03-04.png")


@pytest.mark.parametrize("stem", ["x" * 250, "CON", "\u202egnp", "a\x1bb"])
def test_a_case_is_kept_under_a_plain_name_whatever_its_data_is_called(stem):
    files = FileRecipe(paths=(f"/d/{stem}.csv",), sha256=("",))
    found = Path(free_path(CaseFile(data=(files,))))
    assert found.parent.name == "cases"
    assert found.name == offered_name((stem, "1"), ".trasluz")
    assert len(found.name.encode()) < 255
