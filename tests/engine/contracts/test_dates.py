"""A date of a rule is a span of time, on the clock of the column's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts.dates import Moments, looks_like_date, span
from engine.contracts.errors import EngineError

SECOND = 10**9
MADRID = "Europe/Madrid"


def at(*parts: int, zone: str = "UTC") -> int:
    moment = datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1)) * 1000


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", at(2024, 1, 1), at(2025, 1, 1)),
        ("2024-02", at(2024, 2, 1), at(2024, 3, 1)),
        ("2023-12", at(2023, 12, 1), at(2024, 1, 1)),
        ("2024-02-29", at(2024, 2, 29), at(2024, 3, 1)),
        ("1969-12-31", -86_400 * SECOND, 0),
        ("2024-02-01T10:30", at(2024, 2, 1, 10, 30), at(2024, 2, 1, 10, 31)),
        ("2024-02-01 10:30:05", at(2024, 2, 1, 10, 30, 5), at(2024, 2, 1, 10, 30, 6)),
        ("1970-01-01T00:00:00.000000001", 1, 2),
        ("1970-01-01T00:00:00.25", SECOND // 4, SECOND // 4 + SECOND // 100),
    ],
)
def test_a_text_spans_the_unit_it_is_written_in(text, start, end):
    assert span(text, "day", "") == (start, end)


def test_the_last_day_of_the_calendar_has_an_end():
    start, end = span("9999-12-31", "day", "")
    assert end - start == 86_400 * SECOND


@pytest.mark.parametrize(
    ("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25), ("2024-06-01", 24)]
)
def test_a_day_of_a_zone_is_as_long_as_its_clock_says(day, hours):
    start, end = span(day, "day", MADRID)
    assert start == at(*map(int, day.split("-")), zone=MADRID)
    assert end - start == hours * 3600 * SECOND


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2024-02-01T10:00Z", 10),
        ("2024-02-01T10:00+01:00", 9),
        ("2024-02-01T10:00-0530", 15.5),
        ("2024-02-01 10:00 +02", 8),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", MADRID, "-05:00"])
def test_an_offset_counts_whatever_the_zone_of_the_column(text, hour, zone):
    start, _ = span(text, "day", zone)
    assert start == at(2024, 2, 1) + int(hour * 3600) * SECOND


def test_a_zone_given_by_its_offset_is_taken_off():
    assert span("2024-02-01", "day", "-05:00")[0] == at(2024, 2, 1, 5)


@pytest.mark.parametrize(
    ("text", "zone", "code"),
    [
        ("2024-02-30", "", "rule.no_such_date"),
        ("2024-13-01", "", "rule.no_such_date"),
        ("2024-00", "", "rule.no_such_date"),
        ("0000-01-01", "", "rule.no_such_date"),
        ("2024-02-01T24:00", "", "rule.no_such_date"),
        ("2024-02-01T10:61", "", "rule.no_such_date"),
        ("2024-02-01T10:00+25:00", "UTC", "rule.no_such_date"),
        ("01/02/2024", "", "rule.date_form"),
        ("2024-2-1", "", "rule.date_form"),
        ("2024-02-01T10:00Z", "", "rule.no_zone"),
        ("2024-02-01", "Nowhere/Place", "rule.unknown_zone"),
    ],
)
def test_what_is_no_date_is_named(text, zone, code):
    with pytest.raises(EngineError) as caught:
        span(text, "day", zone)
    assert caught.value.code == code
    assert text in caught.value.params.values() or "zone" in caught.value.params


@pytest.mark.parametrize("text", ["20240201", "2024", "-5", "1e-3", "0.5", "age"])
def test_a_number_or_a_word_is_not_taken_for_a_date(text):
    assert not looks_like_date(text)


@pytest.mark.parametrize("text", ["2024-02", "2024-02-30", "1/2/2024", "01.02.24"])
def test_what_was_meant_as_a_date_is_taken_for_one(text):
    assert looks_like_date(text)


@given(st.integers(-(10**12), 10**12), st.sampled_from([10**6, 10**9]))
def test_a_moment_lies_in_exactly_one_second(nanoseconds, per_second):
    ticks = np.array([nanoseconds * per_second // SECOND])
    moments = Moments(ticks=ticks, per_second=per_second, known=np.array([True]))
    second = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        seconds=int(ticks[0]) // per_second
    )
    texts = [
        (second + timedelta(seconds=away)).strftime("%Y-%m-%dT%H:%M:%S")
        for away in (-1, 0, 1)
    ]
    inside = [bool(moments.within(text, "day")[0]) for text in texts]
    assert inside == [False, True, False]
