"""The parts of a scikit-learn model: steps, kind, what its kind offers."""

from __future__ import annotations

from typing import Any

from engine.contracts.model import Capability, ScoreKind

_TREES = (
    "sklearn.tree.",
    "sklearn.ensemble._forest.",
    "sklearn.ensemble._gb.",
    "sklearn.ensemble._hist_gradient_boosting.",
    "xgboost.",
    "lightgbm.",
    "catboost.",
)
_ADDITIVE = ("interpret.glassbox._ebm.",)
_NETWORKS = ("sklearn.neural_network._multilayer_perceptron.",)
_MAX_STEPS = 200


def kind_of(model: Any) -> str:
    """Return the full name of an object's class."""
    return f"{type(model).__module__}.{type(model).__qualname__}"


def final_step(model: Any) -> Any:
    """Return the estimator at the end of pipelines and searches."""
    for _ in range(_MAX_STEPS):
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif isinstance(getattr(model, "steps", None), list) and model.steps:
            model = model.steps[-1][1]
        elif hasattr(model, "regressor_") and hasattr(model, "transformer_"):
            model = model.regressor_
        else:
            break
    return model


def estimator_of(model: Any) -> str:
    """Return the kind of the last step; empty where it is the only one.

    Also where it was fitted to another truth than the model's.
    """
    final, names = final_step(model), list[str]()
    _walk(model, names)
    turned = "TransformedTargetRegressor" in names
    return "" if final is model or turned else kind_of(final)


def step_names(model: Any) -> tuple[str, ...]:
    """Return the class names of a model's parts, outermost first."""
    names: list[str] = []
    _walk(model, names)
    return tuple(names) if len(names) > 1 else ()


def _walk(model: Any, names: list[str]) -> None:
    if model is None or isinstance(model, str) or len(names) >= _MAX_STEPS:
        return
    names.append(type(model).__name__)
    if hasattr(model, "best_estimator_"):
        _walk(model.best_estimator_, names)
        return
    for attribute in ("steps", "transformers_", "transformer_list"):
        parts = getattr(model, attribute, None)
        if isinstance(parts, list):
            for part in parts:
                _walk(part[1], names)
            return


def capabilities(model: Any, score_kind: ScoreKind) -> tuple[Capability, ...]:
    """Return what explanations may use of this model."""
    found = []
    if score_kind is ScoreKind.PROBABILITY:
        found.append(Capability.PROBABILITY)
    if score_kind is ScoreKind.MARGIN or hasattr(model, "decision_function"):
        found.append(Capability.MARGIN)
    estimator = final_step(model)
    kind = kind_of(estimator)
    if hasattr(type(estimator), "coef_") or "coef_" in vars(estimator):
        found.append(Capability.LINEAR)
    if kind.startswith(_TREES) and Capability.LINEAR not in found:
        found.append(Capability.TREE_ENSEMBLE)
    if kind.startswith(_ADDITIVE):
        found.append(Capability.ADDITIVE)
    if kind.startswith(_NETWORKS):
        found.append(Capability.DIFFERENTIABLE)
    return tuple(found)
