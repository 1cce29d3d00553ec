"""What a drag with the left button does on a plot."""

from __future__ import annotations

from enum import Enum, auto


class Drag(Enum):
    """The choices of a plot's menu."""

    OWN = auto()  # what the plot says: select, move a line; pan where it says nothing
    PAN = auto()
    BOX = auto()
