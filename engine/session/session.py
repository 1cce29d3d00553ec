"""What is loaded, and the answer to every request."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine import analysis
from engine.case.changed import located
from engine.contracts import requests
from engine.contracts.bounds import for_window
from engine.contracts.dataset import DatasetInfo, Part, Role
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.model import version_notes
from engine.contracts.results import (
    Done,
    MatchPreview,
    ViewInfo,
)
from engine.data import views
from engine.data.dataset import Dataset
from engine.data.recognise import recognise
from engine.matching import (
    evaluation_table,
    preview,
    target_of,
)
from engine.models import recorded_scores
from engine.models.consent.safety_report import check_consent, report_on
from engine.models.intake import take_in
from engine.predict import (
    Matched,
    known_texts,
    row_scores,
)
from engine.session import matches
from engine.session.case_file import OpenCaseFile
from engine.session.columns import CaseColumns
from engine.session.consents import OwnConsents
from engine.session.hosts import Hosts
from engine.session.recorded import recorded_model
from engine.session.runs import Runs, key_of
from engine.session.tables import OpenViews, resolve, resolved, summaries
from engine.session.versions import installed_versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.contracts.consent import Consents
    from engine.contracts.events import HostState, Warned
    from engine.contracts.model import (
        ModelInfo,
        RecordedScores,
        SafetyReport,
    )
    from engine.contracts.predictions import Predictions, RowScores
    from engine.contracts.progress import Progress
    from engine.contracts.results import Result
    from engine.contracts.selection import Selection
    from engine.data.table import Table
    from engine.models.consent.given import ConsentStore
    from engine.models.model import Model


class Session:
    """One case in memory.

    Long jobs come one at a time, though one may stand still between two questions to
    the model while another runs; windows of rows and selections may be asked from
    other threads at the same time, and only read what is complete.

    Parameters
    ----------
    scratch
        Private folder for the model's copy and its host's exchange.
    spare
        Whether to keep a warm model host waiting.
    consents
        Where this person's consents are kept; without it each one holds once.
    """

    def __init__(
        self, scratch: Path, *, spare: bool = True, consents: ConsentStore | None = None
    ) -> None:
        self._scratch = scratch
        self._consents = OwnConsents(consents)
        self._hosts = Hosts(scratch, spare=spare)
        self._dataset: Dataset | None = None
        self._model: Model | None = None
        self._recorded: RecordedScores | None = None
        self._matched: Matched | None = None
        self._predictions: dict[Part, Predictions] = {}
        self._buckets: dict[str, Selection] = {}
        self._views = OpenViews()
        self._runs = Runs()
        self._case = OpenCaseFile()
        self._lock = threading.Lock()
        self.versions = installed_versions()

    def answer(self, request: requests.Request, progress: Progress) -> Result:
        """Answer one request.

        Raises
        ------
        EngineError
            If it cannot be done; the last good state stays.
        """
        match request:
            case requests.Recognise():
                return recognise(request.paths)
            case requests.OpenData():
                return self._open_data(request, progress)
            case requests.ConfigureData():
                return self._configure(request)
            case requests.Inspect():
                return self._inspect(request.path, progress)
            case requests.OpenModel():
                return self._open_model(request, progress)
            case requests.ListConsents():
                return self._consents.listed()
            case requests.WithdrawConsent():
                return self._withdraw(request.sha256)
            case requests.UseRecordedScores():
                return self._use_scores(request.scores)
            case requests.Match():
                return self._match(request, progress)
            case requests.Predict():
                return self._predict(request, progress)
            case requests.SetBuckets():
                self._buckets = dict(request.buckets)
                return Done()
            case requests.Run():
                return self._run(request, progress)
            case requests.Resolve():
                columns = self._columns(Part.EVALUATION, request.decision)
                return resolved(request.selection, columns)
            case requests.OpenView():
                return self._open_view(request)
            case requests.ReadRows():
                return self._views.read(request)
            case requests.FindRow():
                return self._views.find(request)
            case requests.Summarise():
                table = self._table(request.part)
                return summaries(request, table, self.data.info.part(request.part))
            case requests.Export():
                view = self._views.get(request.view)
                views.export(view, request.columns, request.path, progress)
                return Done()
            case requests.OpenCase():
                return self._case.open(request, progress)
            case requests.LocateFiles():
                return located(request.opened, request.places, progress)
            case requests.SaveCase():
                return self._case.save(request)

    @property
    def data(self) -> Dataset:
        """The open data set."""
        if self._dataset is None:
            raise EngineError("data.none")
        return self._dataset

    @property
    def is_asking(self) -> bool:
        """Whether a question to the model is on its way."""
        return self._model is not None and self._model.is_asking

    def watch_host(self, tell: Callable[[HostState | Warned], None]) -> None:
        """Start the model host's spare and report its state from now on."""
        self._hosts.watch(tell, lambda: self._model)

    def kill_host(self) -> None:
        """Kill the model's host: the hard cancel. The next batch starts another."""
        if self._model is not None:
            self._model.kill()

    def close(self) -> None:
        """End the hosts and close the case."""
        self._hosts.close()
        self._case.close()

    # Data

    def _open_data(self, request: requests.OpenData, progress: Progress) -> DatasetInfo:
        if request.part is Part.EVALUATION or self._dataset is None:
            dataset = Dataset.open(
                request.paths, request.part, request.options, progress
            )
        else:
            dataset = self._dataset.with_part(
                request.paths, request.part, request.options, progress
            )
        progress.raise_if_cancelled()
        self._replace_data(dataset)
        return dataset.info

    def _configure(self, request: requests.ConfigureData) -> DatasetInfo:
        dataset = self.data.configure(request.choices, request.split)
        self._replace_data(dataset)
        return dataset.info

    def _replace_data(self, dataset: Dataset) -> None:
        with self._lock:
            self._dataset = dataset
            self._predictions = {}
            self._runs.forget()

    # Model

    def _inspect(self, path: str, progress: Progress) -> SafetyReport:
        intake = take_in(path, self._scratch / "store", progress)
        return self._consents.beside(report_on(intake, progress))

    def _open_model(self, request: requests.OpenModel, progress: Progress) -> ModelInfo:
        intake = take_in(request.path, self._scratch / "store", progress)
        report = self._consents.beside(report_on(intake, progress))
        check_consent(report, request.consent, self._hosts.pool.sealed)
        report = self._consents.keep(report, request)
        with self._hosts.busy(self._model):
            model = self._hosts.pool.open(intake, report, progress)
        self._replace_model(model, None)
        return for_window(model.info)

    def _withdraw(self, sha256: str) -> Consents:
        left = self._consents.withdraw(sha256)
        if self._model is not None and self._model.info.sha256 == sha256:
            self._replace_model(None, None)
        return left

    def _use_scores(self, scores: RecordedScores) -> ModelInfo:
        for name in (
            *scores.scores,
            *([scores.prediction] if scores.prediction else []),
        ):
            if self.data.info.column(name) is None:
                raise EngineError(
                    "scores.missing_column",
                    column=name,
                    columns=tuple(c.name for c in self.data.info.columns[:20]),
                )
        self._replace_model(None, scores)
        target = target_of(self.data.info)
        if target:
            table = self._table(Part.EVALUATION)
            # of a target that was only guessed nothing is refused: the match says it
            with contextlib.suppress(EngineError):
                return recorded_model(scores, target, table, self.data.info)[0]
        return recorded_scores.describe(scores, scores.classes)

    def _replace_model(
        self, model: Model | None, recorded: RecordedScores | None
    ) -> None:
        with self._lock:
            old = self._model
            self._model, self._recorded = model, recorded
            self._matched = None
            self._predictions = {}
            self._runs.forget()
        if old is not None:
            old.close()
        self._hosts.opened(model)

    def _match(self, request: requests.Match, progress: Progress) -> MatchPreview:
        table = self._table(Part.EVALUATION)
        wanted = self._wanted(request)
        if wanted.model is None:
            return preview(wanted, self.data.info, table, progress)
        with self._hosts.busy(self._model):
            return preview(wanted, self.data.info, table, progress)

    def _predict(self, request: requests.Predict, progress: Progress) -> RowScores:
        matched = matches.completed(self._wanted(request), self.data)
        if matched.model is None:
            matched, found = self._predicted(matched, progress)
        else:
            with self._hosts.busy(self._model):
                matched, found = self._predicted(matched, progress)
        progress.raise_if_cancelled()
        with self._lock:
            self._matched, self._predictions = matched, found
            self._runs.forget()
        return row_scores(found[Part.EVALUATION], matched.positive)

    def _wanted(self, request: requests.Match | requests.Predict) -> Matched:
        return matches.wanted(request, self.data, self._model, self._recorded)

    def _predicted(
        self, matched: Matched, progress: Progress
    ) -> tuple[Matched, dict[Part, Predictions]]:
        stamps = {part: self._stamp(part, matched.info) for part in self.data.parts}
        return matches.predicted(matched, self.data, stamps, progress)

    # Analyses

    def _run(self, request: requests.Run, progress: Progress) -> Result:
        if self._matched is None or Part.EVALUATION not in self._predictions:
            raise EngineError("predict.not_yet")
        matched = self._matched
        decision = self._decision(request.decision)
        facts = analysis.Facts(
            data=self.data.info,
            model=matched.info,
            predicted=True,
            parts=tuple(self._predictions),
        )

        def inputs() -> analysis.Inputs:
            columns = self._columns(Part.EVALUATION, decision)
            mask = None
            if request.selection is not None:
                mask = resolve(request.selection, columns)
            return analysis.Inputs(
                predictions=self._predictions,
                columns=columns,
                decision=decision,
                mask=mask,
                selection=request.selection,
                buckets=self._buckets,
                matched=matched,
                tables={part: self._table(part) for part in self._predictions},
                row=request.row,
                seed=request.seed,
                stamp={
                    **self._stamp(Part.EVALUATION, matched.info),
                    "row_name": self._row_name(request.row),
                },
            )

        # Data, model and match need not be in the key: they empty the cache.
        asked = msgspec.structs.replace(request, decision=decision)
        key = key_of(asked, self._buckets)
        return self._runs.answer(key, asked, facts, inputs, progress)

    def _row_name(self, row: int | None) -> str:
        """Return what the first identifying column holds for an evaluation row."""
        table = self._table(Part.EVALUATION)
        names = [c.name for c in self.data.info.columns if c.role is Role.ENTITY]
        if not names or row is None or not 0 <= row < table.n_rows:
            return ""
        return table.texts(names[0], np.array([row]))[0] or ""

    def _decision(self, decision: Decision | None) -> Decision:
        matched = self._matched
        if decision is None:
            decision = Decision()
        if not decision.positive and matched is not None:
            decision = msgspec.structs.replace(decision, positive=matched.positive)
        return decision

    def _stamp(self, part: Part, info: ModelInfo) -> dict[str, Any]:
        loaded = self.data.info.part(part)
        return {
            "part": part.value,
            "data_sha256": loaded.fingerprint if loaded is not None else "",
            "model_sha256": info.sha256,
            "versions": self.versions,
            "sandbox": info.sandbox,
            "warnings": version_notes(info),
        }

    # Rows

    def _table(self, part: Part) -> Table:
        if part is Part.EVALUATION:
            return evaluation_table(self.data.parts)
        if part not in self.data.parts:
            raise EngineError("data.no_such_part", part=part.value)
        return self.data.parts[part]

    def _columns(self, part: Part, decision: Decision | None) -> CaseColumns:
        with self._lock:  # rows and predictions of the same moment
            table = self._table(part)
            predictions = self._predictions.get(part)
            return CaseColumns(
                table,
                predictions,
                self._decision(decision),
                self._buckets,
                {} if self._matched is None else known_texts(self._matched, table),
            )

    def _open_view(self, request: requests.OpenView) -> ViewInfo:
        columns = self._columns(request.part, request.decision)
        return self._views.open(columns, request.where, request.sort)
