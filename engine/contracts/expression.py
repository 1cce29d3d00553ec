"""A small language for rules: ``age < 25 and housing = rent``.

::

    rule       = both { "or" both }
    both       = single { "and" single }
    single     = "not" single | "(" rule ")" | "bucket" name
               | "rows" number { "," number } | name comparison
    comparison = ("=" | "!=" | "<" | "<=" | ">" | ">=") value
               | ["not"] "in" "(" value { "," value } ")"
               | "between" number "and" number
               | "is" ["not"] "missing"

Names and values that are not one plain word are quoted: ``"monthly income" > 3``.
A bare number is compared as a number with ``<`` and its kin, and as a label with
``=`` where it is quoted.
"""

from __future__ import annotations

import re
from typing import NoReturn

from engine.contracts.errors import EngineError
from engine.contracts.selection import (
    And,
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

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<op><=|>=|!=|<>|==|=|<|>|\(|\)|,)
    | (?P<word>[^\s()<>=!,"']+)
    )""",
    re.VERBOSE,
)
_WORDS = frozenset(
    ["and", "or", "not", "in", "is", "missing", "between", "bucket", "rows", "xor"]
)
_PLAIN = re.compile(r"[^\s()<>=!,\"']+")
_DEEPEST = 100


def parse(text: str) -> Selection:
    """Return the rule that ``text`` says.

    Raises
    ------
    EngineError
        ``rule.syntax`` with ``position`` (from 1), ``found`` and ``expected``.
    """
    parser = _Parser(text)
    found = parser.rule(0)
    parser.end()
    return found


def describe(selection: Selection) -> str:
    """Return a rule as text that :func:`parse` reads back."""
    return _text(selection, 0)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
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
            low = self._number()
            if not self._word("and"):
                self._fail("“and”")
            return Range(name, low, self._number(), high_closed=True)
        if self._word("not"):
            if not self._word("in"):
                self._fail("“in”")
            return Not(Values(name, self._list()))
        if self._word("in"):
            return Values(name, self._list())
        for sign in ("<=", ">=", "<", ">"):
            if self._op(sign):
                return _range(name, sign, self._number())
        for sign in ("=", "=="):
            if self._op(sign):
                return Values(name, (self._value(),))
        if self._op("!=") or self._op("<>"):
            return Not(Values(name, (self._value(),)))
        return self._fail("a comparison such as =, < or in")

    def _list(self) -> tuple[str, ...]:
        self._need("(")
        values = [self._value()]
        while self._op(","):
            values.append(self._value())
        self._need(")")
        return tuple(values)

    def _name(self) -> str:
        kind, text, _ = self._peek()
        if kind == "word" and text.casefold() in _WORDS:
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

    def _number(self) -> float:
        _, text, _ = self._peek()
        try:
            value = float(text)
        except ValueError:
            self._fail("a number")
        self._at += 1
        return value

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
        if after[0][0] == "word" and after[0][1].casefold() in _WORDS:
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


def _range(name: str, sign: str, number: float) -> Selection:
    if sign.startswith("<"):
        return Range(name, None, number, high_closed=sign == "<=")
    return Range(name, number, None, low_closed=sign == ">=")


def _text(selection: Selection, binds: int) -> str:
    match selection:
        case Range():
            return _range_text(selection, binds)
        case Values() if len(selection.labels) == 1:
            return f"{_quoted(selection.column)} = {_quoted(selection.labels[0])}"
        case Values():
            labels = ", ".join(_quoted(label) for label in selection.labels)
            return f"{_quoted(selection.column)} in ({labels})"
        case Missing():
            return f"{_quoted(selection.column)} is missing"
        case Rows():
            return "rows " + ", ".join(str(index) for index in selection.indices)
        case Saved():
            return f"bucket {_quoted(selection.name)}"
        case Not(of=Missing() as of):
            return f"{_quoted(of.column)} is not missing"
        case Not(of=Values() as of) if len(of.labels) == 1:
            return f"{_quoted(of.column)} != {_quoted(of.labels[0])}"
        case Not(of=Values() as of):
            labels = ", ".join(_quoted(label) for label in of.labels)
            return f"{_quoted(of.column)} not in ({labels})"
        case Not():
            return f"not {_text(selection.of, 3)}"
        case And():
            return _joined(" and ", selection.of, 2, binds)
        case Or():
            return _joined(" or ", selection.of, 1, binds)
        case Xor():
            both = (selection.left, selection.right)
            return "(" + " xor ".join(_text(part, 3) for part in both) + ")"


def _joined(word: str, parts: tuple[Selection, ...], level: int, binds: int) -> str:
    text = word.join(_text(part, level + 1) for part in parts)
    return f"({text})" if binds > level - (len(parts) == 1) else text


def _range_text(selection: Range, binds: int) -> str:
    name = _quoted(selection.column)
    low, high = selection.low, selection.high
    if low is not None and high is not None:
        if selection.low_closed and selection.high_closed:
            return f"{name} between {_number_text(low)} and {_number_text(high)}"
        up = ">=" if selection.low_closed else ">"
        down = "<=" if selection.high_closed else "<"
        text = f"{name} {up} {_number_text(low)} and {name} {down} {_number_text(high)}"
        return f"({text})" if binds > 1 else text
    if low is not None:
        return f"{name} {'>=' if selection.low_closed else '>'} {_number_text(low)}"
    if high is not None:
        return f"{name} {'<=' if selection.high_closed else '<'} {_number_text(high)}"
    return f"{name} is not missing"


def _number_text(value: float) -> str:
    value = float(value)  # an int is a float to a type checker, not to Python 3.11
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
