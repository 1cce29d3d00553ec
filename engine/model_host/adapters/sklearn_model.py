"""Anything that predicts as scikit-learn does: estimators, pipelines, EBMs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_classifier, is_clusterer, is_outlier_detector, is_regressor
from sklearn.pipeline import Pipeline

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import (
    Capability,
    ModelInfo,
    ScoreKind,
    Task,
    unused_inputs,
)
from engine.model_host.adapters import opened
from engine.model_host.adapters.blocks import in_blocks
from engine.model_host.adapters.opened import Answer, Opened
from engine.model_host.adapters.sklearn_accepts import reads_text
from engine.model_host.adapters.sklearn_inputs import Inputs, inputs_of
from engine.model_host.adapters.sklearn_parts import (
    capabilities,
    estimator_of,
    final_step,
    kind_of,
    step_names,
)
from engine.model_host.structure.sklearn_model import Inside

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from engine.model_host.adapters.objects import Seen

# Estimators whose ``predict`` is by definition the argmax of ``predict_proba``:
# asking both would double the work.
_ARGMAX = frozenset(
    f"sklearn.{name}"
    for name in (
        "ensemble._forest.RandomForestClassifier",
        "ensemble._forest.ExtraTreesClassifier",
        "tree._classes.DecisionTreeClassifier",
        "tree._classes.ExtraTreeClassifier",
        "ensemble._bagging.BaggingClassifier",
    )
)
_MIN_CLASSES = 2


def from_object(model: Any, seen: Seen) -> Opened:
    """Describe a fitted estimator and wrap its predictions.

    Raises
    ------
    EngineError
        ``model.multi_output``, ``model.not_supervised``, ``model.not_fitted`` or
        ``model.one_class`` for what cannot be evaluated here.
    """
    regression = _is_regression(model)
    inputs = inputs_of(model)
    classes = () if regression else _classes(model)
    score_kind = _score_kind(model, regression=regression)
    packages = _packages(model)
    here = opened.installed(*packages)
    saved = {**here, **seen.saved_with} if "scikit-learn" in here else {}
    notes = opened.version_notes(saved, here)
    if score_kind is ScoreKind.LABEL:
        notes.append(Note(code="model.labels_only"))
    if score_kind is ScoreKind.MARGIN:
        notes.append(Note(code="model.margins_only"))
    notes += unused_inputs(inputs.described)
    if not inputs.names_known:
        notes.append(
            Note(code="model.names_unknown", params={"n": len(inputs.described)})
        )
    info = ModelInfo(
        name="",
        sha256="",
        format="",
        kind=kind_of(model),
        task=_task(classes),
        score_kind=score_kind,
        classes=classes,
        inputs=inputs.described,
        names_known=inputs.names_known,
        estimator=estimator_of(model),
        steps=step_names(model),
        parameters=opened.parameters(_parameters(model)),
        saved_with={k: v for k, v in saved.items() if k in _versioned(packages)},
        installed=here,
        capabilities=(
            *capabilities(model, score_kind),
            *([Capability.TEXT_PIPELINE] if reads_text(model) else []),
        ),
        notes=tuple(notes),
    )
    inside = Inside(model, inputs.described, inputs.convert)
    return Opened(
        info=info,
        predict=_predictor(model, inputs, score_kind),
        structure=inside.structure,
        encode=inside.encode,
    )


def _predictor(
    model: Any, inputs: Inputs, score_kind: ScoreKind
) -> Callable[[pa.Table], Answer]:
    if score_kind is ScoreKind.VALUE:
        return lambda table: opened.values(
            in_blocks(model, "predict", inputs.convert(table))
        )
    codes = _label_codes(model)

    def predict(table: pa.Table) -> Answer:
        rows = inputs.convert(table)
        estimator = model
        if type(model) is Pipeline:  # transform once, then ask twice
            for _, step in model.steps[:-1]:
                if step is not None and step != "passthrough":
                    rows = step.transform(rows)
            estimator = model.steps[-1][1]
        if score_kind is ScoreKind.LABEL:
            labels = codes(estimator.predict(rows))
            return Answer(np.empty((len(labels), 0)), labels)
        if score_kind is ScoreKind.MARGIN:
            answer = opened.margins(np.asarray(estimator.decision_function(rows)))
        else:
            found = in_blocks(estimator, "predict_proba", rows)
            answer = opened.probabilities(np.asarray(found))
            if kind_of(estimator) in _ARGMAX:
                return answer
        return Answer(answer.scores, codes(estimator.predict(rows)))

    return predict


def _label_codes(model: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from predicted labels to positions in ``classes_``."""
    classes = np.asarray(model.classes_)
    try:
        order = np.argsort(classes)
    except TypeError as error:  # labels of several types in one array
        raise EngineError("model.mixed_classes") from error
    ordered = classes[order]

    def codes(labels: np.ndarray) -> np.ndarray:
        labels = np.asarray(labels)
        if labels.ndim > 1:
            raise EngineError("model.multi_output", outputs=2)
        places = np.searchsorted(ordered, labels).clip(0, len(ordered) - 1)
        found: np.ndarray = order[places].astype(np.int32)
        found[ordered[places] != labels] = -1
        return found

    return codes


