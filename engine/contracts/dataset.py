"""A data set as everyone but the reader sees it: columns, roles, parts."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from engine.contracts.errors import Param

# What stands for a missing value in texts, unless a model knows it as a value.
MISSING_TOKENS = (
    "", "?", "NA", "N/A", "n/a", "na", "#N/A", "NaN", "nan", "-nan", "NULL", "null",
    "None", "none", "NaT", "<NA>", "-", ".", " ",
)  # fmt: skip
_BARE_TOKENS = frozenset(token.strip() for token in MISSING_TOKENS)


def is_missing_token(text: str) -> bool:
    """Return whether a text is usually read as a missing value."""
    return text.strip() in _BARE_TOKENS


class Kind(StrEnum):
    """What the values of a column are."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    ORDINAL = "ordinal"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    TEXT = "text"
    IMAGE = "image"


class Role(StrEnum):
    """What a column is for."""

    TARGET = "target"
    FEATURE = "feature"
    SCORE = "score"
    PREDICTION = "prediction"
    GROUP = "group"
    DOMAIN = "domain"
    TIME = "time"
    ENTITY = "entity"
    SPLIT = "split"
    WEIGHT = "weight"
    TEXT = "text"
    IMAGE = "image"
    IGNORE = "ignore"


class Part(StrEnum):
    """The use of a block of rows."""

    EVALUATION = "evaluation"
    REFERENCE = "reference"
    CALIBRATION = "calibration"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A decision taken or a thing noticed, as a code with its place."""

    code: str
    params: dict[str, Param] = {}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: what it is, what it is for, and why we think so.

    Attributes
    ----------
    dtype
        Storage type as Arrow spells it.
    kind_reason, role_reason
        Why the kind and the role were inferred, or ``schema.chosen`` by hand.
    n_missing, n_distinct
        Counts over the evaluation part (``n_distinct`` does not count missing).
    categories
        Levels in order, for categorical, ordinal and boolean columns of at most
        1,000 levels; empty otherwise.
    low, high
        Extremes of a numeric or date-time column (seconds since 1970, UTC).
    """

    name: str
    kind: Kind
    role: Role
    dtype: str
    kind_reason: Note
    role_reason: Note
    n_missing: int = 0
    n_distinct: int = 0
    categories: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    notes: tuple[Note, ...] = ()


_NUMBERS = ("int", "uint", "half", "float", "double", "decimal", "bool")


def holds_dates(column: Column) -> bool:
    """Return whether a column is stored as dates, whatever it is used as."""
    return column.dtype.startswith(("timestamp", "date"))


def holds_numbers(column: Column) -> bool:
    """Return whether a column is stored as numbers, whatever it is used as."""
    return column.dtype.startswith(_NUMBERS)


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is read; ``None`` means *find out*, and the answer is recorded.

    Attributes
    ----------
    header
        Whether the columns have names in the file.
    header_line
        Line of the file, or row of the sheet, that holds them; the first is 1.
    first_line
        Line in which the rows begin.
    quote
        The sign round cells that hold separators; ``""`` for none.
    day_first
        Whether 1/2/2024 is in February.
    separated
        Whether texts such as 1,234.5 and 12 % are numbers.
    """

    format: str | None = None
    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    quote: str | None = None
    header: bool | None = None
    header_line: int | None = None
    first_line: int | None = None
    sheet: str | None = None
    missing_tokens: tuple[str, ...] | None = None
    day_first: bool | None = None
    separated: bool | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was read."""

    path: str
    sha256: str
    size: int
    n_rows: int
    options: ReadOptions
    sheets: tuple[str, ...] = ()


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Which value of which column means which part."""

    column: str
    evaluation: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    calibration: tuple[str, ...] = ()


class ColumnChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The user's word on a column; ``None`` leaves what was inferred."""

    kind: Kind | None = None
    role: Role | None = None
    missing_tokens: tuple[str, ...] = ()


class PartInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One loaded part."""

    part: Part
    n_rows: int
    sources: tuple[Source, ...]
    fingerprint: str


class DatasetInfo(msgspec.Struct, frozen=True, kw_only=True, tag="dataset"):
    """The data set of a case. Holds no rows."""

    name: str
    columns: tuple[Column, ...]
    parts: tuple[PartInfo, ...]
    split: Split | None = None
    notes: tuple[Note, ...] = ()

    def part(self, part: Part) -> PartInfo | None:
        """Return the named part, or ``None`` where it is not loaded."""
        return next((p for p in self.parts if p.part is part), None)

    def column(self, name: str) -> Column | None:
        """Return the named column, or ``None``."""
        return next((c for c in self.columns if c.name == name), None)

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """Return the columns that have ``role``."""
        return tuple(c for c in self.columns if c.role is role)
