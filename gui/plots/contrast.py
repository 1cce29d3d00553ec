"""What can be read on a coloured ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from gui.services.theme import Tokens


def over(shade: QColor, ground: QColor) -> QColor:
    """Return what a translucent colour looks like on an opaque one."""
    alpha = shade.alphaF()
    return QColor.fromRgbF(
        *(
            alpha * above + (1 - alpha) * below
            for above, below in zip(
                shade.getRgbF()[:3],  # type: ignore[index]
                ground.getRgbF()[:3],  # type: ignore[index]
                strict=True,
            )
        )
    )


def readable_on(ground: QColor, tokens: Tokens) -> QColor:
    """Return which of the two text colours of the theme reads better on a ground."""
    return max(
        (QColor(tokens.text), QColor(tokens.on_accent)),
        key=lambda text: contrast(text, ground),
    )


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two opaque colours, 1 to 21.

    References
    ----------
    W3C (2018). Web Content Accessibility Guidelines 2.1, contrast ratio.
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = map(_linear, (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
