"""Colours can be read, and icons follow them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from gui.services import theme as themes
from gui.services.theme import DARK, HIGH_CONTRAST, ICONS, LIGHT, Mode, Theme

if TYPE_CHECKING:
    from pathlib import Path


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


PAIRS = [
    ("text", "panel"),
    ("text", "ground"),
    ("text", "rail"),
    ("text", "selection"),
    ("text", "accent_soft"),
    ("text", "right"),
    ("text", "wrong"),
    ("muted", "panel"),
    ("muted", "ground"),
    ("muted", "rail"),
    ("accent", "panel"),
    ("warning", "panel"),
    ("on_accent", "accent"),
]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_words_stand_out_from_their_ground(tokens, ink, paper) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, paper)) >= 4.5


@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_high_contrast_is_higher(ink, paper) -> None:
    colours = HIGH_CONTRAST
    assert contrast(getattr(colours, ink), getattr(colours, paper)) >= 7
    for mark in (colours.line, *colours.class_colours):
        assert contrast(mark, colours.panel) >= 4.5


def test_the_system_may_want_high_contrast(qapp, monkeypatch) -> None:
    theme = Theme(Mode.SYSTEM)
    assert theme.tokens in (LIGHT, DARK)
    monkeypatch.setattr(themes, "_of_the_system", lambda: HIGH_CONTRAST)
    assert theme.tokens is HIGH_CONTRAST
    assert theme.dark


@pytest.mark.parametrize(
    "tokens", [LIGHT, DARK, HIGH_CONTRAST], ids=["light", "dark", "high contrast"]
)
def test_every_colour_is_six_digits(tokens) -> None:
    values = dataclasses.asdict(tokens)
    colours = [*values.pop("class_colours"), *values.values()]
    assert all(len(c) == 7 and c.startswith("#") for c in colours)


def test_a_forced_theme_is_announced_once(qapp, qtbot) -> None:
    theme = Theme(Mode.LIGHT)
    with qtbot.waitSignal(theme.changed):
        theme.set_mode(Mode.DARK)
    assert theme.tokens is DARK
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode(Mode.DARK)
    theme.set_mode(Mode.LIGHT)


@pytest.mark.parametrize("file", sorted(ICONS.glob("*.svg")), ids=lambda f: f.stem)
def test_icons_take_the_colour_of_the_theme(qapp, file: Path) -> None:
    theme = Theme(Mode.LIGHT)
    image = theme.icon(file.stem, "#ff0000").pixmap(32, 32).toImage()
    inks = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert inks == {"#ff0000"}
