"""What is loaded, and the answer to every request."""

from __future__ import annotations

import hashlib
import itertools
import platform
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine import analysis
from engine.case.changed import changed_files
from engine.case.store import CaseStore
from engine.contracts import requests
from engine.contracts.case import CaseOpened
from engine.contracts.dataset import DatasetInfo, Part
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.events import HostState
from engine.contracts.model import ModelInfo, RecordedScores, SafetyReport
from engine.contracts.provenance import Provenance
from engine.contracts.results import (
    ColumnSummaries,
    Done,
    MatchPreview,
    Resolved,
    RowPlace,
    RowsWindow,
    ViewInfo,
)
from engine.contracts.selection import pack
from engine.data import views
from engine.data.dataset import Dataset
from engine.data.recognise import recognise
from engine.data.summaries import summarise
from engine.matching import evaluation_table, preview, propose
from engine.models import recorded_scores
from engine.models.host import HostPool
from engine.models.intake import take_in
from engine.models.safety import check_consent, report_on
from engine.predict import Matched, infer_positive, predict, row_scores
from engine.session.columns import LABELS, NUMBERS, CaseColumns

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.predictions import Predictions, RowScores
    from engine.contracts.progress import Progress
    from engine.contracts.results import Result
    from engine.contracts.selection import Mask, Selection
    from engine.data.table import Table
    from engine.data.views import View
    from engine.models.model import Model

