"""Header summaries against plain Python: what is counted adds up to the rows."""

from __future__ import annotations

import collections
import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts.dataset import Kind
from engine.contracts.errors import EngineError
from engine.data.summaries import MOST_SHOWN, summarise
from engine.data.table import Table

NUMBERS = st.one_of(
    st.none(),
    st.floats(allow_nan=False),
    st.sampled_from([0.0, -0.0, 1e308, -1e308, float("inf"), 5e-324]),
)


def summary(values, kind=None, bins=24):
    return summarise(Table(pa.table({"x": pa.array(values, kind)})), ("x",), bins)[0]


@given(st.lists(NUMBERS, max_size=60), st.integers(1, 40))
def test_what_is_counted_of_numbers_adds_up(values, bins):
    found = summary(values, pa.float64(), bins)
    present = [value for value in values if value is not None]
    finite = [value for value in present if np.isfinite(value)]
    assert found.n_rows == len(values)
    assert found.n_missing == values.count(None)
    assert found.n_infinite == len(present) - len(finite)
    assert found.n_distinct == len({value + 0.0 for value in present})
    if finite:
        assert found.counts.sum() == len(finite)
        assert len(found.edges) == len(found.counts) + 1
        assert (found.edges[0], found.edges[-1]) == (min(finite), max(finite))
        assert (np.diff(found.edges) >= 0).all()
        assert found.quantiles[0] == min(finite)
        assert found.quantiles[-1] == max(finite)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 40))
def test_bars_hold_the_values_between_their_edges(values, bins):
    found = summary(values, pa.float64(), bins)
    edges = found.edges
    if edges[0] == edges[-1]:
        assert found.counts.tolist() == [len(values)]
        return
    counts, _ = np.histogram(values, edges)
    assert found.counts.tolist() == counts.tolist()
    assert found.mean == pytest.approx(np.mean(values), abs=1e-6)
    assert found.quantiles[2] == pytest.approx(np.median(values))


@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))))
def test_what_is_counted_of_words_adds_up(values):
    found = summary(values, pa.string())
    counts = collections.Counter(value for value in values if value is not None)
    assert found.n_rows == len(values)
    assert found.n_missing == values.count(None)
    assert found.n_distinct == len(counts)
    expected = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    assert list(found.top) == expected[:MOST_SHOWN]
    shown = sum(n for _, n in found.top)
    assert found.n_missing + shown + found.n_other == len(values)


def test_truth_values_are_counted_by_their_names():
    found = summary([True, False, None, True])
    assert found.kind is Kind.BOOLEAN
    assert found.top == (("true", 2), ("false", 1))
    assert (found.n_missing, found.n_distinct) == (1, 2)


def test_days_have_a_histogram_in_seconds():
    days = [datetime.datetime(2024, 1, i) for i in range(1, 29)] + [None]
    found = summary(days, bins=4)
    assert found.kind is Kind.DATETIME
    assert (found.n_missing, found.n_distinct) == (1, 28)
    assert found.counts.tolist() == [7, 7, 7, 7]
    first = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    assert found.edges[0] == first.timestamp()


def test_a_column_without_values_has_no_histogram():
    found = summary([None, None], pa.float64())
    assert (found.n_missing, found.n_distinct) == (2, 0)
    assert found.counts is None or not len(found.counts)


def test_columns_come_in_the_order_asked_for_and_others_are_named():
    table = Table(pa.table({"a": [1], "b": ["x"]}))
    assert [s.name for s in summarise(table, ("b", "a"))] == ["b", "a"]
    with pytest.raises(EngineError) as caught:
        summarise(table, ("a", "no"))
    assert caught.value.params == {"column": "no"}
