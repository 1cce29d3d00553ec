"""Effects of features in words and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.effects.pdp_and_ale import value_text
from engine.contracts.results import Dependence

if TYPE_CHECKING:
    from engine.contracts.results import AccumulatedEffects, Axis

    Effects = Dependence | AccumulatedEffects
    from engine.contracts.tables import Cell, Table


def table(shown: Effects, output: int) -> Table:
    """Return a curve as one line a place, a surface as one line a cell."""
    if len(shown.axes) > 1:
        return _cells(shown, output)
    header = [
        shown.axes[0].name,
        tr("mean") if isinstance(shown, Dependence) else tr("effect"),
        tr("lower limit"),
        tr("upper limit"),
    ]
    return header, [
        [axis_value(shown.axes[0], place), *map(float, figures)]
        for place, figures in enumerate(zip(*curve(shown, output), strict=True))
    ]


def tip(shown: Effects, output: int, place: int) -> str:
    """Return what a curve is at a place."""
    axis = shown.axes[0]
    value, low, high = (float(part[place]) for part in curve(shown, output))
    return tr(
        "{feature} = {value}: {figure}",
        feature=axis.name,
        value=value_text(axis, place),
        figure=numbers.figure_with_interval(value, low, high),
    )


def cell_tip(shown: Effects, output: int, one: int, two: int) -> str:
    """Return what a surface is in a cell."""
    first, second = shown.axes
    value = float(surface(shown, output)[one, two])
    said = tr(
        "{first} = {one}, {second} = {two}: {value}",
        first=first.name,
        one=_cell_text(shown, first, one),
        second=second.name,
        two=_cell_text(shown, second, two),
        value=numbers.figure(value),
    )
    if isinstance(shown, Dependence):
        return said
    rows = tr("{n} rows", n=numbers.count(int(shown.within[one, two])))
    return f"{said} ({rows})"


def _cells(shown: Effects, output: int) -> Table:
    first, second = shown.axes
    values = surface(shown, output)
    header = [first.name, second.name]
    header += (
        [tr("mean")] if isinstance(shown, Dependence) else [tr("effect"), tr("rows")]
    )
    rows: list[list[Cell]] = []
    for (i, j), value in np.ndenumerate(values):
        row: list[Cell] = [
            _cell(shown, first, i),
            _cell(shown, second, j),
            float(value),
        ]
        if not isinstance(shown, Dependence):
            row.append(int(shown.within[i, j]))
        rows.append(row)
    return header, rows


def surface(shown: Effects, output: int) -> np.ndarray:
    """Return what each cell of two features is."""
    if isinstance(shown, Dependence):
        found: np.ndarray = shown.average[:, :, output]
        return found
    return shown.cells(output)


def curve(shown: Effects, output: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the effect of one feature at its places, and its interval's ends."""
    if isinstance(shown, Dependence):
        parts = (shown.average, shown.low, shown.high)
    else:
        assert shown.low is not None
        assert shown.high is not None
        parts = (shown.effect, shown.low, shown.high)
    return parts[0][:, output], parts[1][:, output], parts[2][:, output]


def _cell_text(shown: Effects, axis: Axis, place: int) -> str:
    if isinstance(shown, Dependence) or axis.labels:
        return value_text(axis, place)
    return f"{value_text(axis, place)} … {value_text(axis, place + 1)}"


def _cell(shown: Effects, axis: Axis, place: int) -> Cell:
    """Return a place along an axis; of stretches between places their words."""
    if isinstance(shown, Dependence) or axis.labels:
        return axis_value(axis, place)
    return _cell_text(shown, axis, place)


def axis_value(axis: Axis, place: int) -> Cell:
    """Return a place along a feature: a number, or a label."""
    value = float(axis.values[place])
    return axis.labels[int(value)] if axis.labels and np.isfinite(value) else value
