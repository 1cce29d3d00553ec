from __future__ import annotations

import pytest

from gui.widgets.unbroken import unbroken


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("8.6 % (7.0–10.6 %) of", "8.6~% (7.0–10.6~%) of"),
        ("Classes are 72 : 28; read", "Classes are 72~:~28; read"),
        ("bad if p ≥ 0.5 there", "bad if p ≥~0.5 there"),
        ("Note: 3 rows, a % sign", "Note: 3 rows, a % sign"),
    ],
)
def test_figures_stay_with_their_signs(text, together):
    assert unbroken(text) == together.replace("~", "\u00a0")
