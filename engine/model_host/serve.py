"""The model host: finish the lock-down, then open one model and answer for it."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import traceback
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.contracts.bounds import bounded, bounded_error
from engine.contracts.errors import EngineError
from engine.contracts.frames import Channel, FrameError
from engine.contracts.host import (
    DescribeStructure,
    EncodeBatch,
    Encoded,
    FromHost,
    Loaded,
    LoadModel,
    PredictBatch,
    Quit,
    Ready,
    Refused,
    Scores,
    Structured,
    ToHost,
)
from engine.contracts.shortage import gigabytes, is_shortage, needed
from engine.model_host import sandbox, self_check
from engine.model_host.native_text import first_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from multiprocessing.connection import Connection

    from engine.model_host.adapters.opened import Opened

SLOT = "model"
BATCHES = Path("in")
_MAX_DETAILS = 20_000
_MAX_STRUCTURE = 88 << 20  # bytes of arrays: what fits an answer
# Imported in advance; skops brings every scikit-learn module with it.
_LIBRARIES = (
    "numpy",
    "pandas",
    "pyarrow",
    "sklearn.ensemble",
    "joblib",
    "skops.io",
    "xgboost",
    "lightgbm",
    "catboost",
    "onnx",
    "onnxruntime",
    "interpret.glassbox",
    "engine.model_host.adapters.skops_file",
    "engine.model_host.adapters.pickle_file",
    "engine.model_host.adapters.xgboost_model",
    "engine.model_host.adapters.lightgbm_model",
    "engine.model_host.adapters.catboost_model",
    "engine.model_host.adapters.onnx_model",
    "engine.model_host.adapters.sklearn_model",
    "engine.model_host.structure.sklearn_trees",
)


class _Absent:
    """Makes optional imports of heavy libraries fail: seconds, not needed here."""

    names = frozenset({"torch", "shap", "matplotlib"})

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        """Refuse the listed packages and leave all others to the other finders."""
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def main(
    reader: Connection, writer: Connection, memory: int, layers: tuple[str, ...]
) -> None:
    """Serve until told to leave or the other side is gone.

    Parameters
    ----------
    reader, writer
        Ends of the pipes to the engine.
    memory
        Bytes that may be used beyond what the libraries map.
    layers
        What already locks this process down.
    """
    sandbox.die_with_parent()
    warnings.simplefilter("ignore")
    sys.meta_path.insert(0, _Absent())
    for library in _LIBRARIES:
        with contextlib.suppress(ImportError):  # a bundle may leave one out
            importlib.import_module(library)
    channel: Channel[ToHost] = Channel(reader, writer, ToHost)
    slot = os.open(SLOT, os.O_RDONLY)
    sandbox.close_other_files({0, 1, 2, reader.fileno(), writer.fileno(), slot})
    layers = (*layers, *sandbox.give_up_calls(memory))
    channel.send(Ready(layers=self_check.proven(layers)))
    with contextlib.suppress(EOFError, FrameError):
        _serve(channel, slot)


def _serve(channel: Channel[ToHost], slot: int) -> None:
    opened: Opened | None = None
    while True:
        message = channel.receive()
        if isinstance(message, Quit):
            return
        answer: FromHost
        try:
            if isinstance(message, LoadModel):
                opened = _load(message, slot)
                answer = Loaded(model=opened.info)
            elif isinstance(message, PredictBatch):
                answer = _predict(opened, message)
            elif isinstance(message, DescribeStructure):
                answer = _describe(opened)
            else:
                answer = _encode(opened, message)
        except EngineError as error:
            answer = Refused(error=error.info(_details()))
        except Exception as error:  # noqa: BLE001 - the model may raise anything
            answer = Refused(error=_failed(error).info(_details()))
        if isinstance(answer, Refused):
            answer = Refused(error=bounded_error(answer.error))
        channel.send(answer)


def _load(message: LoadModel, slot: int) -> Opened:
    from engine.model_host import adapters  # noqa: PLC0415 - after the libraries

    data = bytearray()
    while block := os.pread(slot, 1 << 24, len(data)):
        data += block
    opened = adapters.open_model(bytes(data), message)
    info = msgspec.structs.replace(
        opened.info, name=message.name, sha256=message.sha256, format=message.format
    )
    return replace(opened, info=bounded(info))


def _predict(opened: Opened | None, message: PredictBatch) -> Scores:
    from engine.model_host import columns  # noqa: PLC0415 - after the libraries

    if opened is None:
        raise EngineError("model.not_open")
    table = columns.read_batch(BATCHES / message.file)
    answer = opened.predict(table)
    return Scores(scores=answer.scores, labels=answer.labels)


def _describe(opened: Opened | None) -> Structured:
    if opened is None:
        raise EngineError("model.not_open")
    if opened.structure is None:
        raise EngineError("model.no_structure")
    try:
        structure = opened.structure()
    except (EngineError, MemoryError):
        raise
    except Exception as error:  # a library's insides, other in every version
        raise EngineError("model.no_structure") from error
    arrays = [structure.source]
    if structure.form is not None:
        arrays += msgspec.structs.astuple(structure.form)
    if sum(getattr(array, "nbytes", 0) for array in arrays) > _MAX_STRUCTURE:
        raise EngineError("model.no_structure")
    return Structured(structure=structure)


def _encode(opened: Opened | None, message: EncodeBatch) -> Encoded:
    from engine.model_host import columns  # noqa: PLC0415 - after the libraries

    if opened is None:
        raise EngineError("model.not_open")
    if opened.encode is None:
        raise EngineError("model.no_structure")
    table = columns.read_batch(BATCHES / message.file)
    return Encoded(values=opened.encode(table))


def _short_of_memory(error: Exception) -> EngineError:
    need = needed(error)  # how much is allowed, the engine says
    if need is None:
        return EngineError("model.out_of_memory", allowed="")
    return EngineError("model.out_of_memory_for", needed=gigabytes(need), allowed="")


def _failed(error: Exception) -> EngineError:
    if is_shortage(error):
        return _short_of_memory(error)
    why = first_sentence(str(error))
    return EngineError("model.raised", kind=type(error).__name__, why=why)


def _details() -> str:
    return traceback.format_exc()[-_MAX_DETAILS:]
