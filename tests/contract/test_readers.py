"""What every format of data owes: the same table reads the same, whatever holds it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.contracts.dataset import Kind, Part
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.messages import sentence
from engine.contracts.progress import Silent
from engine.data import columnar, json_texts, spreadsheets, texts
from engine.data.dataset import Dataset
from tests.support.table_files import N_ROWS, WRITERS, columns

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "amount": Kind.NUMERIC,
    "count": Kind.NUMERIC,
    "remark": Kind.TEXT,
    "city of birth": Kind.CATEGORICAL,
    "member": Kind.BOOLEAN,
    "since": Kind.DATETIME,
}


class Watched(Silent):
    """Progress that is written down, and cancelled when so many reports came."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.reports: list[tuple[float, float, str]] = []
        self.cancel_at = cancel_at

    def advance(self, done: float, total: float, stage: str) -> None:
        self.raise_if_cancelled()
        self.reports.append((done, total, stage))

    def raise_if_cancelled(self) -> None:
        if self.cancel_at is not None and len(self.reports) >= self.cancel_at:
            raise Cancelled

    def of(self, stage: str) -> list[tuple[float, float]]:
        return [(done, total) for done, total, s in self.reports if s == stage]


@pytest.fixture(params=WRITERS)
def written(request, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    WRITERS[request.param](path, columns())
    return path


def seconds(day: datetime.date | None) -> float:
    if day is None:
        return np.nan
    moment = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return moment.timestamp()


def same_values(data: Dataset, expected: dict[str, list]) -> None:
    table = data.parts[Part.EVALUATION]
    assert table.names == tuple(expected)
    rows = np.arange(table.n_rows)
    for name in ("amount", "count", "member"):
        wanted = [np.nan if v is None else float(v) for v in expected[name]]
        np.testing.assert_array_equal(table.numbers(name), wanted, err_msg=name)
    days = [seconds(day) for day in expected["since"]]
    np.testing.assert_array_equal(table.numbers("since"), days)
    for name in ("remark", "city of birth"):
        assert table.texts(name, rows) == expected[name], name


def test_the_same_table_reads_the_same(written: Path) -> None:
    data = Dataset.open([str(written)])
    same_values(data, columns())
    assert {c.name: c.kind for c in data.info.columns} == KINDS
    assert data.info.column("city of birth").categories == ("Cádiz", "León", "Lugo")
    assert data.info.parts[0].n_rows == N_ROWS
    assert not data.info.notes


def test_what_was_found_out_is_recorded_and_reads_again(written: Path) -> None:
    source = Dataset.open([str(written)]).info.parts[0].sources[0]
    assert source.path == str(written)
    assert source.size == written.stat().st_size
    assert source.options.format
    same_values(Dataset.open([str(written)], options=source.options), columns())


def test_a_wrong_suffix_changes_nothing(written: Path) -> None:
    wrong = written.with_name("numbers.pdf")
    written.rename(wrong)
    same_values(Dataset.open([str(wrong)]), columns())


def test_progress_is_told_and_only_grows(written: Path) -> None:
    watched = Watched()
    Dataset.open([str(written)], progress=watched)
    for stage in ("data.hashing", "data.reading", "data.describing"):
        told = watched.of(stage)
        assert told, stage
        shares = [done / total for done, total in told]
        assert shares == sorted(shares)
        assert 0 <= shares[0] <= shares[-1] == 1


def test_reports_come_with_every_block(written: Path, monkeypatch) -> None:
    monkeypatch.setattr(texts, "_BLOCK", 2000)
    monkeypatch.setattr(json_texts, "_BLOCK", 2000)
    monkeypatch.setattr(spreadsheets, "_BLOCK", 20)
    monkeypatch.setattr(columnar, "_ROWS", 50)
    watched = Watched()
    same_values(Dataset.open([str(written)], progress=watched), columns())
    assert len(watched.of("data.reading")) >= 6


@pytest.mark.parametrize("reports", range(3))
def test_a_cancelled_reading_ends_at_the_next_report(
    written: Path, reports: int
) -> None:
    watched = Watched(cancel_at=reports)
    with pytest.raises(Cancelled):
        Dataset.open([str(written)], progress=watched)
    assert len(watched.reports) == reports


def test_files_of_one_schema_are_read_one_after_the_other(
    tmp_path: Path, written: Path
) -> None:
    more = tmp_path / ("2-" + written.name)
    rest = columns(30, start=N_ROWS)
    # columns in another order are the same schema
    WRITERS[written.name](more, dict(reversed(rest.items())))
    both = columns(N_ROWS + 30)
    data = Dataset.open([str(written), str(more)])
    same_values(data, both)
    assert [s.n_rows for s in data.info.parts[0].sources] == [N_ROWS, 30]


def test_a_folder_is_its_visible_files_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    for place, name in enumerate(["1.csv", "2.parquet", "3.jsonl"]):
        writer = next(w for key, w in WRITERS.items() if key.endswith(name[1:]))
        writer(folder / name, columns(40, start=40 * place))
    (folder / ".hidden").write_text("nothing")
    (folder / "_SUCCESS").write_text("")
    same_values(Dataset.open([str(folder)]), columns(120))


def test_files_of_other_columns_are_refused_by_name(
    tmp_path: Path, written: Path
) -> None:
    other = tmp_path / ("2-" + written.name)
    table = columns(30)
    table["town"] = table.pop("city of birth")
    WRITERS[written.name](other, table)
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(written), str(other)])
    assert caught.value.code == "data.files_differ"
    said = sentence(caught.value.code, caught.value.params)
    assert other.name in said
    assert "town" in said
    assert "city of birth" in said


def test_files_of_other_types_are_refused_by_file_and_column(
    tmp_path: Path, written: Path
) -> None:
    other = tmp_path / ("2-" + written.name)
    table = columns(30)
    table["since"] = [f"the {i}th" for i in range(30)]
    WRITERS[written.name](other, table)
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(written), str(other)])
    assert caught.value.code == "data.files_types"
    said = sentence(caught.value.code, caught.value.params)
    assert other.name in said
    assert "since" in said