def _is_regression(model: Any) -> bool:
    several = getattr(model, "n_outputs_", 1) not in (1, None)
    of_network = hasattr(model, "out_activation_")  # which counts classes too
    if (several and not of_network) or _is_multi_output(model):
        raise EngineError("model.multi_output", outputs=_n_outputs(model))
    if _says(is_clusterer, model) or _says(is_outlier_detector, model):
        raise EngineError("model.not_supervised", found=kind_of(model))
    if _says(is_regressor, model):
        return True
    return not (_says(is_classifier, model) or hasattr(model, "classes_"))


def _is_multi_output(model: Any) -> bool:
    estimator = final_step(model)
    if type(estimator).__name__.startswith(("MultiOutput", "RegressorChain")):
        return True
    if getattr(estimator, "multilabel_", False):
        return True
    if hasattr(estimator, "out_activation_"):
        classes_apart = estimator.out_activation_ == "softmax"
        return estimator.n_outputs_ > 1 and not classes_apart
    if _says(is_regressor, estimator):
        coefficients = getattr(estimator, "coef_", None)
        shape: tuple[int, ...] = getattr(coefficients, "shape", ())
        return len(shape) == 2 and shape[0] > 1
    return isinstance(getattr(estimator, "classes_", None), list)


def _n_outputs(model: Any) -> int:
    estimator = final_step(model)
    for name in ("n_outputs_", "estimators_", "classes_", "coef_"):
        found = getattr(estimator, name, None)
        if isinstance(found, (int, np.integer)):
            return int(found)
        if found is not None and hasattr(found, "__len__"):
            return len(found)
    return 0


def _says(question: Callable[[Any], bool], model: Any) -> bool:
    try:
        return bool(question(model))
    except (AttributeError, TypeError):  # not quite a scikit-learn object
        return False


def _classes(model: Any) -> tuple[str, ...]:
    found = getattr(model, "classes_", None)
    if found is None:
        raise EngineError("model.not_fitted", found=kind_of(model))
    classes = opened.texts(found)
    if len(classes) < _MIN_CLASSES:
        raise EngineError("model.one_class", found=", ".join(classes))
    return classes


def _task(classes: tuple[str, ...]) -> Task:
    if not classes:
        return Task.REGRESSION
    return Task.BINARY if len(classes) == _MIN_CLASSES else Task.MULTICLASS


def _score_kind(model: Any, *, regression: bool) -> ScoreKind:
    if regression:
        return ScoreKind.VALUE
    if hasattr(model, "predict_proba"):
        return ScoreKind.PROBABILITY
    one_against_one = (
        getattr(final_step(model), "decision_function_shape", "ovr") == "ovo"
    )
    if hasattr(model, "decision_function") and not one_against_one:
        return ScoreKind.MARGIN
    return ScoreKind.LABEL


def _parameters(model: Any) -> dict[str, Any]:
    estimator = final_step(model)
    if not hasattr(estimator, "get_params"):
        return {}
    found: dict[str, Any] = estimator.get_params(deep=False)
    return found


def _packages(model: Any) -> list[str]:
    package = type(final_step(model)).__module__.partition(".")[0]
    names = {"sklearn": "scikit-learn", "interpret": "interpret-core"}
    return list(dict.fromkeys(["scikit-learn", names.get(package, package), "numpy"]))


def _versioned(packages: list[str]) -> set[str]:
    """Return the packages whose version a file of this kind records."""
    return {package for package in packages if package == "scikit-learn"}
