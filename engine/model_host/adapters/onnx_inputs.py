"""A table → the tensors an ONNX graph takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.model import Input
from engine.model_host import columns
from engine.model_host.adapters import opened
from engine.model_host.adapters.onnx_levels import levels_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_MAX_WIDTH = 4096
_DTYPES: dict[str, type[np.generic]] = {
    "float": np.float32,
    "double": np.float64,
    "float16": np.float16,
    "int64": np.int64,
    "int32": np.int32,
    "int16": np.int16,
    "int8": np.int8,
    "uint8": np.uint8,
    "uint16": np.uint16,
    "uint32": np.uint32,
    "uint64": np.uint64,
    "bool": np.bool_,
    "string": np.object_,
}


class _Tensor(NamedTuple):
    name: str
    kind: str
    shape: tuple[int, ...]  # without the rows

    @property
    def width(self) -> int:
        return math.prod(self.shape)


class Feed:
    """The inputs of a session, and how rows become tensors.

    Attributes
    ----------
    inputs
        One for each column.
    names_known
        Whether the graph names its columns (one input tensor for each).
    batch
        Number of rows the graph insists on, ``0`` for any.
    columns
        For each tensor the places in ``inputs`` that it is made of.
    """

    def __init__(self, tensors: list[_Tensor], batch: int) -> None:
        self._tensors = tensors
        self.batch = batch
        self.names_known = len(tensors) > 1 and all(t.width == 1 for t in tensors)
        total = sum(t.width for t in tensors)
        names = [t.name for t in tensors] if self.names_known else None
        shown = names or opened.numbered(total)
        kinds = [_dtype(t.kind) for t in tensors for _ in range(t.width)]
        self.inputs = tuple(
            Input(name=name, dtype=kind)
            for name, kind in zip(shown, kinds, strict=True)
        )

    def learn(self, graph: Any) -> None:
        """Describe the inputs of texts by the texts that a graph knows."""
        of_texts = {t.name for t in self._tensors if t.kind == "string"}
        columns = {name: own for name, own in self.columns.items() if name in of_texts}
        known = levels_of(graph, columns) if columns else {}
        self.inputs = tuple(
            opened.level_input(
                field.name, field.dtype, known[place], takes_missing="" in known[place]
            )
            if place in known
            else field
            for place, field in enumerate(self.inputs)
        )

    @property
    def columns(self) -> dict[str, tuple[int, ...]]:
        """See above."""
        made, start = {}, 0
        for tensor in self._tensors:
            made[tensor.name] = tuple(range(start, start + tensor.width))
            start += tensor.width
        return made

    def tensors(self, table: pa.Table) -> dict[str, np.ndarray]:
        """Return the tensors for the rows of a table."""
        made = {}
        start = 0
        for tensor in self._tensors:
            part = table.select(range(start, start + tensor.width))
            matrix = _matrix(part, tensor.kind)
            made[tensor.name] = matrix.reshape(table.num_rows, *tensor.shape)
            start += tensor.width
        return made

    def probe(self, n_rows: int) -> dict[str, np.ndarray]:
        """Return tensors of made-up rows, the first all zero."""
        generator = np.random.default_rng(0)
        made = {}
        for tensor in self._tensors:
            shape = (n_rows, *tensor.shape)
            if tensor.kind == "string":
                made[tensor.name] = np.full(shape, "", dtype=object)
                continue
            values = generator.normal(size=shape)
            values[0] = 0
            if tensor.kind not in ("float", "double", "float16"):
                values = np.abs(np.round(values))
            made[tensor.name] = values.astype(_DTYPES[tensor.kind])
        return made

    def blocks(self, tensors: dict[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
        """Cut tensors into the batches the graph insists on, the last one padded."""
        if not self.batch:
            yield tensors
            return
        n = self.n_rows(tensors)
        for start in range(0, n, self.batch):
            rows = np.arange(start, start + self.batch).clip(max=n - 1)
            yield {name: tensor[rows] for name, tensor in tensors.items()}

    def n_rows(self, tensors: dict[str, np.ndarray]) -> int:
        """Return the number of rows of tensors."""
        return len(tensors[self._tensors[0].name])


def feed_of(session: Any) -> Feed:
    """Read a session's inputs.

    Raises
    ------
    EngineError
        ``model.not_tabular`` or ``model.inputs_unknown``.
    """
    tensors, batches = [], set()
    for found in session.get_inputs():
        kind = found.type.removeprefix("tensor(").removesuffix(")")
        if kind not in _DTYPES:
            raise EngineError("model.not_tabular", found=found.type)
        batch, *shape = found.shape or [None]
        if not all(isinstance(side, int) and side > 0 for side in shape):
            raise EngineError("model.inputs_unknown", found=f"onnx: {found.name}")
        tensor = _Tensor(found.name, kind, tuple(shape))
        if tensor.width > _MAX_WIDTH:
            raise EngineError("model.not_tabular", found=f"{tensor.width} inputs")
        tensors.append(tensor)
        batches.add(batch if isinstance(batch, int) and batch > 0 else 0)
    if not tensors:
        raise EngineError("model.inputs_unknown", found="onnx")
    return Feed(tensors, max(batches))


def _dtype(kind: str) -> str:
    if kind in ("string", "bool"):
        return kind
    return "float" if kind in ("float", "double", "float16") else "int"


def _matrix(table: pa.Table, kind: str) -> np.ndarray:
    """Return columns as one ``(n, columns)`` array of a tensor's type."""
    if kind == "string":
        texts = [columns.strings(table.column(i), "") for i in range(table.num_columns)]
        return np.stack(texts, axis=1)
    dtype = _DTYPES[kind]
    matrix = columns.numbers(table)
    if not issubclass(dtype, np.floating):
        missing = np.isnan(matrix)
        if missing.any():
            column = int(np.argmax(missing.any(axis=0)))
            raise EngineError(
                "model.missing_integer",
                column=table.column_names[column],
                n=int(missing[:, column].sum()),
            )
    return matrix.astype(dtype, copy=False)
