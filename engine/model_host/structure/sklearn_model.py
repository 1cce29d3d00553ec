"""A scikit-learn model from the inside: its last step, and what leads there."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.contracts.structure import Structure
from engine.model_host.adapters.sklearn_parts import kind_of
from engine.model_host.structure import linear
from engine.model_host.structure.parts import Part, unknown
from engine.model_host.structure.sources import cut_by, through

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from engine.contracts.model import Input

MAX_COLUMNS = 20_000
_MAX_STEPS = 200
_HERE = "engine.model_host.structure."
# full name of an estimator's class begins with → module with ``part_of``
_TABLE = {
    "sklearn.tree._classes.": "sklearn_trees",
    "sklearn.ensemble._forest.": "sklearn_trees",
    "sklearn.ensemble._bagging.": "sklearn_trees",
    "sklearn.ensemble._gb.": "sklearn_trees",
    "sklearn.ensemble._hist_gradient_boosting.": "hist_boosting",
    "xgboost.sklearn.": "xgboost_model",
    "lightgbm.sklearn.": "lightgbm_model",
    "interpret.glassbox._ebm.": "ebm_model",
    "catboost.core.": "catboost_model",
    "sklearn.neural_network._multilayer_perceptron.MLP": "network",
}


class Inside:
    """A model whose last step is taken apart when first asked.

    Parameters
    ----------
    model
        Estimator, pipeline or search.
    inputs
        The model's inputs.
    convert
        A table to what the model itself is given.
    """

    def __init__(
        self, model: Any, inputs: Sequence[Input], convert: Callable[[pa.Table], Any]
    ) -> None:
        self._steps, self._last = _unwrapped(model)
        self._inputs = inputs
        self._convert = convert
        self._part: Part | None = None

    def structure(self) -> Structure:
        """Take the model apart.

        Raises
        ------
        EngineError
            ``model.no_structure`` if that is not possible.
        """
        part = self._taken_apart()
        sources: tuple[int, ...] = tuple(range(len(self._inputs)))
        for step in self._steps:
            sources = through(step, sources)
        if max(part.columns, default=-1) >= len(sources):
            raise unknown()
        names = self._names(sources)
        return Structure(
            form=part.form,
            link=part.link,
            outputs=part.outputs,
            encoded=tuple(names[column] for column in part.columns),
            source=np.array([sources[c] for c in part.columns], dtype=np.int32),
            cut_by=next(filter(None, map(cut_by, self._steps)), ""),
        )

    def encode(self, table: pa.Table) -> np.ndarray:
        """Return ``(n, d)`` float64: what the last step is given of the rows."""
        part = self._taken_apart()
        rows = self._convert(table)
        for step in self._steps:
            rows = step.transform(rows)
        return part.prepare(rows)

    def _taken_apart(self) -> Part:
        if self._part is None:
            self._part = part_of(self._last)
            if len(self._part.columns) > MAX_COLUMNS:
                raise unknown()
        return self._part

    def _names(self, sources: Sequence[int]) -> list[str]:
        shown = np.array([field.name for field in self._inputs], dtype=object)
        names: list[str] = shown[list(sources)].tolist()
        made = shown
        try:
            for step in self._steps:
                made = step.get_feature_names_out(made)
        except (AttributeError, ValueError, TypeError):
            return names
        return [str(name) for name in made] if len(made) == len(names) else names


def part_of(estimator: Any) -> Part:
    """Take one estimator apart.

    Raises
    ------
    EngineError
        ``model.no_structure`` for kinds that are not known.
    """
    kind = kind_of(estimator)
    for prefix, module in _TABLE.items():
        if kind.startswith(prefix):
            part: Part = importlib.import_module(_HERE + module).part_of(estimator)
            return part
    if linear.is_linear(estimator, kind):
        return linear.part_of(estimator)
    raise unknown()


def _unwrapped(model: Any) -> tuple[list[Any], Any]:
    """Return the steps before the last estimator, and that estimator."""
    steps: list[Any] = []
    for _ in range(_MAX_STEPS):
        parts = getattr(model, "steps", None)
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif isinstance(parts, list) and parts:
            steps += [part for _, part in parts[:-1] if _transforms(part)]
            model = parts[-1][1]
        else:
            break
    return steps, model


def _transforms(step: Any) -> bool:
    return step is not None and not (isinstance(step, str) and step == "passthrough")
