"""Tokens that stand for a missing value in text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKENS = (
    "", "?", "NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "-nan", "NULL", "null",
    "None", "none", "NaT", "<NA>", "-", ".", " ",
)  # fmt: skip


def without(column: pa.ChunkedArray, tokens: Sequence[str]) -> pa.ChunkedArray:
    """Return a column of texts with the tokens missing, blanks round them or not."""
    bare = pa.array(sorted({token.strip() for token in tokens}), pa.string())
    is_token = pc.is_in(pc.utf8_trim_whitespace(column), bare)
    if not pc.any(is_token).as_py():
        return column
    return pc.if_else(is_token, pa.scalar(None, column.type), column)
