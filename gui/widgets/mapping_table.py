"""One thing to another by hand: inputs to columns, labels to classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QAbstractItemModel, QSize
    from PySide6.QtGui import QKeyEvent, QPainter
    from PySide6.QtWidgets import QWidget

    Index = QModelIndex | QPersistentModelIndex

_NAME, _CHOICE = range(2)
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2)


class _Chooser(QStyledItemDelegate):
    """Looks like a chooser in every row; is one in the row that is being changed.

    A chooser is a slow thing to make: one for each input of a wide model, all at
    once, held the window for a tenth of a second.
    """

    def __init__(self, table: MappingTable) -> None:
        super().__init__(table)
        self._table = table
        self._look = QComboBox(table)  # whose style and height the painted ones take
        self._look.hide()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        box = QStyleOptionComboBox()
        box.initFrom(self._look)
        box.rect = option.rect
        box.currentText = str(index.data() or "")
        box.state |= QStyle.StateFlag.State_Enabled
        if option.state & QStyle.StateFlag.State_HasFocus:
            box.state |= QStyle.StateFlag.State_HasFocus
        style = self._look.style()
        style.drawComplexControl(
            QStyle.ComplexControl.CC_ComboBox, box, painter, self._look
        )
        style.drawControl(
            QStyle.ControlElement.CE_ComboBoxLabel, box, painter, self._look
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index).expandedTo(self._look.sizeHint())

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        chooser = QComboBox(parent)
        chooser.addItems(self._table.offered)
        chooser.setAccessibleName(self._table.spoken(index.row()))
        chooser.activated.connect(lambda _index: self._chosen(chooser))
        QTimer.singleShot(0, chooser, chooser.showPopup)
        return chooser

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(self._table.place(index.row()))

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        if isinstance(editor, QComboBox):
            self._table.choose(index.row(), editor.currentIndex())

    def _chosen(self, chooser: QComboBox) -> None:
        self.commitData.emit(chooser)
        self.closeEditor.emit(chooser)


class MappingTable(QTableWidget):
    """One row each of the left, a chooser of what is on the right.

    Click a row, or walk to it by the arrow keys and press Enter, to choose.

    Parameters
    ----------
    left, right
        Headings, translated.
    unsaid
        What stands where nothing was chosen, translated; *(none)* unless said.
    nothing
        How it is said that a name means nothing on the right, translated; ``""`` where
        that cannot be chosen. The choice itself is then ``""``, which is not the same
        as none.
    """

    changed = Signal()

    def __init__(
        self,
        left: str,
        right: str,
        parent: QWidget | None = None,
        *,
        unsaid: str = "",
        nothing: str = "",
    ) -> None:
        super().__init__(0, 2, parent)
        self._right = right
        self._unsaid = unsaid or tr("(none)")
        self._nothing = nothing
        self._names: tuple[str, ...] = ()
        self._choices: tuple[str, ...] = ()
        self._places: dict[str, int] = {}  # of what was chosen; 0 is nothing
        self.offered: list[str] = []
        self.setAccessibleName(tr("{left} and {right}", left=left, right=right))
        self.setHorizontalHeaderLabels([left, right])
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setItemDelegateForColumn(_CHOICE, _Chooser(self))
        self.clicked.connect(self._open)

    @property
    def names(self) -> tuple[str, ...]:
        """What stands on the left."""
        return self._names

    def fill(self, names: Sequence[str], choices: Sequence[str]) -> None:
        """Offer every choice for every name."""
        told = {"": self._nothing} if self._nothing else {}
        told |= {choice: choice for choice in choices}
        self._names, self._choices = tuple(names), tuple(told)
        self._places = dict.fromkeys(names, 0)
        self.offered = [self._unsaid, *told.values()]
        self.setRowCount(len(names))
        for row, name in enumerate(names):
            left = QTableWidgetItem(name)
            left.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.setItem(row, _NAME, left)
            self._show(row)
        if names:
            self.setCurrentCell(0, _CHOICE)
        self.resizeColumnToContents(_NAME)

    def show_choices(self, choices: Mapping[str, str]) -> None:
        """Show a match without announcing it."""
        places = {choice: place for place, choice in enumerate(self._choices, 1)}
        for row, name in enumerate(self._names):
            chosen = choices.get(name)
            self._places[name] = 0 if chosen is None else places.get(chosen, 0)
            self._show(row)

    def choices(self) -> dict[str, str]:
        """Return what was chosen, without names that have nothing."""
        return {
            name: self._choices[place - 1]
            for name, place in self._places.items()
            if place
        }

    def place(self, row: int) -> int:
        """Return which of what is offered was chosen in a row."""
        return self._places[self._names[row]]

    def spoken(self, row: int) -> str:
        """Return what is chosen in a row, in words."""
        return tr("{what} for {name}", what=self._right, name=self._names[row])

    def choose(self, row: int, place: int) -> None:
        """Take one of what is offered for a row, and announce it."""
        if place < 0 or place == self.place(row):
            return
        self._places[self._names[row]] = place
        self._show(row)
        self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        dropping = (
            event.key() == Qt.Key.Key_Down
            and event.modifiers() & Qt.KeyboardModifier.AltModifier
        )
        if event.key() in _OPENING or dropping:
            self._open(self.currentIndex())
            event.accept()  # or Enter would accept the sheet
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.setCurrentCell(index.row(), _CHOICE)
            self.edit(index.siblingAtColumn(_CHOICE))

    def _show(self, row: int) -> None:
        text = self.offered[self.place(row)]
        item = QTableWidgetItem(text)
        said = f"{self.spoken(row)}: {text}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        self.setItem(row, _CHOICE, item)
