"""One session for one command, with progress where a person watches."""

from __future__ import annotations

import contextlib
import math
import sys
import threading
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from engine import runner, scratch
from engine.analysis import load
from engine.cli.belonging import choices, mapping, pair, recorded
from engine.cli.reading import reading
from engine.cli.stop import STOPPED
from engine.cli.terminal import tell
from engine.contracts.dataset import Part, Split
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.events import Failed, Finished, Progressed, Refined, Warned
from engine.contracts.expression import parse
from engine.contracts.messages import in_full, sentence
from engine.contracts.model import ScoreKind, Task, version_notes
from engine.contracts.requests import (
    ConfigureData,
    Export,
    Inspect,
    Match,
    OpenData,
    OpenModel,
    OpenView,
    Predict,
    Run,
    Submit,
    UseRecordedScores,
)
from engine.contracts.selection import Rows
from engine.labels import pairs_of
from engine.session import Session

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from engine.contracts.dataset import Column, DatasetInfo, Note
    from engine.contracts.errors import Param
    from engine.contracts.events import HostState, JobEvent
    from engine.contracts.model import ModelInfo
    from engine.contracts.predictions import RowScores
    from engine.contracts.requests import Request
    from engine.contracts.results import MatchPreview, Result, SafetyReport, ViewInfo
    from engine.contracts.selection import Selection

_WIDTH = 78
# What is noticed of many columns of any file, and changes nothing.
_ORDINARY = {"schema.constant", "schema.parsed_dates", "schema.wide_numbers"}
_MOST_TOLD = 12


