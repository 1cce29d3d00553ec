"""Colours for numbers: from low to high, and to both sides of zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gui.services.theme import Tokens

# Low to high in even steps of lightness, from blue to yellow; after the ends and
# the middle of cividis (Nuñez et al., 2018), which looks alike to all eyes.
_LOW_HIGH = ("#00336F", "#3A4F8A", "#7B7B78", "#B9A85E", "#F4D95A")
_NONE = "#9A9A9A"


def level_colours(levels: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return ``(…, 3)`` red, green and blue of levels from 0 to 1; grey for ``nan``."""
    stops = np.array([_rgb(colour) for colour in _LOW_HIGH], dtype=np.float64)
    place = np.linspace(0.0, 1.0, len(stops))
    known = np.isfinite(levels)
    safe = np.where(known, levels, 0.0)
    mixed = np.stack([np.interp(safe, place, stops[:, c]) for c in range(3)], axis=-1)
    mixed[~known] = _rgb(_NONE)
    return mixed.round().astype(np.uint8)


def level_colour(level: float) -> QColor:
    """Return the colour of one level."""
    red, green, blue = level_colours(np.array([level]))[0]
    return QColor(int(red), int(green), int(blue))


def signed_colour(level: float, tokens: Tokens) -> QColor:
    """Return the colour of a level from -1 to 1, through the panel's own at 0."""
    middle = np.array(_rgb(tokens.panel), dtype=np.float64)
    end = np.array(_rgb(tokens.warning if level > 0 else tokens.accent))
    # The root lifts what is small.
    red, green, blue = middle + np.sqrt(min(abs(level), 1.0)) * (end - middle)
    return QColor(round(red), round(green), round(blue))


def _rgb(colour: str) -> tuple[int, int, int]:
    found = QColor(colour)
    return found.red(), found.green(), found.blue()
