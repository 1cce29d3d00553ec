from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.contracts.dataset import Kind
from gui.item_models.rows import RowsModel
from gui.item_models.shown_columns import ShownColumn
from gui.services.theme import LIGHT
from gui.widgets.column_header import ColumnHeader
from gui.widgets.row_table import RowTable
from tests.gui.item_models.stub_engine import StubEngine


@pytest.fixture
def engine():
    engine = StubEngine(n_rows=1_000_000)
    values = np.random.default_rng(0).normal(size=1_000_000)
    engine.columns = {f"c{place}": values for place in range(100)}
    return engine


@pytest.fixture
def table(engine, qtbot):
    table = RowTable()
    qtbot.addWidget(table)
    header = ColumnHeader()
    table.setHorizontalHeader(header)
    table.apply_theme(LIGHT)
    header.apply_theme(LIGHT)
    model = RowsModel(engine, table)
    table.setModel(model)
    table.resize(1300, 800)
    table.show()
    model.set_columns(
        tuple(
            ShownColumn(name=name, title=name, kind=Kind.NUMERIC)
            for name in engine.columns
        )
    )
    table.fit_columns()
    model.show_view(engine.view())
    engine.answer()
    return table


def test_that_scrolling_a_million_rows_makes_only_the_cells_in_sight(
    engine, table, monkeypatch
):
    maker, made = table.model()._maker, []
    plain = maker.make
    monkeypatch.setattr(maker, "make", lambda *at: made.append(1) or plain(*at))
    bar = table.verticalScrollBar()
    header = table.horizontalHeader()
    right = header.visualIndexAt(table.viewport().width() - 1)
    rows = table.viewport().height() // table.verticalHeader().defaultSectionSize() + 2
    steps = 100
    for _ in range(steps):
        bar.setValue(bar.value() + 78)
        table.viewport().repaint()
        engine.answer()
    assert 0 < len(made) <= steps * rows * (right + 1)


def test_that_a_typed_letter_does_not_search_every_row(engine, table, qtbot):
    table.go_to(0)
    before = len(engine.asked)
    started = time.perf_counter()
    qtbot.keyClick(table, Qt.Key.Key_X)
    assert time.perf_counter() - started < 0.5
    assert len(engine.asked) == before


def test_that_a_jump_to_the_end_steps_once_the_row_is_read(engine, table, qtbot):
    table.go_to(0)
    with qtbot.waitSignal(table.stepped) as caught:
        qtbot.keyClick(table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        engine.answer()
    assert caught.args == [999_999, 999_999]


def test_that_columns_read_later_get_their_width_then(engine, table):
    narrow = table.columnWidth(99)
    engine.columns["c99"] = np.full(1_000_000, 123456.789)
    table.horizontalScrollBar().setValue(table.horizontalScrollBar().maximum())
    engine.answer()
    assert table.columnWidth(99) > narrow


def test_that_other_columns_in_the_same_places_are_asked_for(engine, table):
    model, seen = table.model(), []
    table.seen.connect(lambda left, right: seen.append((left, right)))
    engine.columns = {
        f"other{place}": values for place, values in enumerate(engine.columns.values())
    }
    model.set_columns(
        tuple(
            ShownColumn(name=name, title=name, kind=Kind.NUMERIC)
            for name in engine.columns
        )
    )
    table.fit_columns()
    assert seen
    model.show_view(engine.view())
    engine.answer()
    left, right = seen[-1]
    assert right == table.columnAt(table.viewport().width())
    assert all(model.is_read(0, column) for column in range(left, right + 1))


def on_screen(table):
    QApplication.processEvents()
    return table.screen().grabWindow(table.winId()).toImage()


@pytest.mark.parametrize("step", [(37, 0), (0, 3), (-11, 0), (300, 700), (0, 999_999)])
def test_that_what_was_moved_looks_as_if_painted_anew(engine, table, qtbot, step):
    table.setFocus()
    table.setCurrentIndex(table.model().index(4, 2))
    table.mark_row(6)
    bars = table.horizontalScrollBar(), table.verticalScrollBar()
    bars[0].setValue(200)
    before = on_screen(table)
    for bar, by in zip(bars, step, strict=True):
        bar.setValue(bar.value() + by)
    engine.answer()
    moved = on_screen(table)
    for part in (table, table.horizontalHeader(), table.verticalHeader()):
        part.viewport().update()
    assert moved == on_screen(table)
    assert moved != before


def test_that_scrolling_across_paints_only_the_columns_that_came_into_sight(
    table, monkeypatch
):
    model, painted = table.model(), []
    plain = model.cell
    monkeypatch.setattr(model, "cell", lambda *at: painted.append(at) or plain(*at))
    table.viewport().update()
    QApplication.processEvents()
    in_sight = len(painted)
    painted.clear()
    bar = table.horizontalScrollBar()
    bar.setValue(bar.value() + 10)
    QApplication.processEvents()
    assert 0 < len(painted) < in_sight / 4


def test_what_is_read_ahead_repaints_nothing(engine, table):
    on_screen(table)
    seen = []
    plain = table.paintEvent
    table.paintEvent = lambda event: seen.append(event.region()) or plain(event)
    model, height = table.model(), table.rowAt(table.viewport().height() - 1)
    ahead = model.index(height + 40, 0), model.index(height + 80, 3)
    model.dataChanged.emit(*ahead)
    QApplication.processEvents()
    assert not seen
    model.dataChanged.emit(model.index(2, 1), model.index(3, 1))
    QApplication.processEvents()
    (painted,) = seen
    place = table.visualRect(model.index(2, 1))
    assert painted.boundingRect().width() <= place.width() + 1
    assert painted.boundingRect().top() == place.top()
