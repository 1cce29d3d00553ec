"""One tree: drawn from the root on, or as the rules of its leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSpinBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.item_models.metrics import FigureTable
from gui.panels.glass_box.nodes import Words, rule_titles, selected_shares
from gui.plots.tree_plot import TreePlot
from gui.widgets.metric_table import MetricTable
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.readings.glass_box.tree_rules import Rules
    from engine.contracts.results import TreeNodes
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

DRAWN, RULES = "drawn", "rules"
_MOST_LEVELS, _LEVELS = 6, 3


class TreeView(QWidget):
    """A drawn tree and its rules; a node or a rule can be wanted as a selection.

    Parameters
    ----------
    whole
        Draw all levels of a small tree, without a choice.

    Signals
    -------
    wanted(int, Qt.KeyboardModifier)
        The node whose rows are wanted.
    """

    wanted = Signal(int, Qt.KeyboardModifier)

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__()
        self._whole = whole
        self._tree: TreeNodes | None = None
        self._ends: list[int] = []
        self.plot = TreePlot(tr("Decision tree"))
        self.rules = FigureTable(self)
        self.table = MetricTable(tr("Rules"))
        self.table.setModel(self.rules)
        self.pages = QStackedWidget()
        self.pages.addWidget(scrolled(self.plot))
        self.pages.addWidget(self.table)
        self.view = Segmented(
            tr("Tree as"), ((DRAWN, tr("drawn")), (RULES, tr("rules")))
        )
        self.levels = QSpinBox()
        self.levels.setRange(1, _MOST_LEVELS)
        self.levels.setValue(_LEVELS)
        self.levels.setSuffix(tr(" levels"))
        self.levels.setAccessibleName(tr("Levels that are drawn"))
        self.levels.setVisible(not whole)
        self.up = QToolButton()
        self.up.setText(tr("Whole tree"))
        self.up.setToolTip(tr("Back to the root"))
        self.up.hide()
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.foot = QHBoxLayout()
        self.foot.addWidget(self.view)
        self.foot.addStretch(1)
        self.foot.addWidget(self.up)
        self.foot.addWidget(self.levels)
        column.addWidget(self.pages, 1)
        column.addLayout(self.foot)

    def _wire(self) -> None:
        self.view.chosen.connect(self._turn)
        self.levels.valueChanged.connect(self.plot.set_levels)
        self.up.clicked.connect(lambda: self.plot.open(0))
        self.plot.opened.connect(lambda node: self.up.setVisible(node > 0))
        self.plot.clicked.connect(self.wanted)
        self.table.chosen.connect(
            lambda row, keys: self.wanted.emit(self._ends[row], keys)
        )

    def _turn(self, key: str) -> None:
        self.pages.setCurrentIndex((DRAWN, RULES).index(key))
        self.levels.setVisible(key == DRAWN and not self._whole)
        self.up.setVisible(key == DRAWN and self.plot.top > 0)

    def show_tree(
        self,
        tree: TreeNodes,
        rules: Rules,
        outputs: tuple[str, ...],
        *,
        shares: bool,
        output: int,
    ) -> None:
        """Show a tree; another view of the same one stays where it is."""
        words = Words(tree, rules, outputs, shares=shares, output=output)
        top = self.plot.top if self._is_same(tree) else 0
        self._tree = tree
        if self._whole:
            self.plot.set_levels(int(tree.depth.max()))
        several = shares and len(outputs) > 1
        self.plot.set_tree(words.nodes(), outputs if several else ())
        self.plot.set_path(tree.path.tolist())
        if top:
            self.plot.open(top)
        self.up.setVisible(top > 0 and self.view.key == DRAWN)
        self._ends, lines = words.rules()
        self.rules.set_rows(rule_titles(), lines)
        self.table.fit()

    def _is_same(self, tree: TreeNodes) -> bool:
        old = self._tree
        return (
            old is not None
            and old.number == tree.number
            and np.array_equal(old.threshold, tree.threshold, equal_nan=True)
            and np.array_equal(old.left, tree.left)
        )

    def set_selected(self, chosen: np.ndarray | None) -> None:
        """Show where the selected of the rows go."""
        if self._tree is None:
            return
        shares: list[float] = []
        if chosen is not None and chosen.any():
            shares = selected_shares(self._tree, chosen)
        self.plot.set_selected(shares)

    def words(self) -> str:
        """Return what is to be known beside the picture."""
        if self._tree is None:
            return ""
        hidden = int(self._tree.hidden.sum())
        if self.view.key == RULES:
            said = tr("A click selects the rows that a rule holds for.")
        else:
            said = tr(
                "Left where the condition holds. A click selects the rows of a "
                "node, a double click puts it at the top."
            )
        if hidden:
            said += " " + tr(
                "{n} nodes of the tree are too deep to be shown.",
                n=numbers.count(hidden),
            )
        return said

    def as_table(self) -> Table:
        """Return the rules."""
        return self.rules.as_table()

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.plot, self.table, self.view):
            part.apply_theme(tokens)


def only_some(n: int, total: int) -> str:
    """Return that a click selects among some rows alone; nothing where it is all."""
    if n == total:
        return ""
    return tr(
        "{n} of {total} rows were passed through the tree: a click selects among them.",
        n=numbers.count(n),
        total=numbers.count(total),
    )
