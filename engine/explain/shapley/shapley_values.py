"""SHAP values: the contribution of each feature to a prediction."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import mark
from engine.contracts.results import Shapley
from engine.explain.scope import (
    Pace,
    badge,
    current_row,
    in_random_order,
    mean_size,
)
from engine.explain.shapley import dispatch
from engine.explain.shapley.coalitions import Sampling
from engine.explain.shapley.dispatch import ExplainerParams
from engine.explain.shapley.explainers import Structural
from engine.explain.subject import Subject, cells_as_numbers, unexplainable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.progress import Progress
    from engine.explain.shapley.explainers import Explained, ModelAgnostic
    from engine.explain.shapley.gradient_explainer import Gradients

    Floats = NDArray[np.float64]


class ShapleyParams(ExplainerParams, frozen=True, kw_only=True):
    """Options of Shapley values, beside those of :class:`ExplainerParams`.

    Attributes
    ----------
    route
        ``auto``, ``structure``, ``gradients`` (path integrals of networks, no Shapley
        values: :class:`engine.explain.shapley.gradient_explainer.Gradients`),
        ``exact``, ``sampling`` or ``rescaled`` (probabilities through margins:
        :class:`engine.explain.shapley.explainers.Rescaled`).
    precision
        As a share of the spread of the predictions: the standard error at which
        sampling stops, and the largest error of path integrals.
    rounds
        Most rounds of sampling; each has one permutation for every background row.
    rows
        Of the model-agnostic and the gradient explainer: at most so
        many rows, a seeded sample of them, stated in the badge; the current row, if
        there is one, is explained first and is one of them. 0: all.
    """

    route: str = "auto"
    precision: float = 0.01
    rounds: int = 8
    rows: int = 0


class ShapleyAnalysis:
    """SHAP values of the selected rows."""

    id = "shapley"
    title = mark("SHAP values")
    Params = ShapleyParams
    row_by_row = True

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(self, inputs: Inputs, params: ShapleyParams, progress: Progress) -> Shapley:
        """Explain the selected rows; the first of them as a partial result.

        Raises
        ------
        EngineError
            What :func:`engine.explain.shapley.dispatch.choose` raises.
        """
        state = _ShapleySoFar(inputs, params, progress)
        pace = Pace()
        for explained in state.explain(progress):
            state.take(explained)
            if state.n_done < len(state.rows) and pace.is_time():
                progress.partial(state.result())
            progress.raise_if_cancelled()
        return state.result()


class _ShapleySoFar:
    """SHAP values so far; rows are explained in a random order."""

    def __init__(
        self, inputs: Inputs, params: ShapleyParams, progress: Progress
    ) -> None:
        self._started = time.perf_counter()
        self._inputs, self._params = inputs, params
        dispatch.check_choices(params)
        progress.advance(0, 1, "explain.opening")
        self._subject = Subject(inputs)
        progress.raise_if_cancelled()
        asked = inputs, self._subject, params, progress
        self._route: Structural | Gradients | ModelAgnostic = (
            dispatch.along_gradients(*asked)
            if params.route == "gradients"
            else dispatch.choose(*asked, params.route)
        )
        most = 0 if isinstance(self._route, Structural) else params.rows
        rows, self._sampling = in_random_order(inputs, most)
        self.rows = _led_by_current(rows, inputs)
        shape = (len(self.rows), len(self._subject.names), len(self._subject.outputs))
        self._values = np.zeros(shape)
        self._predictions = np.zeros((shape[0], shape[2]))
        self._errors: Floats | None = None
        self.n_done = 0
        sorted_rows = np.sort(self.rows)  # labels in the order of the data
        features = self._subject.features().take(sorted_rows)
        data, self._categories = cells_as_numbers(features)
        self._data = data[np.searchsorted(sorted_rows, self.rows)]

    def explain(self, progress: Progress) -> Iterator[Explained]:
        """Yield blocks of rows."""
        if isinstance(self._route, Structural):
            return self._route.explain(self.rows, progress)
        told = self._params
        sampling = Sampling(told.precision, told.rounds, self._inputs.seed)
        return self._route.explain(self.rows, progress, sampling)

    def take(self, found: Explained) -> None:
        """Add explained rows."""
        self._values[found.where] = found.values
        self._predictions[found.where] = found.predictions
        if found.errors is not None:
            if self._errors is None:
                self._errors = np.zeros_like(self._values)
            self._errors[found.where] = found.errors
        self.n_done = found.where.stop

    def result(self) -> Shapley:
        """Return the rows explained so far, in their own order."""
        route = self._route
        order = np.argsort(self.rows[: self.n_done], kind="stable")
        rows, values = self.rows[order], self._values[order]
        mean, low, high = mean_size(values)
        single = values.shape[2] == 1
        errors = None if self._errors is None else self._errors[order]
        if errors is not None and single:
            errors = errors[:, :, 0]
        gap = route.gap(values.sum(axis=1) + route.base, rows)
        return Shapley(
            values=values[:, :, 0] if single else values,
            base_values=route.base,
            predictions=self._predictions[order],
            data=self._data[order],
            categories=self._categories,
            feature_names=self._subject.names,
            outputs=self._subject.outputs,
            row_ids=rows,
            method=route.method,
            variant=route.variant,
            space=route.space,
            background=route.background,
            standard_errors=errors,
            importance=mean,
            importance_low=low,
            importance_high=high,
            additivity_error=gap,
            n_wanted=len(self.rows),
            notes=route.notes_for(gap),
            provenance=badge(
                self._inputs,
                self._params,
                self._started,
                n_used=len(rows),
                method=f"shapley_{route.method}",
                sampling=self._sampling,
            ),
        )


def _led_by_current(rows: NDArray[np.int64], inputs: Inputs) -> NDArray[np.int64]:
    """Return as many rows, the current one first unless it is not selected."""
    row = current_row(inputs)
    if row < 0 or (inputs.mask is not None and not inputs.mask[row]):
        return rows
    return np.append(row, rows[rows != row])[: len(rows)]
