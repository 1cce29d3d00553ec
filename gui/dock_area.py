"""Where panels are docked, nested, tabbed and floated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from engine.contracts.i18n import tr
from gui.layouts import PERSPECTIVES, Perspective
from gui.panels import load

if TYPE_CHECKING:
    from gui.context import AppContext
    from gui.panel import Panel

_VERSION = 1
_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea


class _Handle(QWidget):
    """The strip by which a panel is dragged; double-click floats it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setToolTip(tr("Drag to move, double-click to float"))

    def sizeHint(self) -> QSize:
        return QSize(40, 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class DockArea(QMainWindow):
    """Makes panels when a perspective first needs them, and arranges them."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self._context = context
        self._docks: dict[str, QDockWidget] = {}
        self.current = ""
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        self.setObjectName("dock-area")

    @property
    def panels(self) -> dict[str, Panel]:
        """The panels made so far, by id."""
        return {name: dock.widget() for name, dock in self._docks.items()}  # type: ignore[misc]

    def visible_panels(self) -> list[Panel]:
        """Return the panels that can be seen now."""
        return [panel for panel in self.panels.values() if panel.isVisible()]

    def show_perspective(self, name: str) -> None:
        """Arrange the panels of a perspective, as the user last had them."""
        self._keep()
        self.current = name
        kept = (self._context.settings.preferences.perspectives or {}).get(name)
        self._arrange(name)
        if kept:
            self.restoreState(QByteArray(kept), _VERSION)
            for panel in self._wanted(name):
                self._docks[panel].show()

    def reset(self) -> None:
        """Arrange the current perspective as it was delivered."""
        kept = dict(self._context.settings.preferences.perspectives or {})
        kept.pop(self.current, None)
        self._context.settings.update(perspectives=kept)
        self._arrange(self.current)

    def keep_layout(self) -> None:
        """Remember how the current perspective is arranged."""
        self._keep()

    def show_panel(self, name: str) -> None:
        """Show one panel beside the others."""
        dock = self._dock(name)
        if dock.isHidden():
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
            dock.show()
        dock.raise_()
        dock.widget().setFocus()

    def _keep(self) -> None:
        if not self.current:
            return
        kept = dict(self._context.settings.preferences.perspectives or {})
        kept[self.current] = bytes(self.saveState(_VERSION).data())
        self._context.settings.update(perspectives=kept)

    def _wanted(self, name: str) -> list[str]:
        places = [p for column in PERSPECTIVES[name].columns for p in column]
        return [panel for place in places for panel in place.split("+")]

    def _arrange(self, name: str) -> None:
        perspective = PERSPECTIVES[name]
        self.setUpdatesEnabled(False)
        for dock in self._docks.values():
            self.removeDockWidget(dock)
        heads: list[QDockWidget] = []
        for column in perspective.columns:
            docks = [self._place(place) for place in column]
            if not heads:
                self.addDockWidget(_LEFT, docks[0])
            else:
                self.splitDockWidget(heads[-1], docks[0], Qt.Orientation.Horizontal)
            heads.append(docks[0])
        for column, head in zip(perspective.columns, heads, strict=True):
            docks = [head]
            for place in column[1:]:
                dock = self._place(place)
                self.splitDockWidget(docks[-1], dock, Qt.Orientation.Vertical)
                docks.append(dock)
            self._tabify(column)
        for panel in self._wanted(name):
            self._docks[panel].show()
        for column in perspective.columns:
            for place in column:
                self._first_that_applies(place).raise_()
        self._resize(perspective, heads)
        self.setUpdatesEnabled(True)

    def _resize(self, perspective: Perspective, heads: list[QDockWidget]) -> None:
        """Share the room out; docks have to be shown before they can be sized."""
        for column, heights in zip(
            perspective.columns, perspective.heights, strict=True
        ):
            docks = [self._place(place) for place in column]
            shares = [h * self.height() // sum(heights) for h in heights]
            self.resizeDocks(docks, shares, Qt.Orientation.Vertical)
        shares = [
            w * self.width() // sum(perspective.widths) for w in perspective.widths
        ]
        self.resizeDocks(heads, shares, Qt.Orientation.Horizontal)

    def _place(self, place: str) -> QDockWidget:
        return self._dock(place.split("+", maxsplit=1)[0])

    def _tabify(self, column: tuple[str, ...]) -> None:
        for place in column:
            first, *others = place.split("+")
            for other in others:
                self.tabifyDockWidget(self._docks[first], self._dock(other))

    def _first_that_applies(self, place: str) -> QDockWidget:
        names = place.split("+")
        panels = self.panels
        applying = [name for name in names if panels[name].reason() is None]
        return self._docks[(applying or names)[0]]

    def _dock(self, name: str) -> QDockWidget:
        if name not in self._docks:
            panel = load(name)(self._context)
            dock = QDockWidget(panel.accessibleName(), self)
            dock.setObjectName(f"dock-{name}")
            dock.setWidget(panel)
            dock.setTitleBarWidget(_Handle(dock))
            dock.visibilityChanged.connect(panel.set_live)
            self._docks[name] = dock
        return self._docks[name]
