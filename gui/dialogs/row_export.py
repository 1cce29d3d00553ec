"""All rows of a view into a file, written by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from engine.contracts.i18n import tr, trn
from engine.contracts.requests import Export
from gui.dialogs.export import asked_path, copy_picture, save_picture

if TYPE_CHECKING:
    from engine.contracts.results import ViewInfo
    from gui.context import AppContext
    from gui.panel import Panel

KINDS = "Excel (*.xlsx);;CSV (*.csv);;Parquet (*.parquet)"


def export_menu(
    panel: Panel, context: AppContext, view: ViewInfo, columns: tuple[str, ...]
) -> QMenu:
    """Return the export menu of a table: its picture, or all of its rows.

    The rows in the window are only those in sight, so the engine writes them.
    """
    menu = QMenu(panel)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(tr("Copy picture"), lambda: copy_picture(panel))
    menu.addAction(tr("Save picture…"), lambda: save_picture(panel))
    text = trn("Export {n} row…", "Export {n} rows…", view.n_rows)
    menu.addAction(text, lambda: ask_export(panel, context, view, columns))
    return menu


def ask_export(
    panel: Panel, context: AppContext, view: ViewInfo, columns: tuple[str, ...]
) -> None:
    """Ask for a file and let the engine write the rows."""
    path = asked_path(panel, tr("Export rows"), KINDS)
    if path is not None:
        export_rows(context, view, columns, str(path))


def export_rows(
    context: AppContext, view: ViewInfo, columns: tuple[str, ...], path: str
) -> None:
    """Let the engine write the rows of a view, and say when it is done."""
    context.engine.submit(
        Export(view=view.view, columns=columns, path=path),
        on_result=lambda _done: context.notify.info(
            tr("The rows were written to {file}.", file=path)
        ),
        on_error=context.notify.error,
        label=tr("Exporting rows"),
    )
