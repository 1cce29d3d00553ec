"""A small language for rules: ``age < 25 and housing = rent``.

::

    rule       = both { "or" both }
    both       = single { "and" single }
    single     = "not" single | "(" rule ")" | "bucket" name
               | "rows" number { "," number } | name comparison
    comparison = ("=" | "!=") value
               | ["not"] "in" "(" value { "," value } ")"
               | ("<" | "<=" | ">" | ">=") limit
               | "between" limit "and" limit
               | "is" ["not"] "missing"
    limit      = number | date

Names and values that are not one plain word are quoted: ``"monthly income" > 3``.
A bare number is compared as a number with ``<`` and its kin, and as a label with
``=`` where it is quoted. Dates are ISO texts (:mod:`engine.contracts.dates`):
``day >= 2024-02-01``, ``day between 2024-01 and 2024-03``; a year as a limit is
quoted where the kind of the column is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from engine.contracts.dataset import holds_dates, holds_numbers, is_missing_token
from engine.contracts.dates import day_text, looks_like_date, span
from engine.contracts.errors import EngineError
from engine.contracts.rule_text import WORDS, YEAR, number_text, quoted
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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.contracts.dataset import Column

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<op><=|>=|!=|<>|==|=|<|>|\(|\)|,)
    | (?P<word>[^\s()<>=!,"']+)
    )""",
    re.VERBOSE,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\d{1,2}:\d\d.*")
_DEEPEST = 100


def parse(text: str, columns: Iterable[Column] = ()) -> Selection:
    """Return the rule that ``text`` says.

    Parameters
    ----------
    columns
        Columns whose kinds are known: what is compared with them has to be of their
        kind.

    Raises
    ------
    EngineError
        ``rule.*`` with ``position`` (from 1), ``found`` and what is expected.
    """
    parser = _Parser(text, columns)
    found = parser.rule(0)
    parser.end()
    return found


