"""Columns in the values that a model knows, whatever a reader took them for.

A level or class that is a text is looked for among the texts of the file, cell by
cell and exactly; only cells without such a text are taken as they were read. What a
cell becomes depends on that cell alone, never on the rows beside it.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.model import Levels
from engine.contracts.score_names import subjects
from engine.data.long_numbers import EXACT
from engine.data.missing import TOKENS
from engine.data.table import MOST_CODES, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from engine.contracts.model import Input, RecordedScores
    from engine.data.table import Table

    Codes = NDArray[np.int64]

_TOKENS = frozenset(token.strip() for token in TOKENS)
_NUMBERS = ("float", "int")
_TRUTH = {"true": 1.0, "false": 0.0}
_PLAIN_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", re.ASCII)


def needs_texts(table: Table, column: str, field: Input) -> bool:
    """Whether the texts of the file decide what an input is given."""
    kind = table.arrow.schema.field(column).type
    if field.dtype == "any":
        return bool(table.arrow.column(column).null_count)
    if not _is_of_texts(field):
        return False
    if not pa.types.is_string(kind):
        return True
    if not table.arrow.column(column).null_count:
        return False
    return not field.categories or _has_token(field.categories)


def feature(table: Table, column: str, field: Input) -> pa.ChunkedArray:
    """Return a column as an input of a model is given it."""
    parsed = table.arrow.column(column)
    if field.dtype in _NUMBERS and parsed.null_count == len(parsed):
        return pa.chunked_array([pa.nulls(len(parsed), pa.float64())])
    if field.dtype in _NUMBERS and pa.types.is_string(parsed.type):
        numbers = plain_numbers(parsed)
        return parsed if numbers is None else numbers
    if _is_of_texts(field):
        cells = _Cells.of(table, column, field)
        return parsed if cells is None else cells.texts()
    if field.levels is Levels.NUMBER and pa.types.is_string(parsed.type):
        return _as_numbers(parsed, field)
    if field.levels is Levels.BOOLEAN and not pa.types.is_boolean(parsed.type):
        return _as_booleans(parsed)
    return parsed


@dataclass(frozen=True, kw_only=True)
class Doubts:
    """What is doubtful about the values of an input.

    Attributes
    ----------
    unknown
        Values that the model does not know → rows.
    n_missing
        Rows without a value.
    respelled
        Texts of the file → rows that were taken as another spelling of a level.
    spelled
        The level that the first of ``respelled`` was taken for.
    tokens
        Texts that may mean a missing value, or a value that the model knows → rows.
    kept
        Whether the model is given ``tokens`` as texts, else as missing.
    """

    unknown: Counter[str]
    n_missing: int
    respelled: Counter[str]
    spelled: str
    tokens: Counter[str]
    kept: bool


def doubts(table: Table, column: str, field: Input) -> Doubts:
    """Return what is doubtful about the values of an input.

    Raises
    ------
    TypeError
        If a model of few levels is given a column of many different numbers.
    """
    given = feature(table, column, field)
    unknown: Counter[str] = Counter()
    if field.categories:
        if len(field.categories) <= MOST_CODES:
            table.codes(column)
        unknown = _unknown(given, field)
    if field.levels is Levels.NUMBER:
        unknown += _lost(table.arrow.column(column), given)
    respelled, spelled, tokens = Counter[str](), "", Counter[str]()
    if needs_texts(table, column, field):
        cells = _Cells.of(table, column, field)
        if cells is not None:
            respelled, spelled = cells.respelled()
            tokens = cells.tokens() if not field.categories else tokens
    return Doubts(
        unknown=unknown,
        n_missing=given.null_count,
        respelled=respelled,
        spelled=spelled,
        tokens=tokens,
        kept=_is_of_texts(field),
    )


def _unknown(given: pa.ChunkedArray, field: Input) -> Counter[str]:
    """Return the values that are no level; texts only if they are the very same."""
    codes, values = _encoded(given)
    counts = np.bincount(codes[codes >= 0], minlength=len(values)).tolist()
    loose = field.levels in (Levels.NUMBER, Levels.BOOLEAN)
    known = {*(map(_plain, field.categories) if loose else field.categories)}
    texts = [text_of(value) for value in values]
    if field.levels is Levels.DATE:  # a day is the same moment as its midnight
        texts = [_called(value, known).text for value in values]
    return Counter(
        {
            text: n
            for text, n in zip(texts, counts, strict=True)
            if n and (_plain(text) if loose else text) not in known
        }
    )


def labels(
    table: Table, column: str, known: Collection[str], *, missing_only: bool = False
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return a column's labels: known texts of the file first, else as it was read.

    Parameters
    ----------
    known
        Classes of the model, and other labels that mean one.
    missing_only
        Whether only what was read as missing is looked for among the texts.

    Returns
    -------
    codes
        ``(n,)``, ``-1`` where missing.
    labels
        What the codes stand for.

    Raises
    ------
    TypeError
        See :meth:`engine.data.table.Table.codes`.
    """
    codes, names = table.codes(column)
    hidden = _has_token(known) and bool((codes < 0).any())
    if not hidden and (missing_only or _one_spelling(table, column, known, names)):
        return codes, names
    written = table.written(column)
    if written is None:
        return codes, names
    own, texts = _encoded(written)
    place = {name: code for code, name in enumerate(names)}
    of_text = np.full(len(texts) + 1, -1, dtype=np.int32)
    for code, text in enumerate(texts):
        if text in known:
            of_text[code] = place.setdefault(text, len(place))
    taken = (of_text[own] >= 0) & ((codes < 0) | (not missing_only))
    found = np.where(taken, of_text[own], codes).astype(np.int32)
    return found, tuple(place)


