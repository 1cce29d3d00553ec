"""One plot of every class, small, with places whose colour is known.

A place is a point of the widget and what is seen there on the light theme's panel.
Each kind of mark that a plot has is the subject of a place, so that whatever is
left unpainted is missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from engine.contracts.results import Axis, LimeSettings, ReliabilityBins
from gui.plots.bars import BarsPlot
from gui.plots.beeswarm import Beeswarm
from gui.plots.contrast import over
from gui.plots.curve import CurvePlot
from gui.plots.decision_plot import DecisionPlot
from gui.plots.dendrogram import Dendrogram
from gui.plots.density_plot import DensityPlot
from gui.plots.effect_curve import EffectCurve
from gui.plots.effect_surface import EffectSurface
from gui.plots.force import Force
from gui.plots.heat_map import HeatMap
from gui.plots.pair_matrix import PairMatrix
from gui.plots.ranking import Rank, Ranking
from gui.plots.reliability_plot import ReliabilityPlot
from gui.plots.removal_curves import RemovalCurves
from gui.plots.scales import level_colour, signed_colour
from gui.plots.scatter import Scatter
from gui.plots.score_histogram import ScoreHistogram
from gui.plots.setting_grid import SettingGrid
from gui.plots.side_by_side import Said, SideBySide
from gui.plots.tree_plot import Node, TreePlot
from gui.plots.waterfall import Step, Waterfall
from gui.services.theme import LIGHT

if TYPE_CHECKING:
    from gui.plots.plot import Plot

PANEL = QColor(LIGHT.panel)
STEPS = (Step("age", "44", 0.3, "+0.30"), Step("home", "rent", -0.1, "−0.10"))


@dataclass(frozen=True)
class Made:
    plot: Plot
    places: dict[str, tuple[QPointF, QColor]]
    words: tuple[str, ...] = ()  # what is written, of a painted plot


def soft(colour, alpha):
    shade = QColor(colour)
    shade.setAlphaF(alpha)
    return over(shade, PANEL)


def sized(plot, width=420, height=320):
    plot.resize(width, height)
    return plot


def curve():
    plot = sized(CurvePlot("ROC", "false-positive rate", "recall"))
    x = np.linspace(0, 1, 101)
    plot.set_curve(x, np.sqrt(x), ((0, 0), (1, 1)), ("AUC 0.67 [0.6–0.7]",))
    plot.set_point(0.25, 0.5)
    plot.set_other((0.75, 0.25))
    ax = plot.axes
    return Made(
        plot,
        {
            "curve": (ax.point(0.64, 0.8), QColor(LIGHT.accent)),
            "inside of the ring": (ax.point(0.25, 0.5), PANEL),
            "ring": (ax.point(0.25, 0.5) + QPointF(4.5, 0), QColor(LIGHT.text)),
            "selection": (ax.point(0.75, 0.25), QColor(LIGHT.warning)),
            "frame": (QPointF(ax.area.left(), ax.y(0.9)), QColor(LIGHT.line)),
        },
    )


def score_histogram():
    plot = sized(ScoreHistogram())
    edges = np.linspace(0, 1, 11)
    negative = np.array([10, 8, 6, 4, 2, 2, 1, 1, 0, 0.0])
    positive = np.array([0, 0, 1, 1, 1, 1, 2, 2, 3, 4.0])
    plot.set_scores(edges, negative, positive, ("good", "bad"))
    chosen = np.zeros((2, 10))
    chosen[0, 0], chosen[1, 9] = 5, 2
    plot.set_selected(chosen)
    plot.set_threshold(0.5, "0.500")
    ax = plot.axes
    first, second = LIGHT.class_colours[:2]
    return Made(
        plot,
        {
            "all of the first class": (ax.point(0.05, 8), soft(first, 0.28)),
            "selected of the first class": (
                ax.point(0.05, 2),
                over(QColor(first), PANEL),
            ),
            "all of the second class": (ax.point(0.85, 1), soft(second, 0.28)),
            "selected of the second class": (ax.point(0.95, 1), QColor(second)),
            "threshold": (QPointF(round(ax.x(0.5)) + 0.5, 60), QColor(LIGHT.text)),
            "base": (
                QPointF(ax.area.right(), ax.area.bottom()) - QPointF(60, 0),
                None,
            ),
        },
    )


def bars():
    plot = sized(BarsPlot("residuals", "residual"))
    plot.set_counts(np.linspace(-2, 2, 5), np.array([2, 6, 4, 1.0]), 0.0)
    plot.set_selected(np.array([0, 3, 0, 0.0]))
    ax = plot.axes
    return Made(
        plot,
        {
            "all": (ax.point(-0.5, 5), soft(LIGHT.accent, 0.3)),
            "selected": (ax.point(-0.5, 1), QColor(LIGHT.warning)),
            "nothing": (ax.point(1.5, 3), PANEL),
        },
    )


def density():
    plot = sized(DensityPlot("truth", "prediction", "truth"))
    edges = np.linspace(0, 4, 5)
    counts = np.zeros((4, 4))
    counts[0, 0], counts[3, 1] = 9, 9
    trend = (np.array([1.0, 3.0]), np.full(2, 3.5), np.full(2, 3.2), np.full(2, 3.8))
    plot.set_density(counts, edges, edges, ((0, 0), (4, 4)), trend)
    chosen = np.zeros((4, 4))
    chosen[3, 1] = 4
    plot.set_selected(chosen)
    ax = plot.axes
    return Made(
        plot,
        {
            "rows": (ax.point(0.7, 0.3), soft(LIGHT.accent, 0.35)),
            "selected rows": (ax.point(3.5, 1.5), QColor(LIGHT.warning)),
            "no rows": (ax.point(0.5, 1.5), PANEL),
            "trend": (ax.point(2, 3.5), QColor(LIGHT.text)),
            "band": (ax.point(2, 3.65), soft(LIGHT.text, 0.18)),
            "frame": (QPointF(ax.x(1.5), ax.area.top()), None),
        },
    )


def reliability():
    plot = sized(ReliabilityPlot(), 420, 420)
    middle = np.array([0.1, 0.5, 0.9])
    bins = ReliabilityBins(
        strategy="uniform",
        edges=np.array([0.0, 0.33, 0.67, 1.0]),
        count=np.array([10.0, 5.0, 4.0]),
        predicted=middle,
        observed=np.array([0.2, 0.8, 0.9]),
        low=middle - 0.1,
        high=np.array([0.3, 0.9, 1.0]),
    )
    plot.set_bins(bins, "predicted", "observed")
    own = np.array([0.0, 2.0, 0.0]), middle, middle * 0.5, middle * 0.4, middle * 0.6
    plot.set_selected(own)
    ax, below = plot._areas()
    return Made(
        plot,
        {
            "point": (ax.point(0.5, 0.8), QColor(LIGHT.accent)),
            "interval": (ax.point(0.1, 0.08), QColor(LIGHT.accent)),
            "selection": (ax.point(0.5, 0.25) + QPointF(4, 0), QColor(LIGHT.warning)),
            "counts": (below.point(0.16, 8), soft(LIGHT.accent, 0.35)),
            "selected counts": (below.point(0.5, 1), QColor(LIGHT.warning)),
            "frame": (QPointF(ax.area.left(), ax.y(0.6)), QColor(LIGHT.line)),
        },
    )


def effect_curve():
    plot = sized(EffectCurve("effect", str))
    values = np.array([0.0, 1.0, 2.0])
    axis = Axis(
        name="age",
        values=values,
        counts=np.array([5, 0]),
        edges=values,
        n_missing=0,
    )
    mean = np.array([0.5, 0.5, 0.5])
    lines = np.array([[0.1, 0.1, 0.1], [0.9, 0.9, 0.9]])
    plot.set_curve(axis, (mean, mean - 0.1, mean + 0.1), lines, "prediction")
    plot.set_selected(np.array([False, True]))
    plot.set_current(1.5, None)
    ax = plot.axes
    return Made(
        plot,
        {
            "mean": (ax.point(0.7, 0.5), QColor(LIGHT.accent)),
            "interval": (ax.point(0.7, 0.56), soft(LIGHT.accent, 0.22)),
            "selected row": (ax.point(0.7, 0.9), None),
            "row": (ax.point(0.7, 0.1), None),
            "where rows lie": (
                QPointF(ax.x(0.5), ax.area.bottom() + 10),
                soft(LIGHT.muted, 0.55),
            ),
            "current row": (
                QPointF(ax.x(1.5), ax.area.bottom() + 16),
                QColor(LIGHT.text),
            ),
            "frame": (QPointF(ax.area.left(), ax.y(0.7)), None),
        },
    )


def effect_surface():
    plot = sized(EffectSurface("effect", lambda i, j: f"{i} {j}"))
    axes = tuple(
        Axis(
            name=name,
            values=np.array([0.0, 1.0, 2.0]),
            counts=np.ones(2, dtype=int),
            edges=np.arange(3.0),
            n_missing=0,
        )
        for name in ("age", "income")
    )
    values = np.array([[-1.0, 0.0], [0.25, 1.0]])
    empty = np.array([[False, True], [False, False]])
    points = np.array([[0.5, 0.2], [1.7, 0.3]])
    plot.set_surface(axes, values, "effect", points, empty)
    plot.set_selected(np.array([False, True]))
    plot.set_current((1.5, 1.5))
    ax = plot.axes
    return Made(
        plot,
        {
            "lowest": (ax.point(0.2, 0.6), signed_colour(-1.0, LIGHT)),
            "between": (ax.point(1.2, 0.6), signed_colour(0.25, LIGHT)),
            "highest": (ax.point(1.8, 1.8), signed_colour(1.0, LIGHT)),
            "row": (ax.point(0.5, 0.2), None),
            "selected row": (ax.point(1.7, 0.3), QColor(LIGHT.warning)),
            "ring": (ax.point(1.5, 1.5) + QPointF(6, 0), QColor(LIGHT.text)),
            "frame": (QPointF(ax.x(1.3), ax.area.bottom()), None),
        },
    )


def scatter():
    plot = sized(Scatter("scatter", str))
    x, y = np.array([1.0, 2.0, 3.0]), np.array([0.2, -0.4, 0.9])
    plot.set_points(x, y, np.array([0.0, 0.5, 1.0]), ("age", "SHAP", "income"))
    plot.set_current(1)
    ax = plot.axes
    return Made(
        plot,
        {
            "low": (ax.point(1, 0.2), soft(level_colour(0.0), 0.8)),
            "middle": (ax.point(2, -0.4), soft(level_colour(0.5), 0.8)),
            "high": (ax.point(3, 0.9), soft(level_colour(1.0), 0.8)),
            "ring": (ax.point(2, -0.4) + QPointF(6, 0), QColor(LIGHT.text)),
            "zero": (QPointF(ax.x(2.5), ax.y(0)), QColor(LIGHT.line)),
            "density": (
                QPointF(ax.area.left() + ax.area.width() * 0.5 + 2, 0)
                + QPointF(0, ax.area.bottom() - 5),
                soft(LIGHT.muted, 0.45),
            ),
            "frame": (QPointF(ax.area.left(), ax.y(0.6)), None),
        },
    )


def heat_map():
    plot = sized(HeatMap("all rows", lambda column, feature: f"{column} {feature}"))
    values = np.array([[-1.0, 0.0], [0.0, 0.25], [1.0, 0.0], [0.5, 0.5]])
    plot.set_values(("age", "home"), values, values.sum(axis=1), "probability")
    plot.set_selected(np.array([0.0, 1.0, 0.0, 0.0]))
    ax = plot.axes
    return Made(
        plot,
        {
            "lowers": (ax.point(0.5, 1.5), QColor(LIGHT.accent)),
            "raises": (ax.point(2.5, 1.5), QColor(LIGHT.warning)),
            "little": (ax.point(1.5, 0.5), signed_colour(0.25, LIGHT)),
            "selected column": (
                QPointF(ax.x(1.5), ax.area.bottom() + 5),
                QColor(LIGHT.text),
            ),
        },
    )


def removal_curves():
    plot = sized(RemovalCurves("deletion"))
    chance = np.array([[0.4, 0.4, 0.4], [0.6, 0.6, 0.6]])
    plot.set_curves(
        ("SHAP",), np.array([[0.9, 0.9, 0.9]]), chance, "features removed", "chance"
    )
    ax = plot.axes
    return Made(
        plot,
        {
            "method": (ax.point(0.7, 0.9), QColor(LIGHT.class_colours[0])),
            "chance": (ax.point(0.7, 0.5), QColor(LIGHT.line)),
            "frame": (QPointF(ax.area.left(), ax.y(0.7)), None),
        },
    )


def beeswarm():
    plot = sized(Beeswarm("all rows", lambda strip, row: f"{strip} {row}"))
    values = np.array([[-1.0, 0.5], [1.0, -0.5]])
    levels = np.array([[0.0, 1.0], [1.0, 0.0]])
    plot.set_points(("age", "home"), values, levels, "SHAP value")
    ax = plot.axes
    return Made(
        plot,
        {
            "low": (ax.point(-1, 0.5), soft(level_colour(0.0), 0.85)),
            "high": (ax.point(1, 0.5), soft(level_colour(1.0), 0.85)),
            "zero": (QPointF(ax.x(0), ax.y(0.1)), QColor(LIGHT.line)),
        },
        ("age", "home", "SHAP value"),
    )


def decision_plot():
    plot = sized(DecisionPlot("several", str))
    plot.set_lines(
        0.2, ("age", "home"), np.array([[0.5, 0.1], [-0.5, 0.1]]), "probability"
    )
    plot.set_current(0)
    ax = plot.axes
    return Made(
        plot,
        {
            "line": (ax.point(0.05, 1.5), level_colour(0.0)),
            "current line": (ax.point(0.55, 1.5), QColor(LIGHT.text)),
        },
        ("age", "home", "probability"),
    )


def dendrogram():
    plot = sized(Dendrogram("clusters", "distance"))
    tree = np.array([[0, 1, 0.4, 2], [2, 3, 0.8, 3]])
    plot.set_tree(("age", "income", "home"), tree, 0.6)
    ax = plot.axes
    return Made(
        plot,
        {
            "joint": (ax.point(0.4, 2.0), QColor(LIGHT.text)),
            "cut": (ax.point(0.6, 0.2), QColor(LIGHT.warning)),
        },
        ("age", "income", "home", "distance"),
    )


def force():
    plot = sized(Force("one row"), 420, 80)
    plot.set_steps(0.2, STEPS, ("base 0.2", "prediction 0.4"))
    ax = plot.axes
    return Made(
        plot,
        {
            "raises": (ax.point(0.25, 0.5), QColor(LIGHT.warning)),
            "lowers": (ax.point(0.45, 0.5), QColor(LIGHT.accent)),
        },
        ("base 0.2", "prediction 0.4", "age"),
    )


def waterfall():
    plot = sized(Waterfall("one row"))
    plot.set_steps(0.2, STEPS, ("base 0.2", "prediction 0.4", "probability"))
    ax = plot.axes
    return Made(
        plot,
        {
            "raises": (ax.point(0.25, 0.5), QColor(LIGHT.warning)),
            "lowers": (ax.point(0.15, 1.5), QColor(LIGHT.accent)),
        },
        ("age", "44", "+0.30", "base 0.2", "prediction 0.4", "probability"),
    )


def ranking():
    plot = sized(Ranking("importance", "mean |SHAP|"))
    ranks = [
        Rank("age", (0.4,), 0.3, 0.5, "0.40", other=0.1),
        Rank("home", (0.2,), 0, 0, "0.20"),
    ]
    plot.set_ranks(ranks)
    plot.set_current(1)
    ax = plot.axes
    return Made(
        plot,
        {
            "bar": (ax.point(0.05, 0.5), QColor(LIGHT.accent)),
            "interval": (ax.point(0.45, 0.5), None),
            "selection": (ax.point(0.1, 0.5), QColor(LIGHT.warning)),
            "current": (ax.point(0.35, 1.03), soft(LIGHT.accent, 0.12)),
        },
        ("age", "home", "0.40", "mean |SHAP|"),
    )


def pair_matrix():
    plot = sized(
        PairMatrix("pairs", lambda value: f"{value:.2f}", lambda a, b: f"{a} {b}")
    )
    values = np.array([[0.5, 0.4, 0.1], [0.4, 0.3, 0.2], [0.1, 0.2, 0.6]])
    plot.set_values(("age", "home", "income"), values)
    plot.set_current(2, 1)
    corner = QPointF(6, 6)
    return Made(
        plot,
        {
            "strongest": (plot.cell(1, 0).topLeft() + corner, QColor(LIGHT.accent)),
            "weaker": (
                plot.cell(2, 0).topLeft() + corner,
                soft(LIGHT.accent, 0.04 + 0.96 * 0.25),
            ),
            "current": (
                plot.cell(2, 1).topLeft() + QPointF(20, 1),
                QColor(LIGHT.warning),
            ),
        },
        ("age", "home", "income", "0.40", "0.10"),
    )


def setting_grid():
    plot = sized(SettingGrid())
    grid = np.array([[0.4, 0.8], [0.5, 1.0]])
    known = LimeSettings(
        kernel_widths=np.array([0.5, 1.0]),
        num_samples=np.array([100, 1000]),
        r2=grid,
        instability=grid / 10,
        n_effective=grid * 100,
        suggested=(1, 1),
    )
    plot.set_settings(known, (0, 1))
    cell = plot.cell(1, 0)
    return Made(
        plot,
        {
            "cell": (cell.topLeft() + QPointF(5, 5), QColor(LIGHT.ground)),
            "fidelity": (cell.bottomLeft() + QPointF(20, -4), QColor(LIGHT.accent)),
            "no fidelity": (cell.bottomRight() + QPointF(-9, -4), QColor(LIGHT.ground)),
            "in use": (
                plot.cell(0, 1).topLeft() + QPointF(30, 1.5),
                QColor(LIGHT.text),
            ),
        },
        ("100", "1,000"),
    )


def side_by_side():
    plot = sized(SideBySide("methods"))
    cells = (
        (Said(1.0, 0.0, "+0.41"), Said(-0.5, 0.0, "−0.20", opposed=True)),
        (Said(0.1, 0.0, "+0.04"), Said(0.2, 0.3, "+0.08")),
    )
    plot.set_said(("age", "home"), ("SHAP", "LIME"), cells)

    def bar(feature, method, share):
        box = plot.cell(feature, method).adjusted(0, 0, -plot.figures() - 6, 0)
        return QPointF(
            box.center().x() + share * (box.width() / 2 - 6), box.center().y()
        )

    return Made(
        plot,
        {
            "raises": (bar(0, 0, 0.5), QColor(LIGHT.accent)),
            "other sign": (bar(0, 1, -0.25), QColor(LIGHT.warning)),
            "spread": (bar(1, 1, 0.4), None),
        },
        ("age", "home", "SHAP", "LIME", "+0.41"),
    )


def tree_plot():
    nodes = [
        Node(-1, 1, 2, ("age ≤ 30?", "0.5", "10 rows"), (0.5,), 1.0, 2, "root"),
        Node(0, -1, -1, ("0.2", "4 rows"), (0.2,), 0.4, 0, "left"),
        Node(0, -1, -1, ("0.8", "6 rows"), (0.8,), 0.6, 0, "right"),
    ]
    plot = sized(TreePlot("tree"))
    plot.set_tree(nodes)
    plot.set_path([0, 2])
    plot.set_selected([0.5, 0.0, 1.0])
    box, left = plot.box(0), plot.box(1)
    return Made(
        plot,
        {
            "share": (QPointF(box.left() + 12, box.bottom() - 8), QColor(LIGHT.accent)),
            "rest": (QPointF(left.right() - 12, left.bottom() - 8), QColor(LIGHT.line)),
            "path": (QPointF(box.center().x(), box.top()), QColor(LIGHT.accent)),
            "leaf": (left.topLeft() + QPointF(6, 6), QColor(LIGHT.ground)),
            "selected": (
                QPointF(box.left() + 12, box.bottom() - 3.5),
                QColor(LIGHT.warning),
            ),
        },
        ("age ≤ 30?", "10 rows", "4 rows"),
    )


MAKERS = {
    CurvePlot: curve,
    ScoreHistogram: score_histogram,
    BarsPlot: bars,
    DensityPlot: density,
    ReliabilityPlot: reliability,
    EffectCurve: effect_curve,
    EffectSurface: effect_surface,
    Scatter: scatter,
    HeatMap: heat_map,
    RemovalCurves: removal_curves,
    Beeswarm: beeswarm,
    DecisionPlot: decision_plot,
    Dendrogram: dendrogram,
    Force: force,
    Waterfall: waterfall,
    Ranking: ranking,
    PairMatrix: pair_matrix,
    SettingGrid: setting_grid,
    SideBySide: side_by_side,
    TreePlot: tree_plot,
}
