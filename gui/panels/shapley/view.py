"""What every picture of contributions is told, and what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.contracts.i18n import tr
from engine.contracts.model import ScoreKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.contracts.tables import Table
    from gui.item_models.attributions import Attributions
    from gui.services.theme import Tokens


class ContributionView(QWidget):
    """One picture with its few controls.

    Signals
    -------
    brushed(object, Qt.KeyboardModifier)
        Places of explained rows that were marked.
    clicked(int)
        Place of the explained row that was clicked.
    """

    brushed = Signal(object, Qt.KeyboardModifier)
    clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.shown: Attributions | None = None
        self.chosen: NDArray[np.bool_] | None = None
        self.current: int | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)

    def tell(
        self,
        shown: Attributions,
        chosen: NDArray[np.bool_] | None,
        current: int | None,
    ) -> None:
        """Show contributions, the selected rows among them and the current one."""
        changed = shown is not self.shown
        self.shown, self.chosen, self.current = shown, chosen, current
        if changed:
            self.draw(shown)
        self.mark(shown)

    def draw(self, shown: Attributions) -> None:
        """Draw what the contributions alone decide."""

    def mark(self, shown: Attributions) -> None:
        """Draw what depends on the selection and the current row."""

    def table(self, shown: Attributions) -> Table:
        """Return the picture as a header and rows."""
        raise NotImplementedError

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""

    def tip(self, place: int, feature: int) -> str:
        """Return what is known of a row's point."""
        shown = self.shown
        if shown is None:
            return ""
        return tr(
            "row {row}: {feature} = {value}, {contribution}",
            row=int(shown.result.row_ids[place]),
            feature=shown.names[feature],
            value=shown.text(place, feature),
            contribution=shown.signed(float(shown.values[place, feature])),
        )


def contribution_axis_of(shown: Attributions) -> str:
    """Return what a scale of contributions shows: parts of an answer, no answers."""
    label = shown.result.outputs[shown.output]
    if shown.result.space == ScoreKind.PROBABILITY.value:
        return tr("SHAP value, probability of {label}", label=label)
    if shown.result.space == ScoreKind.MARGIN.value:
        return tr("SHAP value, margin of {label}", label=label)
    return tr("SHAP value, predicted value")


def axis_of(shown: Attributions) -> str:
    """Return what a scale of answers shows, on which contributions add up."""
    label = shown.result.outputs[shown.output]
    if shown.result.space == ScoreKind.PROBABILITY.value:
        return tr("probability of {label}", label=label)
    if shown.result.space == ScoreKind.MARGIN.value:
        return tr("margin of {label}", label=label)
    return tr("predicted value")