class Work:
    """Asks a session and waits for each answer."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._jobs = 0
        self._told: list[Note] = []
        self._columns: tuple[Column, ...] = ()
        self._watched = sys.stderr.isatty()
        self._tells_all = False
        self.first_figures: Result | None = None
        self.reached: Progressed | None = None

    def ask(self, request: Request) -> Any:
        """Return the answer.

        Raises
        ------
        EngineError
            What the session says is wrong.
        """
        self._jobs += 1
        self.first_figures = self.reached = None
        last: list[JobEvent] = []

        def hear(event: JobEvent) -> None:
            if isinstance(event, Progressed):
                self.reached = event
                self._show(event)
            elif isinstance(event, Refined):
                self.first_figures = event.result
            elif isinstance(event, Warned):
                self.tell(event.code, event.params)
            elif isinstance(event, (Finished, Failed)):
                last.append(event)

        submit = Submit(self._jobs, request)
        runner.run(submit, self._session.answer, hear, STOPPED)
        self._clear()
        match last:
            case [Finished() as finished]:
                return finished.result
            case [Failed(error=found)] if not STOPPED.is_set():
                error = EngineError(found.code, **found.params)
                error.add_note(found.details)
                raise error
        raise KeyboardInterrupt

    def tell(self, code: str, params: dict[str, Param]) -> None:
        """Say on standard error what the user should know."""
        self._clear()
        tell(f"trasluz: {in_full(code, params)}")

    def prepare(self, asked: argparse.Namespace) -> RowScores:
        """Open everything the arguments name and predict."""
        self._tells_all = asked.all_notes
        how = reading(asked.read)
        opened: DatasetInfo = self.ask(
            OpenData(paths=tuple(asked.data), options=how[Part.EVALUATION])
        )
        self._tell_reading(opened)
        self._columns = opened.columns
        names = tuple(column.name for column in opened.columns)
        self.ask(
            ConfigureData(
                choices=choices(asked, names), split=_split(asked.split, names)
            )
        )
        for path, part in (
            (asked.reference, Part.REFERENCE),
            (asked.calibration, Part.CALIBRATION),
        ):
            if path:
                self._tell_reading(
                    self.ask(OpenData(paths=(path,), part=part, options=how[part]))
                )
        inputs: tuple[str, ...] = ()
        if asked.model:
            model = self._open_model(asked.model, asked.consent.strip().lower())
            inputs = tuple(item.name for item in model.inputs)
        else:
            scores = recorded(asked, names)
            if not scores.scores and not asked.prediction:
                raise EngineError("predict.no_model")
            self.ask(UseRecordedScores(scores=scores))
        belonging: dict[str, Any] = {
            "target": asked.target,
            "positive": asked.positive,
            "mapping": mapping(asked, inputs),
            "class_map": pairs_of("--labels", asked.labels),
        }
        self._look_at_match(Match(**belonging))
        found: RowScores = self.ask(Predict(**belonging, weights=asked.weights))
        return found

    def _tell_reading(self, opened: DatasetInfo) -> None:
        """Say what was decided on reading, of files and of columns, once."""
        of_columns = (note for column in opened.columns for note in column.notes)
        notes = [
            note
            for note in (*opened.notes, *of_columns)
            if note.code not in _ORDINARY and note not in self._told
        ]
        most = None if self._tells_all else _MOST_TOLD
        for note in notes[:most]:
            self.tell(note.code, note.params)
        if most is not None and len(notes) > most:
            self.tell("data.more_notes", {"n": len(notes) - most})
        self._told += notes

    def _look_at_match(self, asked: Match) -> None:
        tried: MatchPreview = self.ask(asked)
        for problem in tried.problems:
            raise EngineError(problem.code, **problem.params)
        for note in tried.warnings:
            self.tell(note.code, note.params)
        if tried.positive_reason is not None:
            self.tell(tried.positive_reason.code, tried.positive_reason.params)

    def analyse(
        self,
        analysis: str,
        scores: RowScores,
        asked: argparse.Namespace,
        params: dict[str, Any] | None = None,
        *,
        row: int | None = None,
        seed: int = 0,
    ) -> Result:
        """Run one analysis on the rows that were asked for."""
        selection = _rows(asked, self._columns)
        decision = decision_of(scores, asked.threshold)
        if row is not None:
            if not 0 <= row < scores.n_rows:
                raise EngineError("rows.no_such_row", row=row, n=scores.n_rows)
            if getattr(load(analysis), "row_by_row", False):
                selection = (
                    Rows((row,)) if selection is None else selection & Rows((row,))
                )
        result: Result = self.ask(
            Run(
                analysis=analysis,
                params=params or {},
                selection=selection,
                decision=decision,
                row=row,
                seed=seed,
            )
        )
        return result

    def export(self, scores: RowScores, asked: argparse.Namespace) -> int:
        """Write the rows that were asked for, with what is known of each.

        Returns
        -------
        int
            How many rows were written.
        """
        known = ["@row", "@truth", "@prediction"]
        if scores.task is Task.REGRESSION:
            known.append("@residual")
        elif scores.score_kind is not ScoreKind.LABEL:
            known += ["@score", "@confidence"]
        view: ViewInfo = self.ask(
            OpenView(
                where=_rows(asked, self._columns),
                decision=decision_of(scores, asked.threshold),
            )
        )
        names = tuple(column.name for column in self._columns)
        columns = (*known[:1], *names, *known[1:])
        self.ask(Export(view=view.view, columns=columns, path=asked.out))
        return view.n_rows

    def _open_model(self, path: str, consent: str) -> ModelInfo:
        report: SafetyReport = self.ask(Inspect(path=path))
        try:
            opened: ModelInfo = self.ask(OpenModel(path=path, consent=consent))
        except EngineError as error:
            if error.code == "safety.needs_consent":
                from engine.models.consent.report_text import as_text  # noqa: PLC0415

                tell(as_text(report))
            raise
        for note in version_notes(opened):
            self.tell(note.code, note.params)
        return opened

    def _show(self, event: Progressed) -> None:
        if not self._watched:
            return
        share = event.done / event.total if event.total else 1.0
        bar = "█" * round(24 * share)
        text = f"\r{sentence(event.stage):<28} {bar:<24} {share:4.0%}"
        if event.seconds_left is not None:
            text += f"  {event.seconds_left:.0f} s"
        print(f"{text:<{_WIDTH}}", end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._watched:
            print(f"\r{'':<{_WIDTH}}\r", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def work(*, warm: bool = False) -> Iterator[Work]:
    """Give a session that is always closed, with its scratch folder removed.

    Parameters
    ----------
    warm
        Start the model's host now, while the data are read.
    """
    # else a Ctrl+C that comes while pyarrow reads is taken by it, and lost
    pa.enable_signal_handlers(False)
    with contextlib.ExitStack() as after:
        folder = scratch.create()
        after.callback(scratch.remove, folder)
        session = Session(folder, spare=False)
        after.callback(session.close)
        if warm:
            watch = session.watch_host
            ignore: Callable[[HostState], None] = lambda _state: None  # noqa: E731
            threading.Thread(target=watch, args=(ignore,), daemon=True).start()
        yield Work(session)


def decision_of(scores: RowScores, threshold: float | None) -> Decision:
    """Return the decision that a threshold, or none, means for these scores.

    Raises
    ------
    EngineError
        ``command.no_threshold`` if there is nothing that it could decide,
        ``command.bad_threshold``, ``command.threshold_range``.
    """
    if scores.task is not Task.BINARY or scores.score_kind is ScoreKind.LABEL:
        if threshold is not None:
            raise EngineError("command.no_threshold", task=scores.task.value)
        return Decision(positive=scores.positive)
    if threshold is not None and not math.isfinite(threshold):
        raise EngineError("command.bad_threshold", text=str(threshold))
    of_probabilities = scores.score_kind is ScoreKind.PROBABILITY
    if threshold is not None and of_probabilities and not 0 <= threshold <= 1:
        raise EngineError("command.threshold_range", threshold=threshold)
    return Decision(positive=scores.positive, threshold=threshold)


def _rows(asked: argparse.Namespace, columns: tuple[Column, ...]) -> Selection | None:
    rules = [rule for rule in (asked.where, getattr(asked, "rows", None)) if rule]
    found = [parse(rule, columns) for rule in rules]
    if len(found) == 2:
        return found[0] & found[1]
    return found[0] if found else None


def _split(text: str | None, columns: tuple[str, ...]) -> Split | None:
    if not text:
        return None
    try:
        column, value = pair("--split", text, columns)
    except EngineError as error:
        raise EngineError("command.bad_split", text=text) from error
    return Split(column=column, evaluation=(value,))
