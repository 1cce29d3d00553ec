"""The model that is explained, and its predictions for any rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task, unused_inputs
from engine.contracts.progress import SILENT
from engine.predict import features_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.model import ModelInfo
    from engine.contracts.progress import Progress
    from engine.contracts.structure import Structure
    from engine.models.model import Model

_CLOSEST = 1e-6  # how near 0 or 1 a probability counts as log-odds
_WORTH = 0.9  # share of distinct rows above which all are asked


class Subject:
    """A model and the rows of a case, in the model's own inputs.

    Attributes
    ----------
    info, model
        The model.
    names
        Its inputs, in order.
    positive
        Code of the class whose score is explained (binary), else -1.
    outputs
        What is explained: the positive class; every class; ``("",)`` for
        regression.
    """

    def __init__(self, inputs: Inputs) -> None:
        matched = inputs.matched
        if matched is None or matched.model is None:
            raise EngineError("explain.no_model")
        self._inputs = inputs
        self._matched = matched
        self._features: dict[Part, pa.Table] = {}
        self.info: ModelInfo = matched.info
        self.model: Model = matched.model
        self.names = tuple(field.name for field in self.info.inputs)
        self.positive = _positive_code(inputs, self.info)
        if self.info.task is Task.BINARY:
            self.outputs: tuple[str, ...] = (self.info.classes[self.positive],)
        else:
            self.outputs = self.info.classes or ("",)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Parts that have rows."""
        return tuple(self._inputs.tables)

    def features(self, part: Part = Part.EVALUATION) -> pa.Table:
        """Return the model's inputs for every row of a part."""
        if part not in self._features:
            table = self._inputs.tables[part]
            self._features[part] = features_of(table, self._matched).combine_chunks()
        return self._features[part]

    def predictions(self, part: Part = Part.EVALUATION) -> NDArray[np.float64]:
        """Return the known ``(n, k)`` predictions of a part."""
        return self.explained(self._inputs.predictions[part].scores)

    def predict(
        self, table: pa.Table, progress: Progress = SILENT
    ) -> NDArray[np.float64]:
        """Return the model's outputs ``(n, k)`` for rows of its inputs."""
        scores, _ = self.model.predict(table, progress)
        return self.explained(scores)

    def structure(self, progress: Progress = SILENT) -> Structure | None:
        """Return the structure of the model, if it has one."""
        return self.model.structure(progress)

    def encode(self, table: pa.Table, progress: Progress = SILENT) -> NDArray[Any]:
        """Return rows of the model's inputs as its structure sees them."""
        return self.model.encode(table, progress)

    def notes(self) -> tuple[Note, ...]:
        """Return what the reader should know of the model."""
        found = unused_inputs(self.info.inputs)
        if self.info.deterministic is False:
            found = (*found, Note(code="explain.not_deterministic"))
        return found

    def explained(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the ``(n, k)`` explained ones of the model's scores."""
        if self.info.task is Task.BINARY:
            scores = scores[:, [self.positive]]
        return np.asarray(scores, dtype=np.float64)


class Pool:
    """Candidate cells from which rows are put together, column by column.

    Parameters
    ----------
    columns
        One array of candidate cells for each input; lengths may differ.
    names
        Their names.
    """

    def __init__(self, columns: Sequence[pa.Array], names: Sequence[str]) -> None:
        self._columns = list(columns)
        self._names = list(names)
        mixer = np.random.default_rng(0)
        self._marks = [_cell_marks(column, mixer) for column in self._columns]

    @classmethod
    def of(cls, *tables: pa.Table) -> Pool:
        """Return the cells of several tables, one below the other."""
        stacked = pa.concat_tables(tables, promote_options="permissive")
        columns = [whole(column) for column in stacked.columns]
        return cls(columns, stacked.column_names)

    def rows(self, cells: NDArray[np.integer]) -> pa.Table:
        """Return rows made of cells.

        Parameters
        ----------
        cells
            ``(n, d)``: which cell of each column's candidates.
        """
        made = [taken(c, cells[:, j]) for j, c in enumerate(self._columns)]
        return pa.table(made, names=self._names)

    def predict(
        self,
        subject: Subject,
        cells: NDArray[np.integer],
        progress: Progress = SILENT,
    ) -> NDArray[np.float64]:
        """Return the model's outputs for rows made of cells; equal rows asked once."""
        kinds = self._distinct(cells)
        if kinds is None:
            return subject.predict(self.rows(cells), progress)
        first, place = kinds
        return subject.predict(self.rows(cells[first]), progress)[place]

    def _distinct(
        self, cells: NDArray[np.integer]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """Return one row number of each kind, and for every row which kind it is.

        ``None`` where too few rows are equal for it to be worth the search.
        """
        marks = np.zeros(len(cells), dtype=np.uint64)
        for j, own in enumerate(self._marks):
            marks += own[cells[:, j]]
        ordered = np.sort(marks)
        n_kinds = np.count_nonzero(ordered[1:] != ordered[:-1]) + 1
        if n_kinds > _WORTH * len(cells):
            return None
        _, first, place = np.unique(marks, return_index=True, return_inverse=True)
        for j, own in enumerate(self._marks):  # a sum could stand for two kinds
            mine = own[cells[:, j]]
            if not np.array_equal(mine[first][place], mine):
                return None
        return first, place


def chosen_output(subject: Subject, row: int | None, wanted: str) -> int:
    """Return which output is explained: the one that is wanted, else the likeliest.

    Raises
    ------
    EngineError
        ``explain.bad_choice``.
    """
    if wanted:
        if wanted not in subject.outputs:
            raise EngineError(
                "explain.bad_choice",
                name="output",
                given=wanted,
                choices=subject.outputs,
            )
        return subject.outputs.index(wanted)
    predictions = subject.predictions()
    return int((predictions.mean(axis=0) if row is None else predictions[row]).argmax())


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return margins of probabilities, those next to 0 or 1 cut off."""
    inside = np.clip(probabilities, _CLOSEST, 1 - _CLOSEST)
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds


def cells_as_numbers(
    table: pa.Table,
) -> tuple[NDArray[np.float64], tuple[tuple[str, ...], ...]]:
    """Return ``(n, d)`` numbers, codes where a column has labels, and the labels.

    Missing values are ``nan``.
    """
    columns: list[NDArray[np.float64]] = []
    labels: list[tuple[str, ...]] = []
    for column in table.columns:
        kind = column.type
        if pa.types.is_floating(kind) or pa.types.is_integer(kind):
            columns.append(_as_floats(column))
            labels.append(())
            continue
        encoded = whole(column)
        if not pa.types.is_dictionary(encoded.type):
            encoded = encoded.cast(pa.string()).dictionary_encode()
        columns.append(_as_floats(encoded.indices))
        labels.append(tuple(map(str, encoded.dictionary.to_pylist())))
    return np.column_stack(columns), tuple(labels)


def unexplainable(facts: Facts) -> Note | None:
    """Return why the model of a case cannot be asked about other rows, or ``None``."""
    if facts.data is None or facts.model is None or not facts.predicted:
        return Note(code="evaluate.no_predictions")
    if not facts.model.inputs:
        return Note(code="explain.no_model")
    if facts.model.score_kind is ScoreKind.LABEL:
        return Note(code="explain.labels_only")
    return None


def _positive_code(inputs: Inputs, info: ModelInfo) -> int:
    if info.task is not Task.BINARY:
        return -1
    positive = inputs.decision.positive
    return info.classes.index(positive) if positive in info.classes else 1


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece, its dictionaries as one."""
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    found = column.combine_chunks()
    if isinstance(found, pa.ChunkedArray):
        return pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([])
    return found


def _as_floats(column: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
    cells = whole(column) if isinstance(column, pa.ChunkedArray) else column
    known = pc.fill_null(cells.cast(pa.float64()), float("nan"))
    return np.asarray(known.to_numpy(zero_copy_only=False), dtype=np.float64)


def _cell_marks(column: pa.Array, mixer: np.random.Generator) -> NDArray[np.uint64]:
    """Return a random number for each candidate, the same for equal cells alone."""
    encoded = (
        column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    )
    n_kinds = len(encoded.dictionary)
    codes = pc.fill_null(encoded.indices.cast(pa.int64()), n_kinds)
    drawn = mixer.integers(0, 1 << 64, size=n_kinds + 1, dtype=np.uint64)
    found: NDArray[np.uint64] = drawn[codes.to_numpy(zero_copy_only=False)]
    return found


def taken(column: pa.Array, which: NDArray[np.integer]) -> pa.Array:
    """Return some cells of a column, any of them many times."""
    plain = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    if plain and not column.null_count:
        return pa.array(column.to_numpy(zero_copy_only=False)[which], type=column.type)
    return column.take(pa.array(which))
