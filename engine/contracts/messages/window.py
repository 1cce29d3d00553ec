"""Sentences about the window and its engine."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "engine.lost": (
        mark("The engine stopped unexpectedly; the work in progress is lost."),
        mark("It is being started again and the case is being restored."),
    ),
    "engine.given_up": (
        mark("The engine keeps stopping, so it is not started again by itself."),
        mark("The case is saved. Start the engine again, or open other files."),
    ),
}
