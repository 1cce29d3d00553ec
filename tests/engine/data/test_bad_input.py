"""Wrong input is refused by name, or what was decided about it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.contracts.errors import EngineError
from engine.data.dataset import Dataset

if TYPE_CHECKING:
    from pathlib import Path


def refused(path: Path) -> EngineError:
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    return caught.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "data.empty_file"),
        (b"a,b\n", "data.no_rows"),
        (b"\x00\x01\x02" * 99, "data.binary"),
        (b"PAR1" + b"\x15" * 99, "data.damaged"),
        (b"a,b\n1,2\n3\n4,5\n", "data.ragged_rows"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    error = refused(path)
    assert error.code == code
    assert error.params["file"] == "wrong.csv"


def test_bad_bytes_far_into_a_text_are_a_wrong_encoding(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"a,b\n" + b"word,1\n" * 60_000 + b"caf\xe9,1\n")
    error = refused(path)
    assert error.code == "data.wrong_encoding_at"
    assert error.params["row"] == 60_002


def test_whole_numbers_that_become_decimal_stay_numbers(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"a,b\n" + b"1,wordwordword\n" * 1_200_000 + b"1.5,word\n")
    column = Dataset.open([str(path)]).info.column("a")
    assert column is not None
    assert (column.dtype, column.high) == ("double", 1.5)


def test_the_second_column_of_a_name_is_renamed_and_said(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("a,b,a\n1,2,3\n4,5,6\n")
    info = Dataset.open([str(path)]).info
    assert [column.name for column in info.columns] == ["a", "b", "a (2)"]
    note = info.notes[0]
    assert note.code == "data.renamed_column"
    assert (note.params["first"], note.params["second"]) == (1, 3)
