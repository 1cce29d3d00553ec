"""A chip says in full what it shows in short."""

from __future__ import annotations

from gui.widgets.case_bar import Chip


def test_a_chip_that_looks_the_same_still_tells_what_is_new(qtbot):
    chip = Chip("Selection")
    qtbot.addWidget(chip)
    chip.show_text("<b>4 rows</b>: age &lt; 25…", "age < 25 and home = rent")
    chip.show_text("<b>4 rows</b>: age &lt; 25…", "age < 25 and home = owner")
    assert chip.toolTip() == "age < 25 and home = owner"
    assert chip.accessibleDescription() == chip.toolTip()