def tokens(table: Table, column: str) -> Counter[str]:
    """Return the texts of a column, blanks apart, that were read as missing → rows."""
    parsed = table.arrow.column(column)
    written = table.written(column) if parsed.null_count else None
    if written is None:
        return Counter()
    texts = written.filter(pc.is_null(parsed)).cast(pa.string())
    return Counter(t for t in texts.drop_null().to_pylist() if t.strip())


def recorded_classes(
    table: Table, target: str, recorded: RecordedScores
) -> tuple[str, ...]:
    """Return the classes of recorded scores: the labels of their target.

    Among them what looks like a missing value, if the scores speak of it: a model
    leaves no label out, so a text in a column of its labels is one, and so is what
    a score column is named after.

    Raises
    ------
    TypeError
        See :meth:`engine.data.table.Table.codes`.
    """
    known = set(recorded.classes)
    if recorded.prediction in table.names:
        known |= set(tokens(table, recorded.prediction))
    if len(recorded.scores) > 1:
        named = {word.casefold() for name in recorded.scores for word in subjects(name)}
        known |= {t for t in tokens(table, target) if t.casefold() in named}
    _, found = labels(table, target, known) if known else table.codes(target)
    return found


def _one_spelling(
    table: Table, column: str, known: Collection[str], names: Sequence[str]
) -> bool:
    """Whether labels can be no others than those that were read."""
    if pa.types.is_string(table.arrow.schema.field(column).type):
        return True
    return set(names) <= set(known) and all(_plain(name) == name for name in known)


def _plain(text: str) -> str:
    """Return the text of a number or truth value as the program writes it."""
    try:
        return text_of(float(text)) if "_" not in text else text
    except (ValueError, OverflowError):
        folded = text.casefold()
        return folded if folded in ("true", "false") else text


def _has_token(known: Collection[str]) -> bool:
    return any(text.strip() in _TOKENS for text in known)


def _is_of_texts(field: Input) -> bool:
    if field.dtype == "string" or field.levels is Levels.TEXT:
        return True
    return bool(field.categories) and field.levels is Levels.UNKNOWN


class _Read(NamedTuple):
    """What a value that was read may be called: ``is_known`` if one is a level."""

    text: str
    is_known: bool


class _Cells:
    """A column as it was read beside its texts in the file."""

    def __init__(
        self,
        written: tuple[Codes, list[str]],
        read: tuple[Codes, list[Any]],
        field: Input,
    ) -> None:
        self._written, self._texts = written
        self._read, values = read
        known = set(field.categories)
        self._is_known = [
            text in known if known else bool(text) for text in self._texts
        ]
        self._values = [_called(value, known) for value in values]

    @classmethod
    def of(cls, table: Table, column: str, field: Input) -> _Cells | None:
        """Return the cells; ``None`` where they are texts already."""
        parsed = table.arrow.column(column)
        written = table.written(column) if needs_texts(table, column, field) else None
        if written is None:
            if pa.types.is_string(parsed.type):
                return None
            nothing = np.full(len(parsed), -1, dtype=np.int64)
            return cls((nothing, []), _encoded(parsed), field)
        return cls(_encoded(written), _encoded(parsed), field)

    def texts(self) -> pa.ChunkedArray:
        """Return the text of each cell, missing where there is none."""
        n = len(self._texts)
        codes = np.where(
            self._of_file,
            self._written,
            np.where(
                self._of_value,
                n + self._read,
                np.where(
                    self._read < 0,
                    -1,
                    np.where(self._written >= 0, self._written, n + self._read),
                ),
            ),
        )
        names = pa.array([*self._texts, *(v.text for v in self._values)], pa.string())
        taken = names.take(pa.array(codes, mask=codes < 0))
        return pa.chunked_array([taken])

    def respelled(self) -> tuple[Counter[str], str]:
        """Return the texts taken for another spelling of a level, and of which."""
        found = Counter[str]()
        first = ""
        rows = self._of_value & ~self._of_file & (self._written >= 0)
        pairs = np.stack([self._written[rows], self._read[rows]])
        kinds, counts = np.unique(pairs, axis=1, return_counts=True)
        for (text, value), n in zip(kinds.T.tolist(), counts.tolist(), strict=True):
            if self._texts[text] != self._values[value].text:
                found[self._texts[text]] += n
                first = first or self._values[value].text
        return found, first

    def tokens(self) -> Counter[str]:
        """Return the texts, blanks apart, that were taken for a missing value."""
        rows = (self._read < 0) & (self._written >= 0)
        counts = np.bincount(self._written[rows], minlength=len(self._texts))
        return Counter(
            {
                text: n
                for text, n in zip(self._texts, counts.tolist(), strict=True)
                if n and text.strip()
            }
        )

    @property
    def _of_file(self) -> NDArray[np.bool_]:
        return np.array([*self._is_known, False])[self._written]

    @property
    def _of_value(self) -> NDArray[np.bool_]:
        known = [value.is_known for value in self._values]
        return np.array([*known, False])[self._read]


