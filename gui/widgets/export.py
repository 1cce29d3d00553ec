"""Pictures and tables of a panel, out of the window."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPoint, QRect, QSizeF
from PySide6.QtGui import (
    QGuiApplication,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.contracts.i18n import tr, unwritten

# A cell that starts like this would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def copy_picture(widget: QWidget) -> None:
    """Put a picture of the widget on the clipboard."""
    QGuiApplication.clipboard().setPixmap(widget.grab())


def save_picture(widget: QWidget) -> None:
    """Ask for a file and write PNG, SVG or PDF by its suffix."""
    path, _ = QFileDialog.getSaveFileName(
        widget, tr("Save picture"), "", "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
    )
    if path:
        write_picture(widget, Path(path))


def write_picture(widget: QWidget, path: Path) -> None:
    """Write the widget as it looks now."""
    match path.suffix.lower():
        case ".svg":
            _paint(widget, _svg(widget, path))
        case ".pdf":
            _paint(widget, _pdf(widget, path))
        case _:
            widget.grab().save(str(path), "PNG")


def _svg(widget: QWidget, path: Path) -> QSvgGenerator:
    canvas = QSvgGenerator()
    canvas.setFileName(str(path))
    canvas.setSize(widget.size())
    canvas.setViewBox(QRect(widget.rect()))
    canvas.setTitle(widget.accessibleName())
    return canvas


def _pdf(widget: QWidget, path: Path) -> QPdfWriter:
    canvas = QPdfWriter(str(path))
    canvas.setResolution(widget.logicalDpiX())
    points = 72 / widget.logicalDpiX()
    size = QSizeF(widget.width() * points, widget.height() * points)
    canvas.setPageSize(QPageSize(size, QPageSize.Unit.Point))
    canvas.setPageMargins(QMarginsF())
    return canvas


def _paint(widget: QWidget, canvas: QPaintDevice) -> None:
    painter = QPainter(canvas)
    widget.render(painter, QPoint())
    painter.end()


def save_csv(widget: QWidget, table: tuple[list[str], list[list[str]]]) -> None:
    """Ask for a file and write the table."""
    path, _ = QFileDialog.getSaveFileName(widget, tr("Save table"), "", "CSV (*.csv)")
    if path:
        write_csv(Path(path), table)


def write_csv(path: Path, table: tuple[list[str], list[list[str]]]) -> None:
    """Write a header and rows; cells that a spreadsheet would run are quoted.

    Numbers have a decimal point, whatever the language. The file appears whole or
    not at all.
    """
    header, rows = table
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".trasluz-")
    with os.fdopen(handle, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([_harmless(cell) for cell in header])
        writer.writerows([_harmless(unwritten(cell)) for cell in row] for row in rows)
    Path(partial).replace(path)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not _number(cell) else cell


def _number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True
