"""The sentence above the model panel, and what each capability is good for."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from engine.contracts.i18n import mark, tr, trn
from engine.contracts.model import Capability, ScoreKind, Task

if TYPE_CHECKING:
    from engine.contracts.model import ModelInfo

TASKS = {
    Task.BINARY: mark("two classes"),
    Task.MULTICLASS: mark("several classes"),
    Task.REGRESSION: mark("a number"),
}
SCORES = {
    ScoreKind.PROBABILITY: mark("probabilities"),
    ScoreKind.MARGIN: mark(
        "margins: larger means surer, but they are not probabilities"
    ),
    ScoreKind.VALUE: mark("values in the unit of the target"),
    ScoreKind.LABEL: mark("labels only"),
}
CAPABILITIES = {
    Capability.PROBABILITY: (
        mark("Probabilities"),
        mark("Thresholds, calibration, log loss and Brier score are available."),
    ),
    Capability.MARGIN: (
        mark("Margins"),
        mark("Rows can be ranked and thresholds set; probabilities need calibration."),
    ),
    Capability.LINEAR: (
        mark("Linear"),
        mark("The contribution of each input to a prediction is exact."),
    ),
    Capability.TREE_ENSEMBLE: (
        mark("Trees"),
        mark(
            "The contribution of each input to a prediction is computed exactly and "
            "fast."
        ),
    ),
    Capability.ADDITIVE: (
        mark("Additive"),
        mark("The curve of each input is in the model itself and can be shown."),
    ),
    Capability.DIFFERENTIABLE: (
        mark("Differentiable"),
        mark("Gradients show which inputs a prediction depends on."),
    ),
    Capability.TEXT_PIPELINE: (
        mark("Reads text"),
        mark("Words can be left out one by one to see what they change."),
    ),
}


def read(info: ModelInfo) -> str:
    """Return what the model is and what it says, in one sentence."""
    if is_recorded(info):
        return tr(
            "<b>Recorded scores</b>, taken from the data unchanged: no model is run."
        )
    kind = escape(info.kind.rpartition(".")[2] or info.kind)
    inputs = trn("{n} input", "{n} inputs", len(info.inputs))
    if info.task is Task.REGRESSION:
        return tr(
            "<b>{kind}</b> predicts a number from {inputs}.", kind=kind, inputs=inputs
        )
    return tr(
        "<b>{kind}</b> predicts {classes} from {inputs}; its output is {scores}.",
        kind=kind,
        classes=trn("{n} class", "{n} classes", len(info.classes)),
        inputs=inputs,
        scores=tr(SCORES[info.score_kind]).partition(":")[0],
    )


def is_recorded(info: ModelInfo) -> bool:
    """Return whether there is no model, but columns with what one has said."""
    return not info.sha256


def differs(info: ModelInfo, library: str) -> bool:
    """Return whether a library was another version when the model was saved."""
    own = info.installed.get(library)
    return own is not None and own != info.saved_with.get(library, own)
