"""A drawn tree: where boxes lie, what is left out, and the hands on it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt

from gui.plots.tree_plot import Node, TreePlot


def full(depth):
    """Nodes of a full tree, level by level."""
    n = 2 ** (depth + 1) - 1
    inner = 2**depth - 1
    return [
        Node(
            parent=(place - 1) // 2,
            left=2 * place + 1 if place < inner else -1,
            right=2 * place + 2 if place < inner else -1,
            lines=(f"feature ≤ {place}?", "0.5", "10 rows"),
            shares=(0.5,),
            weight=0.5,
            below=0 if place >= inner else 2,
            tip=f"node {place}",
        )
        for place in range(n)
    ]


@pytest.fixture
def plot(qtbot):
    made = TreePlot("tree")
    qtbot.addWidget(made)
    made.set_tree(full(5))
    made.resize(700, 420)
    return made


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 5, 6])
def test_as_many_levels_are_drawn_as_wanted(plot, levels):
    plot.set_levels(levels)
    assert len(plot.shown) == 2 ** (min(levels, 5) + 1) - 1
    plot.resize(plot.minimumSize())
    boxes = [plot.box(node) for node in plot.shown]
    for place, box in enumerate(boxes):
        assert plot.rect().contains(box.toAlignedRect())
        assert not any(box.intersects(other) for other in boxes[place + 1 :])


def test_a_parent_stands_above_the_middle_of_its_children(plot):
    for node in plot.shown:
        known = plot._nodes[node]
        if known.left in plot.shown:
            ends = (plot.box(known.left), plot.box(known.right))
            middle = (ends[0].center().x() + ends[1].center().x()) / 2
            assert plot.box(node).center().x() == pytest.approx(middle)
            assert plot.box(node).bottom() < ends[0].top()


def test_a_node_put_at_the_top_shows_what_is_below_it(plot, qtbot):
    with qtbot.waitSignal(plot.opened) as told:
        plot.open(1)
    assert told.args == [1]
    assert plot.shown[-1] in plot.shown
    assert set(plot.shown) & {0, 2, 5, 6} == set()
    assert len(plot.shown) == 15


def test_a_click_beside_boxes_is_no_click(plot, qtbot):
    assert plot.node_at(QPointF(-1, -1)) is None
    with qtbot.assertNotEmitted(plot.clicked):
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.rect().bottomRight())


def test_keys_reach_every_node_that_is_drawn(plot, qtbot):
    seen = {plot.focused}
    for _ in range(3):
        qtbot.keyClick(plot, Qt.Key.Key_Down)
        seen.add(plot.focused)
        for _ in range(8):
            qtbot.keyClick(plot, Qt.Key.Key_Right)
            seen.add(plot.focused)
        for _ in range(8):
            qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert seen == set(plot.shown)
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert plot.focused == 3


def test_no_tree_is_an_empty_picture(qtbot):
    plot = TreePlot("tree")
    qtbot.addWidget(plot)
    qtbot.keyClick(plot, Qt.Key.Key_Down)
    assert plot.shown == []
    assert not plot.grab().isNull()
