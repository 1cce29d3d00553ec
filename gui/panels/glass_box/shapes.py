"""The shape functions of an additive model: their weight, and the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.glass_box.glass_box import shape_name
from engine.contracts.readings.output_units import unit
from engine.contracts.results import Shapes
from gui.panels.glass_box import figures
from gui.plots.effect_curve import EffectCurve
from gui.plots.effect_surface import EffectSurface
from gui.plots.ranking import Ranking
from gui.widgets.scrolled import scrolled

if TYPE_CHECKING:
    from engine.contracts.results import GlassBox, Shape
    from engine.contracts.tables import Table
    from gui.services.theme import Tokens

_ALONE = 1
_NO_POINTS = np.zeros((0, 2))


class ShapesView(QWidget):
    """Bars of the functions' mean sizes; the chosen one as a curve or as colours."""

    def __init__(self) -> None:
        super().__init__()
        self._result: GlassBox | None = None
        self._output, self._place, self._name = 0, 0, ""
        self.ranking = Ranking(
            tr("Shape functions"), tr("mean absolute term, over the rows")
        )
        self.curve = EffectCurve(tr("Shape function of a feature"), self._curve_tip)
        self.surface = EffectSurface(tr("Shape function of a pair"), self._cell_tip)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.curve)
        self.pages.addWidget(self.surface)
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.addWidget(scrolled(self.ranking))
        self.halves.addWidget(self.pages)
        self.halves.setSizes([200, 300])
        self.halves.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.halves)
        self.ranking.chosen.connect(self._choose)

    def show_result(self, result: GlassBox, output: int) -> None:
        """Show the functions of one output; the chosen one stays chosen."""
        body = result.body
        assert isinstance(body, Shapes)
        self._result, self._output = result, output
        names = [shape_name(result, place) for place in range(len(body.shapes))]
        self._place = names.index(self._name) if self._name in names else 0
        self.ranking.set_ranks(figures.shape_ranks(result, output))
        self.ranking.set_current(self._place)
        self._draw()

    def _choose(self, place: int) -> None:
        assert self._result is not None
        self._place, self._name = place, shape_name(self._result, place)
        self._draw()

    def _shape(self) -> Shape | None:
        result = self._result
        if result is None or not isinstance(result.body, Shapes):
            return None
        shapes = result.body.shapes
        return shapes[self._place] if shapes else None

    def _draw(self) -> None:
        result, shape = self._result, self._shape()
        if result is None or shape is None:
            return
        added = tr("term, {unit}", unit=unit(result.space))
        if len(shape.features) > _ALONE:
            axes = figures.shape_axes(shape, result.feature_names)
            values = shape.values[:, :, self._output]
            nowhere = np.zeros(values.shape, dtype=bool)  # steps are fine: none is cut
            self.surface.set_surface(axes, values, added, _NO_POINTS, nowhere)
            self.surface.set_current(_middle(shape))
            self.pages.setCurrentWidget(self.surface)
            return
        name = result.feature_names[shape.features[0]]
        axis, curve = figures.shape_curve(shape, name, self._output)
        self.curve.set_curve(axis, curve, None, added, zero=True)
        self.curve.set_current(_own(result, shape), None)
        self.pages.setCurrentWidget(self.curve)

    def words(self) -> str:
        """Return what is to be known beside the picture."""
        shape = self._shape()
        if shape is None:
            return ""
        if len(shape.features) > _ALONE:
            empty = int(np.count_nonzero(shape.counts == 0))
            return tr(
                "{n} of {total} cells have no rows: there the model extrapolates.",
                n=numbers.count(empty),
                total=numbers.count(shape.counts.size),
            )
        return tr("Below: distribution of the rows. Steps are the model's own.")

    def as_table(self) -> Table:
        """Return the steps of the chosen function."""
        if self._result is None:
            return [], []
        return figures.shape_table(self._result, self._place, self._output)

    def _curve_tip(self, place: int) -> str:
        shape = self._shape()
        if shape is None:
            return ""
        step = place if shape.levels[0] else place // 2
        if step >= len(shape.values):
            return tr("missing: {value}", value=_figure(shape.missing[self._output]))
        value = _figure(shape.values[step, self._output])
        return f"{figures.step_text(shape, 0, step)}: {value}"

    def _cell_tip(self, one: int, two: int) -> str:
        shape = self._shape()
        if shape is None:
            return ""
        value = _figure(shape.values[one, two, self._output])
        steps = [
            figures.step_text(shape, side, step) for side, step in ((0, one), (1, two))
        ]
        rows = tr("{n} rows", n=numbers.count(int(shape.counts[one, two])))
        return f"{', '.join(steps)}: {value} ({rows})"

    def apply_theme(self, tokens: Tokens) -> None:
        """Take the colours of the theme."""
        for part in (self.ranking, self.curve, self.surface):
            part.apply_theme(tokens)


def _figure(value: float) -> str:
    return numbers.significant(float(value), 3)


def _own(result: GlassBox, shape: Shape) -> float | None:
    """Return where the current row stands along a function of one feature."""
    if result.row < 0:
        return None
    if shape.levels[0]:
        return float(shape.row[0]) if shape.row[0] >= 0 else None
    return shape.own[0]  # nan where its value is missing


def _middle(shape: Shape) -> tuple[float, float] | None:
    """Return where the current row stands on a function of two."""
    found = []
    for side in (0, 1):
        value = float(shape.row[side]) if shape.levels[side] else shape.own[side]
        if shape.row[side] < 0 or np.isnan(value):
            return None
        found.append(value)
    return found[0], found[1]
