"""Tokens that stand for a missing value in text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import MISSING_TOKENS

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKENS = MISSING_TOKENS


def without(column: pa.ChunkedArray, tokens: Sequence[str]) -> pa.ChunkedArray:
    """Return a column with the tokens missing, blanks round them or not.

    Numbers are compared as numbers, dates as ISO 8601 writes their days.
    """
    bare = sorted({token.strip() for token in tokens})
    kind = column.type
    if pa.types.is_string(kind):
        compared, wanted = pc.utf8_trim_whitespace(column), pa.array(bare, pa.string())
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        numbers = [float(token) for token in bare if is_number(token)]
        compared = pc.cast(column, pa.float64(), safe=False)
        wanted = pa.array(numbers, pa.float64())
    else:
        compared = pc.utf8_slice_codeunits(pc.cast(column, pa.string()), 0, 10)
        wanted = pa.array(bare, pa.string())
    is_token = pc.is_in(compared, wanted)
    if not pc.any(is_token).as_py():
        return column
    return pc.if_else(is_token, pa.scalar(None, kind), column)


def is_number(text: str, decimal: str = ".") -> bool:
    """Return whether a text can be read as a number, with a decimal sign."""
    try:
        float(text.replace(decimal, "."))
    except ValueError:
        return False
    return True
