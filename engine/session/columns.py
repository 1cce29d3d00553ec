"""The columns of a part together with what is known of each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import known_labels
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task
from engine.contracts.selection import BUCKET, IN_BUCKET, NOT_IN_BUCKET
from engine.predict import row_scores

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from engine.contracts.dates import Moments
    from engine.contracts.decision import Decision
    from engine.contracts.predictions import Predictions, RowScores
    from engine.contracts.selection import Selection
    from engine.data.table import Table

NUMBERS = ("@score", "@confidence", "@loss", "@error", "@residual", "@row")
LABELS = ("@truth", "@prediction")
_SMALLEST = 1e-300


class CaseColumns:
    """Implements :class:`engine.contracts.selection.Columns` for one part.

    Attributes
    ----------
    table
        The rows.
    known
        By column the texts that the model knows as values; they are labels here too,
        also where they look like a missing value.
    """

    def __init__(
        self,
        table: Table,
        predictions: Predictions | None,
        decision: Decision,
        buckets: Mapping[str, Selection],
        known: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.table = table
        self.known = known or {}
        self._predictions = predictions
        self._decision = decision
        self._buckets = buckets

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.table.n_rows

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a numeric column or pseudo-column."""
        if name not in (*NUMBERS, *LABELS):
            self._check(name)
            return self.table.numbers(name)
        if name == "@row":
            return np.arange(self.n_rows, dtype=np.float64)
        rows = self._rows(name)
        match name:
            case "@score":
                found = rows.score
            case "@confidence":
                found = rows.confidence(self._decision)
            case "@error" if rows.task is not Task.REGRESSION:
                found = rows.errors(self._decision)
            case "@loss":
                found = self._loss(rows)
            case "@residual" if rows.task is Task.REGRESSION:
                found = rows.truth - rows.labels
            case "@truth" if rows.task is Task.REGRESSION:
                found = rows.truth
            case "@prediction" if rows.task is Task.REGRESSION:
                found = rows.labels
            case "@truth" | "@prediction":
                raise TypeError(name)
            case _:
                raise EngineError("rows.no_such_column", column=name)
        return np.asarray(found, dtype=np.float64)

    def dates(self, name: str) -> Moments | None:
        """Return the moments of a column of dates, ``None`` of any other column."""
        if name.startswith(BUCKET) or name in {*NUMBERS, *LABELS}:
            return None
        self._check(name)
        return self.table.dates(name)

    def codes(self, name: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return a column of labels or pseudo-column; a bucket has two labels."""
        if name.startswith(BUCKET):
            inside = self.saved(name.removeprefix(BUCKET)).resolve(self)
            return (~inside).astype(np.int32), (IN_BUCKET, NOT_IN_BUCKET)
        if name not in (*NUMBERS, *LABELS):
            self._check(name)
            if name in self.known:
                known = self.known[name]
                return known_labels.labels(self.table, name, known, missing_only=True)
            return self.table.codes(name)
        rows = self._rows(name)
        if name not in LABELS or rows.task is Task.REGRESSION:
            raise TypeError(name)
        codes = rows.truth if name == "@truth" else rows.decided(self._decision)
        return np.asarray(codes, dtype=np.int32), rows.classes

    def read_as_missing(self, name: str, texts: Collection[str]) -> NDArray[np.bool_]:
        """Return where a cell holds one of these texts and was read as missing."""
        if name.startswith(BUCKET) or name in {*NUMBERS, *LABELS}:
            return np.zeros(self.n_rows, dtype=bool)
        self._check(name)
        return self.table.read_as_missing(name, texts)

    def saved(self, name: str) -> Selection:
        """Return a named selection.

        Raises
        ------
        EngineError
            ``rows.no_such_bucket`` if there is none.
        """
        if name not in self._buckets:
            raise EngineError("rows.no_such_bucket", name=name)
        return self._buckets[name]

    def _check(self, name: str) -> None:
        if name not in self.table.names:
            raise EngineError("rows.no_such_column", column=name)

    def _rows(self, name: str) -> RowScores:
        if self._predictions is None:
            raise EngineError("rows.not_predicted", column=name)
        positive = self._decision.positive
        if self._predictions.task is Task.BINARY and not positive:
            positive = self._predictions.classes[1]
        return row_scores(self._predictions, positive)

    def _loss(self, rows: RowScores) -> NDArray[np.float64]:
        """Return how wrong the model is, the larger the worse.

        Log loss of the true class; for margins the distance on the wrong side;
        for labels alone 1 where wrong; for regression the absolute error.
        Missing truth is ``nan``.
        """
        predictions = self._predictions
        if predictions is None:
            raise EngineError("rows.not_predicted", column="@loss")
        if rows.task is Task.REGRESSION:
            return np.asarray(np.abs(rows.truth - rows.labels), dtype=np.float64)
        known = rows.truth >= 0
        if rows.score_kind is ScoreKind.LABEL:
            loss = rows.errors(self._decision).astype(np.float64)
        else:
            row = np.arange(rows.n_rows)
            of_truth = predictions.scores[row, np.where(known, rows.truth, 0)]
            if rows.score_kind is ScoreKind.PROBABILITY:
                loss = -np.log(np.maximum(of_truth.astype(np.float64), _SMALLEST))
            else:
                loss = predictions.scores.max(axis=1).astype(np.float64) - of_truth
        loss[~known] = np.nan
        return loss
