"""Values for an input of which the model does not say what it accepts.

Such an input is given what its file says, as whoever reads the file for training with
pandas has it by default: numbers are numbers, and all else is text. Dates, shares of
per cent and what else the program reads out of texts stay texts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.cell_texts import encoded

if TYPE_CHECKING:
    from engine.data.table import Table

# what pandas reads as missing by default, in files whose cells have no type
_MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
    "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_TRUTH = ("true", "false")


class AsInFile(NamedTuple):
    """A column as its file has it.

    Attributes
    ----------
    values
        The column.
    example
        A text of a column that the program reads as something else, ``""`` of any
        other column.
    """

    values: pa.ChunkedArray
    example: str


def as_in_file(table: Table, column: str) -> AsInFile:
    """Return a column as its file has it, dates and per cent as their texts."""
    parsed = table.arrow.column(column)
    written = table.written(column)
    if written is None:
        return AsInFile(parsed, "")
    texts = written.cast(pa.string())
    if table.has_untyped_cells(column):
        blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
        is_missing = pc.or_(blank, pc.is_in(texts, pa.array(_MISSING)))
        texts = pc.if_else(is_missing, pa.scalar(None, pa.string()), texts)
    if pa.types.is_string(parsed.type):
        return AsInFile(pc.coalesce(texts, parsed), "")
    of_value = pc.and_(pc.is_valid(parsed), pc.is_valid(written))
    whole = pc.sum(of_value).as_py() == len(parsed) - parsed.null_count
    only_text = pc.any(pc.and_(pc.is_null(parsed), pc.is_valid(texts))).as_py()
    as_read = not only_text and _is_as_read(
        parsed.filter(of_value), written.filter(of_value), table.decimal(column)
    )
    if not whole or as_read:
        return AsInFile(parsed, "")
    row = int(np.argmax(of_value.to_numpy()))
    return AsInFile(texts, texts[row].as_py() or "")


def _is_as_read(
    values: pa.ChunkedArray, written: pa.ChunkedArray, decimal: str
) -> bool:
    """Whether numbers and truth values are what their texts plainly say."""
    if pa.types.is_temporal(values.type):
        return False
    kinds, texts = encoded(written)
    if pa.types.is_boolean(values.type):
        return all(text.strip().casefold() in _TRUTH for text in texts)
    said = np.array([_number(text, decimal) for text in texts])[kinds]
    read = pc.cast(values, pa.float64(), safe=False).to_numpy()
    return bool(np.isclose(said, read, rtol=1e-12, atol=0.0, equal_nan=True).all())


def _number(text: str, decimal: str) -> float:
    """Return the number that a text is with no sign between thousands, or infinity."""
    if text.strip().casefold() in _TRUTH:
        return float(text.strip().casefold() == _TRUTH[0])
    if decimal != ".":
        text = text.replace(decimal, ".")
    return float(text) if _NUMBER.fullmatch(text) else math.inf


def kept_tokens(given: pa.ChunkedArray, parsed: pa.ChunkedArray) -> Counter[str]:
    """Return texts that were read as missing and are given as texts → rows."""
    if not pa.types.is_string(given.type):
        return Counter()
    kept = given.filter(pc.and_(pc.is_valid(given), pc.is_null(parsed)))
    return Counter(text for text in kept.to_pylist() if text.strip())
