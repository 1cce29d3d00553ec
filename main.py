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
    if packages := _missing_packages():
        from gui.system_libraries import install_command  # noqa: PLC0415

        sys.stderr.write(
            "Some system libraries that the window needs are missing. This installs"
            f" them:\n    {install_command(packages)}\n"
        )
        return 1
    from gui.app import main as window  # noqa: PLC0415

    return window(arguments)


def _missing_packages() -> list[str]:
    """Return what the window cannot start without; Qt would end the process instead."""
    if getattr(sys, "frozen", False):
        return []  # an installed program brings its libraries
    from gui.system_libraries import missing_packages, on_x11  # noqa: PLC0415

    return missing_packages(display=on_x11())


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main(sys.argv[1:]))
