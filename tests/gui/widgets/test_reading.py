"""What a panel says is not painted over in a low one."""

from __future__ import annotations

from gui.widgets.reading import Reading


def test_the_first_two_lines_are_insisted_on(qtbot):
    label = Reading()
    qtbot.addWidget(label)
    label.resize(300, 100)
    line = label.fontMetrics().lineSpacing()
    label.setText("short")
    assert label.minimumSizeHint().height() < 2 * line
    label.setText("many words " * 12)
    assert 2 * line <= label.minimumSizeHint().height() < 3 * line
    label.resize(3000, 100)
    assert label.minimumSizeHint().height() < 2 * line
