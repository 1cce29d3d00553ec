"""What is said on the terminal, which names from files must not steer."""

from __future__ import annotations

import sys

from engine.contracts.printable import OWN, printable


def say(text: str) -> None:
    """Write lines to standard output."""
    print(printable(text, OWN))


def tell(text: str) -> None:
    """Write lines to standard error."""
    print(printable(text, OWN), file=sys.stderr)
