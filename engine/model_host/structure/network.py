"""Networks of scikit-learn: layers of units, and what turns the last into scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_classifier

from engine.contracts.structure import Activation, DenseNetwork, Layer, LinearForm, Link
from engine.model_host.adapters import opened
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    dense,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_WEIGHTS = 4_000_000  # as the engine takes
_LINKS = {
    "identity": Link.IDENTITY,
    "logistic": Link.LOGIT,
    "softmax": Link.SOFTMAX,
    "exp": Link.LOG,
}


def part_of(model: Any) -> Part:
    """Take a multi-layer perceptron apart.

    Raises
    ------
    EngineError
        ``model.no_structure`` for several targets or labels at once, for activations
        that are not known, and for networks too large to be handed over.
    """
    link, outputs = _LINKS.get(model.out_activation_), REGRESSION
    if is_classifier(model):
        outputs = class_outputs(opened.texts(model.classes_))
    if link is None or model.activation not in tuple(Activation):
        raise unknown()
    if int(model.n_outputs_) != len(outputs):
        raise unknown()
    hidden = Activation(model.activation)
    told = [hidden] * (len(model.coefs_) - 1) + [Activation.IDENTITY]
    form = network(
        [
            Layer(np.asarray(weights).T, np.asarray(bias), activation)
            for weights, bias, activation in zip(
                model.coefs_, model.intercepts_, told, strict=True
            )
        ]
    )
    columns = tuple(range(len(model.coefs_[0])))
    return Part(form, link, outputs, dense, columns)


def network(layers: Sequence[Layer]) -> DenseNetwork | LinearForm:
    """Return layers as one form; the last has no activation. One is a weighted sum.

    Raises
    ------
    EngineError
        ``model.no_structure`` for a network too large to be handed over.
    """
    if sum(layer.weights.size for layer in layers) > MOST_WEIGHTS:
        raise unknown()
    flat = [np.asarray(layer.weights, dtype=np.float64).ravel() for layer in layers]
    biases = [np.array(layer.bias, dtype=np.float64) for layer in layers]
    if len(layers) == 1:
        weights = np.array(layers[0].weights, dtype=np.float64)
        return LinearForm(coefficients=weights, base=biases[0])
    return DenseNetwork(
        widths=(layers[0].weights.shape[1], *(len(bias) for bias in biases)),
        weights=np.concatenate(flat),
        biases=np.concatenate([np.empty(0), *biases[:-1]]),
        activations=tuple(layer.activation for layer in layers[:-1]),
        base=biases[-1],
    )
