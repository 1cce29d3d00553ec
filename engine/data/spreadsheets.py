"""Excel and OpenDocument workbooks, by calamine."""

from __future__ import annotations

import datetime
import os
import tempfile
import threading
import zipfile
from bisect import bisect_left
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pyarrow as pa
import python_calamine

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.data import compound_files, header, sheet_extents
from engine.data.missing import TOKENS
from engine.zip_directory import open_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from engine.contracts.dataset import ReadOptions
    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress

_Answer = TypeVar("_Answer")

_STDERR = 2
_PANIC = "PanicException"  # of the library's language; derives from BaseException
_stderr_taken = threading.Lock()
MOST_CELLS = 100_000_000
MOST_INFLATED = 4 << 30
MOST_RATIO = 200
_RATIO_FROM = 64 << 20
_BLOCK = 1000
_GLANCE_S = 0.05
_MOST_NAMED = 8
_SHARE = 0.7  # of the time goes into the cells, the rest into columns


def read(
    path: Path, options: ReadOptions, progress: Progress
) -> tuple[pa.Table, ReadOptions, tuple[str, ...], tuple[Note, ...]]:
    """Return ``(table, options, sheets, notes)``; options say how it was read.

    Raises
    ------
    EngineError
        ``data.bomb``, ``data.encrypted``, ``data.no_sheet``, ``data.too_many_cells``,
        ``data.no_such_line``.
    """
    with _named_damage(path):
        return _read(path, options, progress)


def read_as_written(
    path: Path, options: ReadOptions, places: Sequence[int], progress: Progress
) -> list[pa.ChunkedArray]:
    """Return the texts in some columns as they were typed, blanks as ``""``.

    Missing where a cell holds something else than a text.
    """
    with _named_damage(path):
        book = _book(path, progress)
        rows, lines = _rows(book, options.sheet or "", path, progress)
    _, columns = _laid_out(rows, lines, options, path.name)
    cells = [columns[place][1] for place in places]
    progress.advance(1, 1, "data.reading")
    return [
        pa.chunked_array(
            [pa.array([c if isinstance(c, str) else None for c in some], pa.string())]
        )
        for some in cells
    ]


@contextmanager
def _named_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except python_calamine.PasswordError as error:
        raise EngineError("data.encrypted", file=path.name) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        why = "its parts contradict one another"
        raise EngineError(
            "data.damaged", file=path.name, format="excel", why=why
        ) from error


def _read(
    path: Path, options: ReadOptions, progress: Progress
) -> tuple[pa.Table, ReadOptions, tuple[str, ...], tuple[Note, ...]]:
    book = _book(path, progress)
    sheets = tuple(book.sheet_names)
    if options.sheet is not None and options.sheet not in sheets:
        raise EngineError(
            "data.no_sheet", file=path.name, sheet=options.sheet, sheets=sheets
        )
    notes: tuple[Note, ...] = ()
    if options.sheet is not None:
        chosen, rows, places = (
            options.sheet,
            *_rows(book, options.sheet, path, progress),
        )
    else:
        chosen, rows, places = _first_filled(book, path, progress)
        if len(sheets) > 1:
            notes = (_sheet_note(path.name, chosen, sheets),)
    options = msgspec.structs.replace(options, sheet=chosen)
    table, used, of_table = _table(rows, places, options, path.name, progress)
    progress.advance(1, 1, "data.reading")
    return table, used, sheets, notes + of_table


def _book(path: Path, progress: Progress) -> python_calamine.CalamineWorkbook:
    _check_size(path)
    _check_extent(path, progress)
    progress.advance(0, 1, "data.reading")
    return _awaited(
        lambda: python_calamine.CalamineWorkbook.from_path(str(path)), progress
    )


def _first_filled(
    book: python_calamine.CalamineWorkbook, path: Path, progress: Progress
) -> tuple[str, list[list[Any]], list[int]]:
    """Return the first visible sheet that holds cells, hidden ones failing that."""
    tables = [
        sheet
        for sheet in book.sheets_metadata
        if sheet.typ is python_calamine.SheetTypeEnum.WorkSheet
    ]
    hidden = python_calamine.SheetVisibleEnum.Visible
    tables.sort(key=lambda sheet: sheet.visible is not hidden)
    names = [sheet.name for sheet in tables] or list(book.sheet_names)
    for name in names:
        rows, places = _rows(book, name, path, progress)
        if rows:
            return name, rows, places
    return next(iter(names), ""), [], []


def _sheet_note(file: str, chosen: str, sheets: tuple[str, ...]) -> Note:
    others = tuple(name for name in sheets if name != chosen)
    params: dict[str, Param] = {
        "file": file,
        "n": len(sheets),
        "sheet": chosen,
        "sheets": others[:_MOST_NAMED],
    }
    return Note(code="data.one_of_sheets", params=params)


def _awaited(call: Callable[[], _Answer], progress: Progress) -> _Answer:
    """Return what a call returns; a cancel leaves it behind.

    Opening a workbook or a sheet is one call into the library, which holds no lock but
    cannot be stopped: seconds for millions of cells. In a thread of its own it may go
    on to its end while nobody waits for it.
    """
    future: Future[_Answer] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)

    with _silent_panics():
        threading.Thread(target=work, name="workbook", daemon=True).start()
        while not wait((future,), timeout=_GLANCE_S).done:
            progress.raise_if_cancelled()
    return future.result()


