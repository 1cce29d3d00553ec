"""Texts that are dates become those, however programs write them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from engine.data.dates import read

UTC = dt.UTC


@pytest.mark.parametrize(
    ("texts", "moments"),
    [
        (
            ["2024-02-01T10:00:00Z", None],
            [dt.datetime(2024, 2, 1, 10, tzinfo=UTC), None],
        ),
        (
            ["2024-02-01 00:30:00+02:00", "2024-02-01 00:30:00-0130"],
            [
                dt.datetime(2024, 1, 31, 22, 30, tzinfo=UTC),
                dt.datetime(2024, 2, 1, 2, tzinfo=UTC),
            ],
        ),
        (
            ["2024-02-01T10:00:00", "2024-02-01T10:00:00.25"],
            [dt.datetime(2024, 2, 1, 10), dt.datetime(2024, 2, 1, 10, 0, 0, 250000)],
        ),
    ],
)
def test_offsets_and_parts_of_a_second_are_read(texts, moments):
    found, notes = read(pa.chunked_array([texts]), "day")
    assert found.to_pylist() == moments
    assert notes[0].code == "schema.parsed_dates"


def test_nanoseconds_are_kept():
    found, _ = read(pa.chunked_array([["2024-02-01T10:00:00.123456789"]]), "day")
    assert found.type == pa.timestamp("ns")
    assert found.cast(pa.int64())[0].as_py() % 10**9 == 123456789


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-02-01T10:00:00Z", "2024-02-01T10:00:00"],
        ["2024-02-31T10:00:00Z"],
        ["2024-02-01T10:00:00Z", "none yet"],
    ],
)
def test_texts_that_are_not_all_moments_of_one_sort_stay_texts(texts):
    found, notes = read(pa.chunked_array([texts]), "day")
    assert (found.to_pylist(), notes) == (texts, ())
