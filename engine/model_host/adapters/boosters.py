"""What the native boosters have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.model import Capability, Input, ModelInfo, ScoreKind, Task
from engine.model_host.adapters import opened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.contracts.errors import Param


class Goal(NamedTuple):
    """What a booster was trained for: its task and what its numbers mean."""

    task: Task
    score_kind: ScoreKind
    notes: tuple[Note, ...] = ()


def booster_info(
    *,
    kind: str,
    goal: Goal,
    n_classes: int,
    classes: Sequence[object] | None,
    inputs: tuple[Input, ...],
    names_known: bool,
    parameters: Mapping[str, Param],
    saved_with: Mapping[str, str],
    here: Mapping[str, str],
    linear: bool = False,
    notes: Sequence[Note] = (),
) -> ModelInfo:
    """Describe a booster; ``classes`` are its labels where the file has them."""
    told = [*opened.version_notes(saved_with, here), *goal.notes, *notes]
    labels: tuple[str, ...] = ()
    if goal.task is not Task.REGRESSION:
        labels = opened.texts(range(n_classes) if classes is None else classes)
        if classes is None:
            told.append(Note(code="model.classes_unnamed"))
    if goal.score_kind is ScoreKind.MARGIN:
        told.append(Note(code="model.margins_only"))
    if not names_known:
        told.append(Note(code="model.names_unknown", params={"n": len(inputs)}))
    offers = [Capability.LINEAR if linear else Capability.TREE_ENSEMBLE]
    if goal.score_kind is ScoreKind.PROBABILITY:
        offers.insert(0, Capability.PROBABILITY)
    if goal.task is not Task.REGRESSION:
        offers.insert(1, Capability.MARGIN)
    return ModelInfo(
        name="",
        sha256="",
        format="",
        kind=kind,
        task=goal.task,
        score_kind=goal.score_kind,
        classes=labels,
        inputs=inputs,
        names_known=names_known,
        parameters=dict(parameters),
        saved_with=dict(saved_with),
        installed=dict(here),
        capabilities=tuple(offers),
        notes=tuple(told),
    )


def answer(goal: Goal, raw: np.ndarray) -> opened.Answer:
    """Turn what the library returned into scores and labels."""
    if goal.task is Task.REGRESSION:
        return opened.values(raw)
    if goal.score_kind is ScoreKind.LABEL:
        labels = raw.astype(np.int32).reshape(-1)
        return opened.Answer(np.empty((len(labels), 0)), labels)
    if goal.score_kind is ScoreKind.MARGIN:
        return opened.margins(raw)
    return opened.probabilities(raw)


def softmax(margins: np.ndarray) -> np.ndarray:
    """Return the softmax of every row."""
    grown = np.exp(margins - margins.max(axis=1, keepdims=True))
    total: np.ndarray = grown / grown.sum(axis=1, keepdims=True)
    return total
