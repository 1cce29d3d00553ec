"""Explanations side by side, tried out on the model, with a verdict."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QStackedWidget,
    QWidget,
)

from engine.contracts.i18n import mark, tr
from engine.contracts.messages import sentences
from engine.contracts.readings import agreement as reading_of
from engine.contracts.readings import numbers
from engine.contracts.readings.row_names import row_text
from engine.contracts.requests import Run
from gui.panel import Panel
from gui.panel_frame import About
from gui.plots.removal_curves import RemovalCurves
from gui.plots.side_by_side import Said, SideBySide
from gui.widgets.panel_body import column_body, line_of_words
from gui.widgets.row_wanted import RowWanted
from gui.widgets.scrolled import scrolled
from gui.widgets.segmented import Segmented

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.requests import Request
    from engine.contracts.results import Agreement
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

SIDES, AWAY, BACK, ALL = "sides", "away", "back", "all"


class AgreementPanel(Panel):
    """Whether the explanation of the current row can be relied on."""

    ID = "agreement"
    TITLE = mark("Agreement of explanations")
    ALSO = mark(
        "cross-examination compare methods faithfulness deletion insertion "
        "rank agreement"
    )
    PICTURES = (
        (AWAY, mark("Agreement of explanations: deletion curve")),
        (BACK, mark("Agreement of explanations: insertion curve")),
    )
    ABOUT = About(
        what=mark(
            "Several methods explain the same prediction, and each is tested by "
            "deletion: its features are removed one by one, the most supporting "
            "first, and the change of the prediction is measured."
        ),
        how=mark(
            "Bars to the right raise the prediction; each column has its own unit. "
            "≠ marks a feature to which the methods give different signs. A curve "
            "that leaves the grey band early names features that the model really "
            "uses."
        ),
        misleads=mark(
            "Methods may agree and be wrong together: all of them remove a feature "
            "by putting other rows' values in its place, even where such rows "
            "never occur."
        ),
        source=mark(
            "Krishna et al. (2022); Samek et al. (2017); Petsiuk, Das and Saenko "
            "(2018)."
        ),
    )
    FOLLOWS: ClassVar[frozenset[str]] = frozenset({"predictions", "row"})

    # Body

    def build_body(self) -> QWidget:
        """Build the pictures and their choice."""
        self._shown: Agreement | None = None
        self.sides = SideBySide(tr("Explanations side by side"))
        self.curves = RemovalCurves(tr("Deletion and insertion curves"))
        self.pages = QStackedWidget()
        self.pages.addWidget(scrolled(self.sides))
        self.pages.addWidget(self.curves)
        self.view = Segmented(
            tr("Plot"),
            (
                (SIDES, tr("side by side")),
                (AWAY, tr("deletion")),
                (BACK, tr("insertion")),
                (ALL, tr("all rows")),
            ),
        )
        self.words = line_of_words()
        about, above = column_body()
        above.setContentsMargins(0, 0, 0, 0)
        above.addWidget(self.pages, 1)
        above.addWidget(self.words)
        self.about = RowWanted(about)
        body, column = column_body()
        column.addWidget(self.about, 1)
        column.addWidget(self.view, 0, Qt.AlignmentFlag.AlignLeft)
        self.view.chosen.connect(self._choose)
        return body

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.sides, self.curves, self.view):
            part.apply_theme(tokens)
        self.words.setStyleSheet(f"color: {tokens.muted};")

    # Asking and showing

    def reason(self) -> str | None:
        """Return why there is nothing to examine."""
        return self.context.case.unexplainable()

    def request(self) -> Request | None:
        """Return the question about the current row, or about all rows."""
        every = self.view.key == ALL
        row = self.context.case.current_row
        self.about.follow(row, known=self._shown is not None, needed=not every)
        if row is None and not every:
            self._forget()
            return None
        return Run(
            analysis="agreement",
            params={"scope": "all" if every else "row"},
            decision=self.context.decision.decision,
            row=row,
        )

    def _forget(self) -> None:
        self._shown = None
        self.sides.set_said((), (), ())
        self.words.clear()
        self.pages.setCurrentIndex(0)

    def _choose(self, key: str) -> None:
        shown = self._shown
        if shown is None or (shown.row < 0) != (key == ALL):
            self.ask()
        else:
            self._display(shown)

    def show_result(self, result: Agreement) -> None:
        """Show what the methods say."""
        self._shown = result
        self.about.want(wanted=False)
        self._display(result)

    def _display(self, shown: Agreement) -> None:
        titles = [reading_of.method(name) for name in shown.methods]
        tried = shown.faithfulness
        key = self.view.key
        self.words.setText(" ".join(_facts(shown)))
        if key in (AWAY, BACK) and tried is not None:
            away = key == AWAY
            across = tr("features deleted") if away else tr("features inserted")
            self.curves.set_curves(
                titles,
                tried.deletion if away else tried.insertion,
                tried.chance_deletion if away else tried.chance_insertion,
                across,
                tr("random orders (95 %)"),
            )
            self.pages.setCurrentWidget(self.curves)
            return
        order = _order(shown)
        against = {
            (at.feature, m)
            for at in shown.sign_disagreements
            for m in (at.first, at.second)
        }
        most = np.abs(shown.values).max(axis=1)
        unit = np.where(most > 0, most, 1.0)
        digits = [numbers.decimals_of(float(weight)) for weight in unit]
        self.sides.set_said(
            [shown.feature_names[j] for j in order],
            titles,
            [
                [
                    Said(
                        float(shown.values[m, j] / unit[m]),
                        float(np.nan_to_num(shown.spreads[m, j]) / unit[m]),
                        numbers.signed(float(shown.values[m, j]), digits[m]),
                        (j, m) in against,
                    )
                    for m in range(len(titles))
                ]
                for j in order
            ],
        )
        self.pages.setCurrentIndex(0)

    def reading(self) -> str:
        """Return the verdict."""
        return "" if self._shown is None else escape(reading_of.read(self._shown))

    def as_table(self) -> Table:
        """Return what each method says of each feature."""
        shown = self._shown
        if shown is None:
            return [tr("feature")], []
        titles = [reading_of.method(name) for name in shown.methods]
        return [tr("feature"), *titles], [
            [
                shown.feature_names[j],
                *(float(value) for value in shown.values[:, j].tolist()),
            ]
            for j in _order(shown)
        ]


def _order(shown: Agreement) -> list[int]:
    """Return the features by the first method's weight."""
    first: NDArray[np.float64] = np.abs(shown.values[0])
    found: list[int] = np.argsort(-first, kind="stable").tolist()
    return found


def _facts(shown: Agreement) -> list[str]:
    """Return what is known of the row and the methods, in sentences."""
    said = []
    if shown.row >= 0:
        said.append(
            tr(
                "Row {row}: prediction {answer}, mean {base}; SHAP values add up "
                "to within {gap}.",
                row=row_text(shown.row, shown.provenance),
                answer=numbers.significant(shown.answer, 3),
                base=numbers.significant(shown.base, 3),
                gap=numbers.significant(shown.additivity_error, 2),
            )
        )
    for m, name in enumerate(shown.methods[1:], start=1):
        said.append(
            tr(
                "{method} against {first}: rank agreement {agreement}.",
                method=reading_of.method(name),
                first=reading_of.method(shown.methods[0]),
                agreement=numbers.fixed(float(shown.rank_agreement[0, m]), 2),
            )
        )
    if np.isfinite(shown.local_fidelity):
        said.append(
            tr(
                "LIME: local fit R² {fidelity}.",
                fidelity=numbers.percent(shown.local_fidelity),
            )
        )
    return [*said, *sentences(shown.left_out)]
