"""Answers about rows, columns and files: what tables and headers show."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Kind, Note
from engine.contracts.model import Mapping, Task
from engine.contracts.provenance import Provenance


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """It is done, and there is nothing to show but perhaps a note."""

    notes: tuple[Note, ...] = ()


class RecognisedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What one dropped path is: ``data``, ``model``, ``case``, ``both``, ``none``."""

    path: str
    what: str
    format: str
    note: Note | None = None


class Recognised(msgspec.Struct, frozen=True, kw_only=True, tag="recognised"):
    """What dropped paths are, folders unfolded."""

    files: tuple[RecognisedFile, ...]


class MatchPreview(msgspec.Struct, frozen=True, kw_only=True, tag="match_preview"):
    """First predictions under a mapping, and whether they make sense.

    Attributes
    ----------
    problems
        What forbids the mapping (missing, extra, mistyped columns): empty if ok.
    rows, truth, prediction, score
        The first rows tried; texts ready to show, ``score`` may hold ``nan``.
    sanity
        Accuracy, or for regression the median absolute error, on ``n_tried``
        rows; ``baseline`` is what the most frequent class (the median) reaches.
    unmatched_labels
        Labels of the target that are no class of the model.
    positive_reason
        Why ``positive`` was taken, where nobody chose it.
    scores_as
        What recorded scores of classes are taken for (``--score-kind``), else ``""``.
    """

    mapping: Mapping
    task: Task
    classes: tuple[str, ...]
    positive: str
    problems: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    n_tried: int = 0
    rows: tuple[int, ...] = ()
    truth: tuple[str, ...] = ()
    prediction: tuple[str, ...] = ()
    score: tuple[float, ...] = ()
    sanity: float | None = None
    baseline: float | None = None
    unmatched_labels: tuple[str, ...] = ()
    positive_reason: Note | None = None
    scores_as: str = ""


class Resolved(msgspec.Struct, frozen=True, kw_only=True, tag="resolved"):
    """A selection as a mask, one bit a row (``contracts.selection.unpack``)."""

    packed: np.ndarray
    n_rows: int
    n_selected: int


class ViewInfo(msgspec.Struct, frozen=True, kw_only=True, tag="view"):
    """Filtered and sorted rows that wait to be read by window."""

    view: int
    n_rows: int
    n_total: int


class ColumnWindow(msgspec.Struct, frozen=True, kw_only=True):
    """The cells of one column in a window.

    Exactly one of the two is filled: ``numbers`` (``nan`` where missing; seconds
    since 1970 for date-times) or ``texts`` (``None`` where missing).
    """

    name: str
    kind: Kind
    numbers: np.ndarray | None = None
    texts: tuple[str | None, ...] = ()


class RowsWindow(msgspec.Struct, frozen=True, kw_only=True, tag="rows_window"):
    """Rows ``start …`` of a view; ``rows`` are their numbers in the part."""

    view: int
    start: int
    rows: np.ndarray
    columns: tuple[ColumnWindow, ...]


class RowPlace(msgspec.Struct, frozen=True, kw_only=True, tag="row_place"):
    """Position of a row in a view, ``-1`` where the view does not show it."""

    view: int
    row: int
    position: int


class ColumnSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a table header shows of one column.

    Attributes
    ----------
    edges, counts
        Histogram of a numeric or date-time column over its finite values.
    top
        Most frequent labels and their counts, others left to ``n_other``.
    quantiles
        Minimum, quartiles and maximum; ``mean`` and ``deviation`` beside them.
    """

    name: str
    kind: Kind
    n_rows: int
    n_missing: int
    n_infinite: int = 0
    n_distinct: int = 0
    edges: np.ndarray | None = None
    counts: np.ndarray | None = None
    top: tuple[tuple[str, int], ...] = ()
    n_other: int = 0
    quantiles: tuple[float, ...] = ()
    mean: float | None = None
    deviation: float | None = None


class ColumnSummaries(msgspec.Struct, frozen=True, kw_only=True, tag="summaries"):
    """Summaries of several columns, over all rows of a part."""

    columns: tuple[ColumnSummary, ...]
    provenance: Provenance


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """How one bucket fares.

    For classification ``rate`` is the error rate with a Wilson interval and
    ``ratio`` its ratio to the rest with a log interval (Katz et al., 1978);
    for regression ``rate`` is the mean absolute error with a bootstrap interval.
    ``share`` is the part of all errors (of all absolute error) that falls here.
    """

    name: str
    rule: str
    n: int
    n_errors: float
    rate: float
    low: float
    high: float
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    share: float | None = None
    small: bool = False


class Buckets(msgspec.Struct, frozen=True, kw_only=True, tag="buckets"):
    """The table of buckets, beside the whole part."""

    task: Task
    buckets: tuple[Bucket, ...]
    overall: Bucket
    weighted: bool = False
    skipped_rows: int = 0
    notes: tuple[Note, ...] = ()
    provenance: Provenance
