"""A rule written out is read back as the same rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts.errors import EngineError
from engine.contracts.expression import parse
from engine.contracts.rule_text import describe
from engine.contracts.selection import (
    And,
    Dates,
    Missing,
    Not,
    Or,
    Range,
    Rows,
    Saved,
    Selection,
    Values,
    Xor,
)

_NAMES = st.text(min_size=1, max_size=8)
_NUMBERS = st.integers(-50, 50).map(float) | st.floats(-1e3, 1e3)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("age < 25", Range("age", None, 25.0)),
        ("age between 1 and 2", Range("age", 1.0, 2.0, high_closed=True)),
        ("day >= 2024-02-01", Dates("day", "2024-02-01")),
        ("day < 2024-02-01 10:30", Dates("day", None, "2024-02-01 10:30")),
        (
            "day between 2024-02 and 2024-03",
            Dates("day", "2024-02", "2024-03", high_closed=True),
        ),
        ("day = 2024-02-01", Values("day", ("2024-02-01",))),
        ("home = rent", Values("home", ("rent",))),
        ("home != rent", Not(Values("home", ("rent",)))),
        ("home in (rent, 'own it')", Values("home", ("rent", "own it"))),
        ('"a b" is missing', Missing("a b")),
        ("age is not missing", Not(Missing("age"))),
        ("bucket young", Saved("young")),
        ("rows 1, 2", Rows((1, 2))),
    ],
)
def test_reads(text: str, rule: Selection) -> None:
    assert parse(text) == rule


def test_and_binds_closer_than_or() -> None:
    a, b, c = (Missing(name) for name in "abc")
    assert parse("a is missing or b is missing and c is missing") == Or(
        (a, And((b, c)))
    )


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 1), ("age <", 6), ("age < x", 7), ("(a = 1", 7), ("a = 1 b", 7)],
)
def test_an_error_names_its_position(text: str, position: int) -> None:
    with pytest.raises(EngineError) as caught:
        parse(text)
    assert caught.value.code == "rule.syntax"
    assert caught.value.params["position"] == position


_DATES = st.sampled_from(
    [
        "2024",
        "2024-02",
        "2024-02-29",
        "2024-02-29 10:30",
        "2024-02-29T10:30:05.25+01:00",
    ]
)
_LEAVES = st.one_of(
    st.builds(lambda n, d: Dates(n, d, None, low_closed=False), _NAMES, _DATES),
    st.builds(lambda n, d: Dates(n, None, d), _NAMES, _DATES),
    st.builds(lambda n, d, e: Dates(n, d, e, high_closed=True), _NAMES, _DATES, _DATES),
    st.builds(Missing, _NAMES),
    st.builds(Saved, _NAMES),
    st.builds(lambda n, v: Values(n, tuple(v)), _NAMES, st.lists(_NAMES, min_size=1)),
    st.builds(lambda n, v: Range(n, v, None, low_closed=False), _NAMES, _NUMBERS),
    st.builds(lambda n, v: Range(n, None, v), _NAMES, _NUMBERS),
    st.builds(lambda r: Rows(tuple(r)), st.lists(st.integers(0, 99), min_size=1)),
)
_RULES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Xor, inner, inner),
        st.builds(lambda p: And(tuple(p)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda p: Or(tuple(p)), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


@given(_RULES)
def test_a_described_rule_is_read_back(rule: Selection) -> None:
    assert parse(describe(rule)) == rule
