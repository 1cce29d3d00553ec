"""Linear models of scikit-learn: a weighted sum and what turns it into scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV

from engine.contracts.structure import LinearForm, Link
from engine.model_host.adapters import opened
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    dense,
    unknown,
)

_PREFIXES = ("sklearn.linear_model.", "sklearn.svm._classes.Linear")
_ALSO = "sklearn.discriminant_analysis.LinearDiscriminantAnalysis"
_TWO = 2


def is_linear(model: Any, kind: str) -> bool:
    """Return whether an estimator of this full name may be a weighted sum."""
    known = kind.startswith(_PREFIXES) or kind == _ALSO
    return known and getattr(model, "coef_", None) is not None


def part_of(model: Any) -> Part:
    """Take a linear model apart.

    Raises
    ------
    EngineError
        ``model.no_structure`` where the scores are no known function of one sum
        for each class, as with one model for each class, made to add up.
    """
    coefficients = np.atleast_2d(dense(model.coef_))
    link, outputs = _regression(model), REGRESSION
    if is_classifier(model):
        outputs = class_outputs(opened.texts(model.classes_))
        link = _classification(model, len(outputs))
    if len(coefficients) != len(outputs):
        raise unknown()
    base = np.broadcast_to(np.asarray(model.intercept_, np.float64), len(outputs))
    form = LinearForm(coefficients=coefficients, base=base.copy())
    return Part(form, link, outputs, dense, tuple(range(coefficients.shape[1])))


def _regression(model: Any) -> Link:
    loss = getattr(model, "_base_loss", None)  # generalised linear models
    if loss is None:
        return Link.IDENTITY
    links = {"IdentityLink": Link.IDENTITY, "LogLink": Link.LOG}
    if type(loss.link).__name__ not in links:
        raise unknown()
    return links[type(loss.link).__name__]


def _classification(model: Any, n_outputs: int) -> Link:
    if not hasattr(model, "predict_proba"):
        return Link.IDENTITY
    if isinstance(model, LinearDiscriminantAnalysis):
        return Link.LOGIT if n_outputs == 1 else Link.SOFTMAX
    if isinstance(model, LogisticRegression | LogisticRegressionCV):
        return _logistic(model, n_outputs)
    if n_outputs == 1 and getattr(model, "loss", "") == "log_loss":
        return Link.LOGIT  # stochastic gradient descent
    raise unknown()


def _logistic(model: Any, n_outputs: int) -> Link:
    # asked for in old files; two classes are then two equal and opposite sums
    asked = getattr(model, "multi_class", "deprecated")
    if n_outputs == 1:
        if asked == "multinomial":
            raise unknown()
        return Link.LOGIT
    if asked == "ovr" or model.solver == "liblinear":
        raise unknown()
    return Link.SOFTMAX