_REPORTED = ("numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
_MOST_VIEWS = 64
_MOST_RESULTS = 256


class Session:
    """One case in memory.

    Long jobs come from one thread; windows of rows and selections may be asked
    from another at the same time, and only read what is complete.

    Parameters
    ----------
    scratch
        Private folder for the model's copy and its host's exchange.
    spare
        Whether to keep a warm model host waiting.
    """

    def __init__(self, scratch: Path, *, spare: bool = True) -> None:
        self._scratch = scratch
        self._spare = spare
        self._pool: HostPool | None = None
        self._tell_host: Callable[[HostState], None] = lambda _state: None
        self._dataset: Dataset | None = None
        self._model: Model | None = None
        self._recorded: RecordedScores | None = None
        self._matched: Matched | None = None
        self._predictions: dict[Part, Predictions] = {}
        self._buckets: dict[str, Selection] = {}
        self._views: dict[int, View] = {}
        self._view_numbers = itertools.count(1)
        self._results: dict[str, Result] = {}
        self._case: CaseStore | None = None
        self._lock = threading.Lock()
        self.versions = _versions()

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
                mask = self._mask(request.selection, request.decision)
                return Resolved(
                    packed=pack(mask), n_rows=len(mask), n_selected=int(mask.sum())
                )
            case requests.OpenView():
                return self._open_view(request)
            case requests.ReadRows():
                return self._read_rows(request)
            case requests.FindRow():
                found = np.flatnonzero(self._view(request.view).order == request.row)
                place = int(found[0]) if len(found) else -1
                return RowPlace(view=request.view, row=request.row, position=place)
            case requests.Summarise():
                return self._summarise(request)
            case requests.Export():
                view = self._view(request.view)
                views.export(view, request.columns, request.path, progress)
                return Done()
            case requests.OpenCase():
                return self._open_case(request, progress)
            case requests.SaveCase():
                return self._save_case(request)

    @property
    def data(self) -> Dataset:
        """The open data set."""
        if self._dataset is None:
            raise EngineError("data.none")
        return self._dataset

    def watch_host(self, tell: Callable[[HostState], None]) -> None:
        """Start the model host's spare and report its state from now on."""
        self._tell_host = tell
        tell(HostState("none"))
        layers = self.pool.layers
        tell(HostState("spare", layers))

    @property
    def pool(self) -> HostPool:
        """The model hosts, started at the first need."""
        if self._pool is None:
            self._pool = HostPool(self._scratch, spare=self._spare)
        return self._pool

    def kill_host(self) -> None:
        """Kill the model's host: the hard cancel. The next batch starts another."""
        if self._model is not None:
            self._model.kill()

    def close(self) -> None:
        """End the hosts and close the case."""
        if self._pool is not None:
            self._pool.close()
        if self._case is not None:
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
            self._results = {}

    # Model

    def _inspect(self, path: str, progress: Progress) -> SafetyReport:
        return report_on(take_in(path, self._scratch / "store", progress), progress)

    def _open_model(self, request: requests.OpenModel, progress: Progress) -> ModelInfo:
        intake = take_in(request.path, self._scratch / "store", progress)
        report = report_on(intake, progress)
        check_consent(report, request.consent, self.pool.sealed)
        model = self.pool.open(intake, report, progress)
        if self._model is not None:
            self._model.close()
        with self._lock:
            self._model, self._recorded = model, None
            self._predictions = {}
            self._results = {}
        self._tell_host(HostState("open", self.pool.layers))
        return msgspec.structs.replace(model.info, safety=report)

    def _use_scores(self, scores: RecordedScores) -> ModelInfo:
        for name in (
            *scores.scores,
            *([scores.prediction] if scores.prediction else []),
        ):
            if self.data.info.column(name) is None:
                raise EngineError("scores.missing_column", column=name)
        with self._lock:
            self._recorded, self._model = scores, None
            self._predictions = {}
            self._results = {}
        return recorded_scores.describe(scores, scores.classes)

    def _wanted(self, request: requests.Match | requests.Predict) -> Matched:
        weights = request.weights if isinstance(request, requests.Predict) else ""
        if self._model is not None:
            info = self._model.info
        elif self._recorded is not None:
            info = self._recorded_info(request.target)
        else:
            raise EngineError("predict.no_model")
        positive = request.positive
        if positive and positive not in info.classes:
            raise EngineError(
                "target.no_such_class", name=positive, classes=info.classes[:20]
            )
        return Matched(
            info=info,
            model=self._model,
            recorded=self._recorded,
            mapping=request.mapping,
            target=request.target,
            positive=positive,
            weights=weights,
            class_map=request.class_map,
        )

    def _recorded_info(self, target: str) -> ModelInfo:
        table = self._table(Part.EVALUATION)
        scores = self._recorded or RecordedScores()
        if target not in table.names:
            raise EngineError("target.missing_column", column=target)
        try:
            _, labels = table.codes(target)
        except TypeError:
            labels = ()
        column = self.data.info.column(target)
        numeric = column is not None and column.kind.value == "numeric"
        single = len(scores.scores) == 1
        if numeric and single and len(labels) != 2:
            labels = ()
        return recorded_scores.describe(scores, tuple(sorted(labels)))

    def _match(self, request: requests.Match, progress: Progress) -> MatchPreview:
        table = self._table(Part.EVALUATION)
        return preview(self._wanted(request), self.data.info, table, progress)

    def _predict(self, request: requests.Predict, progress: Progress) -> RowScores:
        matched = self._complete(self._wanted(request))
        found = {}
        for part, table in self.data.parts.items():
            stamp = self._stamp(part, matched.info)
            provenance = Provenance(
                n_used=table.n_rows, n_total=table.n_rows, method="predict", **stamp
            )
            found[part] = predict(table, matched, provenance, progress)
        with self._lock:
            self._matched, self._predictions, self._results = matched, found, {}
        return row_scores(found[Part.EVALUATION], matched.positive)

    def _complete(self, matched: Matched) -> Matched:
        """Return the match with its gaps filled, or say what forbids it."""
        from dataclasses import replace  # noqa: PLC0415 - msgspec has one too

        mapping = matched.mapping
        if matched.model is not None:
            mapping, problems = propose(
                matched.info, self.data.info, matched.mapping, matched.target
            )
            for problem in problems:
                raise EngineError(problem.code, **problem.params)
        positive = matched.positive
        if matched.info.classes and not positive:
            _, counts = self._label_counts(matched)
            positive = infer_positive(matched.info.classes, counts)
        return replace(matched, mapping=mapping, positive=positive)

    def _label_counts(self, matched: Matched) -> tuple[tuple[str, ...], dict[str, int]]:
        codes, labels = self._table(Part.EVALUATION).codes(matched.target)
        n = np.bincount(codes[codes >= 0], minlength=len(labels))
        return labels, dict(zip(labels, map(int, n), strict=True))

    # Analyses

    def _run(self, request: requests.Run, progress: Progress) -> Result:
        if self._matched is None or Part.EVALUATION not in self._predictions:
            raise EngineError("predict.not_yet")
        key = hashlib.sha256(
            msgspec.msgpack.encode(
                [
                    request,
                    sorted((name, repr(rule)) for name, rule in self._buckets.items()),
                ]
            )
        ).hexdigest()
        if key in self._results:
            return self._results[key]
        found = analysis.load(request.analysis)
        decision = self._decision(request.decision)
        facts = analysis.Facts(
            data=self.data.info,
            model=self._matched.info,
            predicted=True,
            parts=tuple(self._predictions),
        )
        reason = found.is_compatible(facts)
        if reason is not None:
            raise EngineError(reason.code, **reason.params)
        mask = None
        if request.selection is not None:
            mask = self._mask(request.selection, decision)
        inputs = analysis.Inputs(
            predictions=self._predictions,
            columns=self._columns(Part.EVALUATION, decision),
            decision=decision,
            mask=mask,
            selection=request.selection,
            buckets=self._buckets,
            row=request.row,
            seed=request.seed,
            stamp=self._stamp(Part.EVALUATION, self._matched.info),
        )
        params = _params(found, request.params)
        began = time.perf_counter()
        result = found.run(inputs, params, progress)
        result = _timed(result, time.perf_counter() - began)
        if len(self._results) >= _MOST_RESULTS:
            self._results.pop(next(iter(self._results)))
        self._results[key] = result
        return result

    def _decision(self, decision: Decision | None) -> Decision:
        decision = decision or Decision()
        if not decision.positive and self._matched is not None:
            decision = msgspec.structs.replace(
                decision, positive=self._matched.positive
            )
        return decision

    def _stamp(self, part: Part, info: ModelInfo) -> dict[str, Any]:
        loaded = self.data.info.part(part)
        return {
            "part": part.value,
            "data_sha256": loaded.fingerprint if loaded is not None else "",
            "model_sha256": info.sha256,
            "versions": self.versions,
            "sandbox": info.sandbox,
        }

    # Rows

    def _table(self, part: Part) -> Table:
        if part is Part.EVALUATION:
            return evaluation_table(self.data.parts)
        if part not in self.data.parts:
            raise EngineError("data.no_such_part", part=part.value)
        return self.data.parts[part]

    def _columns(self, part: Part, decision: Decision | None) -> CaseColumns:
        with self._lock:
            predictions = self._predictions.get(part)
        return CaseColumns(
            self._table(part), predictions, self._decision(decision), self._buckets
        )

    def _mask(self, selection: Selection, decision: Decision | None) -> Mask:
        columns = self._columns(Part.EVALUATION, decision)
        try:
            return selection.resolve(columns)
        except TypeError as error:
            raise EngineError("rows.wrong_kind", column=str(error)) from error

    def _open_view(self, request: requests.OpenView) -> ViewInfo:
        table = self._table(request.part)
        columns = self._columns(request.part, request.decision)
        mask = None
        if request.where is not None:
            try:
                mask = request.where.resolve(columns)
            except TypeError as error:
                raise EngineError("rows.wrong_kind", column=str(error)) from error
        extra: dict[str, Any] = {}
        if request.part in self._predictions:
            for name in (*NUMBERS, *LABELS):
                extra[name] = _lazily(columns, name)
        view = views.open_view(table, extra, mask, request.sort)
        with self._lock:
            number = next(self._view_numbers)
            self._views[number] = view
            while len(self._views) > _MOST_VIEWS:
                self._views.pop(next(iter(self._views)))
        return ViewInfo(view=number, n_rows=len(view.order), n_total=table.n_rows)

    def _view(self, number: int) -> View:
        with self._lock:
            if number not in self._views:
                raise EngineError("rows.view_gone")
            return self._views[number]

    def _read_rows(self, request: requests.ReadRows) -> RowsWindow:
        view = self._view(request.view)
        start = max(0, request.start)
        return RowsWindow(
            view=request.view,
            start=start,
            rows=view.order[start : request.stop],
            columns=views.window(view, start, request.stop, request.columns),
        )

    def _summarise(self, request: requests.Summarise) -> ColumnSummaries:
        table = self._table(request.part)
        loaded = self.data.info.part(request.part)
        return ColumnSummaries(
            columns=summarise(table, request.columns, request.bins),
            provenance=Provenance(
                n_used=table.n_rows,
                n_total=table.n_rows,
                part=request.part.value,
                data_sha256=loaded.fingerprint if loaded is not None else "",
            ),
        )

    # Case

    def _open_case(self, request: requests.OpenCase, progress: Progress) -> CaseOpened:
        store = CaseStore(Path(request.path), create=request.create)
        case = store.load()
        if self._case is not None:
            self._case.close()
        self._case = store
        return CaseOpened(
            path=str(store.path),
            case=case,
            read_only=store.read_only,
            changed=changed_files(case, progress),
        )

    def _save_case(self, request: requests.SaveCase) -> Done:
        path = Path(request.path).absolute()
        if self._case is None or self._case.path != path:
            if self._case is not None:
                self._case.close()
            self._case = CaseStore(path, create=not path.exists())
            self._case.load()
        self._case.save(request.case)
        return Done()


def _lazily(columns: CaseColumns, name: str) -> Callable[[], Any]:
    def values() -> Any:
        try:
            return columns.codes(name) if name in LABELS else columns.numbers(name)
        except TypeError:
            return columns.numbers(name)

    return values


def _params(found: analysis.Analysis, given: dict[str, Any]) -> Any:
    known = set(found.Params.__struct_fields__)
    unknown = sorted(set(given) - known)
    if unknown:
        raise EngineError(
            "analysis.unknown_parameter",
            name=unknown[0],
            analysis=found.id,
            known=tuple(sorted(known)),
        )
    try:
        return msgspec.convert(given, found.Params, strict=False)
    except msgspec.ValidationError as error:
        raise EngineError(
            "analysis.bad_parameter", analysis=found.id, why=str(error)
        ) from error


def _timed(result: Any, elapsed: float) -> Any:
    provenance = msgspec.structs.replace(result.provenance, elapsed=elapsed)
    return msgspec.structs.replace(result, provenance=provenance)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _REPORTED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # a bundle without metadata
            continue
    return found
