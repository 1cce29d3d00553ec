"""Figures on coloured ground can be read, in both themes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from gui.plots.contrast import contrast, over, readable_on
from gui.services.theme import DARK, LIGHT


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
@pytest.mark.parametrize("share", [step / 20 for step in range(21)])
def test_the_ink_can_be_read_on_every_shade(tokens, share):
    shade = QColor(tokens.accent)
    shade.setAlphaF(share)
    ground = over(shade, QColor(tokens.panel))
    ink = readable_on(ground, tokens)
    assert contrast(ink, ground) > 3.9  # no ink of two can do better half-way
    assert ink in (QColor(tokens.text), QColor(tokens.on_accent))


def test_contrast_of_black_and_white_is_the_greatest():
    black, white = QColor("black"), QColor("white")
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, white) == 1
    assert over(QColor(255, 255, 255, 0), black).getRgb() == black.getRgb()
