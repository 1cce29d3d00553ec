"""Rows filtered and sorted, read a window at a time."""

from __future__ import annotations

import contextlib
import os
import tempfile
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.data.table import Table

    Values = NDArray[np.float64] | tuple[NDArray[np.int32], tuple[str, ...]]

_BLOCK = 200_000
# A text that starts like this would be run as a formula by a spreadsheet …
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# … unless it is a number.
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


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
    """Write the rows of a view as CSV or Parquet, by the suffix.

    In CSV, text that a spreadsheet would run as a formula gets an apostrophe, in
    cells and in names. The file appears whole or not at all.

    Raises
    ------
    EngineError
        ``data.cannot_write`` or ``rows.no_such_column``.
    """
    target = Path(path)
    partial = ""
    try:
        handle, partial = tempfile.mkstemp(dir=target.parent, prefix=".trasluz-")
        os.close(handle)
        _write(view, columns, Path(partial), target.suffix.lower(), progress)
        Path(partial).replace(target)
    except OSError as error:
        why = error.strerror or str(error)
        raise EngineError("data.cannot_write", file=path, why=why) from error
    finally:
        if partial:
            Path(partial).unlink(missing_ok=True)


def _write(
    view: View, columns: Sequence[str], path: Path, suffix: str, progress: Progress
) -> None:
    names = [name.removeprefix("@") for name in columns]
    as_text = suffix != ".parquet"
    if as_text:
        names = [f"'{name}" if name.startswith(_FORMULA) else name for name in names]
    with contextlib.ExitStack() as opened:
        writer: Any = None
        for start in range(0, max(1, len(view.order)), _BLOCK):
            progress.advance(start, len(view.order), "data.writing")
            rows = view.order[start : start + _BLOCK]
            block = pa.Table.from_arrays(
                [_arrow(view, name, rows) for name in columns], names=names
            )
            if as_text:
                block = _harmless(block)
            if writer is None:
                make = pcsv.CSVWriter if as_text else pq.ParquetWriter
                writer = opened.enter_context(make(path, block.schema))
            writer.write_table(block)
    progress.advance(len(view.order), len(view.order), "data.writing")


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
        if pa.types.is_string(field.type):
            column = block.column(place)
            begun = pc.is_in(pc.utf8_slice_codeunits(column, 0, 1), pa.array(_FORMULA))
            runs = pc.and_not(begun, pc.match_substring_regex(column, _NUMBER))
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
