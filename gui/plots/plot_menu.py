"""The menu of every plot: what is in sight, what a drag does, and ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWhatsThis

from engine.contracts.i18n import tr
from gui.plots.drag import Drag
from gui.services.literal import literal

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from gui.plots.plot import Plot


@runtime_checkable
class OffersPicture(Protocol):
    """What holds a plot and can save it (a panel)."""

    def offer_picture(self, menu: QMenu) -> None:
        """Add copying, saving and the table."""


def open_menu(plot: Plot, where: QPoint) -> None:
    """Open the menu at a point of the screen."""
    menu_of(plot).popup(where)


def menu_of(plot: Plot) -> QMenu:
    """Return the menu, which goes when it is closed."""
    menu = QMenu(plot)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    reset = menu.addAction(tr("Show everything"), plot.reset_view)
    reset.setEnabled(plot.zoomed)
    menu.addAction(tr("Zoom in"), plot.gestures.zoom_in)
    out = menu.addAction(tr("Zoom out"), plot.gestures.zoom_out)
    out.setEnabled(plot.zoomed)
    if plot.offers_logarithm:
        scale = menu.addAction(tr(plot.LOGARITHMIC))
        scale.setCheckable(True)
        scale.setChecked(plot.logarithmic)
        scale.toggled.connect(plot.show_logarithmic)
    _offer_drags(menu, plot)
    above = plot.parentWidget()
    while above is not None and not isinstance(above, OffersPicture):
        above = above.parentWidget()
    if isinstance(above, OffersPicture):
        menu.addSeparator()
        above.offer_picture(menu)
    menu.addSeparator()
    menu.addAction(tr("Mouse and keys"), lambda: _explain(plot))
    return menu


def _offer_drags(menu: QMenu, plot: Plot) -> None:
    menu.addSeparator()
    group = QActionGroup(menu)
    texts = {Drag.PAN: tr("Drag pans"), Drag.BOX: tr("Drag zooms")}
    if plot.OWN_DRAG:
        texts = {Drag.OWN: tr(plot.OWN_DRAG), **texts}
    now = plot.drag_does
    if not plot.OWN_DRAG and now is Drag.OWN:
        now = Drag.PAN
    for drag, text in texts.items():
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(drag is now)
        action.triggered.connect(lambda _on, drag=drag: _choose(plot, drag))
        group.addAction(action)


def _choose(plot: Plot, drag: Drag) -> None:
    plot.drag_does = drag


def _explain(plot: Plot) -> None:
    middle = plot.mapToGlobal(plot.rect().center())
    QWhatsThis.showText(middle, literal(how_to(plot)), plot)


def how_to(plot: Plot) -> str:
    """Return what mouse and keys do on a plot."""
    own = [f"{tr(plot.OWN_DRAG)}."] if plot.OWN_DRAG else []
    return "\n".join(
        [
            *own,
            tr("Middle button: pan."),
            tr("Right button: a click opens the menu, a drag zooms into a box."),
            tr("Wheel: zoom, where the plot has the focus; Ctrl + wheel: always."),
            tr("With Shift or over the numbers of an axis it zooms that axis alone."),
            tr("Double click or Home: show everything."),
            tr("+ and −: zoom. Alt + arrows: pan."),
            tr("Arrows, or Ctrl + arrows: read from place to place."),
        ]
    )
