"""Tokens that stand for a missing value in text."""

from __future__ import annotations

TOKENS = (
    "", "?", "NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "-nan", "NULL", "null",
    "None", "none", "NaT", "<NA>", "-", ".", " ",
)  # fmt: skip
