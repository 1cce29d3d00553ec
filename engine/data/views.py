"""Rows filtered and sorted, read a window at a time."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from engine.contracts.dataset import Kind
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.contracts.results import ColumnWindow
from engine.contracts.tables import FORMULA_STARTS, NUMBER, harmless_text
from engine.contracts.whole_files import written_whole
from engine.contracts.workbook import workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.data.table import Table

    Values = NDArray[np.float64] | tuple[NDArray[np.int32], tuple[str, ...]]

_BLOCK = 200_000
_SHEET_BLOCK = 20_000  # rows of a workbook are written one by one


@dataclass(frozen=True, kw_only=True)
class View:
    """Row numbers of a part in the order in which they are shown.

    ``extra`` holds pseudo-columns: values computed when first read.
    """

    table: Table
    order: NDArray[np.int64]
    extra: Mapping[str, Callable[[], Values]]


def open_view(
    table: Table,
    extra: Mapping[str, Callable[[], Values]],
    mask: NDArray[np.bool_] | None,
    sort: Sequence[tuple[str, bool]],
) -> View:
    """Filter and sort rows; missing values come last in either direction.

    Parameters
    ----------
    extra
        Pseudo-columns by name.
    mask
        Rows to show, or ``None`` for all.
    sort
        ``(column, descending)``, the first the most important. Sorting is stable.
    """
    order = np.arange(table.n_rows) if mask is None else np.flatnonzero(mask)
    view = View(table=table, order=order, extra=extra)
    for name, descending in reversed(sort):
        keys = _sort_keys(view, name)[order]
        order = order[_argsort(keys, descending=descending)]
    order.flags.writeable = False
    return View(table=table, order=order, extra=extra)


def window(
    view: View, start: int, stop: int, columns: Sequence[str]
) -> tuple[ColumnWindow, ...]:
    """Return the cells of some columns for rows ``start`` to ``stop`` of a view.

    Raises
    ------
    EngineError
        ``rows.no_such_column``.
    """
    rows = view.order[start:stop]
    return tuple(_cells(view, name, rows) for name in columns)


def export(
    view: View, columns: Sequence[str], path: str, progress: Progress = SILENT
) -> None:
    """Write the rows of a view as Excel, CSV or Parquet, by the suffix.

    In CSV, text that a spreadsheet would run as a formula gets an apostrophe, in
    cells and in names; in a workbook text is text, and numbers and dates are such.
    The file appears whole or not at all.

    Raises
    ------
    EngineError
        ``data.cannot_write``, ``rows.no_such_column``, or where a sheet of Excel has
        no room ``data.too_many_rows``, ``data.too_many_columns``, ``data.long_cell``.
    """
    target = Path(path)
    try:
        with written_whole(target) as partial:
            _write(view, columns, partial, target.suffix.lower(), progress)
    except OSError as error:
        why = error.strerror or str(error)
        raise EngineError("data.cannot_write", file=path, why=why) from error


def _write(
    view: View, columns: Sequence[str], path: Path, suffix: str, progress: Progress
) -> None:
    names = [_title(view, name, columns) for name in columns]
    n_rows = len(view.order)
    if suffix == ".xlsx":
        with workbook(path, len(names), n_rows) as sheet:
            sheet.header(names)
            for rows, block in _blocks(view, columns, names, _SHEET_BLOCK, progress):
                cells = [column.to_pylist() for column in block.columns]
                for number, row in zip(rows, zip(*cells, strict=True), strict=True):
                    sheet.row(row, int(number))
        return
    as_text = suffix != ".parquet"
    if as_text:
        names = [harmless_text(name) for name in names]
    with contextlib.ExitStack() as opened:
        writer: Any = None
        for _rows, block in _blocks(view, columns, names, _BLOCK, progress):
            found = _harmless(block) if as_text else block
            if writer is None:
                make = pcsv.CSVWriter if as_text else pq.ParquetWriter
                writer = opened.enter_context(make(path, found.schema))
            writer.write_table(found)


def _title(view: View, name: str, columns: Sequence[str]) -> str:
    """Return the heading of a column: of what is known of a row, without its ``@``."""
    plain = name.removeprefix("@")
    return plain if name in view.extra and plain not in columns else name


def _blocks(
    view: View,
    columns: Sequence[str],
    names: Sequence[str],
    size: int,
    progress: Progress,
) -> Iterator[tuple[NDArray[np.int64], pa.Table]]:
    """Yield rows of a view and their cells; a view of none has one block."""
    n_rows = len(view.order)
    for start in range(0, max(1, n_rows), size):
        progress.advance(start, n_rows, "data.writing")
        rows = view.order[start : start + size]
        cells = [_arrow(view, name, rows) for name in columns]
        yield rows, pa.Table.from_arrays(cells, names=list(names))
    progress.advance(n_rows, n_rows, "data.writing")


def _arrow(view: View, name: str, rows: NDArray[np.int64]) -> pa.ChunkedArray:
    if name not in view.extra:
        if name not in view.table.names:
            raise EngineError("rows.no_such_column", column=name)
        return view.table.arrow.column(name).take(pa.array(rows))
    values = view.extra[name]()
    if isinstance(values, tuple):
        codes, labels = values
        cells = [labels[code] if code >= 0 else None for code in codes[rows]]
        return pa.chunked_array([pa.array(cells, pa.string())])
    return pa.chunked_array([pa.array(values[rows], from_pandas=True)])


def _harmless(block: pa.Table) -> pa.Table:
    for place, field in enumerate(block.schema):
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        if is_text or pa.types.is_dictionary(field.type):
            column = block.column(place).cast(pa.string())
            first = pc.utf8_slice_codeunits(column, 0, 1)
            begun = pc.is_in(first, pa.array(FORMULA_STARTS))
            runs = pc.and_not(begun, pc.match_substring_regex(column, NUMBER))
            if pc.any(runs).as_py():
                quoted = pc.binary_join_element_wise("'", column, "")
                column = pc.if_else(runs, quoted, column)
                block = block.set_column(place, field.name, column)
    return block


def _sort_keys(view: View, name: str) -> NDArray[Any]:
    if name in view.extra:
        values = view.extra[name]()
        return values[0] if isinstance(values, tuple) else values
    if name not in view.table.names:
        raise EngineError("rows.no_such_column", column=name)
    try:
        return view.table.numbers(name)
    except TypeError:
        codes, labels = view.table.codes(name)
        rank = np.empty(len(labels) + 1, dtype=np.int64)
        rank[np.argsort(np.asarray(labels, dtype=object), kind="stable")] = np.arange(
            len(labels)
        )
        rank[-1] = -1
        return rank[codes]


def _argsort(keys: NDArray[Any], *, descending: bool) -> NDArray[np.int64]:
    missing = np.isnan(keys) if keys.dtype.kind == "f" else keys < 0
    present = np.flatnonzero(~missing)
    order = np.argsort(-keys[present] if descending else keys[present], kind="stable")
    return np.concatenate([present[order], np.flatnonzero(missing)])


def _cells(view: View, name: str, rows: NDArray[np.int64]) -> ColumnWindow:
    if name in view.extra:
        values = view.extra[name]()
        if isinstance(values, tuple):
            codes, labels = values
            texts = tuple(labels[c] if c >= 0 else None for c in codes[rows])
            return ColumnWindow(name=name, kind=Kind.CATEGORICAL, texts=texts)
        return ColumnWindow(name=name, kind=Kind.NUMERIC, numbers=values[rows])
    if name not in view.table.names:
        raise EngineError("rows.no_such_column", column=name)
    kind = view.table.arrow.schema.field(name).type
    if pa.types.is_temporal(kind):
        values = view.table.shown_numbers(name)
        return ColumnWindow(name=name, kind=Kind.DATETIME, numbers=values[rows])
    if view.table.is_numeric(name):
        values = view.table.numbers(name)
        return ColumnWindow(name=name, kind=Kind.NUMERIC, numbers=values[rows])
    texts = tuple(view.table.texts(name, rows))
    return ColumnWindow(name=name, kind=Kind.CATEGORICAL, texts=texts)