def _encoded(column: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
    """Return codes, ``-1`` where missing, and the different values."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    column = column.unify_dictionaries()
    values = column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
    chunks = [
        np.asarray(pc.fill_null(chunk.indices, -1).to_numpy(zero_copy_only=False))
        for chunk in column.chunks
    ]
    codes = np.concatenate(chunks) if chunks else np.empty(0)
    return codes.astype(np.int64), values


def _called(value: Any, known: Collection[str]) -> _Read:
    """Return the level that a value which was read is, or the text for it.

    Whoever fits an encoder on texts makes them of numbers, truth values and dates as
    Python, pandas or a spreadsheet write them.
    """
    if isinstance(value, str):
        return _Read(value, value in known)
    spellings = [text_of(value)]
    if isinstance(value, bool):
        spellings += [str(value), str(value).upper()]
    elif isinstance(value, (int, float)):
        spellings += [repr(float(value)), str(value)]
    elif isinstance(value, (datetime.date, datetime.datetime)):
        spellings = [*_moments(value), *spellings]
    for text in spellings:
        if text in known:
            return _Read(text, is_known=True)
    return _Read(spellings[0], is_known=False)


def _moments(value: datetime.date) -> list[str]:
    if not isinstance(value, datetime.datetime):
        return [value.isoformat(), f"{value.isoformat()} 00:00:00"]
    plain = value.replace(tzinfo=None)
    whole_day = plain.time() == datetime.time()
    days = [plain.date().isoformat()] if whole_day else []
    return [*days, plain.isoformat(" "), plain.isoformat("T"), value.isoformat(" ")]


def _as_numbers(texts: pa.ChunkedArray, field: Input) -> pa.ChunkedArray:
    """Return the levels that texts of numbers are; what is no level is missing.

    Where no text is a level, the texts stay: it is another column.
    """
    levels = {float(level) for level in field.categories}
    codes, values = _encoded(texts)
    numbers = [_number(value) for value in values]
    found = [number if number in levels else None for number in numbers]
    if all(number is None for number in found):
        return texts
    cells = pa.array(found, pa.float64())
    return pa.chunked_array([cells.take(pa.array(codes, mask=codes < 0))])


def plain_numbers(texts: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return texts as numbers where all are such, as Python writes them, and kept.

    ``None`` where one is something else, or whole and longer than a float keeps.
    Truth values alone are 1 and 0, as they are where a reader finds them itself.
    """
    codes, values = _encoded(texts)
    numbers = [float(v) if _PLAIN_NUMBER.fullmatch(v) else np.inf for v in values]
    if {v.casefold() for v in values} <= _TRUTH.keys():
        numbers = [_TRUTH[v.casefold()] for v in values]
    if any(abs(number) > EXACT for number in numbers):
        return None
    cells = pa.array(numbers, pa.float64())
    return pa.chunked_array([cells.take(pa.array(codes, mask=codes < 0))])


def _number(text: str) -> float | None:
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def _as_booleans(column: pa.ChunkedArray) -> pa.ChunkedArray:
    codes, values = _encoded(column)
    words = {"true": True, "false": False, "1": True, "0": False}
    found = [words.get(text_of(value).casefold()) for value in values]
    if any(word is None for word in found):
        return column
    booleans = pa.array(found, pa.bool_())
    return pa.chunked_array([booleans.take(pa.array(codes, mask=codes < 0))])


def _lost(parsed: pa.ChunkedArray, given: pa.ChunkedArray) -> Counter[str]:
    """Return the texts that are no number, and so no level of a model of numbers."""
    if not pa.types.is_string(parsed.type) or pa.types.is_string(given.type):
        return Counter()
    texts = parsed.filter(pc.and_(pc.is_valid(parsed), pc.is_null(given)))
    return Counter(texts.to_pylist())
