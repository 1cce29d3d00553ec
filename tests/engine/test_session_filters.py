"""Filters of any shape against a look at each row, one after the other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.expression import parse
from engine.contracts.requests import ReadRows
from engine.contracts.rule_text import describe
from engine.contracts.selection import (
    And,
    Missing,
    Not,
    Or,
    Range,
    Rows,
    Saved,
    Values,
    Xor,
)
from engine.data import views
from engine.data.dataset import Dataset
from engine.data.table import Table
from engine.session.columns import CaseColumns
from engine.session.tables import OpenViews, resolve
from tests.support.table_files import write_open_document, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

N = 300
_rng = np.random.default_rng(0)


def _lacking(values):
    return [None if _rng.random() < 0.15 else value for value in values]


DATA = {
    "age": _lacking(_rng.integers(18, 30, N).tolist()),
    "income": _lacking((_rng.integers(0, 5000, N) / 8).tolist()),
    "town of birth": _lacking(_rng.choice(["Lugo", "Cádiz", "7", "or"], N).tolist()),
    "member": _lacking((_rng.random(N) < 0.5).tolist()),
    "key": [f"k{i}" for i in range(N)],
}
BUCKETS = {"young": Range("age", None, 22), "rest": Not(Saved("young"))}
COLUMNS = CaseColumns(Table(pa.table(DATA)), None, Decision(), BUCKETS)

labels = {
    "age": [str(i) for i in range(16, 32)],
    "town of birth": ["Lugo", "Cádiz", "7", "or", "nowhere"],
    "member": ["true", "false", "maybe"],
    "key": ["k0", "k17", "k299", "k300"],
}
eighths = st.integers(0, 5000).map(lambda i: i / 8)
limits = st.one_of(st.none(), st.integers(16, 32), eighths)
leaves = st.one_of(
    st.builds(
        Range, st.sampled_from(["age", "income"]), limits, limits, st.booleans(),
        st.booleans(),
    ),
    st.sampled_from(list(labels)).flatmap(
        lambda name: st.builds(
            Values,
            st.just(name),
            st.lists(st.sampled_from(labels[name]), max_size=3).map(tuple),
        )
    ),
    st.builds(Missing, st.sampled_from(list(DATA))),
    st.builds(Rows, st.lists(st.integers(-2, N + 2), max_size=5).map(tuple)),
    st.builds(Saved, st.sampled_from(list(BUCKETS))),
)  # fmt: skip
recipes = st.recursive(
    leaves,
    lambda of: st.one_of(
        st.builds(Not, of),
        st.builds(And, st.lists(of, max_size=3).map(tuple)),
        st.builds(Or, st.lists(of, max_size=3).map(tuple)),
        st.builds(Xor, of, of),
    ),
    max_leaves=6,
)


def holds(recipe, row):
    """Whether one row is meant, as its definition says."""
    match recipe:
        case Range():
            value = DATA[recipe.column][row]
            if value is None:
                return False
            ends = ((recipe.low, recipe.low_closed), (recipe.high, recipe.high_closed))
            if any(end == value and not closed for end, closed in ends):
                return False
            low, high = recipe.low, recipe.high
            return (low is None or value >= low) and (high is None or value <= high)
        case Values():
            value = DATA[recipe.column][row]
            spelled = str(value).lower() if isinstance(value, bool) else str(value)
            return value is not None and spelled in recipe.labels
        case Missing():
            return DATA[recipe.column][row] is None
        case Rows():
            return row in recipe.indices
        case Saved():
            return holds(BUCKETS[recipe.name], row)
        case Not():
            return not holds(recipe.of, row)
        case And():
            return all(holds(part, row) for part in recipe.of)
        case Or():
            return any(holds(part, row) for part in recipe.of)
        case Xor():
            return holds(recipe.left, row) != holds(recipe.right, row)


@given(recipes)
def test_a_filter_means_the_rows_that_it_says(recipe):
    expected = [row for row in range(N) if holds(recipe, row)]
    mask = resolve(recipe, COLUMNS)
    assert np.flatnonzero(mask).tolist() == expected
    view = views.open_view(COLUMNS.table, {}, mask, [])
    assert view.order.tolist() == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("age < 22", lambda r: r["age"] is not None and r["age"] < 22),
        (
            'age >= 25 and "town of birth" = Lugo',
            lambda r: (r["age"] or 0) >= 25 and r["town of birth"] == "Lugo",
        ),
        (
            "income > 300 or member = true",
            lambda r: (r["income"] or -math.inf) > 300 or r["member"] is True,
        ),
    ],
)
def test_a_typed_filter_counts_what_one_would_count_by_hand(text, count):
    rows = [{name: values[i] for name, values in DATA.items()} for i in range(N)]
    assert resolve(parse(text), COLUMNS).sum() == sum(map(count, rows))


CELLS = {
    "word": ["?", "NA", "", "a", " ? ", "None"],
    "number": ["?", "NA", "", "1.5", "2", "-"],
    "day": ["NA", "?", "2020-01-01", "", "2020-01-02", "None"],
}


def in_csv(path: Path, quote: str) -> None:
    rows = zip(*CELLS.values(), strict=True)
    lines = [",".join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
    path.write_text("\n".join([",".join(CELLS), *lines * 5]))


FILES = {
    "plain.csv": lambda path: in_csv(path, ""),
    "quoted.csv": lambda path: in_csv(path, '"'),
    "book.xlsx": lambda path: write_workbook(
        path, {"rows": {name: cells * 5 for name, cells in CELLS.items()}}
    ),
    "book.ods": lambda path: write_open_document(
        path, {name: cells * 5 for name, cells in CELLS.items()}
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_texts_that_are_read_as_missing_are_found_by_rules(name, tmp_path):
    FILES[name](tmp_path / name)
    data = Dataset.open([str(tmp_path / name)])
    columns = CaseColumns(data.parts[Part.EVALUATION], None, Decision(), {})
    for column, cells in CELLS.items():
        missing = sum(cell.strip() in {"?", "NA", "", "None", "-"} for cell in cells)
        for rule, expected in (
            ("= ?", sum(cell.strip() == "?" for cell in cells)),
            ("= NA", 1),
            ('= ""', 1),
            ('in (?, "", NA)', 2 + sum(cell.strip() == "?" for cell in cells)),
            ("is missing", missing),
            ("is not missing", 6 - missing),
            ("!= ?", 6 - sum(cell.strip() == "?" for cell in cells)),
            ("= nan", 0),
        ):
            found = parse(f"{column} {rule}", data.info.columns)
            assert resolve(found, columns).sum() == 5 * expected, (column, rule)
            assert parse(describe(found)) == found
    value = {"word": "a", "number": "1.5", "day": "2020-01-01"}
    for column, cell in value.items():
        both = parse(f"{column} in ({cell}, ?)", data.info.columns)
        expected = 1 + sum(c.strip() == "?" for c in CELLS[column])
        assert resolve(both, columns).sum() == 5 * expected


def test_a_missing_value_of_a_typed_file_is_no_text(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"a": ["?", None, "", "x"] * 5}), path)
    table = Dataset.open([str(path)]).parts[Part.EVALUATION]
    columns = CaseColumns(table, None, Decision(), {})
    for rule in ("a = ?", 'a = ""', "a is missing", "a = x"):
        assert resolve(parse(rule), columns).sum() == 5, rule


def test_what_a_model_knows_is_a_label_of_rules_and_tables(tmp_path):
    """``None`` is no missing value where the model has a level of that name."""
    path = tmp_path / "rows.csv"
    path.write_text("edu,n\n" + "None,1\nNA,2\nx,3\n" * 5)
    table = Dataset.open([str(path)]).parts[Part.EVALUATION]
    bare = CaseColumns(table, None, Decision(), {})
    columns = CaseColumns(table, None, Decision(), {}, {"edu": ("None", "x")})
    for rule, rows in (("edu = None", 5), ("edu = x", 5), ("edu is missing", 5)):
        assert resolve(parse(rule), columns).sum() == rows, rule
    assert resolve(parse("edu is missing"), bare).sum() == 10
    views = OpenViews()
    opened = views.open(columns, parse("edu = None"), ())
    asked = ReadRows(view=opened.view, start=0, stop=9, columns=("edu", "n"))
    edu, _ = views.read(asked).columns
    assert edu.texts == ("None",) * 5
