"""One function a command."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

import msgspec

from engine import analysis
from engine.cli import output, partial
from engine.cli.parameters import typed
from engine.cli.terminal import say as _print
from engine.cli.work import work
from engine.contracts.i18n import tr, trn
from engine.contracts.requests import Inspect
from engine.models.consent.report_text import as_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from engine.cli.work import Work
    from engine.contracts.results import Summary


def evaluate(asked: argparse.Namespace) -> None:
    """Say how good the model is."""
    output.check_places(asked.json)
    with work(warm=bool(asked.model)) as session, _partial_told(session, asked):
        scores = session.prepare(asked)
        result = cast("Summary", session.analyse("summary", scores, asked))
    if asked.json:
        output.write_json(output.evaluation(result), asked.json)
    if asked.json != "-":
        _print(output.evaluation_text(result))


def run(asked: argparse.Namespace) -> None:
    """Run one analysis and write what it finds."""
    kinds = analysis.load(asked.analysis).Params
    output.check_places(asked.json, asked.out)
    params = typed(asked.params, kinds)
    with work(warm=bool(asked.model)) as session, _partial_told(session, asked):
        scores = session.prepare(asked)
        result = session.analyse(
            asked.analysis, scores, asked, params, row=asked.row, seed=asked.seed
        )
    if asked.out:
        output.write_arrays(result, asked.out)
    if asked.json:
        output.write_json(result, asked.json)
    if asked.json != "-":
        _print(output.as_text(result))


@contextlib.contextmanager
def _partial_told(session: Work, asked: argparse.Namespace) -> Iterator[None]:
    """On Ctrl+C print what was found until then, marked as partial."""
    try:
        yield
    except KeyboardInterrupt:
        json = asked.json == "-"
        partial.tell(session.first_figures, session.reached, json=json)
        raise


def export(asked: argparse.Namespace) -> None:
    """Write rows, with the truth and what the model answers."""
    output.check_places(asked.out)
    output.check_kind(asked.out)
    with work(warm=bool(asked.model)) as session:
        scores = session.prepare(asked)
        written = session.export(scores, asked)
    _print(
        trn(
            "{n} row was written to {file}.",
            "{n} rows were written to {file}.",
            written,
            file=asked.out,
        )
    )


def analyses(asked: argparse.Namespace) -> None:
    """List what can be run, with parameters and defaults."""
    found = []
    for name in analysis.TABLE:
        item = analysis.load(name)
        found.append(
            {
                "id": item.id,
                "title": tr(item.title),
                "parameters": msgspec.to_builtins(item.Params()),
            }
        )
    if asked.json:
        output.write_json(found, asked.json)
        return
    for entry in found:
        options = " ".join(f"{k}={v}" for k, v in entry["parameters"].items())
        _print(f"{entry['id']:<14} {entry['title']:<28} {options}".rstrip())


def inspect(asked: argparse.Namespace) -> None:
    """Report on a model file without opening it."""
    with work() as session:
        report = session.ask(Inspect(path=asked.file))
    if asked.json:
        output.write_json(report, asked.json)
    if asked.json != "-":
        _print(as_text(report))
