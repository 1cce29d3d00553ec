"""Tables written to files: CSV for any program, XLSX with numbers and dates as such."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from engine.contracts.printable import shortened
from engine.contracts.tables import harmless_text
from engine.contracts.whole_files import written_whole
from engine.contracts.workbook import LONGEST, workbook

if TYPE_CHECKING:
    from pathlib import Path

    from engine.contracts.tables import Table


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


def _write_csv(path: Path, table: Table) -> None:
    header, rows = table
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([harmless_text(cell) for cell in header])
        writer.writerows([harmless_text(cell) for cell in row] for row in rows)


def _write_xlsx(path: Path, table: Table) -> None:
    header, rows = table
    with workbook(path, len(header), len(rows)) as sheet:
        sheet.header([_in_a_cell(title) for title in header])
        for row in rows:
            sheet.row([_in_a_cell(cell) for cell in row])


def _in_a_cell(cell: Any) -> Any:
    """Return a cell whose text Excel can hold: its beginning, and ``…``."""
    return shortened(cell, LONGEST // 2) if isinstance(cell, str) else cell
