"""The command line: the engine without a window."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import TYPE_CHECKING

from engine.cli.arguments import parser
from engine.cli.stop import STOPPED, watched
from engine.cli.terminal import tell
from engine.contracts.errors import EngineError
from engine.contracts.i18n import install
from engine.contracts.messages import in_full
from engine.environment import limit_threads, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130
# Set, it has tracebacks printed: for reports of defects.
DETAILS = "TRASLUZ_DETAILS"


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code.

    0 where it was done, 2 with one line on standard error where it could not be,
    130 after Ctrl+C, with first figures marked as partial and no file.
    """
    prepare()
    limit_threads()
    install(_language())
    for stream in (sys.stdout, sys.stderr):  # a terminal may not know every letter
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    asked = parser().parse_args(arguments)
    try:
        with watched():
            from engine.cli import commands  # noqa: PLC0415 - help stays quick

            getattr(commands, asked.command)(asked)
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _say_stopped()
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:  # noqa: BLE001 - one line, whatever happened
        if STOPPED.is_set():
            return _say_stopped()
        _say(error)
        return BAD_INPUT
    return OK


def _say_stopped() -> int:
    print("trasluz: stopped", file=sys.stderr)
    return INTERRUPTED


def _say(error: Exception) -> None:
    said = error
    if not isinstance(said, EngineError):
        said = EngineError("engine.internal", kind=type(error).__name__)
    tell(f"trasluz: {in_full(said.code, said.params)}")
    if os.environ.get(DETAILS):
        traceback.print_exception(error)


def _language() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name][:2]
    return "en"
