"""Pictures and tables of a panel, out of the window."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from engine.contracts.i18n import tr
from engine.contracts.whole_files import written_whole
from gui.dialogs.caption import file_name
from gui.services.table_files import write_table

if TYPE_CHECKING:
    from engine.contracts.tables import Table
    from gui.dialogs.picture import Picture
    from gui.panel import Panel

PICTURES = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
TABLES = "Excel (*.xlsx);;CSV (*.csv)"


def copy_picture(panel: Panel) -> None:
    """Put a picture of the panel's plot on the clipboard."""
    QGuiApplication.clipboard().setImage(_picture(panel).image())
    panel.context.notify.info(tr("The picture was copied."))


def save_picture(panel: Panel) -> None:
    """Ask for a file and write PNG, SVG or PDF by its suffix."""
    path = asked_path(panel, tr("Save picture"), PICTURES)
    if path is not None:
        write_picture(panel, path)


def write_picture(panel: Panel, path: Path) -> None:
    """Write the panel's plot with its caption, and say where it went."""
    data = _picture(panel).encoded(path.suffix.lower())
    try:
        with written_whole(path) as partial:
            partial.write_bytes(data)
    except OSError as error:
        _refused(panel, path, error)
    else:
        panel.context.notify.info(tr("The picture was written to {file}.", file=path))


def _picture(panel: Panel) -> Picture:
    """Return a panel's picture."""
    # it knows the plots, and so pyqtgraph, which the first paint is spared
    from gui.dialogs.picture import Picture  # noqa: PLC0415

    return Picture(panel)


def save_table(panel: Panel, table: Table) -> None:
    """Ask for a file and write the table as XLSX or CSV."""
    path = asked_path(panel, tr("Save table"), TABLES)
    if path is None:
        return
    try:
        write_table(path, table)
    except OSError as error:
        _refused(panel, path, error)
    else:
        panel.context.notify.info(tr("The table was written to {file}.", file=path))


def asked_path(panel: Panel, title: str, kinds: str) -> Path | None:
    """Ask for a file, with a name offered; the kind chosen gives the suffix."""
    case = panel.context.case.path
    folder = Path(case).parent if case else Path.home()
    suffixes = [kind.split("*")[1].rstrip(")") for kind in kinds.split(";;")]
    name = file_name(panel, datetime.now(), suffixes[0])
    path, chosen = QFileDialog.getSaveFileName(panel, title, str(folder / name), kinds)
    if not path:
        return None
    found = Path(path)
    given = found.suffix.lower()
    wanted = chosen.split("*")[1].rstrip(")") if "*" in chosen else suffixes[0]
    if given == wanted or (given in suffixes and found.name != name):
        return found
    return found.with_suffix(wanted) if given in suffixes else Path(path + wanted)


def _refused(panel: Panel, path: Path, error: OSError) -> None:
    why = error.strerror or str(error)
    panel.context.notify.warning(
        tr("{file} cannot be written: {why}.", file=path, why=why),
        tr("Choose another folder, or make room."),
    )
