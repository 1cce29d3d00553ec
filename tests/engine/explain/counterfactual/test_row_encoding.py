"""Rows as numbers that can be moved, and back as cells of the columns' own types."""

from __future__ import annotations

import datetime
import decimal

import numpy as np
import pyarrow as pa
import pytest

from engine.explain.counterfactual.row_encoding import RowEncoding

N = 60
RNG = np.random.default_rng(0)
DAY = datetime.date(2020, 1, 1)
GAPS = RNG.random(N) < 0.2
COLUMNS = {
    "float": pa.array(RNG.normal(size=N), mask=GAPS),
    "single": pa.array(RNG.normal(size=N).astype(np.float32)),
    "nan": pa.array(np.where(GAPS, np.nan, RNG.normal(size=N))),
    "infinite": pa.array(np.where(GAPS, np.inf, 1.5)),
    "byte": pa.array(RNG.integers(0, 255, N).astype(np.uint8), mask=GAPS),
    "long": pa.array(RNG.integers(-(10**12), 10**12, N)),
    "truth": pa.array(RNG.random(N) < 0.5, mask=GAPS),
    "text": pa.array(RNG.choice(["a", "ç"], N).tolist(), mask=GAPS),
    "large": pa.array(RNG.choice(["a", "b"], N).tolist(), type=pa.large_string()),
    "dictionary": pa.array(RNG.choice(["x", "y"], N).tolist()).dictionary_encode(),
    "codes": pa.array(RNG.choice([10, 2], N)).dictionary_encode(),
    "day": pa.array([DAY + datetime.timedelta(days=int(i)) for i in range(N)]),
    "moment": pa.array(RNG.integers(0, 10**15, N), type=pa.timestamp("us")),
    "exact": pa.array(
        [decimal.Decimal(int(i)) / 100 for i in range(N)], type=pa.decimal128(10, 2)
    ),
    "no numbers": pa.array([None] * N, type=pa.float64()),
    "no texts": pa.array([None] * N, type=pa.string()),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_cells_of_every_type_come_back_as_they_were(name):
    table = pa.table({name: COLUMNS[name]})
    back = RowEncoding(table).table(RowEncoding(table).points)
    assert back.schema == table.schema
    assert [*map(repr, back.column(0).to_pylist())] == [
        *map(repr, table.column(0).to_pylist())
    ]


def test_labels_stand_in_the_order_of_their_names_whatever_the_rows():
    table = pa.table({"k": pa.array([10, 2, 9, 2]).dictionary_encode()})
    assert RowEncoding(table).labels == (("2", "9", "10"),)
    assert RowEncoding(table.take([3, 2, 1, 0])).labels == (("2", "9", "10"),)
    assert RowEncoding(table).points[:, 0].tolist() == [2.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("values", "decimals", "spread"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0], 0, 2.0),
        ([0.5, 1.0, 1.5, 2.0, 2.5], 1, 1.0),
        ([0.25, 100.0, 200.0, 300.0, 400.0], 1, 200.0),
        ([np.pi * i for i in range(5)], 3, 2 * np.pi),
        ([5e6 + np.pi * i for i in range(5)], 3, 2 * np.pi),
        ([0.0, 0.0, 0.0, 0.0, 9.0], 0, 3.6),
        ([7.0] * 5, 0, 1.0),
    ],
)
def test_decimals_are_those_of_the_rows_and_no_finer_than_worth_telling(
    values, decimals, spread
):
    book = RowEncoding(pa.table({"x": values}))
    assert book.decimals.tolist() == [decimals]
    assert book.spread[0] == pytest.approx(spread)


def test_single_precision_is_told_as_it_is_written():
    book = RowEncoding(pa.table({"x": pa.array([0.1, 0.7], type=pa.float32())}))
    assert [book.cell(0, code) for code in book.points[:, 0]] == [0.1, 0.7]
    assert book.code(0, "0.1") == book.points[0, 0]


def test_rows_that_are_only_told_do_not_move_the_units():
    real = pa.table({"x": [1.0, 2.0, 3.0], "t": ["a", "b", "a"]})
    other = pa.table({"x": [900.5], "t": ["z"]})
    book = RowEncoding(real, other)
    assert book.spread[0] == 1.0
    assert book.decimals[0] == 0
    assert book.labels[1] == ("a", "b", "z")
    assert book.points[3].tolist() == [900.5, 2.0]
