"""What a model is made of, in words, tables and shapes to be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.glass_box.glass_box import (
    factor_text,
    shape_name,
    weight_name,
)
from engine.contracts.results import Axis, Shapes, Trees, WeightedSum
from gui.plots.ranking import Rank

if TYPE_CHECKING:
    from engine.contracts.results import GlassBox, Shape
    from engine.contracts.tables import Cell, Table

    Curve = tuple[np.ndarray, np.ndarray, np.ndarray]

MOST_BARS = 60
SETS_APART, SPLITS, ASKED = "apart", "splits", "asked"
_DENSITY = 48  # bins of the strip below a shape


# Weights


def weight_order(body: WeightedSum, output: int, *, per_unit: bool) -> list[int]:
    """Return the places of weights, the heaviest first."""
    size = body.weights if per_unit else body.standardised()
    order: list[int] = np.argsort(-np.abs(size[:, output]), kind="stable").tolist()
    return order


def weight_ranks(result: GlassBox, output: int, *, per_unit: bool) -> list[Rank]:
    """Return the heaviest weights as bars, with what a unit multiplies."""
    body = result.body
    assert isinstance(body, WeightedSum)
    size = (body.weights if per_unit else body.standardised())[:, output]
    low, high = _ends(body, output, per_unit=per_unit)
    ratios = result.ratios()
    ranks = []
    for place in weight_order(body, output, per_unit=per_unit)[:MOST_BARS]:
        text = numbers.significant(float(size[place]), 3)
        tip = f"{weight_name(result, place)}: {text}"
        if body.low is not None:
            tip += f" [{_range(float(low[place]), float(high[place]))}]"
        if ratios is not None:
            factor = factor_text(float(ratios[place, output]))
            text = f"{text}   × {factor}" if per_unit else text
            tip = tr(
                "{weight}; one unit multiplies by {factor}", weight=tip, factor=factor
            )
        name, shown = weight_name(result, place), (float(size[place]),)
        ends = float(low[place]), float(high[place])
        ranks.append(Rank(name, shown, *ends, text, tip))
    return ranks


def _ends(
    body: WeightedSum, output: int, *, per_unit: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the weights' intervals; both 0 where there is none."""
    if body.low is None or body.high is None:
        return np.zeros(len(body.kind)), np.zeros(len(body.kind))
    times = np.ones(len(body.kind)) if per_unit else body.spread
    return body.low[:, output] * times, body.high[:, output] * times


def _range(low: float, high: float) -> str:
    return f"{numbers.significant(low, 3)} – {numbers.significant(high, 3)}"


def weight_table(result: GlassBox, output: int) -> Table:
    """Return every weight with its unit, its spread and what it multiplies."""
    body = result.body
    assert isinstance(body, WeightedSum)
    header = [
        tr("feature"),
        tr("per unit"),
        tr("per standard deviation"),
        tr("standard deviation"),
        tr("rows"),
    ]
    ratios, own = result.ratios(), body.standardised()
    if ratios is not None:
        header.append(tr("multiplies by"))
    if body.low is not None:
        header += [tr("per unit, from"), tr("to")]
    low, high = _ends(body, output, per_unit=True)
    start: list[Cell] = [tr("intercept"), float(body.intercept[output])]
    start += [None] * (len(header) - len(start))
    rows: list[list[Cell]] = [start]
    for place in weight_order(body, output, per_unit=False):
        figures = [body.weights[place, output], own[place, output], body.spread[place]]
        row: list[Cell] = [weight_name(result, place), *map(float, figures)]
        row.append(int(body.n[place]))
        if ratios is not None:
            row.append(float(ratios[place, output]))
        if body.low is not None:
            row += [float(low[place]), float(high[place])]
        rows.append(row)
    return header, rows


# What trees use


def uses(body: Trees) -> tuple[str, ...]:
    """Return the measures of use that are known."""
    return (SPLITS,) if body.apart is None else (SETS_APART, ASKED, SPLITS)


def use(body: Trees, measure: str) -> np.ndarray:
    """Return ``(d,)`` how much each input is used."""
    known = {SETS_APART: body.apart, ASKED: body.asked, SPLITS: body.splits}[measure]
    assert known is not None
    found = np.asarray(known, dtype=np.float64)
    if measure != SETS_APART:
        return found
    return found / (found.sum() or 1.0)


