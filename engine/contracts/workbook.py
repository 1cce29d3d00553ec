"""Excel workbooks with typed cells: numbers and dates as such, text that stays text."""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.contracts.errors import EngineError
from engine.contracts.tables import plain_text, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from engine.contracts.tables import Cell

# What a sheet of Excel holds.
MOST_ROWS = 1_048_576  # the header is one of them
MOST_COLUMNS = 16_384
LONGEST = 32_767  # of a text in a cell
_FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets count a day that never was
_EXACT = 2**53
_MILLISECOND = 1_000  # microseconds: what a date of Excel keeps


class _EveryDigit(float):
    """A number that XlsxWriter writes with all its digits, not with sixteen."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


class Sheet:
    """The one sheet of a workbook, written row by row."""

    def __init__(self, book: Any, n_columns: int, n_rows: int) -> None:
        if n_rows >= MOST_ROWS:
            raise EngineError("data.too_many_rows", n=n_rows, most=MOST_ROWS - 1)
        if n_columns > MOST_COLUMNS:
            raise EngineError("data.too_many_columns", n=n_columns, most=MOST_COLUMNS)
        self._sheet = book.add_worksheet()
        self._bold = book.add_format({"bold": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._names: Sequence[str] = ()
        self._line, self._number = 0, -1

    def header(self, names: Sequence[str]) -> None:
        """Write the names of the columns, which stay in sight."""
        self._names = names
        for column, name in enumerate(names):
            self._text(column, name, self._bold)
        self._sheet.freeze_panes(1, 0)
        self._line = 1

    def row(self, cells: Sequence[Cell], number: int = -1) -> None:
        """Write a row; text never becomes a formula.

        Parameters
        ----------
        number
            What an error calls the row.

        Raises
        ------
        EngineError
            ``data.long_cell`` if a text is longer than a cell of Excel holds.
        """
        self._number = number
        for column, cell in enumerate(cells):
            self._cell(column, value_of(cell))
        self._line += 1

    def _cell(self, column: int, value: Cell) -> None:
        sheet, line = self._sheet, self._line
        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(line, column, value)
            case int() if abs(value) <= _EXACT:
                sheet.write_number(line, column, value)
            case float() if math.isfinite(value):
                sheet.write_number(line, column, _EveryDigit(value))
            case datetime() if _is_kept(value):
                sheet.write_datetime(line, column, value, self._moment)
            case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
                sheet.write_datetime(line, column, value, self._day)
            case _:
                self._text(column, value)

    def _text(self, column: int, value: Cell, *form: Any) -> None:
        text = plain_text(value)
        # counted as Excel does, in units of UTF-16; XlsxWriter drops what is longer
        if len(text) > LONGEST // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST:
            name = self._names[column]
            raise EngineError("data.long_cell", row=self._number, column=name)
        self._sheet.write_string(self._line, column, text, *form)


@contextmanager
def workbook(path: Path, n_columns: int, n_rows: int) -> Iterator[Sheet]:
    """Give the sheet of a new workbook, which is written on leaving.

    Raises
    ------
    EngineError
        ``data.too_many_rows`` or ``data.too_many_columns`` if a sheet of Excel has no
        room for so many.
    OSError
        If it cannot be written.
    """
    import xlsxwriter  # noqa: PLC0415 - only where somebody saves a workbook

    # row by row: a million rows would not be held in memory
    try:
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
            yield Sheet(book, n_columns, n_rows)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error


def _is_kept(moment: datetime) -> bool:
    """Whether Excel keeps a moment as it is."""
    plain = moment.tzinfo is None and not getattr(moment, "nanosecond", 0)
    is_fine = moment.microsecond % _MILLISECOND == 0
    return plain and is_fine and moment.date() >= _FIRST_DAY
