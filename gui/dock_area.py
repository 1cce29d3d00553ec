"""Where panels are docked, nested, tabbed and floated."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from engine.contracts.i18n import tr
from gui.layouts import PERSPECTIVES
from gui.panels import TABLE, load

if TYPE_CHECKING:
    from gui.context import AppContext
    from gui.panel import Panel

_VERSION = 2
_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_Columns = list[tuple[int, list[tuple[int, list[str]]]]]
"""Width and places of each column; height and tabs of each place."""


class _Handle(QWidget):
    """The strip by which a panel is dragged; double-click floats it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setToolTip(tr("Drag to move, double-click to float"))

    def sizeHint(self) -> QSize:
        return QSize(40, 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class DockArea(QMainWindow):
    """Makes panels when a perspective first needs them, and arranges them."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self._context = context
        self._docks: dict[str, QDockWidget] = {}
        self._arranged: list[str] = []
        self._given: dict[str, bytes] = {}  # from a case, until it is left
        self.current = ""
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        self.setObjectName("dock-area")
        context.case.predictions_changed.connect(self._follow_task)

    @property
    def panels(self) -> dict[str, Panel]:
        """The panels made so far, by id."""
        return {name: dock.widget() for name, dock in self._docks.items()}  # type: ignore[misc]

    def visible_panels(self) -> list[Panel]:
        """Return the panels that can be seen now: not those behind a tab."""
        return [
            panel for panel in self.panels.values() if panel.isVisible() and panel.live
        ]

    def show_perspective(self, name: str, kept: bytes = b"") -> None:
        """Arrange the panels of a perspective: as given, as last had, or afresh."""
        self.keep_layout()
        self.current = name
        if kept:
            self._given[name] = kept
        for panel in self.panels.values():
            panel.arranged_in(name)
        self._bring_back()

    def reset(self) -> None:
        """Arrange the current perspective, if any, as it was delivered."""
        if not self.current:
            return
        kept = dict(self._context.settings.preferences.perspectives or {})
        kept.pop(self.current, None)
        self._given.pop(self.current, None)
        self._context.settings.update(perspectives=kept)
        self._arrange()

    def keep_layout(self) -> None:
        """Remember how the current perspective is arranged."""
        if self.current:
            self._given.pop(self.current, None)
            kept = dict(self._context.settings.preferences.perspectives or {})
            kept[self.current] = self.snapshot()
            self._context.settings.update(perspectives=kept)

    def snapshot(self) -> bytes:
        """Return the arrangement in sight: whose, which panels, and where."""
        if not self.current:
            return b""
        shown = [name for name, dock in self._docks.items() if not dock.isHidden()]
        names = [",".join(self._wanted()), ",".join(shown)]
        state = bytes(self.saveState(_VERSION).data())
        return self._context.settings.signed("|".join(names).encode() + b"\0" + state)

    def prepare(self, name: str) -> None:
        """Make a panel ahead, out of sight and asleep until it is shown."""
        if name not in self._docks:
            dock = self._dock(name)
            dock.hide()
            dock.widget().set_live(False)  # type: ignore[attr-defined]

    def show_panel(self, name: str) -> None:
        """Show one panel beside the others."""
        dock = self._dock(name)
        if dock.isHidden():
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
            dock.show()
        dock.raise_()
        dock.widget().setFocus()

    def _restored(self, kept: bytes) -> bool:
        """Restore an arrangement, if it was made here and for these panels."""
        names, _, state = self._context.settings.verified(kept).partition(b"\0")
        wanted, _, shown = names.decode(errors="replace").partition("|")
        visible = [name for name in shown.split(",") if name in TABLE]
        if not state or not visible or wanted != ",".join(self._wanted()):
            return False
        self._arrange()
        for name in visible:
            if self._dock(name).isHidden():
                self.show_panel(name)
        for name, dock in self._docks.items():
            if name not in visible:
                self._put_away(dock)
        return self.restoreState(QByteArray(state), _VERSION)

    def _follow_task(self) -> None:
        """Panels that have come to apply take the place of those that do not."""
        if self.current and self._wanted() != self._arranged:
            self._bring_back()

    def _bring_back(self) -> None:
        given = self._given.get(self.current, b"")
        stored = self._context.settings.preferences.perspectives or {}
        last = stored.get(self.current, b"")
        if not self._restored(given) and not self._restored(last):
            self._arrange()

    def _wanted(self) -> list[str]:
        return _names(self._columns())

    def _columns(self) -> _Columns:
        """Return widths, heights and tabs of what applies in the perspective."""
        wanted = PERSPECTIVES[self.current]
        found = []
        for width, column, heights in zip(
            wanted.widths, wanted.columns, wanted.heights, strict=True
        ):
            tabs = [self._tabs(place) for place in column]
            places = [
                (h, names) for h, names in zip(heights, tabs, strict=True) if names
            ]
            if places:
                found.append((width, places))
        return found

    def _tabs(self, place: str) -> list[str]:
        """Return the panels of one place that apply.

        Before there are predictions the first of them stays, to say what it waits
        for; afterwards a place with nothing to show is left to its neighbours.
        """
        names = place.split("+")
        applying = [n for n in names if self._dock(n).widget().reason() is None]  # type: ignore[attr-defined]
        waiting = self._context.case.scores is None
        return applying or (names[:1] if waiting else [])

    def _arrange(self) -> None:
        columns = self._columns()
        self._arranged = _names(columns)
        self.setUpdatesEnabled(False)
        for dock in self._docks.values():
            self._put_away(dock)
        heads = [self._dock(places[0][1][0]) for _, places in columns]
        self.addDockWidget(_LEFT, heads[0])
        for left, right in pairwise(heads):  # before they are cut into rows
            self.splitDockWidget(left, right, Qt.Orientation.Horizontal)
        for _, places in columns:
            first = [self._dock(names[0]) for _, names in places]
            for above, below in pairwise(first):
                self.splitDockWidget(above, below, Qt.Orientation.Vertical)
            for _, names in places:
                for other in names[1:]:
                    self.tabifyDockWidget(self._dock(names[0]), self._dock(other))
        for name in self._arranged:
            self._dock(name).show()
        for _, places in columns:
            for _, names in places:
                self._dock(names[0]).raise_()
        # shares of the room; docks have to be shown before they can be sized
        for _, places in columns:
            docks = [self._dock(names[0]) for _, names in places]
            self._share(docks, [h for h, _ in places], Qt.Orientation.Vertical)
        self._share(heads, [width for width, _ in columns], Qt.Orientation.Horizontal)
        self.setUpdatesEnabled(True)

    def _share(
        self, docks: list[QDockWidget], shares: list[int], along: Qt.Orientation
    ) -> None:
        room = self.height() if along is Qt.Orientation.Vertical else self.width()
        self.resizeDocks(docks, [s * room // sum(shares) for s in shares], along)

    def _put_away(self, dock: QDockWidget) -> None:
        """Take a panel out of the arrangement; it stays a child, waiting.

        Hidden first: Qt remembers whether what it takes out was seen, and shows it
        again when an arrangement is restored. Given another parent instead, all that
        is in the panel would be styled anew, which takes ten times as long.
        """
        dock.hide()
        self.removeDockWidget(dock)

    def _dock(self, name: str) -> QDockWidget:
        if name not in self._docks:
            panel = load(name)(self._context)
            panel.arranged_in(self.current)
            title = tr(panel.TAB) if panel.TAB else tr(panel.TITLE)
            dock = QDockWidget(title, self)
            dock.setObjectName(f"dock-{name}")
            dock.setWidget(panel)
            dock.setTitleBarWidget(_Handle(dock))
            dock.visibilityChanged.connect(panel.set_live)
            self._docks[name] = dock
        return self._docks[name]


def _names(columns: _Columns) -> list[str]:
    return [name for _, places in columns for _, tabs in places for name in tabs]
