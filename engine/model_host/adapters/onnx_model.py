"""ONNX models of tables, run by onnxruntime from bytes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import Capability, ModelInfo, ScoreKind, Task
from engine.model_host.adapters import onnx_graph, opened
from engine.model_host.adapters.onnx_inputs import Feed, feed_of
from engine.model_host.adapters.opened import Answer, Opened
from engine.model_host.structure.alone import Alone
from engine.model_host.structure.onnx_model import Given, part_of
from engine.model_host.structure.onnx_network import looks_like

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from engine.contracts.host import LoadModel
    from engine.model_host.adapters.onnx_graph import Meaning

    _Outputs = tuple[np.ndarray | None, np.ndarray | None]
    _Run = Callable[[dict[str, np.ndarray]], _Outputs]

_SUM_TOLERANCE = 1e-3
_PROBE_ROWS = 8
_MAX_STEPS = 30
_TWO = 2


def open_model(data: bytes, load: LoadModel) -> Opened:
    """Open a model whose inputs are the columns of a table.

    Raises
    ------
    EngineError
        ``model.damaged``, ``model.not_tabular``, ``model.inputs_unknown`` or
        ``model.multi_output``.
    """
    try:
        graph = onnx.load_from_string(data)
        meaning = onnx_graph.read(graph)
        session = _session(graph, data, plain=not meaning.changed)
        feed = feed_of(session)
        feed.learn(graph.graph)
        run = _runner(session, feed, meaning)
        goal = _Goal.of(run, feed, meaning)
    except EngineError:
        raise
    except Exception as error:  # protobuf and onnxruntime raise many types
        raise opened.damaged(load.name, str(error)) from error
    info = _describe(graph, feed, meaning, goal)
    given = Given(meaning.scores, goal.classes, feed.columns, _within(graph, feed))
    inside = Alone(
        lambda: part_of(graph.graph, given), info.inputs, lambda table: table
    )
    return Opened(
        info=info,
        predict=_predictor(feed, run, goal),
        structure=inside.structure,
        encode=inside.encode,
    )


class _Goal:
    """Task, meaning of the scores and classes of a model."""

    def __init__(
        self, task: Task, kind: ScoreKind, classes: tuple[str, ...], *, named: bool
    ) -> None:
        self.task = task
        self.kind = kind
        self.classes = classes
        self.named = named

    @classmethod
    def of(cls, run: _Run, feed: Feed, meaning: Meaning) -> _Goal:
        """Tell from the graph where it says so, else from a few made-up rows."""
        scores, _ = run(feed.probe(_PROBE_ROWS))
        width = scores.shape[1] if scores is not None else 0
        if meaning.regression or (
            width == 1 and not meaning.classes and meaning.last != "Sigmoid"
        ):
            if width > 1:
                raise EngineError("model.multi_output", outputs=width)
            return cls(Task.REGRESSION, ScoreKind.VALUE, (), named=True)
        count = max(len(meaning.classes), _TWO if width == 1 else width)
        named = len(meaning.classes) == count
        classes = meaning.classes if named else opened.texts(range(count))
        task = Task.BINARY if count == _TWO else Task.MULTICLASS
        if scores is None:
            kind = ScoreKind.LABEL
        elif width == 1:
            bounded = scores.min() >= 0 and scores.max() <= 1
            certain = meaning.last == "Sigmoid" and bounded
            kind = ScoreKind.PROBABILITY if certain else ScoreKind.MARGIN
        elif meaning.last == "Softmax" or _sums_to_one(scores):
            kind = ScoreKind.PROBABILITY
        else:
            kind = ScoreKind.MARGIN
        return cls(task, kind, classes, named=named)


def _sums_to_one(scores: np.ndarray) -> bool:
    bounded = scores.min() >= 0 and scores.max() <= 1 + _SUM_TOLERANCE
    sums = scores.sum(axis=1, dtype=np.float64)
    return bool(bounded and np.abs(sums - 1).max() <= _SUM_TOLERANCE)


def _runner(session: Any, feed: Feed, meaning: Meaning) -> _Run:
    """Return a function from tensors of n rows to ``(n, k)`` scores and labels."""
    wanted = [name for name in (meaning.scores, meaning.labels) if name]

    def run(tensors: dict[str, np.ndarray]) -> _Outputs:
        parts = [session.run(wanted, block) for block in feed.blocks(tensors)]
        joined = [
            np.concatenate([np.asarray(part[index]) for part in parts])
            for index in range(len(wanted))
        ]
        n = feed.n_rows(tensors)
        scores = labels = None
        if meaning.scores:
            scores = joined[0][:n].reshape(n, -1)
            if scores.dtype not in (np.float32, np.float64):
                scores = scores.astype(np.float32)
        if meaning.labels:
            labels = joined[-1][:n].reshape(n)
        return scores, labels

    return run


def _within(graph: Any, feed: Feed) -> Callable[[str, pa.Table], np.ndarray]:
    """Return a function from a tensor inside the graph, and rows, to its values."""
    sessions: dict[str, Any] = {}

    def run(name: str, table: pa.Table) -> np.ndarray:
        tensors = feed.tensors(table)
        if name in tensors:
            return tensors[name]
        if name not in sessions:
            opened_up = onnx.ModelProto()
            opened_up.CopyFrom(graph)
            del opened_up.graph.output[:]
            opened_up.graph.output.append(onnx.ValueInfoProto(name=name))
            sessions[name] = _session(opened_up, b"", plain=False)
        blocks = [
            sessions[name].run([name], block)[0] for block in feed.blocks(tensors)
        ]
        found: np.ndarray = np.concatenate(blocks)[: table.num_rows]
        return found

    return run


def _predictor(feed: Feed, run: _Run, goal: _Goal) -> Callable[[pa.Table], Answer]:
    position = {text: code for code, text in enumerate(goal.classes)}

    def predict(table: pa.Table) -> Answer:
        scores, labels = run(feed.tensors(table))
        if goal.task is Task.REGRESSION:
            return opened.values(_required(scores))
        told = None if labels is None else _codes(labels, position)
        if goal.kind is ScoreKind.LABEL:
            return Answer(np.empty((table.num_rows, 0)), _required(told))
        found = _required(scores)
        if found.shape[1] == 1:
            found = found[:, 0]
        margin = goal.kind is ScoreKind.MARGIN
        answer = opened.margins(found) if margin else opened.probabilities(found)
        return answer if told is None else Answer(answer.scores, told)

    return predict


def _required(array: np.ndarray | None) -> np.ndarray:
    if array is None:
        raise EngineError("model.not_supervised", found="onnx")
    return array


def _codes(labels: np.ndarray, position: dict[str, int]) -> np.ndarray:
    levels, places = np.unique(labels, return_inverse=True)
    wanted = [position.get(text, -1) for text in opened.texts(levels.tolist())]
    found: np.ndarray = np.array(wanted, dtype=np.int32)[places]
    return found


def _session(graph: Any, data: bytes, *, plain: bool) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    options.inter_op_num_threads = 1
    content = data if plain else graph.SerializeToString()
    return onnxruntime.InferenceSession(
        content, options, providers=["CPUExecutionProvider"]
    )


def _describe(graph: Any, feed: Feed, meaning: Meaning, goal: _Goal) -> ModelInfo:
    notes = []
    if goal.kind is ScoreKind.MARGIN:
        notes.append(Note(code="model.logits"))
    if goal.kind is ScoreKind.LABEL:
        notes.append(Note(code="model.labels_only"))
    if not goal.named:
        notes.append(Note(code="model.classes_unnamed"))
    if not feed.names_known:
        notes.append(Note(code="model.names_unknown", params={"n": len(feed.inputs)}))
    if feed.batch:
        notes.append(Note(code="model.fixed_batch", params={"n": feed.batch}))
    producer = graph.producer_name or "unknown"
    operators = [node.op_type for node in graph.graph.node]
    return ModelInfo(
        name="",
        sha256="",
        format="",
        kind=f"onnx.{_main_operator(operators)}",
        task=goal.task,
        score_kind=goal.kind,
        classes=goal.classes,
        inputs=feed.inputs,
        names_known=feed.names_known,
        steps=tuple(operators[:_MAX_STEPS]),
        parameters=opened.parameters(
            {
                "operators": len(operators),
                "ir_version": graph.ir_version,
                **{
                    f"opset {entry.domain or 'ai.onnx'}": entry.version
                    for entry in graph.opset_import
                },
            }
        ),
        saved_with={producer: graph.producer_version} if graph.producer_name else {},
        installed=opened.installed("onnxruntime"),
        capabilities=_capabilities(operators, goal),
        notes=tuple(notes),
    )


def _main_operator(operators: Sequence[str]) -> str:
    for name in operators:
        if name.startswith(("TreeEnsemble", "Linear", "SVM")):
            return name
    return operators[-1] if operators else "Graph"


def _capabilities(operators: Sequence[str], goal: _Goal) -> tuple[Capability, ...]:
    found = []
    if goal.kind is ScoreKind.PROBABILITY:
        found.append(Capability.PROBABILITY)
    if goal.kind is ScoreKind.MARGIN:
        found.append(Capability.MARGIN)
    if any(name.startswith("TreeEnsemble") for name in operators):
        found.append(Capability.TREE_ENSEMBLE)
    if any(name in ("LinearClassifier", "LinearRegressor") for name in operators):
        found.append(Capability.LINEAR)
    if looks_like(operators) and goal.kind is not ScoreKind.LABEL:
        found.append(Capability.DIFFERENTIABLE)
    return tuple(found)
