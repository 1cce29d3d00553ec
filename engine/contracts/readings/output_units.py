"""The unit of what is explained: probability, margin, or the target's own."""

from __future__ import annotations

from engine.contracts.i18n import mark, tr

_SPACES = {
    "probability": mark("in probability"),
    "margin": mark("in margin (log-odds)"),
    "value": mark("in the target's own units"),
}


def unit(space: str) -> str:
    """Return the unit of what is explained."""
    return tr(_SPACES.get(space, space))