class _Parser:
    def __init__(self, text: str, columns: Iterable[Column]) -> None:
        self._text = text
        self._columns = {column.name: column for column in columns}
        self._tokens: list[tuple[str, str, int]] = []
        place = 0
        while text[place:].strip():
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                bad = len(text) - len(text[place:].lstrip())
                raise EngineError(
                    "rule.syntax", position=bad + 1, found=text[bad], expected="a value"
                )
            kind = match.lastgroup
            self._tokens.append((kind, match.group(kind), match.start(kind)))
            place = match.end()
        self._at = 0

    def rule(self, depth: int) -> Selection:
        if depth > _DEEPEST:
            self._fail("fewer parentheses")
        parts = [self._both(depth)]
        while self._word("or"):
            parts.append(self._both(depth))
        found = parts[0] if len(parts) == 1 else Or(tuple(parts))
        while self._word("xor"):
            found = Xor(found, self._both(depth))
        return found

    def end(self) -> None:
        if self._at < len(self._tokens):
            self._fail("“and”, “or” or the end")

    def _both(self, depth: int) -> Selection:
        parts = [self._single(depth)]
        while self._word("and"):
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self, depth: int) -> Selection:
        if depth > _DEEPEST:
            self._fail("fewer negations")
        if self._word("not"):
            return Not(self._single(depth + 1))
        if self._op("("):
            found = self.rule(depth + 1)
            self._need(")")
            return found
        if self._keyword_before_name("bucket"):
            return Saved(self._name())
        if self._keyword_before_name("rows"):
            numbers = [self._whole()]
            while self._op(","):
                numbers.append(self._whole())
            return Rows(tuple(numbers))
        return self._comparison(self._name())

    def _comparison(self, name: str) -> Selection:
        if self._word("is"):
            negated = self._word("not")
            if not self._word("missing"):
                self._fail("“missing”")
            return Not(Missing(name)) if negated else Missing(name)
        if self._word("between"):
            low = self._limit(name)
            if not self._word("and"):
                self._fail("“and”")
            return _between(name, low, self._limit(name, isinstance(low, str)))
        if self._word("not"):
            if not self._word("in"):
                self._fail("“in”")
            return Not(Values(name, self._list(name)))
        if self._word("in"):
            return Values(name, self._list(name))
        for sign in ("<=", ">=", "<", ">"):
            if self._op(sign):
                return _range(name, sign, self._limit(name))
        for sign in ("=", "=="):
            if self._op(sign):
                return Values(name, (self._label(name),))
        if self._op("!=") or self._op("<>"):
            return Not(Values(name, (self._label(name),)))
        return self._fail("a comparison such as =, < or in")

    def _list(self, name: str) -> tuple[str, ...]:
        self._need("(")
        values = [self._label(name)]
        while self._op(","):
            values.append(self._label(name))
        self._need(")")
        return tuple(values)

    def _label(self, name: str) -> str:
        """Return a value that the column may be equal to."""
        column, at = self._columns.get(name), self._at
        text = self._with_clock(self._value())
        if column is None or text in column.categories or is_missing_token(text):
            return text
        if holds_dates(column):
            if not YEAR.fullmatch(text) and not looks_like_date(text):
                self._refuse("rule.date_expected", column, at)
            self._check_date(text, at, column)
        elif holds_numbers(column) and _as_number(text) is None:
            self._refuse("rule.number_expected", column, at)
        return text

    def _limit(self, name: str, date: bool = False) -> float | str:
        """Return what a column is compared with: a number, or the text of a date."""
        kind, text, _ = self._peek()
        column, at = self._columns.get(name), self._at
        date = date or (column is not None and holds_dates(column))
        if kind not in {"word", "quoted"}:
            self._fail("a date" if date else "a number")
        if column is not None and not date and not holds_numbers(column):
            self._refuse("rule.no_order", column, at)
        number = _as_number(text) if kind == "word" else None
        if number is not None and not (date and YEAR.fullmatch(text)):
            if date:
                self._refuse("rule.date_expected", column, at)
            self._at += 1
            return number
        text = self._with_clock(self._value())
        if column is not None and not date:
            self._refuse("rule.number_expected", column, at)
        if not looks_like_date(text) and not YEAR.fullmatch(text):
            if date:
                self._refuse("rule.date_expected", column, at)
            self._at = at
            self._fail("a number")
        self._check_date(text, at, column)
        return text

    def _with_clock(self, text: str) -> str:
        """Return a day with the time that stands after it, if one does."""
        kind, after, _ = self._peek()
        if kind == "word" and _DAY.fullmatch(text) and _CLOCK.fullmatch(after):
            self._at += 1
            return f"{text} {after}"
        return text

    def _check_date(self, text: str, at: int, column: Column | None) -> None:
        name = column.name if column is not None else ""
        # what zone it is matters only for an offset where the column has none
        zoned = column is None or "tz=" in column.dtype
        try:
            span(text, name, "UTC" if zoned else "")
        except EngineError as error:
            error.params["position"] = self._tokens[at][2] + 1
            raise

    def _refuse(self, code: str, column: Column | None, at: int) -> NoReturn:
        """Say that a token is none of what the column is compared with."""
        kind, text, place = self._tokens[at]
        raise EngineError(
            code,
            position=place + 1,
            column=column.name if column is not None else "",
            found=text[1:-1] if kind == "quoted" else text,
            example=_example(column),
        )

    def _name(self) -> str:
        kind, text, _ = self._peek()
        if kind == "word" and text.casefold() in WORDS:
            self._fail("the name of a column")
        return self._value("the name of a column")

    def _value(self, expected: str = "a value") -> str:
        kind, text, _ = self._peek()
        if kind not in ("word", "quoted"):
            self._fail(expected)
        self._at += 1
        if kind == "word":
            return text
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)

    def _whole(self) -> int:
        _, text, _ = self._peek()
        if not text.isdecimal() or len(text) > 18:
            self._fail("a row number")
        self._at += 1
        return int(text)

    def _keyword_before_name(self, word: str) -> bool:
        kind, text, _ = self._peek()
        if kind != "word" or text.casefold() != word:
            return False
        after = self._tokens[self._at + 1 : self._at + 2]
        if not after or after[0][0] == "op":
            return False
        if after[0][0] == "word" and after[0][1].casefold() in WORDS:
            return False
        self._at += 1
        return True

    def _word(self, word: str) -> bool:
        kind, text, _ = self._peek()
        if kind == "word" and text.casefold() == word:
            self._at += 1
            return True
        return False

    def _op(self, sign: str) -> bool:
        kind, text, _ = self._peek()
        if kind == "op" and text == sign:
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._op(sign):
            self._fail(f"“{sign}”")

    def _peek(self) -> tuple[str, str, int]:
        if self._at < len(self._tokens):
            return self._tokens[self._at]
        return "end", "", len(self._text)

    def _fail(self, expected: str) -> NoReturn:
        _, text, place = self._peek()
        raise EngineError(
            "rule.syntax", position=place + 1, found=text or "…", expected=expected
        )


def _range(name: str, sign: str, limit: float | str) -> Selection:
    below, closed = sign.startswith("<"), sign.endswith("=")
    if isinstance(limit, str):
        if below:
            return Dates(name, None, limit, high_closed=closed)
        return Dates(name, limit, None, low_closed=closed)
    if below:
        return Range(name, None, limit, high_closed=closed)
    return Range(name, limit, None, low_closed=closed)


def _between(name: str, low: float | str, high: float | str) -> Selection:
    if isinstance(low, str) or isinstance(high, str):
        return Dates(name, str(low), str(high), high_closed=True)
    return Range(name, low, high, high_closed=True)


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _example(column: Column | None) -> str:
    """Return a value as a rule would compare the column with it."""
    if column is None or holds_dates(column):
        low = None if column is None else column.low
        return (day_text(low) if low is not None else "") or "2024-02-01"
    if holds_numbers(column):
        return number_text(column.low if column.low is not None else 25.0)
    return f"{quoted(column.name)} = {quoted((*column.categories, 'rent')[0])}"
