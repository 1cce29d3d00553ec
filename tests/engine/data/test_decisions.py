"""What reading decides by itself is right on real files, and visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.contracts.dataset import Kind, Part, ReadOptions, Role
from engine.data.dataset import Dataset

if TYPE_CHECKING:
    from pathlib import Path


def opened(path: Path) -> Dataset:
    return Dataset.open([str(path)])


def notes(data: Dataset) -> list[tuple[str, dict]]:
    of_columns = [note for column in data.info.columns for note in column.notes]
    return [(note.code, note.params) for note in (*data.info.notes, *of_columns)]


@pytest.mark.parametrize(
    ("name", "rows", "columns", "target"),
    [
        ("pima_diabetes.csv", 768, 9, "outcome"),
        ("adult_train.csv", 32561, 15, "income"),
        ("adult_test.csv", 16281, 15, "income"),
        ("compas_two_years.csv", 7214, 53, "two_year_recid"),
        ("credit_default_taiwan.csv", 30000, 34, "default-payment-next-month"),
        ("titanic_kaggle891.csv", 891, 12, "Survived"),
        ("california_housing.csv", 20640, 9, "MedHouseVal"),
        ("telco_churn.csv", 7043, 21, "Churn"),
        ("bike_sharing_hour.csv", 17379, 13, "cnt"),
    ],
)
def test_a_real_set_has_its_shape_and_target(
    shared_data: Path, name: str, rows: int, columns: int, target: str
) -> None:
    data = opened(shared_data / "tabular" / name)
    assert data.parts[Part.EVALUATION].n_rows == rows
    assert len(data.info.columns) == columns
    assert [column.name for column in data.info.with_role(Role.TARGET)] == [target]


def test_blanks_among_numbers_are_missing_numbers(shared_data: Path) -> None:
    data = opened(shared_data / "tabular" / "telco_churn.csv")
    column = data.info.column("TotalCharges")
    assert column is not None
    assert column.kind is Kind.NUMERIC
    assert column.n_missing == 11


def test_a_question_mark_is_a_missing_value(shared_data: Path) -> None:
    data = opened(shared_data / "tabular" / "adult_train.csv")
    column = data.info.column("workclass")
    assert column is not None
    assert column.n_missing == 1836
    assert "?" not in column.categories


def test_a_first_row_whose_values_come_back_is_data(shared_data: Path) -> None:
    data = opened(shared_data / "text" / "sms_spam.tsv")
    table = data.parts[Part.EVALUATION]
    assert table.n_rows == 5572
    assert table.names == ("column 1", "column 2")


def test_codes_that_begin_with_zeros_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "zip.csv"
    path.write_text("zip,n\n" + "01234,1\n98765,2\n" * 30)
    data = opened(path)
    codes, labels = data.parts[Part.EVALUATION].codes("zip")
    assert labels == ("01234", "98765")
    assert len(codes) == 60
    assert ("data.leading_zeros", {"column": "zip"}) in notes(data)


def test_a_word_among_numbers_is_named_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    cells = [str(i) for i in range(500)]
    cells[321] = "oops"
    path.write_text("a,b\n" + "".join(f"{cell},x\n" for cell in cells))
    found = notes(opened(path))
    expected = {"column": "a", "row": 321, "value": "oops"}
    assert ("data.mixed_column", expected) in found


@pytest.mark.parametrize("header", [True, False])
def test_a_row_that_is_named_is_the_one_of_the_tables(tmp_path: Path, header) -> None:
    """Lines that were left out before it do not count."""
    path = tmp_path / "ragged.csv"
    lines = [f"{i},x" for i in range(4_000)]
    lines[321] = "oops,x"
    lines[7], lines[40], lines[500] = "7,x,x", "40", "500,x,x,x"
    path.write_text("\n".join((["a,b"] if header else []) + lines) + "\n")
    data = Dataset.open([str(path)], options=ReadOptions(header=header))
    (mixed,) = (n for n in notes(data) if n[0] == "data.mixed_column")
    table = data.parts[Part.EVALUATION]
    column = table.arrow.column(0).to_pylist()
    assert mixed[1]["row"] == column.index("oops") == 319
    (left_out,) = (n for n in notes(data) if n[0] == "data.rows_left_out")
    assert left_out[1]["rows"][0] == str(8 + header)  # lines are those of the file
