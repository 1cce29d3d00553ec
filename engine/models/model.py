"""A model as the engine holds it: a description, and rows in, answers out."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.bounds import bounded
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.host import (
    DescribeStructure,
    EncodeBatch,
    Encoded,
    Loaded,
    LoadModel,
    PredictBatch,
    Scores,
    Structured,
)
from engine.contracts.layers import is_sealed
from engine.contracts.model import Light, ScoreKind, Task
from engine.contracts.progress import SILENT
from engine.models import checks, structure_checks
from engine.models.batches import Batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.contracts.model import ModelInfo, SafetyReport
    from engine.contracts.progress import Progress
    from engine.contracts.structure import Structure
    from engine.models.batches import Batch
    from engine.models.host import HostPool
    from engine.models.host_process import Host
    from engine.models.intake import Intake

# What may have nothing to do with the question: it is asked once more, in another host.
_ASKED_AGAIN = frozenset({"host.crashed", "host.works_unasked"})
_RELATIVE, _ABSOLUTE = 1e-5, 1e-7

A = TypeVar("A")
R = TypeVar("R")


class Model:
    """An open model. Made by :meth:`engine.models.host.HostPool.open`.

    When its host ends (killed, crashed, caught lying), the description stays and
    the next call opens the same bytes in a fresh host.

    Attributes
    ----------
    info
        What the model is.
    batch_timeout
        Seconds after which one batch is taken to hang, unless its pace promises more.
    """

    def __init__(
        self,
        pool: HostPool,
        intake: Intake,
        report: SafetyReport,
        progress: Progress = SILENT,
    ) -> None:
        self.batch_timeout = pool.limits.batch_seconds
        self._pool = pool
        self._intake = intake
        self._report = report
        self._closed = False
        self._host: Host | None = None
        self._structure: Structure | None = None
        self._indivisible = False
        self._questions = 0
        self.info: ModelInfo = self._open(progress)

    @property
    def is_asking(self) -> bool:
        """Whether a question is on its way; nobody else may ask meanwhile."""
        return self._questions > 0

    @contextmanager
    def _question(self) -> Iterator[None]:
        self._questions += 1
        try:
            yield
        finally:
            self._questions -= 1

    def predict(
        self, table: pa.Table, progress: Progress = SILENT
    ) -> tuple[np.ndarray, np.ndarray]:
        """Score rows, in batches that take a fraction of a second each.

        Parameters
        ----------
        table
            Columns named and ordered as ``info.inputs``.
        progress
            Told after every batch, asked all the time whether to stop.

        Returns
        -------
        scores
            ``(n, k)`` float, see :class:`~engine.contracts.predictions.Predictions`.
        labels
            ``(n,)`` int32 class codes; float64 predicted values for regression.

        Raises
        ------
        EngineError
            ``model.*`` for what the model reports, ``host.*`` if its host failed.
        """
        self._check_columns(table)
        n = table.num_rows
        scores: np.ndarray | None = None
        labels = np.empty(n, dtype=np.int32)
        row_bytes = 8 * checks.n_scores(self.info) + 4
        for start, answer in self._batches(
            table, progress, PredictBatch, Scores, row_bytes, self._check_scores
        ):
            stop = start + len(answer.scores)
            if scores is None:
                scores = np.empty((n, answer.scores.shape[1]), answer.scores.dtype)
            scores[start:stop] = answer.scores
            if self.info.task is not Task.REGRESSION:
                labels[start:stop] = answer.labels
            progress.advance(stop, n, "model.scoring")
        if scores is None:
            scores = np.empty((0, checks.n_scores(self.info)))
        if self.info.task is Task.REGRESSION:
            return scores, scores[:, 0].astype(np.float64)
        return scores, labels

    def structure(self, progress: Progress = SILENT) -> Structure | None:
        """Return what the model is made of, ``None`` if it cannot be taken apart.

        Asked once. What is returned is well-formed; whether it says what the
        model says is seen by holding it against some predictions.

        Raises
        ------
        EngineError
            ``host.*`` if the host failed.
        """
        if self._structure is None and not self._indivisible:
            try:
                with self._question():
                    host, answer = self._persistently(progress, self._described)
            except EngineError as error:
                if error.code != "model.no_structure":
                    raise
                self._indivisible = True
                return None
            try:
                structure_checks.check_structure(self.info, answer.structure)
            except checks.Lie as lie:
                raise host.liar(str(lie)) from lie
            self._indivisible = answer.structure.form is None
            self._structure = None if self._indivisible else answer.structure
        return self._structure

    def encode(self, table: pa.Table, progress: Progress = SILENT) -> np.ndarray:
        """Return rows as the structure sees them.

        Parameters
        ----------
        table
            Columns named and ordered as ``info.inputs``.

        Returns
        -------
        ndarray
            ``(n, d)`` float64, a column for each of ``structure().encoded``.

        Raises
        ------
        EngineError
            ``model.no_structure``, or as for :meth:`predict`.
        """
        self._check_columns(table)
        structure = self.structure(progress)
        if structure is None:
            raise EngineError("model.no_structure")

        def check(answer: Encoded, batch: Batch) -> None:
            structure_checks.check_encoded(structure, answer.values, batch.n)

        encoded = np.empty((table.num_rows, len(structure.encoded)))
        row_bytes = 8 * encoded.shape[1]
        for start, answer in self._batches(
            table, progress, EncodeBatch, Encoded, row_bytes, check
        ):
            stop = start + len(answer.values)
            encoded[start:stop] = answer.values
            progress.advance(stop, table.num_rows, "model.scoring")
        return encoded

    def is_deterministic(self, sample: pa.Table, progress: Progress = SILENT) -> bool:
        """Ask twice, the second time in reverse order; remember the answer.

        Small differences in the last digits are not counted: they come from the
        order in which a processor adds.
        """
        first, first_labels = self.predict(sample, progress)
        backwards = np.arange(sample.num_rows)[::-1]
        again, again_labels = self.predict(sample.take(pa.array(backwards)), progress)
        if self.info.score_kind is ScoreKind.LABEL:
            same = np.array_equal(first_labels, again_labels[::-1])
        else:
            same = np.allclose(first, again[::-1], rtol=_RELATIVE, atol=_ABSOLUTE)
        notes = [n for n in self.info.notes if n.code != "model.not_deterministic"]
        if not same:
            notes.append(Note(code="model.not_deterministic"))
        self.info = msgspec.structs.replace(
            self.info, deterministic=same, notes=tuple(notes)
        )
        return same

    def kill(self) -> None:
        """End the host at once, from any thread: the hard cancel."""
        host = self._host
        if host is not None:
            self._pool.release(host)

    def close(self) -> None:
        """End the host for good."""
        self._closed = True
        self.kill()

    def _open(self, progress: Progress) -> ModelInfo:
        host = self._pool.take(progress)
        if self._report.light is Light.RED and not is_sealed(host.layers):
            self._pool.release(host)
            raise EngineError("host.no_sandbox", file=self._report.path)
        try:
            host.put_model(self._intake.path_in_store)
            loaded = host.ask(
                self._load_message(),
                Loaded,
                self._pool.limits.load_seconds,
                progress,
                setting="load_seconds",
            )
            checks.check_info(loaded.model)
        except checks.Lie as lie:
            raise host.liar(str(lie)) from lie
        except BaseException:
            self._pool.release(host)
            raise
        finally:
            self._pool.restock()
        self._host = host
        # what the engine knows itself is not taken from the host
        return msgspec.structs.replace(
            bounded(loaded.model),
            name=self._load_message().name,
            sha256=self._intake.sha256,
            format=self._intake.format,
            sandbox=host.layers,
            safety=self._report,
            deterministic=None,
        )

    def _load_message(self) -> LoadModel:
        types = [f.name for f in self._report.findings if f.what == "skops_type"]
        return LoadModel(
            format=self._intake.format,
            name=self._report.path.replace("\\", "/").rpartition("/")[2],
            sha256=self._intake.sha256,
            size=self._intake.size,
            trusted=tuple(types),
        )

    def _ready_host(self, progress: Progress) -> Host:
        if self._closed:
            raise EngineError("host.stopped")
        if self._host is None or not self._host.alive:
            kept = self.info
            self.info = self._open(progress)
            self.info = msgspec.structs.replace(
                self.info, deterministic=kept.deterministic, notes=kept.notes
            )
        host = self._host
        if host is None:
            raise EngineError("host.stopped")
        return host

    def _persistently(
        self, progress: Progress, ask: Callable[[Host, Progress], R]
    ) -> R:
        """Ask, and once more in another host where the first one is lost.

        Raises
        ------
        EngineError
            ``host.crashed_twice`` where the same question brings down the second too.
        """
        host = self._ready_host(progress)
        try:
            return ask(host, progress)
        except EngineError as error:
            why = error if host.cause is None else host.cause
            if why.code not in _ASKED_AGAIN:
                raise
        try:
            return ask(self._ready_host(progress), progress)
        except EngineError as error:
            if error.code != "host.crashed":
                raise
            again = EngineError("host.crashed_twice", **error.params)
            raise again from error.__cause__

    def _described(self, host: Host, progress: Progress) -> tuple[Host, Structured]:
        answer = host.ask(
            DescribeStructure(),
            Structured,
            self._pool.limits.structure_seconds,
            progress,
            setting="structure_seconds",
        )
        return host, answer

    def _check_columns(self, table: pa.Table) -> None:
        names = [field.name for field in self.info.inputs]
        if names and table.column_names != names:
            raise EngineError(
                "model.wrong_columns",
                expected=tuple(names),
                found=tuple(table.column_names),
            )

    def _batches(
        self,
        table: pa.Table,
        progress: Progress,
        question: type[PredictBatch | EncodeBatch],
        kind: type[A],
        row_bytes: int,
        check: Callable[[A, Batch], None],
    ) -> Iterator[tuple[int, A]]:
        """Yield the start of every batch with its checked answer.

        Between two of them others may ask; where the host has ended meanwhile, another
        one is asked about the rest.
        """
        start = 0
        batches: Batches | None = None

        def ask(host: Host, progress: Progress) -> tuple[Batch, A]:
            nonlocal batches
            if batches is None or batches.folder != host.batches:
                batches = Batches(table, host.batches, row_bytes, start)
            batch, answer = self._asked(host, batches, progress, question, kind)
            try:
                check(answer, batch)
            except checks.Lie as lie:
                raise host.liar(str(lie)) from lie
            return batch, answer

        try:
            while start < table.num_rows:
                progress.raise_if_cancelled()
                with self._question():
                    batch, answer = self._persistently(progress, ask)
                yield start, answer
                start += batch.n
        finally:
            if batches is not None:
                batches.drop()

    def _asked(
        self,
        host: Host,
        batches: Batches,
        progress: Progress,
        question: type[PredictBatch | EncodeBatch],
        kind: type[A],
    ) -> tuple[Batch, A]:
        """Return the next batch with its answer."""
        batch = batches.next()
        began = time.monotonic()
        answer = host.ask(
            question(file=batch.path.name, n_rows=batch.n),
            kind,
            batches.patience(batch, self.batch_timeout),
            progress,
            batches.prepare,
            setting="batch_seconds",
        )
        batches.took(batch, time.monotonic() - began)
        return batch, answer

    def _check_scores(self, answer: Scores, batch: Batch) -> None:
        try:
            checks.check_scores(self.info, answer, batch.n)
        except checks.NotFinite as found:
            row = batch.start + found.row
            raise EngineError("model.not_finite", row=row, n=found.n) from found
