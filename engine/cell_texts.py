"""The text of each cell as a model knows it: the file's, or a spelling of the value.

What is in the file counts first, cell by cell and exactly; only a cell whose text the
model does not know is taken as it was read, in a spelling that the model knows.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.model import Levels
from engine.data.missing import TOKENS
from engine.data.table import text_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from engine.contracts.model import Input
    from engine.data.table import Table

    Codes = NDArray[np.int64]

_TOKENS = frozenset(token.strip() for token in TOKENS)


def needs_texts(table: Table, column: str, field: Input) -> bool:
    """Whether the texts of the file decide what an input is given."""
    kind = table.arrow.schema.field(column).type
    if not is_of_texts(field):
        return field.dtype == "any"
    if not pa.types.is_string(kind):
        return True
    if not table.arrow.column(column).null_count:
        return False
    return not field.categories or has_token(field.categories)


def has_token(known: Collection[str]) -> bool:
    """Whether a level or class is a text that is usually read as missing."""
    return any(text.strip() in _TOKENS for text in known)


def is_of_texts(field: Input) -> bool:
    """Whether the levels of an input are texts."""
    if field.dtype == "string" or field.levels is Levels.TEXT:
        return True
    return bool(field.categories) and field.levels is Levels.UNKNOWN


class SpelledValue(NamedTuple):
    """What a value that was read may be called: ``is_known`` if one is a level."""

    text: str
    is_known: bool


class Cells:
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
            text in known if known else bool(text) or field.blank_is_text
            for text in self._texts
        ]
        self._values = [called(value, known) for value in values]

    @classmethod
    def of(cls, table: Table, column: str, field: Input) -> Cells | None:
        """Return the cells; ``None`` where they are texts already."""
        parsed = table.arrow.column(column)
        written = table.written(column) if needs_texts(table, column, field) else None
        if written is None:
            if pa.types.is_string(parsed.type):
                return None
            nothing = np.full(len(parsed), -1, dtype=np.int64)
            return cls((nothing, []), encoded(parsed), field)
        return cls(encoded(written), encoded(parsed), field)

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
        """Return texts taken for other spellings, and the level of the first one."""
        texts = Counter[str]()
        levels: dict[str, str] = {}
        rows = self._of_value & ~self._of_file & (self._written >= 0)
        pairs = np.stack([self._written[rows], self._read[rows]])
        kinds, counts = np.unique(pairs, axis=1, return_counts=True)
        for (text, value), n in zip(kinds.T.tolist(), counts.tolist(), strict=True):
            if self._texts[text] != self._values[value].text:
                texts[self._texts[text]] += n
                levels[self._texts[text]] = self._values[value].text
        return texts, levels[min(levels)] if levels else ""

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


def encoded(column: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
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


def called(value: Any, known: Collection[str]) -> SpelledValue:
    """Return the level that a value which was read is, or the text for it.

    Whoever fits an encoder on texts makes them of numbers, truth values and dates as
    Python, pandas or a spreadsheet write them.
    """
    if isinstance(value, str):
        return SpelledValue(value, value in known)
    spellings = [text_of(value)]
    if isinstance(value, bool):
        spellings += [str(value), str(value).upper()]
    elif isinstance(value, (int, float)):
        spellings += [repr(float(value)), str(value)]
    elif isinstance(value, (datetime.date, datetime.datetime)):
        spellings = [*_moments(value), *spellings]
    for text in spellings:
        if text in known:
            return SpelledValue(text, is_known=True)
    return SpelledValue(spellings[0], is_known=False)


def _moments(value: datetime.date) -> list[str]:
    if not isinstance(value, datetime.datetime):
        return [value.isoformat(), f"{value.isoformat()} 00:00:00"]
    plain = value.replace(tzinfo=None)
    whole_day = plain.time() == datetime.time()
    days = [plain.date().isoformat()] if whole_day else []
    return [*days, plain.isoformat(" "), plain.isoformat("T"), value.isoformat(" ")]


def plain_text(text: str) -> str:
    """Return the text of a number or truth value as the program writes it."""
    try:
        return text_of(float(text)) if "_" not in text else text
    except (ValueError, OverflowError):
        folded = text.casefold()
        return folded if folded in ("true", "false") else text
