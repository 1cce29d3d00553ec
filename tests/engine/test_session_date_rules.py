"""Rules on dates find the same rows in every file format."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest

from engine import scratch
from engine.cli.work import Work
from engine.contracts.dataset import Part, Split
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.expression import parse
from engine.contracts.requests import (
    ConfigureData,
    OpenData,
    OpenView,
    ReadRows,
    Resolve,
)
from engine.contracts.rule_text import describe
from engine.contracts.selection import Dates, Range, Selection, Values
from engine.session import Session
from tests.support.excel_97 import write_old_workbook
from tests.support.table_files import write_open_document, write_workbook

N = 60
FEBRUARY = datetime(2024, 2, 1, tzinfo=UTC)
DAYS = [datetime(2024, 1, 1) + timedelta(days=i) for i in range(N)]
TYPES = {
    "date32": pa.date32(),
    "date64": pa.date64(),
    "s": pa.timestamp("s"),
    "ms": pa.timestamp("ms"),
    "us": pa.timestamp("us"),
    "ns": pa.timestamp("ns"),
    "utc": pa.timestamp("us", tz="UTC"),
    "madrid": pa.timestamp("ns", tz="Europe/Madrid"),
    "west": pa.timestamp("ms", tz="-05:00"),
}
TEXTS = {
    "iso": "%Y-%m-%d",
    "day_first": "%d/%m/%Y",
    "dots": "%d.%m.%Y %H:%M:%S",
    "clock": "%Y-%m-%dT%H:%M:%S",
    "fraction": "%Y-%m-%d %H:%M:%S.%f",
}


BOOKS = {
    "xlsx": lambda path, table: write_workbook(path, {"days": table}),
    "xls": lambda path, table: write_old_workbook(path, {"days": table}),
    "ods": write_open_document,
}


def arrow(kind: pa.DataType) -> pa.Table:
    days = pa.array(DAYS, pa.timestamp("us"))
    if getattr(kind, "tz", None):
        days = pc.assume_timezone(days, kind.tz)
    return pa.table({"y": range(N), "said": range(N), "day": days.cast(kind)})


def write(folder, name):
    path = folder / name
    kind = name.partition(".")[0]
    if name.endswith(".parquet"):
        pq.write_table(arrow(TYPES[kind]), path)
    elif name.endswith(".feather"):
        pf.write_feather(arrow(TYPES[kind]), path)
    elif (ending := name.rpartition(".")[2]) in BOOKS:
        cells = [str(day.date()) if kind == "texts" else day.date() for day in DAYS]
        BOOKS[ending](path, {"y": [*range(N)], "said": [*range(N)], "day": cells})
    elif name.endswith(".jsonl"):
        lines = [json.dumps({"y": i, "day": str(d.date())}) for i, d in enumerate(DAYS)]
        path.write_text("\n".join(lines))
    else:
        with path.open("w", newline="") as file:
            rows = [[i, i, day.strftime(TEXTS[kind])] for i, day in enumerate(DAYS)]
            csv.writer(file).writerows([["y", "said", "day"], *rows])
    return path


@pytest.fixture
def opened():
    folder = scratch.create()
    session = Session(folder, spare=False)

    def open_(path):
        work = Work(session)
        return work, work.ask(OpenData(paths=(str(path),)))

    yield open_
    session.close()
    scratch.remove(folder)


def count(work, info, text):
    rule = parse(text, info.columns)
    assert parse(describe(rule), info.columns) == parse(describe(rule)) == rule
    return work.ask(Resolve(selection=rule, decision=Decision())).n_selected


FILES = [
    *(f"{kind}.parquet" for kind in TYPES),
    *(f"{kind}.feather" for kind in TYPES),
    *(f"{kind}.csv" for kind in TEXTS),
    "lines.jsonl",
    *(f"{kind}.{end}" for kind in ("cells", "texts") for end in BOOKS),
]


@pytest.mark.parametrize("name", FILES)
def test_a_day_is_found_alike_in_every_format(opened, tmp_path, name):
    work, info = opened(write(tmp_path, name))
    counts = {
        "day >= 2024-02-01": 29,
        "day > 2024-02-01": 28,
        "day < 2024-02-01": 31,
        "day <= 2024-02-01": 32,
        "day = 2024-02-01": 1,
        "day != 2024-02-01": 59,
        "day in (2024-02-01, 2024-01-31, 2023-01-01)": 2,
        "day between 2024-01-31 and 2024-02-02": 3,
        "day = 2024-02": 29,
        "day <= 2024-01": 31,
        "day >= 2024": 60,
        "day > 2024-01-31 12:00": 29,
        'day >= "2024-02-01 00:00:01"': 28,
    }
    assert {text: count(work, info, text) for text in counts} == counts


OFFSETS = {
    "one": (["+02:00"] * N, {"column": "day", "offsets": ("+02:00",), "n": N}),
    "two": (
        [("+02:00", "+01:00", "+01:00")[i % 3] for i in range(N)],
        {"column": "day", "offsets": ("+01:00", "+02:00"), "n": N},
    ),
    "some": (
        ["Z" if i % 3 else "-0330" for i in range(N)],
        {"column": "day", "offsets": ("Z", "-0330"), "n": N // 3},
    ),
    "none": (["Z" if i % 2 else "+00:00" for i in range(N)], None),
}


@pytest.mark.parametrize("which", OFFSETS)
@pytest.mark.parametrize("ending", ["csv", "quoted.csv", "jsonl", *BOOKS])
def test_that_offsets_are_turned_into_utc_is_said(opened, tmp_path, which, ending):
    signs, expected = OFFSETS[which]
    days = [f"{d:%Y-%m-%dT%H:%M:%S}{s}" for d, s in zip(DAYS, signs, strict=True)]
    path = tmp_path / f"rows.{ending}"
    if ending in BOOKS:
        BOOKS[ending](path, {"y": [*range(N)], "day": days})
    elif ending == "jsonl":
        rows = [json.dumps({"y": i, "day": day}) for i, day in enumerate(days)]
        path.write_text("\n".join(rows))
    else:
        with path.open("w", newline="") as file:
            quoting = csv.QUOTE_ALL if "quoted" in ending else csv.QUOTE_MINIMAL
            writer = csv.writer(file, quoting=quoting)
            writer.writerows([["y", "day"], *enumerate(days)])
    work, info = opened(path)
    notes = (*info.notes, *info.column("day").notes)
    told = [note.params for note in notes if note.code == "schema.offsets"]
    assert told == ([] if expected is None else [expected])
    utc = sum(datetime.fromisoformat(day) >= FEBRUARY for day in days)
    assert count(work, info, "day >= 2024-02-01") == utc


@pytest.mark.parametrize(
    ("name", "n"), [("utc.parquet", 29), ("madrid.parquet", 28), ("west.feather", 29)]
)
def test_an_offset_in_a_rule_is_heeded(opened, tmp_path, name, n):
    work, info = opened(write(tmp_path, name))
    assert count(work, info, "day >= 2024-02-01T00:00:00Z") == n
    assert count(work, info, "day >= 2024-01-31T23:00:00Z") == 29
    assert count(work, info, "day = 2024-02-01T00:00+01:00") == (name[0] == "m")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("day > 20240201", "rule.date_expected"),
        ("day > 1706745600.5", "rule.date_expected"),
        ("day = 20240201", "rule.date_expected"),
        ("day = soon", "rule.date_expected"),
        ("day > soon", "rule.date_expected"),
        ("day between 2024-01-01 and 5", "rule.date_expected"),
        ("day >= 2024-02-30", "rule.no_such_date"),
        ("day = 2024-13-01", "rule.no_such_date"),
        ("day >= 01/02/2024", "rule.date_form"),
        ("day >= 2024-02-01T00:00Z", "rule.no_zone"),
        ("y > 2024-02-01", "rule.number_expected"),
        ("y = soon", "rule.number_expected"),
    ],
)
def test_what_fits_no_column_of_dates_is_refused(opened, tmp_path, text, code):
    _, info = opened(write(tmp_path, "iso.csv"))
    with pytest.raises(EngineError) as caught:
        parse(text, info.columns)
    assert caught.value.code == code
    assert caught.value.params["position"] > 1
    if code == "rule.date_expected":
        assert caught.value.params["example"] == "2024-01-01"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Values("day", ("soon",)), "rows.date_expected"),
        (Dates("y", "2024-02-01"), "rows.not_dates"),
        (Dates("@row", "2024-02-01"), "rows.not_dates"),
    ],
)
def test_a_stored_rule_that_fits_no_more_is_refused(opened, tmp_path, rule, code):
    work, _ = opened(write(tmp_path, "us.parquet"))
    with pytest.raises(EngineError) as caught:
        work.ask(Resolve(selection=rule, decision=Decision()))
    assert caught.value.code == code


def test_rules_of_older_cases_in_seconds_still_find_their_rows(opened, tmp_path):
    work, _ = opened(write(tmp_path, "us.parquet"))
    old = Range(
        "day", datetime(2024, 2, 1).timestamp() - datetime(1970, 1, 1).timestamp()
    )
    found = work.ask(Resolve(selection=old, decision=Decision()))
    assert found.n_selected == 29


def test_a_rule_on_dates_is_stored_and_read_back():
    rule = Dates("day", "2024-02-01", "2024-03", low_closed=False, high_closed=True)
    stored = msgspec.json.encode(rule)
    assert msgspec.json.decode(stored, type=Selection) == rule


def test_a_day_splits_a_column_of_moments(opened, tmp_path):
    work, _ = opened(write(tmp_path, "us.parquet"))
    split = Split(column="day", evaluation=("2024-02",), reference=("2024-01",))
    info = work.ask(ConfigureData(split=split))
    assert info.part(Part.EVALUATION).n_rows == 29
    assert info.part(Part.REFERENCE).n_rows == 31


def test_moments_are_shown_on_the_clock_by_which_rules_read_them(opened, tmp_path):
    work, info = opened(write(tmp_path, "madrid.parquet"))
    rule = parse("day = 2024-02-01", info.columns)
    view = work.ask(OpenView(part=Part.EVALUATION, where=rule))
    read = work.ask(ReadRows(view=view.view, start=0, stop=5, columns=("day",)))
    shown = read.columns[0].numbers.astype("datetime64[s]").astype(str).tolist()
    assert shown == ["2024-02-01T00:00:00"]


def test_a_nanosecond_is_told_from_the_next(opened, tmp_path):
    moments = pa.array([1706745600_000000001, 1706745600_000000002], pa.int64())
    table = pa.table({"day": moments.cast(pa.timestamp("ns"))})
    pq.write_table(table, tmp_path / "fine.parquet")
    work, info = opened(tmp_path / "fine.parquet")
    assert count(work, info, "day > 2024-02-01T00:00:00.000000001") == 1
    assert count(work, info, "day = 2024-02-01") == 2


def test_a_number_written_otherwise_is_the_same_number(opened, tmp_path):
    work, info = opened(write(tmp_path, "iso.csv"))
    assert count(work, info, "y = 3.0") == 1
    assert count(work, info, "y in (3.0, 4)") == 2


@pytest.mark.parametrize("name", ["us.parquet", "day_first.csv"])
def test_the_command_line_takes_dates_and_refuses_numbers(typed, tmp_path, name):
    path = write(tmp_path, name)
    given = ["--data", str(path), "--prediction", "said", "--target", "y"]
    code, out, err = typed("evaluate", *given, "--where", "day >= 2024-02-01", "--json")
    assert code == 0, err
    assert json.loads(out)["n_rows"] == 29
    code, _, err = typed("evaluate", *given, "--where", "day > 20240201")
    assert code != 0
    assert "a date is expected, like 2024-01-01, not 20240201" in err
    where = ["--where", "day >= 2024-02-01", "--rows", "day < 2024-02-10"]
    code, out, err = typed("run", "summary", *given, *where, "--json")
    assert code == 0, err
    assert json.loads(out)["n_rows"] == 9
