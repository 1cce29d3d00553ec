"""What can be typed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from engine.cli.terminal import tell
from engine.contracts.dataset import Kind, Role
from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        tell(f"trasluz: {message} ({self.prog} --help)")
        raise SystemExit(2)


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``main.py``'s commands."""
    top = _Parser(
        prog="main.py",
        allow_abbrev=False,
        description=tr("Where a model fails, and how sure one can be of that."),
        epilog=tr(
            "Without a command the window opens: main.py [FILE ...] [--demo] "
            "[--theme system|light|dark|high-contrast] [--language en|es] "
            "[--screenshots FOLDER]."
        ),
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    evaluate = commands.add_parser(
        "evaluate", allow_abbrev=False, help=tr("evaluate the model")
    )
    _inputs(evaluate)
    _json(evaluate)

    run = commands.add_parser("run", allow_abbrev=False, help=tr("run one analysis"))
    run.add_argument("analysis", metavar="ANALYSIS")
    _inputs(run)
    _json(run)
    run.add_argument(
        "-p",
        dest="params",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=tr("a parameter of the analysis; may be repeated"),
    )
    which = run.add_mutually_exclusive_group()
    which.add_argument("--row", type=int, metavar="N", help=tr("one row, from 0"))
    which.add_argument("--rows", metavar="RULE", help=tr("rows by a rule"))
    run.add_argument("--out", metavar="FILE.npz", help=tr("write the arrays"))
    run.add_argument("--seed", type=int, default=0)

    export = commands.add_parser(
        "export",
        allow_abbrev=False,
        help=tr("write rows with the model's predictions, as Excel, CSV or Parquet"),
    )
    _inputs(export)
    export.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        help=tr("where to write: FILE.xlsx, FILE.csv or FILE.parquet"),
    )

    analyses = commands.add_parser("analyses", help=tr("list the analyses"))
    analyses.add_argument("--json", nargs="?", const="-", metavar="FILE")

    inspect = commands.add_parser(
        "inspect", help=tr("what a model file would import or run, without opening it")
    )
    inspect.add_argument("file", metavar="FILE")
    inspect.add_argument("--json", nargs="?", const="-", metavar="FILE")
    return top


def _belonging(add: Callable[..., argparse.Action]) -> None:
    """Add what the sheet of the window asks: how data and model belong together."""
    add(
        "--score-kind",
        choices=("probability", "percent", "margin"),
        default="",
        help=tr("kind of the recorded scores, where the numbers do not show it"),
    )
    add(
        "--labels",
        action="append",
        default=[],
        metavar="LABEL=CLASS[,LABEL=CLASS…]",
        help=tr(
            "which label of the data means which class of the model, in either order "
            "where that is clear; LABEL= for none"
        ),
    )
    add(
        "--match",
        action="append",
        default=[],
        metavar="INPUT=COLUMN",
        help=tr("which column feeds an input of the model; may be repeated"),
    )
    add(
        "--by-order",
        action="store_true",
        help=tr("columns feed the inputs of the model by their order"),
    )
    add(
        "--kind",
        action="append",
        default=[],
        metavar="COLUMN=KIND",
        help=tr("what a column holds: {kinds}", kinds=_listed(Kind)),
    )
    add(
        "--role",
        action="append",
        default=[],
        metavar="COLUMN=ROLE",
        help=tr("what a column is for: {roles}", roles=_listed(Role)),
    )
    add(
        "--missing",
        action="append",
        default=[],
        metavar="COLUMN=TEXT",
        help=tr("a text that means missing in a column; may be repeated"),
    )


def _listed(words: type[StrEnum]) -> str:
    return ", ".join(word.value for word in words)


def _inputs(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    source = command.add_mutually_exclusive_group(required=False)
    source.add_argument("--model", metavar="FILE", help=tr("the model"))
    source.add_argument(
        "--scores",
        default="",
        metavar="COLUMN[,COLUMN…]",
        help=tr(
            "columns that hold recorded scores, instead of a model; CLASS=COLUMN where "
            "the names do not say whose they are"
        ),
    )
    add(
        "--data",
        required=True,
        nargs="+",
        metavar="FILE",
        help=tr("evaluation data: files or a folder of one schema"),
    )
    add("--target", required=True, metavar="COLUMN", help=tr("target column"))
    add("--positive", default="", metavar="LABEL", help=tr("positive class"))
    add("--weights", default="", metavar="COLUMN", help=tr("row weights"))
    add("--where", metavar="RULE", help=tr("only rows such as “age < 25”"))
    add(
        "--split",
        metavar="COLUMN=VALUE",
        help=tr("only the rows where COLUMN is VALUE"),
    )
    add(
        "--threshold",
        type=float,
        metavar="T",
        help=tr("decide by score ≥ T, not by the model's own rule"),
    )
    add(
        "--prediction",
        metavar="COLUMN",
        help=tr("column of recorded labels; beside --scores they are the decisions"),
    )
    _belonging(add)
    add("--reference", metavar="FILE", help=tr("training data"))
    add("--calibration", metavar="FILE", help=tr("calibration data"))
    add(
        "--read",
        action="append",
        default=[],
        metavar="KEY=VALUE[,…]",
        help=tr(
            "how files are read: header=LINE, yes or no; rows=LINE (where they begin); "
            "sheet=NAME; separator, decimal and quote=SIGN; encoding=NAME; "
            "missing=TOKEN,…; day_first=yes or no; separated=numbers or texts. "
            "Begin with reference: or calibration: for those files alone"
        ),
    )
    add("--consent", default="", metavar="SHA256", help=tr("agree to open this file"))
    add(
        "--all-notes",
        action="store_true",
        help=tr("show all notes on reading, not only the first ones"),
    )


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help=tr("write JSON")
    )
