"""What the engine and the model host say to each other.

The host is not trusted: it is sent feature columns only, and every answer is
checked by the engine before it is used.
"""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.errors import ErrorInfo
from engine.contracts.model import ModelInfo
from engine.contracts.structure import Structure


class LoadModel(msgspec.Struct, frozen=True, kw_only=True, tag="load"):
    """Open the model whose bytes stand behind the agreed descriptor.

    ``trusted`` are the exact types that a skops file may build.
    """

    format: str
    name: str
    sha256: str
    size: int
    trusted: tuple[str, ...] = ()


class PredictBatch(msgspec.Struct, frozen=True, kw_only=True, tag="predict"):
    """Score one batch of rows.

    ``file`` names an Arrow IPC file in the exchange folder, columns in the
    order of the model's inputs and named as the model names them. Never sent
    for no rows.
    """

    file: str
    n_rows: int


class DescribeStructure(msgspec.Struct, frozen=True, kw_only=True, tag="describe"):
    """Say what the open model is made of; answers :class:`Structured`."""


class EncodeBatch(msgspec.Struct, frozen=True, kw_only=True, tag="encode"):
    """Show a batch as the last part of the model is given it.

    As for :class:`PredictBatch`; answers :class:`Encoded`.
    """

    file: str
    n_rows: int


class Quit(msgspec.Struct, frozen=True, kw_only=True, tag="quit"):
    """Leave."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The host is locked down; ``layers`` says by what."""

    layers: tuple[str, ...]
    versions: dict[str, str] = {}


class Loaded(msgspec.Struct, frozen=True, kw_only=True, tag="loaded"):
    """The model is open."""

    model: ModelInfo


class Scores(msgspec.Struct, frozen=True, kw_only=True, tag="scores"):
    """Answers for one batch, always inline: the host may write no file.

    Attributes
    ----------
    scores
        ``(n, k)`` float32 or float64, one column a class; ``(n, 1)`` values for
        regression; ``(n, 0)`` where the model says only labels.
    labels
        ``(n,)`` int32 codes into the model's classes; empty for regression.
    """

    scores: np.ndarray
    labels: np.ndarray


class Structured(msgspec.Struct, frozen=True, kw_only=True, tag="structured"):
    """The model from the inside, inline."""

    structure: Structure


class Encoded(msgspec.Struct, frozen=True, kw_only=True, tag="encoded"):
    """A batch as the structure sees it: ``(n, d)`` float64, inline."""

    values: np.ndarray


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """It could not be done."""

    error: ErrorInfo


ToHost = LoadModel | PredictBatch | DescribeStructure | EncodeBatch | Quit
FromHost = Ready | Loaded | Scores | Structured | Encoded | Refused
