"""Entry point: the window without arguments or with files, else the command line."""

from __future__ import annotations

import multiprocessing
import sys

COMMANDS = frozenset({"evaluate", "run", "analyses", "inspect", "--help", "-h"})


def main(arguments: list[str]) -> int:
    """Start what the arguments ask for and return the exit code."""
    if arguments and arguments[0] in COMMANDS:
        from engine.cli import main as command_line  # noqa: PLC0415

        return command_line(arguments)
    from gui.app import main as window  # noqa: PLC0415

    return window(arguments)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
