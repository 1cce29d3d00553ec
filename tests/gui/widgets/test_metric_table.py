"""Columns of figures are wide enough for what stands in them."""

from __future__ import annotations

from gui.item_models.metrics import Figure, FigureTable
from gui.widgets.metric_table import PADDING, MetricTable


def test_a_column_grows_with_a_longer_figure_and_keeps_still_with_shorter(qtbot):
    rows = FigureTable()
    table = MetricTable("figures")
    qtbot.addWidget(table)
    table.setModel(rows)
    table.resize(400, 200)
    table.show()
    rows.set_rows(("feature", "1"), [(Figure("answer"), Figure("58 %"))])
    narrow = table.columnWidth(1)
    rows.set_rows(("feature", "1"), [(Figure("answer"), Figure("50.00123 %"))])
    wide = table.columnWidth(1)
    needs = table.fontMetrics().horizontalAdvance("50.00123 %")
    assert wide >= needs + 2 * PADDING > narrow
    rows.set_rows(("feature", "1"), [(Figure("answer"), Figure("5 %"))])
    assert table.columnWidth(1) == wide
