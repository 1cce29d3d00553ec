"""What would change the decision about the current row."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, ClassVar

import msgspec
from PySide6.QtCore import QPoint
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.model import Task
from engine.contracts.readings import counterfactual as reading_of
from engine.contracts.readings import numbers
from engine.contracts.requests import Run
from gui.dialogs.panel_menus import new_menu
from gui.item_models.metrics import FigureTable
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.counterfactual import counterfactual_tables as tables
from gui.services.literal import literal_title
from gui.widgets.metric_table import MetricTable
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.row_wanted import RowWanted
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.errors import ErrorInfo, Param
    from engine.contracts.requests import Request
    from engine.contracts.results import Counterfactual, Counterfactuals
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

CHANGES, REAL = "changes", "real"
_MOST = 4  # the longest offered limit of changes


class Wishes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is looked for, as the case keeps it.

    Attributes
    ----------
    rules
        By feature what it may do: see the choices of
        :mod:`gui.panels.counterfactual.counterfactual_tables`.
    most
        Most features that may change; 0: any.
    wanted
        The class or answer that is wanted; empty: any other.
    """

    rules: dict[str, str] = {}
    most: int = 0
    wanted: str = ""


class CounterfactualPanel(Panel):
    """The nearest rows with another decision, beside the current one."""

    ID = "counterfactual"
    TITLE = mark("Counterfactuals")
    ALSO = mark(
        "counterfactual explanation recourse actionable what would change it DiCE"
    )
    ABOUT = About(
        what=mark(
            "The smallest changes found that give the current row another "
            "decision, several that differ from one another, and the nearest real "
            "rows that have it. Each one is predicted once more at the end."
        ),
        how=mark(
            "A column is a row with the bold cells changed. Distance 1 is one "
            "inter-quartile range of a number, or another label. Plausibility is "
            "the share of real rows that are as far from their nearest neighbours, "
            "or farther: near 0 such a row hardly occurs. Click a feature to keep "
            "it fixed or to let it change in one direction only."
        ),
        misleads=mark(
            "It shows what the model would predict, not what would happen: in the "
            "world, changing one value changes others with it. There may be "
            "smaller changes that the search did not find. It is not advice."
        ),
        source=mark(
            "Wachter, Mittelstadt and Russell (2018); Mothilal, Sharma and Tan (2020); "
            "distances after Gower (1971)."
        ),
    )
    FOLLOWS: ClassVar[frozenset[str]] = frozenset({"predictions", "row", "decision"})

    # Body

    def build_body(self) -> QWidget:
        """Build the tables and the choices."""
        self._shown: Counterfactuals | None = None
        self.wishes = Wishes()
        self.changes, self.real = FigureTable(self), FigureTable(self)
        self.changes_table = MetricTable(tr("Changes"))
        self.changes_table.setModel(self.changes)
        self.real_table = MetricTable(tr("Nearest real rows"))
        self.real_table.setModel(self.real)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.changes_table)
        self.pages.addWidget(self.real_table)
        self.view = Segmented(
            tr("Table"), ((CHANGES, tr("changes")), (REAL, tr("nearest real rows")))
        )
        self.wanted = QComboBox()
        self.wanted.setAccessibleName(tr("Wanted decision"))
        self.wanted.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.wanted.setMinimumWidth(90)  # in a narrow panel long names are cut
        self.value = QLineEdit()
        self.value.setAccessibleName(tr("Wanted prediction"))
        self.value.setPlaceholderText(tr("wanted: 100..200, +10, -10"))
        self.most = QComboBox()
        self.most.setAccessibleName(tr("Most features that may change"))
        self.most.addItem(tr("any number of changes"), 0)
        for n in range(1, _MOST + 1):
            self.most.addItem(tr("at most {n}", n=numbers.count(n)), n)
        self.every = QCheckBox(tr("all features"))
        self.trying = QToolButton()
        self.trying.setText(tr("Try out…"))
        self.trying.setToolTip(tr("Go on in What if, from one of these"))
        self.trying.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.trying.setMenu(QMenu(self.trying))
        self.words = line_of_words()
        self._wire()
        return self._laid_out()

    def _laid_out(self) -> QWidget:
        body, column = column_body()
        head = QHBoxLayout()
        head.addWidget(self.wanted)
        head.addWidget(self.value, 1)
        head.addWidget(self.most)
        head.addStretch(1)
        head.addWidget(self.every)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        column.addWidget(self.words)
        foot = QHBoxLayout()
        foot.addWidget(self.view)
        foot.addStretch(1)
        foot.addWidget(self.trying)
        column.addLayout(foot)
        self._offer()
        self._put(self._kept())
        self.about = RowWanted(body)
        return self.about

    def _wire(self) -> None:
        case = self.context.case
        self.view.chosen.connect(self._choose_view)
        self.wanted.activated.connect(lambda _place: self._wish())
        self.value.editingFinished.connect(self._wish)
        self.most.activated.connect(lambda _place: self._wish())
        self.every.toggled.connect(lambda _on: self._display())
        self.changes_table.chosen.connect(self._open_rules)
        self.real_table.chosen.connect(self._go_to)
        case.predictions_changed.connect(self._offer)
        case.restored.connect(lambda _file: self._put(self._kept()))

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.changes_table, self.real_table, self.view):
            part.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # What is wished for

    def _offer(self) -> None:
        """Offer the classes there are, or a line for the answer of a regression."""
        scores = self.context.case.scores
        value = scores is not None and scores.task is Task.REGRESSION
        classes = () if scores is None or value else scores.classes
        self.wanted.clear()
        self.wanted.addItem(tr("any other decision"), "")
        for label in classes:
            self.wanted.addItem(label, label)
        self.wanted.setVisible(len(classes) > 2)
        self.value.setVisible(value)
        self._put(self.wishes)

    def _put(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.wanted.setCurrentIndex(max(self.wanted.findData(wishes.wanted), 0))
        self.value.setText(wishes.wanted if not self.value.isHidden() else "")
        self.most.setCurrentIndex(max(self.most.findData(wishes.most), 0))

    def _wanted(self) -> str:
        """Return what is wanted of this model; what the case keeps may be another's."""
        if not self.wanted.isHidden():
            return self.wanted.currentData() or ""
        return "" if self.value.isHidden() else self.value.text().strip()

    def _wish(self, rules: dict[str, str] | None = None) -> None:
        """Take what is chosen; ask if it is something else."""
        wishes = Wishes(
            rules=self.wishes.rules if rules is None else rules,
            most=self.most.currentData(),
            wanted=self._wanted(),
        )
        if wishes != self.wishes:
            self.wishes = wishes
            self.context.case.keep_setting(self.ID, wishes, Wishes())
            self.ask()

    def _kept(self) -> Wishes:
        return self.context.case.setting(self.ID, Wishes, Wishes())

    def _open_rules(self, line: int, _keys: object) -> None:
        """Offer what the feature of a line may do."""
        shown = self._shown
        if shown is None:
            return
        order = tables.features_shown(
            shown, self.wishes.rules, every=self.every.isChecked()
        )
        place = line - tables.n_summary_lines(shown)
        if not 0 <= place < len(order):
            return
        menu = self.rules_menu(order[place])
        rect = self.changes_table.visualRect(self.changes.index(line, 0))
        at = rect.bottomLeft() + QPoint(8, 0)
        menu.popup(self.changes_table.viewport().mapToGlobal(at))

    def rules_menu(self, feature: int) -> QMenu:
        """Return the menu of what a feature may do."""
        assert self._shown is not None
        name, own = self._shown.feature_names[feature], self._shown.cells[feature]
        rules = self.wishes.rules
        menu = new_menu(self)
        group = QActionGroup(menu)
        for rule, words in tables.RULES.items():
            if rule in (tables.UP, tables.DOWN) and not isinstance(own, (int, float)):
                continue  # labels, and missing values, have no direction
            action = menu.addAction(tr(words), partial(self._rule, name, rule))
            action.setCheckable(True)
            action.setChecked(rules.get(name, tables.FREE) == rule)
            group.addAction(action)
        return menu

    def _rule(self, name: str, rule: str) -> None:
        rest = {other: r for other, r in self.wishes.rules.items() if other != name}
        self._wish({**rest, name: rule} if rule else rest)

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there is nothing to change."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question about the current row."""
        case = self.context.case
        self.about.follow(case.current_row, known=self._shown is not None)
        if case.current_row is None:
            self._shown = None
            self._display()
            return None
        known = () if case.model is None else case.model.inputs
        names = {field.name for field in known}
        wishes = self.wishes
        params: dict[str, Param] = {"wanted": self._wanted()}
        for rule, option in (
            (tables.FIXED, "fixed"),
            (tables.UP, "only_up"),
            (tables.DOWN, "only_down"),
        ):
            params[option] = tuple(
                sorted(n for n, r in wishes.rules.items() if r == rule and n in names)
            )
        params["most_changes"] = wishes.most
        return Run(
            analysis="counterfactual",
            params=params,
            decision=self.context.decision.decision,
            row=case.current_row,
        )

    def tells(self, error: ErrorInfo) -> bool:
        """Say what cannot be had, and keep what is shown."""
        self.about.want(wanted=False)
        self.words.setText(sentence(error.code, error.params))
        return True

    def show_result(self, result: Counterfactuals) -> None:
        """Show what is found so far."""
        self._shown = result
        self.about.want(wanted=False)
        self._display()

    def _display(self) -> None:
        shown = self._shown
        self._offer_trials(shown)
        if shown is None:
            self.changes.set_rows((), ())
            self.real.set_rows((), ())
            self.words.clear()
            return
        every = self.every.isChecked()
        self.changes.set_rows(
            *tables.changes_table(shown, self.wishes.rules, every=every)
        )
        self.real.set_rows(*tables.neighbours_table(shown))
        self.words.setText(" ".join(self._facts(shown)))

    def _offer_trials(self, shown: Counterfactuals | None) -> None:
        """Offer to change a row further by hand that was found."""
        menu = self.trying.menu()
        menu.clear()
        for one in () if shown is None else tables.told(shown):
            text = reading_of.changes_text(one.changes)
            menu.addAction(literal_title(text), partial(self._try_out, one))
        self.trying.setEnabled(not menu.isEmpty())

    def _try_out(self, one: Counterfactual) -> None:
        if self._shown is not None:
            changes = {change.feature: change.after for change in one.changes}
            self.context.case.try_out(self._shown.row, changes)

    def _facts(self, shown: Counterfactuals) -> list[str]:
        if self.view.key == REAL:
            return [tr("Click a row to go to it.")]
        return [
            tr(
                "{n} rows predicted; values from {real} of {total} real rows, "
                "plausibility against {judged} of them.",
                n=numbers.count(shown.n_asked),
                real=numbers.count(shown.n_real),
                total=numbers.count(shown.n_real_total),
                judged=numbers.count(shown.n_judged),
            ),
            tr("Click a feature to say whether it may change."),
        ]

    def _choose_view(self, key: str) -> None:
        table = self.real_table if key == REAL else self.changes_table
        self.pages.setCurrentWidget(table)
        self.every.setEnabled(key == CHANGES)
        self._display()

    def _go_to(self, line: int, _keys: object) -> None:
        shown = self._shown
        if shown is not None and 0 <= line < len(shown.neighbours):
            self.context.case.set_current_row(shown.neighbours[line].row)

    # Words

    def reading(self) -> str:
        """Return the smallest change."""
        return "" if self._shown is None else escape(reading_of.read(self._shown))

    def as_table(self) -> Table:
        """Return the table in sight."""
        model = self.real if self.view.key == REAL else self.changes
        return model.as_table()