@contextmanager
def _silent_panics() -> Iterator[None]:
    """Keep what the library itself writes to the terminal when it panics.

    It writes a place in its sources; the exception that follows says that it did.
    """
    if not _stderr_taken.acquire(blocking=False):
        yield  # by another workbook, which restores it
        return
    with tempfile.TemporaryFile() as written:
        terminal = os.dup(_STDERR)
        os.dup2(written.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            _stderr_taken.release()
            written.seek(0)
            said = written.read()
            if said and b"panicked at" not in said:
                os.write(_STDERR, said)


def _rows(
    book: python_calamine.CalamineWorkbook, name: str, path: Path, progress: Progress
) -> tuple[list[list[Any]], list[int]]:
    """Return the rows of a sheet that hold anything, and their numbers in it."""
    sheet = _awaited(lambda: book.get_sheet_by_name(name), progress)
    _refuse_vast(path, sheet.total_height, sheet.total_width)
    n = max(1, sheet.height + (sheet.start or (0, 0))[0])
    rows: list[list[Any]] = []
    places: list[int] = []
    number = -1
    try:
        with _silent_panics():
            for number, row in enumerate(sheet.iter_rows()):
                if number % _BLOCK == 0:
                    progress.advance(_SHARE * number, n, "data.reading")
                if any(cell != "" for cell in row):
                    rows.append(row)
                    places.append(number + 1)
    except BaseException as error:
        if type(error).__name__ == _PANIC and "TimeDelta" in str(error):
            raise EngineError(
                "data.date_of_cell", file=path.name, sheet=name, row=number + 2
            ) from error
        raise
    return rows, places


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with open_zip(path) as archive:
        total = sum(member.file_size for member in archive.infolist())
    ratio = total / max(1, path.stat().st_size)
    if total > MOST_INFLATED or (total > _RATIO_FROM and ratio > MOST_RATIO):
        raise EngineError("data.bomb", file=path.name, ratio=int(ratio))


def _check_extent(path: Path, progress: Progress) -> None:
    with path.open("rb") as file:
        old = file.read(len(compound_files.MAGIC)) == compound_files.MAGIC
    if old:
        streams = compound_files.workbooks(path) or [b""]
        rows, columns = max(
            map(sheet_extents.of_excel_97, streams), key=lambda e: e[0] * e[1]
        )
    elif zipfile.is_zipfile(path):
        look = progress.raise_if_cancelled
        rows, columns = sheet_extents.of_zip(path, look)
    else:
        return
    _refuse_vast(path, rows, columns)


def _refuse_vast(path: Path, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise EngineError(
            "data.too_many_cells", file=path.name, rows=rows, columns=columns
        )


def _table(
    rows: list[list[Any]],
    places: list[int],
    options: ReadOptions,
    name: str,
    progress: Progress,
) -> tuple[pa.Table, ReadOptions, tuple[Note, ...]]:
    if not rows:
        return pa.table({}), options, ()
    layout, laid_out = _laid_out(rows, places, options, name)
    tokens = TOKENS if options.missing_tokens is None else options.missing_tokens
    bare = {"", *(token.strip() for token in tokens)}
    columns, notes = [], list(layout.notes)
    for place, (shown, cells) in enumerate(laid_out):
        done = _SHARE + (1 - _SHARE) * place / len(laid_out)
        progress.advance(done, 1, "data.reading")
        column, note = _column(cells, shown, bare, progress)
        columns.append(column)
        notes += note
    table = pa.Table.from_arrays(columns, names=[shown for shown, _ in laid_out])
    return table, layout.options, tuple(notes)


def _laid_out(
    rows: list[list[Any]], places: list[int], options: ReadOptions, name: str
) -> tuple[header.Layout, list[tuple[str, list[Any]]]]:
    """Return where what stands, and the name and cells of each column."""
    found = header.find(rows[: header.LOOKED_AT], options.header, typed=True)
    layout = header.placed(rows, places, found, options, name)
    body = rows[bisect_left(places, layout.options.first_line or 1) :]
    names = layout.names or [f"column {i}" for i in range(1, len(rows[0]) + 1)]
    columns = []
    for place, column_name in enumerate(names):
        cells = [row[place] for row in body]
        if column_name or any(cell != "" for cell in cells):  # else beside the table
            columns.append((column_name or f"column {place + 1}", cells))
    return layout, columns


def _column(
    cells: list[Any], name: str, tokens: set[str], progress: Progress
) -> tuple[pa.Array, list[Note]]:
    values = [None if isinstance(c, str) and c.strip() in tokens else c for c in cells]
    kinds = {type(value) for value in values if value is not None}
    progress.raise_if_cancelled()  # a million cells take a fifth of a second a step
    if kinds <= {int, float}:
        numbers = [None if v is None else float(v) for v in values]
        progress.raise_if_cancelled()
        return pa.array(numbers), []
    if kinds == {bool}:
        return pa.array(values), []
    if kinds <= {datetime.date, datetime.datetime}:
        moments = [_moment(v) for v in values]
        progress.raise_if_cancelled()
        return pa.array(moments, pa.timestamp("us")), []
    texts = [None if v is None else _text(v) for v in values]
    if kinds == {str}:
        return pa.array(texts), []
    odd = min(kinds, key=lambda kind: sum(type(v) is kind for v in values))
    row = next(i for i, v in enumerate(values) if type(v) is odd)
    note = Note(
        code="data.mixed_column",
        params={"column": name, "row": row, "value": _text(values[row])[:80]},
    )
    return pa.array(texts), [note]


def _moment(value: Any) -> Any:
    if isinstance(value, datetime.datetime) or value is None:
        return value
    return datetime.datetime.combine(value, datetime.time())


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
