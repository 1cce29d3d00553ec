"""Contributions as panels show them: of one output, with the features' words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.item_models.cell_format import NumberFormat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.results import Shapley
    from engine.contracts.tables import Cell


@dataclass(frozen=True)
class Attributions:
    """One output of a :class:`~engine.contracts.results.Shapley`."""

    result: Shapley
    output: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Features."""
        return self.result.feature_names

    @property
    def values(self) -> NDArray[np.floating]:
        """Contributions ``(n, d)``."""
        values = self.result.values
        return values if values.ndim == 2 else values[:, :, self.output]

    @property
    def base(self) -> float:
        """What they are measured from."""
        return float(self.result.base_values[self.output])

    @property
    def errors(self) -> NDArray[np.floating] | None:
        """Standard errors ``(n, d)`` where values are estimated."""
        errors = self.result.standard_errors
        return (
            errors if errors is None or errors.ndim == 2 else errors[:, :, self.output]
        )

    @cached_property
    def digits(self) -> int:
        """Decimals that suit the answers, the base and the contributions."""
        answers = self.result.predictions[:, self.output]
        most = max(float(np.abs(answers).max(initial=0.0)), abs(self.base))
        return numbers.decimals_of(most)

    def number(self, value: float) -> str:
        """Return an answer."""
        return numbers.fixed(value, self.digits)

    def signed(self, value: float) -> str:
        """Return a contribution with its sign."""
        return numbers.signed(value, self.digits)

    def labels(self, feature: int) -> tuple[str, ...]:
        """Return a feature's labels; none where it is a number."""
        return self.result.categories[feature]

    def levels(self, feature: int) -> NDArray[np.float32]:
        """Return how high each row's value is, 0 to 1; ``nan`` for labels."""
        data = self.result.data[:, feature]
        if len(self.labels(feature)) > 2:
            return np.full(len(data), np.nan, dtype=np.float32)
        return level_of(data)

    def text(self, row: int, feature: int) -> str:
        """Return a row's value in words."""
        return value_text(float(self.result.data[row, feature]), self.labels(feature))

    def cell(self, row: int, feature: int) -> Cell:
        """Return a row's value: a number, or a label."""
        value = float(self.result.data[row, feature])
        labels = self.labels(feature)
        return labels[int(value)] if labels and np.isfinite(value) else value

    def order(self) -> NDArray[np.intp]:
        """Return the features by mean absolute contribution, largest first."""
        return np.argsort(-self.result.importance[:, self.output], kind="stable")

    def likeliest(self, place: int | None) -> int:
        """Return the output with the largest answer in a row; the first without one."""
        return 0 if place is None else int(self.result.predictions[place].argmax())

    def place_of(self, row: int | None) -> int | None:
        """Return where a row of the data stands among the explained ones."""
        if row is None:
            return None
        place = int(np.searchsorted(self.result.row_ids, row))
        found = place < len(self.result.row_ids) and self.result.row_ids[place] == row
        return place if found else None


def colour_levels(
    values: NDArray[np.float64], labels: tuple[str, ...]
) -> NDArray[np.floating]:
    """Return levels 0 to 1 of numbers, or of codes in the order of their labels."""
    if len(labels) > 2:
        return values / (len(labels) - 1)
    return level_of(values)


def value_text(value: float, labels: tuple[str, ...]) -> str:
    """Return a feature's value in words."""
    if not np.isfinite(value):
        return tr("missing") if np.isnan(value) else NumberFormat().text(value)
    if labels:
        return labels[int(value)]
    return NumberFormat.of(np.array([value])).text(value)


def level_of(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return how high numbers are among themselves: 5th to 95th percentile, 0 to 1.

    Where all are alike the level is one half.
    """
    levels = np.full(len(values), np.nan, dtype=np.float32)
    known = np.isfinite(values)
    if not known.any():
        return levels
    low, high = np.percentile(values[known], [5, 95])
    if low == high:
        low, high = values[known].min(), values[known].max()
    span = high - low
    if span > 0:
        levels[known] = np.clip((values[known] - low) / span, 0, 1)
    else:
        levels[known] = 0.5
    return levels
