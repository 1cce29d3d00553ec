"""Cells of the current row changed by hand, and what the model makes of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.readings import numbers
from engine.contracts.readings import what_if as reading_of
from engine.contracts.readings.class_names import answer as named
from engine.contracts.readings.counterfactual import output_shown, share_text
from engine.contracts.readings.output_units import unit
from engine.contracts.readings.shapley.shapley_values import start
from engine.contracts.requests import Run
from gui.dialogs.panel_menus import keep_note
from gui.item_models.metrics import FigureTable
from gui.panel import Panel
from gui.panel_frame import About
from gui.panels.what_if import sides as sides_of
from gui.panels.what_if import what_if_tables as tables
from gui.panels.what_if.cell_editors import CellEditors
from gui.panels.what_if.what_if_tables import Variant
from gui.plots.effect_curve import EffectCurve
from gui.plots.side_by_side import SideBySide
from gui.widgets.feature_choice import FeatureChoice
from gui.widgets.metric_table import MetricTable
from gui.widgets.panel_body import line_of_words
from gui.widgets.row_wanted import RowWanted
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import WhatIf
    from engine.contracts.results.counterfactual import Cell
    from engine.contracts.tables import Table
    from gui.services.engine_client import Job
    from gui.services.theme import Tokens

SHARES, LINE, PINNED = "shares", "line", "pinned"


class WhatIfPanel(Panel):
    """An editor for each cell; answer, contributions and a line beside them."""

    ID = "what_if"
    TITLE = mark("What if")
    ALSO = mark("simulate change a value ceteris paribus")
    ABOUT = About(
        what=mark(
            "The current row with values changed by hand: the prediction, its SHAP "
            "values, and the prediction along one feature with all others as set "
            "(ceteris paribus)."
        ),
        how=mark(
            "Move a slider, type a value or choose a label; bold features are "
            "changed. Bars to the right raise the prediction; ≠ marks features "
            "whose sign changed. The thick curve is the changed row, the thin one "
            "the row as it is. Pin a variant to keep it."
        ),
        misleads=mark(
            "In the world values change together: a row composed by hand may never "
            "occur, and there the model extrapolates. Plausibility is the share of "
            "real rows that are as far from their nearest neighbours. It shows "
            "what the model does, not a cause."
        ),
        source=mark(
            "Wexler et al. (2020); Shapley values: Lundberg and Lee (2017); lines: "
            "Goldstein et al. (2015)."
        ),
    )
    FOLLOWS: ClassVar[frozenset[str]] = frozenset({"predictions", "row", "decision"})

    # Body

    def build_body(self) -> QWidget:
        """Build the editors, the pictures and the choices."""
        self._shown: WhatIf | None = None
        self._last: WhatIf | None = None  # the last one with contributions
        self._edits: dict[str, Cell] = {}
        self._edited_row = -1
        self._waiting = False  # another question than the one that is on its way
        self._heard = False  # whether that one has its first answer
        self.editors = CellEditors()
        self.sides = SideBySide(tr("SHAP values before and after"))
        self.curve = EffectCurve(tr("Effect of a feature"), self._tip)
        self.variants = FigureTable(self)
        self.table = MetricTable(tr("Pinned variants"))
        self.table.setModel(self.variants)
        self.pages = QStackedWidget()
        self._places = {
            SHARES: scrolled(self.sides),
            LINE: self.curve,
            PINNED: self.table,
        }
        for page in self._places.values():
            self.pages.addWidget(page)
        self.view = Segmented(
            tr("Plot"),
            (
                (SHARES, tr("SHAP values")),
                (LINE, tr("ceteris paribus")),
                (PINNED, tr("pinned")),
            ),
        )
        self.choice = FeatureChoice()
        self.words = line_of_words()
        self.reset = QPushButton(tr("Reset"))
        self.pin = QPushButton(tr("Pin this variant"))
        self.note = QPushButton(tr("Save as note"))
        self.unpin = QPushButton(tr("Remove"))
        self._wire()
        return self._laid_out()

    def _laid_out(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(6, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.choice)
        column.addWidget(self.pages, 1)
        column.addWidget(self.words)
        under = QHBoxLayout()
        under.addWidget(self.view)
        under.addStretch(1)
        under.addWidget(self.unpin)
        column.addLayout(under)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(scrolled(self.editors))
        split.addWidget(right)
        split.setSizes([300, 420])
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self.reset)
        below.addWidget(self.note)
        below.addWidget(self.pin)
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 2, 4, 6)
        outer.setSpacing(6)
        outer.addWidget(split, 1)
        outer.addLayout(below)
        self._fit()
        self._try_out()  # asked for before there was a panel
        self.about = RowWanted(body)
        return self.about

    def _wire(self) -> None:
        case = self.context.case
        self.editors.changed.connect(self._edit)
        self.view.chosen.connect(lambda _key: self._fit())
        self.choice.chosen.connect(self._ask_soon)
        self.choice.output_chosen.connect(self._display)
        self.reset.clicked.connect(self._reset)
        self.pin.clicked.connect(self._pin)
        self.note.clicked.connect(lambda: keep_note(self))
        self.unpin.clicked.connect(self._unpin)
        self.table.chosen.connect(self._recall)
        case.predictions_changed.connect(self._forget)
        case.restored.connect(lambda _file: self._show_variants())
        case.trial_wanted.connect(self._try_out)

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.editors, self.sides, self.curve, self.table):
            part.apply_theme(tokens)
        self.view.apply_theme(tokens)
        self.choice.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # Asking

    def reason(self) -> str | None:
        """Return why there is nothing to change."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question about the current row as it is edited."""
        row = self.context.case.current_row
        self._waiting = self._heard = False
        self.about.follow(row, known=self._shown is not None)
        if row is None:
            self._shown = self._last = None
            self.editors.offer((), (), {})
            self._display()
            return None
        if row != self._edited_row:
            self._edited_row, self._edits = row, {}
        return Run(
            analysis="what_if",
            params={
                "changes": tables.change_texts(self._edits),
                "feature": self.choice.names[0],
            },
            decision=self.context.decision.decision,
            row=row,
        )

    def _forget(self) -> None:
        self._shown = self._last = None
        self._edited_row = -1
        self.choice.forget()

    def _edit(self, name: str) -> None:
        self._edits = self.editors.changes
        if self.choice.names[0] and self.view.key != LINE:
            self.choice.follow(name)
        self._ask_soon()

    def _ask_soon(self) -> None:
        """Ask at once, or when the question that is on its way has its first answer."""
        if self._job is None or self._heard:
            self.ask()
        else:
            self._waiting = True

    def tells(self, error: ErrorInfo) -> bool:
        """Say what cannot be had, and keep what is shown."""
        self.about.want(wanted=False)
        self.words.setText(sentence(error.code, error.params))
        if self._waiting:
            self.ask()
        return True

    # Showing

    def show_result(self, result: WhatIf) -> None:
        """Show the answer; contributions follow."""
        fresh = self._shown is None or self._shown.row != result.row
        self._shown, self._heard = result, True
        self.about.want(wanted=False)
        if result.contributions is not None:
            self._last = result
        elif fresh:
            self._last = None
        if fresh:
            self.editors.offer(result.editable, result.cells, self._edits)
        feature = self.choice.names[0] if self._waiting else ""
        now = (feature or result.axis.name, "")
        own = output_shown(result.outputs, result.decided[0])
        self.choice.offer(result.feature_names, result.outputs, now, own)
        self._display()
        if self._waiting:
            self.ask()

    def _display(self) -> None:
        shown = self._shown
        here = shown is not None
        self.pin.setEnabled(here)
        self.note.setEnabled(here)
        self.reset.setEnabled(here and bool(self._edits))
        self._show_variants()
        if shown is None:
            self.sides.set_said((), (), ())
            self.words.clear()
            return
        self._draw_line(shown)
        if self._last is not None:
            self.sides.set_said(*sides_of.sides(self._last, self.choice.place))
        else:
            self.sides.set_said((), (), ())
        self.words.setText(" ".join(self._facts(shown)))
        self.update_reading()

    def _draw_line(self, shown: WhatIf) -> None:
        output = self.choice.place
        own, made = shown.line[:, :, output]
        up = f"{named(shown.outputs, output)}, {unit(shown.space)}"
        self.curve.set_curve(shown.axis, (made, made, made), own[None], up)
        self.curve.set_current(tables.made_value(shown), None)

    def _facts(self, shown: WhatIf) -> list[str]:
        said = []
        if self.view.key == SHARES:
            if shown.contributions is None and self._job is not None:
                said.append(tr("Computing SHAP values."))
            elif shown.contributions is None:
                said.append(tr("SHAP values were stopped: change a value to go on."))
            elif self._last is not None and self._last.contributions is not None:
                said.append(start(self._last.contributions, self.choice.place))
        elif self.view.key == LINE:
            said.append(
                tr("Points: the changed row. Dashes: the row as it is.")
                if shown.axis.labels
                else tr("Thick: the changed row. Thin: the row as it is.")
            )
        else:
            said.append(tr("Click a variant to go back to it."))
        said.append(
            tr(
                "Plausibility {share}, against {n} of {total} real rows.",
                share=share_text(float(shown.plausibility[1]), shown.n_judged),
                n=numbers.count(shown.n_judged),
                total=numbers.count(shown.n_real_total),
            )
        )
        return said

    def _cancelled(self, job: Job) -> None:
        super()._cancelled(job)
        self._fit()  # nothing is being worked out any more

    def _fit(self) -> None:
        """Show the picture that is chosen, with its choices."""
        key = self.view.key
        self.pages.setCurrentWidget(self._places[key])
        self.choice.setVisible(key != PINNED)
        self.choice.first.setVisible(key == LINE)
        self.unpin.setVisible(key == PINNED)
        if self._shown is not None:
            self.words.setText(" ".join(self._facts(self._shown)))

    def _tip(self, place: int) -> str:
        if self._shown is None:
            return ""
        return tables.line_tip(self._shown, self.choice.place, place)

    def reading(self) -> str:
        """Return what becomes of the answer."""
        return "" if self._shown is None else escape(reading_of.read(self._shown))

    def as_table(self) -> Table:
        """Return the picture in sight as a table."""
        shown = self._shown
        if self.view.key == PINNED:
            return self.variants.as_table()
        if shown is None:
            return [tr("feature")], []
        if self.view.key == LINE:
            return tables.line_table(shown, self.choice.place)
        return sides_of.contributions_table(shown, self.choice.place)

    # Variants

    def _reset(self) -> None:
        self._edits = {}
        self.editors.put({})
        self._ask_soon()

    def _kept(self) -> list[Variant]:
        none: list[Variant] = []
        return self.context.case.setting(self.ID, list[Variant], none)

    def _keep(self, variants: list[Variant]) -> None:
        self.context.case.keep_setting(self.ID, variants, [])
        self._show_variants()

    def _show_variants(self) -> None:
        kept = self._kept()
        self.variants.set_rows(*tables.variants_table(kept))
        self.unpin.setEnabled(bool(kept))

    def _pin(self) -> None:
        if self._shown is not None:
            variant = tables.variant_of(self._shown, self.choice.place)
            rest = [known for known in self._kept() if known != variant]
            self._keep([*rest, variant])
            self.view.choose(PINNED)
            self._fit()

    def _unpin(self) -> None:
        kept, line = self._kept(), self.table.currentIndex().row()
        place = line if 0 <= line < len(kept) else len(kept) - 1
        self._keep(kept[:place] + kept[place + 1 :])

    def _recall(self, line: int, _keys: object) -> None:
        """Go back to a pinned variant, to its row if need be."""
        kept = self._kept()
        if not 0 <= line < len(kept):
            return
        variant = kept[line]
        changes = {change.feature: change.after for change in variant.changes}
        self._take(variant.row, changes)

    def _try_out(self) -> None:
        """Take a changed row over from another panel."""
        trial, self.context.case.trial = self.context.case.trial, None
        if trial is not None:
            self._take(*trial)

    def _take(self, row: int, changes: dict[str, Cell]) -> None:
        self._edited_row, self._edits = row, changes
        if self.context.case.current_row != row:
            self.context.case.set_current_row(row)
            return
        self.editors.put(changes)
        self._ask_soon()
