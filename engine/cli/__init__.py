"""The command line: the engine without a window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from engine.cli.arguments import parser
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.environment import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code.

    0 where it was done, 2 with one line on standard error where the input does
    not allow it, 130 after Ctrl+C with nothing half-written.
    """
    prepare()
    asked = parser().parse_args(arguments)
    from engine.cli import commands  # noqa: PLC0415 - help stays quick

    try:
        getattr(commands, asked.command)(asked)
    except EngineError as error:
        advice = next_step(error.code, error.params)
        text = sentence(error.code, error.params)
        print(f"trasluz: {text} {advice}".rstrip(), file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("trasluz: stopped", file=sys.stderr)
        return INTERRUPTED
    return OK
