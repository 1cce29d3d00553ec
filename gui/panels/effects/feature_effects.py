"""What the answer does along a feature, or two."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QStackedWidget,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentence
from engine.contracts.readings import numbers
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.effects import pdp_and_ale as reading_of
from engine.contracts.readings.output_units import unit
from engine.contracts.readings.row_names import row_text
from engine.contracts.requests import Run
from engine.contracts.results import Dependence
from engine.contracts.selection import Rows
from gui.item_models import effect_tables
from gui.panel import Panel
from gui.panel_frame import About
from gui.plots.effect_curve import EffectCurve
from gui.plots.effect_surface import EffectSurface
from gui.services.selection import mode_of
from gui.widgets.feature_choice import FeatureChoice
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.errors import ErrorInfo
    from engine.contracts.requests import Request
    from engine.contracts.results import AccumulatedEffects
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

    Effects = Dependence | AccumulatedEffects

MEAN, LINES, STEPS, TWO, BEYOND = "mean", "lines", "steps", "two", "beyond"
_PAIRS = (TWO, BEYOND)


class DependencePanel(Panel):
    """Partial dependence, lines of single rows, accumulated effects, and pairs."""

    ID = "dependence"
    TITLE = mark("Feature effects")
    ALSO = mark("PDP ICE ALE partial dependence marginal effect")
    PICTURES = (
        (MEAN, mark("Feature effects: partial dependence (PDP)")),
        (LINES, mark("Feature effects: individual lines (ICE)")),
        (STEPS, mark("Feature effects: accumulated effects (ALE)")),
        (TWO, mark("Feature effects: two features")),
    )
    TAB = mark("Effect")
    ABOUT = About(
        what=mark(
            "The prediction when a feature is set to one value after another: on "
            "average over the rows (partial dependence, PDP), for each row "
            "(individual conditional expectation, ICE), or accumulated from small "
            "changes in rows near each value (accumulated local effects, ALE)."
        ),
        how=mark(
            "The line is the mean, the band its 95 % interval; labels have a point "
            "and a bar each. The strip below shows the distribution of the rows. "
            "ICE lines that cross indicate interactions with other features. Drag "
            "over lines to select their rows; the dashed line is the current row's "
            "own value."
        ),
        misleads=mark(
            "With correlated features, PDP and ICE predict rows that never occur; "
            "ALE does not. Where the strip is empty, the model extrapolates. These "
            "are effects on the prediction, not causes."
        ),
        source=mark("Friedman (2001); Goldstein et al. (2015); Apley and Zhu (2020)."),
    )

    # Body

    def build_body(self) -> QWidget:
        """Build the pictures and the choices."""
        self._shown: Effects | None = None
        self.curve = EffectCurve(tr("Effect of a feature"), self._curve_tip)
        self.surface = EffectSurface(tr("Joint effect of two features"), self._cell_tip)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.curve)
        self.pages.addWidget(self.surface)
        self.view = Segmented(
            tr("Plot"),
            (
                (MEAN, tr("PDP")),
                (LINES, tr("ICE")),
                (STEPS, tr("ALE")),
                (TWO, tr("PDP of two")),
                (BEYOND, tr("ALE of two")),
            ),
        )
        self.choice = FeatureChoice()
        self.centred = QCheckBox(tr("centred (c-ICE)"))
        self.centred.setToolTip(
            tr("Each line minus its value at the first grid point.")
        )
        self.within = QCheckBox(tr("selected rows only"))
        self.words = line_of_words()
        self._wire()
        return self._laid_out()

    def _laid_out(self) -> QWidget:
        body, column = column_body()
        head = QHBoxLayout()
        head.addWidget(self.choice, 1)
        head.addWidget(self.centred)
        head.addWidget(self.within)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        column.addWidget(self.words)
        column.addWidget(self.view, 0, Qt.AlignmentFlag.AlignLeft)
        self._fit()
        return body

    def _wire(self) -> None:
        case = self.context.case
        self.view.chosen.connect(self._choose_view)
        self.choice.chosen.connect(self.ask)
        self.choice.output_chosen.connect(self._display)
        self.centred.toggled.connect(lambda _on: self._display())
        self.within.toggled.connect(lambda _on: self.ask())
        self.curve.brushed.connect(self._select)
        self.curve.clicked.connect(self._go_to)
        self.surface.clicked.connect(self._go_to)
        case.predictions_changed.connect(self._forget)
        case.current_row_changed.connect(lambda _row: self._row_moved())

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.curve, self.surface, self.view, self.choice):
            part.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # Asking

    def reason(self) -> str | None:
        """Return why there is nothing to follow."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question about the chosen feature, or two."""
        pair = self.view.key in _PAIRS
        first, second = self.choice.names
        selection = self.context.selection.recipe if self.within.isChecked() else None
        self._asked_within = selection
        return Run(
            analysis="ale" if self.view.key in (STEPS, BEYOND) else "dependence",
            params={
                "first": first,
                "second": second if pair else "",
                "output": self.choice.space.currentData(),
            },
            selection=selection,
            decision=self.context.decision.decision,
            row=self.context.case.current_row,
        )

    def _forget(self) -> None:
        self.choice.forget()
        self._shown = None

    def _choose_view(self, key: str) -> None:
        self._fit()
        shown = self._shown
        if shown is not None and _view_of(shown, key) == key:
            self._display()
        else:
            self.ask()

    def _fit(self) -> None:
        """Show the choices that the picture has."""
        pair = self.view.key in _PAIRS
        self.choice.show_second(visible=pair)
        self.centred.setVisible(self.view.key == LINES)

    def tells(self, error: ErrorInfo) -> bool:
        """Say what cannot be had, and keep what is shown."""
        shown = self._shown
        if shown is not None:
            self.view.choose(_view_of(shown, self.view.key))
            self._fit()
        self.words.setText(sentence(error.code, error.params))
        return True

    # Showing

    def show_result(self, result: Effects) -> None:
        """Show what is known so far."""
        self._shown = result
        axes = result.axes
        second = axes[1].name if len(axes) > 1 else ""
        if not second and not self.choice.names[1]:
            second = axes[0].related
        self.choice.offer(result.feature_names, result.outputs, (axes[0].name, second))
        self.choice.offer_margins(possible=self.context.case.gives_probabilities)
        self._display()

    def _display(self) -> None:
        shown = self._shown
        if shown is None:
            return
        if len(shown.axes) > 1:
            self._draw_pair(shown)
            self.pages.setCurrentWidget(self.surface)
        else:
            self._draw_curve(shown)
            self.pages.setCurrentWidget(self.curve)
        self.words.setText(" ".join(self._facts(shown)))
        self._mark()
        self.update_reading()

    def _draw_curve(self, shown: Effects) -> None:
        output, space = self.choice.place, unit(shown.space)
        told = answer(shown.outputs, output)
        if not isinstance(shown, Dependence):
            up = tr("effect on {answer}, {unit}", answer=told, unit=space)
            curve = effect_tables.curve(shown, output)
            self.curve.set_curve(shown.axes[0], curve, None, up, zero=True)
            return
        lines = self.view.key == LINES
        if lines and self.centred.isChecked():
            each, mean, half = shown.centred(output)
            up = tr("change of {answer}, {unit}", answer=told, unit=space)
            self.curve.set_curve(
                shown.axes[0], (mean, mean - half, mean + half), each, up, zero=True
            )
            return
        self.curve.set_curve(
            shown.axes[0],
            effect_tables.curve(shown, output),
            shown.ice[:, :, output] if lines else None,
            f"{told}, {space}",
        )

    def _draw_pair(self, shown: Effects) -> None:
        one, two = shown.axes
        space = unit(shown.space)
        values = effect_tables.surface(shown, self.choice.place)
        empty = None if isinstance(shown, Dependence) else shown.within == 0
        self.surface.set_surface((one, two), values, space, shown.data, empty)

    def _facts(self, shown: Effects) -> list[str]:
        said = []
        if self.pages.currentWidget() is self.surface:
            said.append(tr("Points: the rows, at their own values."))
            if not isinstance(shown, Dependence) and not shown.within.all():
                said.append(tr("Hatched: no rows there."))
        elif isinstance(shown, Dependence) and self.view.key == LINES:
            said.append(
                tr(
                    "{n} of {total} rows are drawn; a drag selects among all of them.",
                    n=numbers.count(self.curve.n_shown),
                    total=numbers.count(len(shown.row_ids)),
                )
            )
        else:
            said.append(
                tr(
                    "Band: 95 % interval over the rows. Below: distribution of the "
                    "rows."
                )
            )
        if self.context.case.current_row is not None:
            said.append(self._own(shown))
        return [part for part in said if part]

    def _own(self, shown: Effects) -> str:
        row, place = self._current(shown)
        if place is None:
            return ""
        values = ", ".join(
            f"{axis.name} = {reading_of.own_text(axis, float(value))}"
            for axis, value in zip(shown.axes, place, strict=True)
        )
        named = row_text(row, shown.provenance) if shown.row == row else str(row)
        return tr("Row {row}: {values}.", row=named, values=values)

    # The selection and the current row

    def _current(self, shown: Effects) -> tuple[int, NDArray[np.floating] | None]:
        """Return the current row and its own values, if they are known."""
        row = self.context.case.current_row
        if row is None:
            return -1, None
        place = _place_of(shown, row)
        if place is not None:
            return row, shown.data[place]
        return row, shown.row_data if shown.row == row else None

    def _mark(self) -> None:
        shown = self._shown
        if shown is None:
            return
        chosen = self.context.selection.among(shown.row_ids)
        row, own = self._current(shown)
        if len(shown.axes) > 1:
            self.surface.set_selected(chosen)
            self.surface.set_current(
                None if own is None else (float(own[0]), float(own[1]))
            )
            return
        self.curve.set_selected(chosen)
        if own is None:
            self.curve.set_current(None, None)
        else:
            self.curve.set_current(float(own[0]), self._line_of(shown, row))

    def _line_of(self, shown: Effects, row: int) -> NDArray[np.floating] | None:
        if not isinstance(shown, Dependence) or self.view.key != LINES:
            return None
        place = _place_of(shown, row)
        if place is not None:
            line = shown.ice[place, :, self.choice.place]
        else:
            line = shown.row_ice[:, self.choice.place]
        return line - line[0] if self.centred.isChecked() else line

    def _row_moved(self) -> None:
        """Mark the row; ask where it is not among those that were looked at."""
        shown = self._shown
        if shown is None:
            return
        row, own = self._current(shown)
        if row >= 0 and own is None:
            self._row_changed(row)
            return
        self.words.setText(" ".join(self._facts(shown)))
        self._mark()

    def follow_selection(self) -> None:
        """Lift the selected rows out, or ask about them alone."""
        if self.within.isChecked() and (
            self._asked_within != self.context.selection.recipe
        ):
            self._settled.start()
        self._mark()

    def _select(self, places: NDArray[np.intp], keys: Qt.KeyboardModifier) -> None:
        if self._shown is not None:
            rows = self._shown.row_ids[places].tolist()
            self.context.selection.select(Rows(tuple(rows)), self.ID, mode_of(keys))

    def _go_to(self, place: int) -> None:
        if self._shown is not None:
            self.context.case.set_current_row(int(self._shown.row_ids[place]))

    # Words

    def reading(self) -> str:
        """Return how far the answer moves."""
        shown = self._shown
        if shown is None:
            return ""
        if isinstance(shown, Dependence):
            return escape(reading_of.read_dependence(shown, self.choice.place))
        return escape(reading_of.read_ale(shown, self.choice.place))

    def _curve_tip(self, place: int) -> str:
        shown = self._shown
        return (
            "" if shown is None else effect_tables.tip(shown, self.choice.place, place)
        )

    def _cell_tip(self, one: int, two: int) -> str:
        shown = self._shown
        if shown is None:
            return ""
        return effect_tables.cell_tip(shown, self.choice.place, one, two)

    def as_table(self) -> Table:
        """Return the picture in sight as a table."""
        if self._shown is None:
            return [], []
        return effect_tables.table(self._shown, self.choice.place)


def _place_of(shown: Effects, row: int) -> int | None:
    """Return where a row stands among those that were looked at."""
    place = int(np.searchsorted(shown.row_ids, row))
    found = place < len(shown.row_ids) and shown.row_ids[place] == row
    return place if found else None


def _view_of(shown: Effects, wanted: str) -> str:
    """Return the picture that an answer can be shown as: the wanted one if it can."""
    if len(shown.axes) > 1:
        return TWO if isinstance(shown, Dependence) else BEYOND
    if not isinstance(shown, Dependence):
        return STEPS
    return LINES if wanted == LINES else MEAN
