"""What holds of every plot: what it paints, and what hands and keys do on it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QEvent,
    QIODevice,
    QPoint,
    QPointF,
    QRectF,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPalette,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea, QWidget

import gui.plots
from engine.contracts.results import Axis
from gui.plots.beeswarm import Beeswarm
from gui.plots.chart import Chart
from gui.plots.curve import CurvePlot
from gui.plots.decision_plot import DecisionPlot
from gui.plots.density_plot import DensityPlot
from gui.plots.drag import Drag
from gui.plots.effect_curve import EffectCurve
from gui.plots.force import Force
from gui.plots.heat_map import HeatMap
from gui.plots.painted_plot import PaintedPlot
from gui.plots.plot import Plot
from gui.plots.plot_menu import menu_of
from gui.plots.scatter import Scatter
from gui.plots.side_by_side import SideBySide
from gui.plots.waterfall import Waterfall
from gui.plots.window import Window
from gui.services.theme import DARK, LIGHT
from tests.gui.plots.every_plot import MAKERS, PANEL

NO_KEY = Qt.KeyboardModifier.NoModifier
LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)


def registered():
    for module in iter_modules(gui.plots.__path__):
        import_module(f"gui.plots.{module.name}")
    found, todo = set(), [Plot]
    while todo:
        for kind in todo.pop().__subclasses__():
            if kind.__module__.startswith("gui.plots."):
                found.add(kind)
                todo.append(kind)
    return found - {Chart, PaintedPlot}


def test_every_plot_is_tried_here():
    assert set(MAKERS) == registered()


@pytest.fixture(params=MAKERS.values(), ids=lambda maker: maker.__name__)
def made(request, qtbot):
    found = request.param()
    qtbot.addWidget(found.plot)
    return found


def only(*kinds):
    """Try plots of some kinds alone."""
    makers = [maker for kind, maker in MAKERS.items() if issubclass(kind, kinds)]
    return pytest.mark.parametrize(
        "made", makers, indirect=True, ids=lambda maker: maker.__name__
    )


def picture(plot, ground=PANEL):
    """Return what is seen of a plot on a panel."""
    holder = QWidget()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, ground)
    holder.setPalette(palette)
    holder.setAutoFillBackground(True)
    holder.resize(plot.size())
    plot.setParent(holder)
    plot.show()
    seen = holder.grab().toImage()
    plot.setParent(None)
    return seen


def saved(plot, scale=1):
    """Return a saved picture of a plot."""
    image = QImage(plot.size() * scale, QImage.Format.Format_RGB32)
    image.fill(PANEL)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        plot.paint_on(painter)
    return image


def apart(one, other):
    return max(
        abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    )


def best(image, where, colour, scale=1):
    """Return how far from a colour the nearest of the pixels at a place is."""
    x, y = int(where.x() * scale), int(where.y() * scale)
    around = [(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    found = [image.pixelColor(*at) for at in around if image.valid(*at)]
    if colour is None:  # something, whatever it is
        return 0 if max(apart(seen, PANEL) for seen in found) > 10 else 255
    return min(apart(seen, colour) for seen in found)


def wrong(made, image, scale=1):
    return [
        name
        for name, (where, colour) in made.places.items()
        if best(image, where, colour, scale) > 10
    ]


def test_every_mark_is_seen_where_its_numbers_are(made):
    assert wrong(made, picture(made.plot)) == []


@pytest.mark.parametrize("scale", [1, 2])
def test_saved_pictures_hold_every_mark_at_any_size(made, scale):
    assert wrong(made, saved(made.plot, scale), scale) == []


def test_a_plot_that_paints_nothing_is_missed(made, monkeypatch):
    plot = made.plot
    if isinstance(plot, PaintedPlot):
        monkeypatch.setattr(type(plot), "paint_static", lambda *_: None)
        monkeypatch.setattr(type(plot), "paint_overlay", lambda *_: None)
    else:
        for item in plot._items:
            item.setOpacity(0)
        for layer in plot._layers:
            layer.setOpacity(0)
    plot._over.update()
    if isinstance(plot, PaintedPlot):
        plot._static.update()
    blank = {name for name, (_, colour) in made.places.items() if colour == PANEL}
    assert set(wrong(made, picture(plot))) == set(made.places) - blank


class Noting(QPainter):
    """Keeps what is written."""

    def __init__(self, on):
        super().__init__(on)
        self.written = []

    def drawText(self, *args):
        self.written += [part for part in args if isinstance(part, str)]
        super().drawText(*args)


def test_names_and_figures_are_written(made):
    page = QPixmap(made.plot.size())
    with Noting(page) as painter:
        made.plot.prepare(painter)
        if isinstance(made.plot, PaintedPlot):
            made.plot.paint_static(painter)
        else:
            made.plot.paint_frame(painter)
    assert set(made.words) <= set(painter.written)
    assert painter.written


def test_the_dark_theme_has_its_own_colours(made):
    light = picture(made.plot)
    made.plot.apply_theme(DARK)
    dark = picture(made.plot, QColor(DARK.panel))
    for where, colour in made.places.values():
        if colour is not None and colour != PANEL:
            assert light.pixelColor(where.toPoint()) != dark.pixelColor(where.toPoint())
    assert made.plot.tokens is DARK


def svg_of(plot, dots):
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    canvas = QSvgGenerator()
    canvas.setOutputDevice(buffer)
    canvas.setResolution(dots)
    canvas.setSize(plot.size())
    canvas.setViewBox(plot.rect())
    with QPainter(canvas) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot.paint_on(painter)
    return data


@pytest.mark.parametrize("dots", [72, 96, 130])
def test_saved_pictures_are_vectors_of_the_right_size(made, dots):
    written = svg_of(made.plot, dots)
    pictures = isinstance(made.plot, (DensityPlot, HeatMap))
    assert (b"<image" in written.data()) == pictures
    image = QImage(made.plot.size(), QImage.Format.Format_RGB32)
    image.fill(PANEL)
    with QPainter(image) as painter:
        QSvgRenderer(written).render(painter, QRectF(made.plot.rect()))
    assert wrong(made, image) == []


def test_lines_are_as_wide_in_saved_pictures_as_on_the_screen(qtbot):
    plot = MAKERS[CurvePlot]().plot
    qtbot.addWidget(plot)
    wide = []
    for scale in (1, 3):
        image, at = saved(plot, scale), plot.axes.point(0.64, 0.8).x() * scale
        column = [image.pixelColor(int(at), y) for y in range(image.height())]
        shades = [(255 - c.red()) / 255 for c in column if c.blue() - c.red() > 20]
        wide.append(sum(shades) / scale)
    assert wide[1] == pytest.approx(wide[0], rel=0.15)


# Zooming


def send(plot, kind, where, button=Qt.MouseButton.NoButton, keys=NO_KEY):
    held = button if kind is not QEvent.Type.MouseButtonRelease else button.NoButton
    moves = kind is QEvent.Type.MouseMove
    event = QMouseEvent(
        kind,
        QPointF(where),
        plot.mapToGlobal(QPointF(where)),
        Qt.MouseButton.NoButton if moves else button,
        held,
        keys,
    )
    QApplication.sendEvent(plot, event)


def drag(plot, button, *points):
    """Press at the first point, go to the others, let go at the last."""
    send(plot, QEvent.Type.MouseButtonPress, points[0], button)
    for point in points[1:]:
        send(plot, QEvent.Type.MouseMove, point, button)
    send(plot, QEvent.Type.MouseButtonRelease, points[-1], button)


def inner(plot):
    """Return a point inside, off the middle."""
    area = plot.zoom_area
    return QPointF(
        area.left() + area.width() * 0.3, area.top() + area.height() * 0.6
    ).toPoint()


def wheel(plot, notches, keys=NO_KEY, at=None):
    where = QPointF(at or inner(plot))
    event = QWheelEvent(
        where,
        plot.mapToGlobal(where),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    plot.wheelEvent(event)
    return event.isAccepted()


def test_the_wheel_zooms_about_the_pointer_and_back(made):
    plot = made.plot
    whole = picture(plot)
    at = QPointF(inner(plot))
    axes = plot.axes
    kept = plot.to_picture(at), axes.value_x(at.x()), axes.value_y(at.y())
    assert wheel(plot, 3)
    assert plot.zoomed
    assert picture(plot) != whole
    axes = plot.axes
    if isinstance(plot, PaintedPlot) and plot.MAGNIFIES:
        assert (plot.to_picture(at) - kept[0]).manhattanLength() < 1e-6
    else:
        span = axes.right - axes.left
        assert axes.value_x(at.x()) == pytest.approx(kept[1], abs=1e-9 * span)
        if plot.ZOOMS_UP:
            span = abs(axes.top - axes.bottom)
            assert axes.value_y(at.y()) == pytest.approx(kept[2], abs=1e-9 * span)
    assert wheel(plot, -3)
    assert not plot.zoomed
    assert not wheel(plot, -1)  # nothing is beyond the whole: the page may have it


@only(Chart, Beeswarm)
def test_what_is_zoomed_stays_inside_its_axes(made):
    plot = made.plot
    ground = picture(plot)
    plot.look_at(Window(left=0.4, right=0.6))
    seen = picture(plot)
    area = plot.axes.area.toAlignedRect()
    beside = QRectF(area.right() + 3, area.top(), 2, area.height()).toRect()
    assert seen.copy(beside) == ground.copy(beside)


def test_a_page_that_scrolls_keeps_its_wheel_until_the_plot_has_the_focus(
    made, qtbot, monkeypatch
):
    page, plot = QScrollArea(), made.plot
    qtbot.addWidget(page)
    body = QWidget()
    body.setMinimumSize(500, 2000)
    page.setWidget(body)
    plot.setParent(body)
    page.resize(300, 300)
    page.show()
    assert not wheel(plot, 1)
    assert not plot.zoomed
    assert wheel(plot, 1, Qt.KeyboardModifier.ControlModifier)
    plot.reset_view()
    monkeypatch.setattr(type(plot), "hasFocus", lambda _: True)
    assert wheel(plot, 1)
    plot.setParent(None)


def test_a_drag_with_the_right_button_zooms_into_its_box(made):
    plot = made.plot
    area = plot.zoom_area
    start, end = (
        QPointF(
            area.left() + share * area.width(), area.top() + share * area.height()
        ).toPoint()
        for share in (0.25, 0.75)
    )
    before = plot.axes
    drag(plot, RIGHT, start, (start + end) / 2, end)
    window = plot.window_in_sight
    assert window.left == pytest.approx(0.25, abs=0.02)
    assert window.right == pytest.approx(0.75, abs=0.02)
    if not (isinstance(plot, PaintedPlot) and plot.MAGNIFIES):
        assert plot.axes.left == pytest.approx(before.value_x(start.x()))
        assert plot.axes.right == pytest.approx(before.value_x(end.x()))
    assert not plot.findChildren(QMenu)


def test_the_middle_button_pans_and_no_further_than_the_data(made):
    plot = made.plot
    plot.look_at(Window(0.25, 0.75, 0.25, 0.75))
    start = inner(plot)
    span = plot.window_in_sight.right - 0.25
    drag(plot, MIDDLE, start, start + QPoint(20, 0))
    moved = 0.25 - 20 / plot.zoom_area.width() * span
    assert plot.window_in_sight.left == pytest.approx(moved)
    drag(plot, MIDDLE, start, start + QPoint(5_000, 0))
    assert plot.window_in_sight.left == 0.0
    assert plot.window_in_sight.right == pytest.approx(span)


def test_home_and_a_double_click_show_everything(made):
    plot = made.plot
    plot.look_at(Window(0.2, 0.6, 0.2, 0.6))
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert not plot.zoomed
    plot.look_at(Window(0.2, 0.6, 0.2, 0.6))
    corner = plot.rect().bottomRight() - QPoint(2, 2)
    QTest.mouseDClick(plot, LEFT, pos=corner)
    assert not plot.zoomed


def test_new_data_of_the_same_range_keep_what_is_in_sight(made):
    plot = made.plot
    plot.look_at(Window(0.2, 0.6, 0.2, 0.6))
    kept = plot.window_in_sight
    plot.apply_theme(DARK)
    assert plot.window_in_sight == kept


# Reading


@only(Chart, Beeswarm, DecisionPlot, Force, SideBySide, Waterfall)
def test_the_cursor_reads_from_place_to_place_by_keys(made):
    plot = made.plot
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(plot, Qt.Key.Key_Right, control)
    first = plot.shown_text
    assert first == plot.stop(0).text == plot.accessibleDescription() != ""
    for _ in range(plot.n_stops):
        QTest.keyClick(plot, Qt.Key.Key_Right, control)
    assert plot.shown_text == plot.stop(plot.n_stops - 1).text
    QTest.keyClick(plot, Qt.Key.Key_Left, control)
    assert plot.shown_text == plot.stop(max(plot.n_stops - 2, 0)).text


@only(Chart, Beeswarm, DecisionPlot, SideBySide, Waterfall)
def test_what_the_cursor_stands_at_comes_into_sight(made):
    plot = made.plot
    plot.look_at(Window(0.4, 0.6, 0.4, 0.6))
    for place in (0, plot.n_stops - 1):
        plot.cursor_to(place)
        at = plot.stop(place).at
        if at is not None:
            assert plot.zoom_area.adjusted(-2, -2, 2, 2).contains(plot.from_picture(at))
    assert plot.zoomed


def pointed_at(plot, where):
    """Move the pointer to a point of a plot; return what is said there."""
    send(plot, QEvent.Type.MouseMove, QPointF(where))
    return plot.shown_text


def test_what_lies_under_the_pointer_is_said_beside_it(made):
    plot = made.plot
    plain, exported = picture(plot), saved(plot)
    places = [where for where, _ in made.places.values()]
    said = [where for where in places if plot.readout_at(where) is not None]
    assert said
    assert pointed_at(plot, said[0]) == plot.readout_at(said[0]).shown != ""
    assert picture(plot) != plain
    assert saved(plot) == exported  # not in saved pictures
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.shown_text == ""
    assert picture(plot) == plain


# Menu


def test_the_menu_offers_the_ways_of_the_panel_and_of_the_plot(made, qtbot):
    plot = made.plot

    class Holder(QWidget):
        def offer_picture(self, menu):
            menu.addAction("Save picture…")

    holder = Holder()
    qtbot.addWidget(holder)
    plot.setParent(holder)
    menu = menu_of(plot)
    actions = {action.text(): action for action in menu.actions()}
    assert {"Show everything", "Zoom in", "Drag pans", "Save picture…"} <= set(actions)
    assert not actions["Show everything"].isEnabled()
    actions["Zoom in"].trigger()
    assert plot.zoomed
    actions["Drag pans"].trigger()
    assert plot.drag_does is Drag.PAN
    if plot.OWN_DRAG:
        actions[plot.OWN_DRAG].trigger()
        assert plot.drag_does is Drag.OWN
    menu.close()
    plot.setParent(None)


def test_a_click_with_the_right_button_opens_the_menu(made):
    plot = made.plot
    plot.show()
    at = inner(plot)
    drag(plot, RIGHT, at)
    (menu,) = plot.findChildren(QMenu)
    assert menu.isVisible()
    menu.close()
    assert not plot.zoomed


def test_a_chosen_drag_zooms_with_the_left_button_and_selects_nothing(made):
    plot = made.plot
    plot.drag_does = Drag.BOX
    area = plot.zoom_area
    start, end = area.center().toPoint(), (area.center() + QPointF(60, 40)).toPoint()
    drag(plot, LEFT, start, end)
    assert plot.zoomed


def test_both_probabilities_have_a_scale_of_one_length(qtbot):
    for name in ("curve", "reliability"):
        maker = next(m for m in MAKERS.values() if m.__name__ == name)
        plot = maker().plot
        qtbot.addWidget(plot)
        for size in ((600, 320), (320, 600)):
            plot.resize(*size)
            axes = plot.axes
            per_pixel = axes.across_per_pixel, axes.up_per_pixel
            assert per_pixel[0] == pytest.approx(per_pixel[1])
            assert axes.area.right() <= plot.width()


@only(Chart)
def test_pyqtgraph_has_the_places_of_the_axes(made):
    plot = made.plot
    for window in (Window(), Window(0.2, 0.7, 0.1, 0.9)):
        plot.look_at(window)
        picture(plot)
        axes = plot.axes
        for share in (0.0, 0.3, 1.0):
            value = QPointF(
                axes.left + share * (axes.right - axes.left),
                axes.bottom + share * (axes.top - axes.bottom),
            )
            seen = plot.box.mapViewToScene(value)
            there = axes.point(value.x(), value.y())
            np.testing.assert_allclose(seen.toTuple(), there.toTuple(), atol=0.01)


def test_logarithmic_counts_lift_what_is_small(qtbot):
    for name in ("score_histogram", "bars"):
        maker = next(m for m in MAKERS.values() if m.__name__ == name)
        plot = maker().plot
        qtbot.addWidget(plot)
        plot.set_selected(None)
        plain = plot._all_bars if name == "bars" else plot._all_bars[0]
        before = np.asarray(plain.opts["y1"]) / plot.ends[3]
        action = next(a for a in menu_of(plot).actions() if a.isCheckable())
        assert action.text() == plot.LOGARITHMIC
        action.trigger()
        after = np.asarray(plain.opts["y1"]) / plot.ends[3]
        assert (after >= before - 1e-12).all()
        assert (after > before + 0.05).any()
        assert after.max() == pytest.approx(before.max())


@pytest.mark.parametrize("kind", [EffectCurve, Scatter])
def test_a_logarithmic_axis_puts_powers_at_even_distances(qtbot, kind):
    plot = MAKERS[kind]().plot
    qtbot.addWidget(plot)
    values = np.array([1.0, 10.0, 100.0, 1000.0])
    if kind is Scatter:
        plot.set_points(values, values, values / 1000, ("income", "SHAP", ""))
    else:
        axis = Axis(
            name="income",
            values=values,
            counts=np.ones(3, dtype=int),
            edges=values,
            n_missing=0,
        )
        plot.set_curve(axis, (values, values - 1, values + 1), None, "prediction")
        plot.set_current(10.0, None)
    assert plot.LOGARITHMIC in [a.text() for a in menu_of(plot).actions()]
    steps = np.diff(plot._x)
    assert steps[2] > 50 * steps[0]
    plot.show_logarithmic(True)
    np.testing.assert_allclose(np.diff(plot._x), 1.0)
    assert plot.axes.left < 0 < 3 < plot.axes.right
    page = QPixmap(plot.size())
    with Noting(page) as painter:
        plot.prepare(painter)
        plot.paint_frame(painter)
    assert {"1", "10", "100", "1,000"} <= set(painter.written)
    if kind is EffectCurve:
        foot = QPointF(plot.axes.x(1.0), plot.axes.area.bottom() + 16)
        seen = picture(plot)
        assert apart(seen.pixelColor(foot.toPoint()), QColor(LIGHT.text)) < 10


def test_no_logarithm_is_offered_of_labels_zeros_or_two_like_axes(qtbot):
    plot = MAKERS[Scatter]().plot
    qtbot.addWidget(plot)
    x, y = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    plot.set_points(x, y, y, ("a", "b", ""))
    assert not plot.offers_logarithm  # 0 has no logarithm
    plot.set_points(x + 1, y, y, ("a", "b", ""), diagonal=True)
    assert not plot.offers_logarithm  # both axes are of one scale
    plot.set_points(x + 1, y, y, ("a", "b", ""), ("no", "yes", "maybe"))
    assert not plot.offers_logarithm


def test_pointers_reach_the_plot_and_not_its_scene(made, qtbot):
    plot = made.plot
    plot.show()
    middle = plot.rect().center()
    assert plot.childAt(middle) is None
    assert plot.view.focusPolicy() is Qt.FocusPolicy.NoFocus
    assert QApplication.widgetAt(plot.mapToGlobal(middle)) in (plot, None)
