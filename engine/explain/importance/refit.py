"""A model like the given one, fitted anew from its kind and its settings.

The file's own code takes no part: the estimator is scikit-learn's of that name, made
here from the plain settings that came with the model, so that it may be shown labels.
What stands before it in a pipeline is not fitted anew: it only turns the model's inputs
into columns, as it does for its predictions, and sees no labels.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.model import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.model import ModelInfo

    Floats = NDArray[np.float64]

# Estimators that are what their name and plain settings say, by the place to find them.
_KINDS = {
    name: module
    for module, names in {
        "sklearn.ensemble": (
            "RandomForestClassifier",
            "RandomForestRegressor",
            "ExtraTreesClassifier",
            "ExtraTreesRegressor",
            "GradientBoostingClassifier",
            "GradientBoostingRegressor",
            "HistGradientBoostingClassifier",
            "HistGradientBoostingRegressor",
        ),
        "sklearn.tree": ("DecisionTreeClassifier", "DecisionTreeRegressor"),
        "sklearn.linear_model": (
            "LogisticRegression",
            "LinearRegression",
            "Ridge",
            "Lasso",
            "ElasticNet",
        ),
        "sklearn.naive_bayes": ("GaussianNB",),
        "sklearn.neighbors": ("KNeighborsClassifier", "KNeighborsRegressor"),
        "sklearn.neural_network": ("MLPClassifier", "MLPRegressor"),
    }.items()
    for name in names
}


def can_refit(info: ModelInfo) -> bool:
    """Return whether an estimator can be made from what is known of a model."""
    package, _, name = _estimator(info).rpartition(".")
    return package.startswith("sklearn.") and name in _KINDS


def _estimator(info: ModelInfo) -> str:
    return info.estimator or info.kind


class Refitted:
    """The estimator of a model's kind and settings, fitted to given rows.

    Parameters
    ----------
    info
        The model.
    data
        ``(n, d)`` numbers.
    truth
        ``(n,)`` class codes or values.

    Raises
    ------
    EngineError
        ``explain.refit_failed`` with what the library says.
    """

    def __init__(self, info: ModelInfo, data: Floats, truth: NDArray[Any]) -> None:
        name = _estimator(info).rpartition(".")[2]
        kind = getattr(import_module(_KINDS[name]), name)
        known = inspect.signature(kind).parameters
        settings = {k: v for k, v in info.parameters.items() if k in known}
        settings.pop("n_jobs", None)
        try:
            self._fitted = kind(**settings).fit(data, truth)
        except (ValueError, TypeError) as error:
            why = str(error).splitlines()[0]
            raise EngineError("explain.refit_failed", kind=name, why=why) from error
        self._info = info

    def scores(self, data: Floats) -> Floats:
        """Return ``(n, k)`` scores as the model gives them."""
        if self._info.task is Task.REGRESSION:
            values: Floats = np.asarray(self._fitted.predict(data), dtype=np.float64)
            return values.reshape(-1, 1)
        found = np.zeros((len(data), len(self._info.classes)))
        found[:, self._fitted.classes_] = self._fitted.predict_proba(data)
        return found