def use_ranks(result: GlassBox, measure: str) -> list[Rank]:
    """Return the inputs that are used most as bars."""
    body = result.body
    assert isinstance(body, Trees)
    size = use(body, measure)
    order = np.argsort(-size, kind="stable")[:MOST_BARS].tolist()
    return [
        Rank(
            result.feature_names[j],
            (float(size[j]),),
            0.0,
            0.0,
            _use_text(float(size[j]), measure),
            tr(
                "{feature}: {splits} splits in {trees} trees",
                feature=result.feature_names[j],
                splits=numbers.count(int(body.splits[j])),
                trees=numbers.count(int(body.trees[j])),
            ),
        )
        for j in order
    ]


def _use_text(size: float, measure: str) -> str:
    if measure == SETS_APART:
        return numbers.percent(size)
    return numbers.count(size) if measure == SPLITS else numbers.fixed(size, 2)


def use_table(result: GlassBox) -> Table:
    """Return every input with all that is known of its use."""
    body = result.body
    assert isinstance(body, Trees)
    measures = uses(body)
    titles = {
        SETS_APART: tr("impurity importance, share"),
        ASKED: tr("coverage (training rows)"),
        SPLITS: tr("splits"),
    }
    header = [tr("feature"), *(titles[m] for m in measures), tr("trees")]
    figures = [use(body, measure) for measure in measures]
    order = np.argsort(-figures[0], kind="stable").tolist()
    return header, [
        [
            result.feature_names[j],
            *(float(part[j]) for part in figures),
            int(body.trees[j]),
        ]
        for j in order
    ]


# Shapes


def shape_ranks(result: GlassBox, output: int) -> list[Rank]:
    """Return shape functions as bars of their mean size."""
    body = result.body
    assert isinstance(body, Shapes)
    size = [float(shape.strength[output]) for shape in body.shapes]
    digits = numbers.decimals_of(max(size, default=0.0))
    return [
        Rank(shape_name(result, place), (own,), 0.0, 0.0, numbers.fixed(own, digits))
        for place, own in enumerate(size)
    ]


def shape_curve(shape: Shape, name: str, output: int) -> tuple[Axis, Curve]:
    """Return a shape function of one input as a curve, steps with both their ends."""
    values, missing = shape.values[:, output], shape.missing
    gone = bool(len(missing))
    if shape.levels[0]:
        at = np.arange(len(values), dtype=np.float64)
        counts, edges = shape.counts, np.zeros(0)
    else:
        ends = shape.edges[0]
        at, values = np.repeat(ends, 2)[1:-1], np.repeat(values, 2)
        edges = np.linspace(ends[0], ends[-1], _DENSITY + 1)
        upto = np.concatenate([[0], np.cumsum(shape.counts)])
        counts = np.diff(np.interp(edges, ends, upto))
    if gone:
        at, values = np.append(at, np.nan), np.append(values, missing[output])
        counts = np.append(counts, shape.n_missing) if shape.levels[0] else counts
    axis = Axis(
        name=name,
        values=at,
        labels=shape.levels[0],
        counts=counts,
        edges=edges,
        n_missing=shape.n_missing if gone else 0,
    )
    return axis, (values, values, values)


def shape_axes(shape: Shape, names: tuple[str, ...]) -> tuple[Axis, Axis]:
    """Return the two axes of a shape function, by the ends of their steps."""
    found = [
        Axis(
            name=names[feature],
            values=np.arange(len(levels) + 1) - 0.5 if levels else edges,
            labels=levels,
            counts=shape.counts.sum(axis=1 - side),
            edges=edges,
        )
        for side, (feature, levels, edges) in enumerate(
            zip(shape.features, shape.levels, shape.edges, strict=True)
        )
    ]
    return found[0], found[1]


def step_text(shape: Shape, side: int, place: int) -> str:
    """Return one step of a shape function in words."""
    if shape.levels[side]:
        return shape.levels[side][place]
    low, high = (float(edge) for edge in shape.edges[side][place : place + 2])
    digits = numbers.decimals_of(float(np.ptp(shape.edges[side])) or 1.0)
    return f"{numbers.fixed(low, digits)} … {numbers.fixed(high, digits)}"


def shape_table(result: GlassBox, place: int, output: int) -> Table:
    """Return one shape function, one line a step."""
    body = result.body
    assert isinstance(body, Shapes)
    shape = body.shapes[place]
    names = [result.feature_names[feature] for feature in shape.features]
    header = [*names, tr("term"), tr("rows")]
    lines: list[list[Cell]] = [
        [
            *(step_text(shape, side, step) for side, step in enumerate(steps)),
            float(shape.values[(*steps, output)]),
            int(shape.counts[steps]),
        ]
        for steps in np.ndindex(shape.counts.shape)
    ]
    if len(shape.missing):
        lines.append([tr("missing"), float(shape.missing[output]), shape.n_missing])
    return header, lines
