"""Plots whose points are rows: pointed at, clicked, brushed, selected."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from gui.plots.beeswarm import Beeswarm
from gui.plots.ranking import Rank, Ranking
from gui.plots.scatter import Scatter, typical
from gui.plots.waterfall import Step, Waterfall

NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def swarm(qtbot):
    plot = Beeswarm("contributions", lambda feature, row: f"{feature}/{row}")
    qtbot.addWidget(plot)
    plot.resize(500, 200)
    values = np.array([[-1.0, 0.1], [0.0, 0.2], [2.0, -0.1]])
    plot.set_points(("age", "home"), values, np.zeros((3, 2)), "contribution")
    return plot


def drag(qtbot, plot, first, last, keys=NO_KEY):
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, keys, first.toPoint())
    qtbot.mouseMove(plot, last.toPoint())
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, keys, last.toPoint())


def test_the_nearest_point_is_the_one_pointed_at(swarm):
    axes = swarm.axes
    assert swarm.point_at(QPointF(axes.x(2.0) + 2, axes.y(0.5))) == (0, 2)
    assert swarm.point_at(QPointF(axes.x(0.2), axes.y(1.5))) == (1, 1)
    assert swarm.point_at(QPointF(axes.x(1.0), axes.y(0.5))) is None


def test_a_click_gives_the_row(swarm, qtbot):
    spot = QPointF(swarm.axes.x(-1.0), swarm.axes.y(0.5)).toPoint()
    with qtbot.waitSignal(swarm.clicked) as clicked:
        qtbot.mouseClick(swarm, Qt.MouseButton.LeftButton, NO_KEY, spot)
    assert clicked.args == [0]


def test_a_brush_gives_the_rows_of_the_strips_it_touches(swarm, qtbot):
    axes = swarm.axes
    first = QPointF(axes.x(-0.5), axes.y(0.1))
    with qtbot.waitSignal(swarm.brushed) as brushed:
        drag(qtbot, swarm, first, QPointF(axes.x(2.02), axes.y(0.9)))
    assert brushed.args[0].tolist() == [1, 2]


def test_many_features_are_laid_out_over_several_turns(qtbot):
    plot = Beeswarm("contributions", lambda *_: "")
    qtbot.addWidget(plot)
    values = np.random.default_rng(0).normal(size=(70_000, 3)).astype(np.float32)
    plot.set_points(("a", "b", "c"), values, np.abs(values), "contribution")
    assert len(plot._strips) == 1
    qtbot.waitUntil(lambda: len(plot._strips) == 3)


@pytest.mark.parametrize("n", [30, 9_000])
def test_selected_points_stand_out(qtbot, n):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=n), rng.normal(size=n)
    swarm = Beeswarm("contributions", lambda *_: "")
    cloud = Scatter("dependence", str)
    for plot in (swarm, cloud):
        qtbot.addWidget(plot)
        plot.resize(300, 200)
    swarm.set_points(("x",), y[:, None], x[:, None], "contribution")
    cloud.set_points(x, y, np.full(n, np.nan), ("x", "y", ""))
    for plot in (swarm, cloud):
        before = plot.grab().toImage()
        plot.set_selected(x > 1)
        after = plot.grab().toImage()
        assert before != after
        plot.set_selected(None)
        assert plot.grab().toImage() == before


def test_rows_without_a_value_stand_apart_and_are_named(qtbot):
    plot = Scatter("dependence", str)
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.set_points(
        np.array([1.0, 2.0, np.nan]), np.zeros(3), np.zeros(3), ("x", "", "")
    )
    assert plot._gap > 2.0
    spot = QPointF(plot.axes.x(plot._gap), plot.axes.y(0.0))
    assert plot.point_at(spot) == 2


def test_the_typical_line_is_the_median_of_equal_shares():
    x = np.arange(240.0)
    found = typical(x, x * 2)
    assert len(found.x) == 24
    np.testing.assert_allclose(found.middle, 2 * found.x)
    assert (found.low < found.middle).all()
    assert (found.middle < found.high).all()
    assert not len(typical(x[:10], x[:10]).x)


@pytest.fixture
def fall(qtbot):
    plot = Waterfall("one row")
    qtbot.addWidget(plot)
    steps = [Step(f"f{i}", "1", 0.5 / (i + 1), "") for i in range(20)]
    plot.set_steps(0.1, steps, ("base", "answer", "probability"))
    return plot


@pytest.mark.parametrize("height", [120, 220, 600])
def test_bars_add_up_whatever_the_room(fall, height):
    fall.resize(400, height)
    total = sum(step.contribution for step in fall.shown)
    assert total == pytest.approx(sum(0.5 / (i + 1) for i in range(20)))


def test_bars_without_room_are_one_bar_that_says_how_many(fall):
    fall.resize(400, 220)
    assert fall.shown[0].name == "f0"
    assert fall.shown[-1].name == f"{20 - len(fall.shown) + 1} others"
    fall.resize(400, 600)
    assert len(fall.shown) == 20


@pytest.fixture
def ranking(qtbot):
    plot = Ranking("importance", "mean |contribution|")
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    names = ("glucose", "age", "bmi")
    plot.set_ranks(
        [Rank(n, (3.0 - i,), 2.5 - i, 3.5 - i, f"{3 - i}") for i, n in enumerate(names)]
    )
    return plot


def test_a_click_chooses_the_bar_under_it(ranking, qtbot):
    spot = QPointF(150, ranking.axes.y(1.5)).toPoint()
    with qtbot.waitSignal(ranking.chosen) as chosen:
        qtbot.mouseClick(ranking, Qt.MouseButton.LeftButton, NO_KEY, spot)
    assert chosen.args == [1]


def test_keys_go_through_the_bars_and_stop_at_the_ends(ranking, qtbot):
    got = []
    ranking.chosen.connect(got.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(ranking, key)
    assert got == [0, 1, 0, 0]


def test_the_axis_holds_every_interval(ranking):
    assert ranking.axes.left == 0.0
    assert ranking.axes.right == 3.5


@pytest.mark.parametrize("name", ["s5", "a name that is longer than its value"])
def test_a_waterfall_cuts_no_words_that_have_room(qtbot, name):
    plot = Waterfall("contributions")
    qtbot.addWidget(plot)
    plot.resize(700, 200)
    step = Step(name, "5.0106", 72.7, "+73")
    plot.set_steps(149.7, [step], ("base", "answer", "value"), 0)
    width = plot.axes.area.left() - 8
    assert plot.words_in(step, width) == (name, "5.0106")
    cut = plot.words_in(step, 40.0)
    assert cut != (name, "5.0106")
