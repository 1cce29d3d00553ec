from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from gui.widgets.unbroken import unbroken


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("8.6 % (7.0–10.6 %) of", "8.6~% (7.0–10.6~%) of"),
        ("Classes are 72 : 28; read", "Classes are 72~:~28; read"),
        ("bad if p ≥ 0.5 there", "bad if p ≥~0.5 there"),
        ("8.6\u202f% of 1\u202f337", "8.6~% of 1~337"),
        ("Note: 3 rows, a % sign", "Note: 3 rows, a % sign"),
    ],
)
def test_figures_stay_with_their_signs(text, together):
    assert unbroken(text) == together.replace("~", "\u00a0")


def test_no_line_of_rich_text_begins_with_a_sign(qapp):
    text = unbroken("83 of 961 are taken for bad: 8.6\u202f% (7.0–10.6\u202f%).")
    document = QTextDocument()
    document.setHtml(text)
    broken = 0
    for width in range(100, 500):
        document.setTextWidth(width)
        document.size()  # lays it out
        block = document.firstBlock()
        lines = [block.layout().lineAt(i) for i in range(block.layout().lineCount())]
        broken += len(lines) > 1
        starts = [block.text()[line.textStart()] for line in lines]
        assert "%" not in starts, width
    assert broken
