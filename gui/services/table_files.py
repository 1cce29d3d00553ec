"""Tables written to files: CSV for any program, XLSX with numbers and dates as such."""

from __future__ import annotations

import csv
import math
import os
import tempfile
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.contracts.tables import harmless_text, plain_text, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.contracts.tables import Cell, Table

_FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets count a day that never was
_EXACT = 2**53


class _EveryDigit(float):
    """A number that XlsxWriter writes with all its digits, not with sixteen."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


def write_table(path: Path, table: Table) -> None:
    """Write a header and rows as CSV or XLSX, by the suffix.

    The file appears whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    write = _write_xlsx if path.suffix.lower() == ".xlsx" else _write_csv
    with written_whole(path) as partial:
        write(partial, table)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file to write, which takes the place of ``path`` once it is complete."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".trasluz-")
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_csv(path: Path, table: Table) -> None:
    header, rows = table
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([harmless_text(cell) for cell in header])
        writer.writerows([harmless_text(cell) for cell in row] for row in rows)


def _write_xlsx(path: Path, table: Table) -> None:
    import xlsxwriter  # noqa: PLC0415 - only where somebody saves a workbook

    header, rows = table
    made = {"constant_memory": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), made) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for column, title in enumerate(header):
            sheet.write_string(0, column, plain_text(title), bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(sheet, line, column, value_of(cell), formats)
        sheet.freeze_panes(1, 0)


def _write_cell(sheet: Any, row: int, column: int, value: Cell, formats: Any) -> None:
    """Write a value as what it is; text stays text, and never becomes a formula."""
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, value)
        case int() if abs(value) <= _EXACT:
            sheet.write_number(row, column, value)
        case float() if math.isfinite(value):
            sheet.write_number(row, column, _EveryDigit(value))
        case date() if _day(value) >= _FIRST_DAY:
            sheet.write_datetime(row, column, value, formats[type(value)])
        case _:
            sheet.write_string(row, column, plain_text(value))


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
