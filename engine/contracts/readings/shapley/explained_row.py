"""One row's explanation in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings.class_names import class_name
from engine.contracts.readings.numbers import count, figure, percent

if TYPE_CHECKING:
    from engine.contracts.results import Shapley

_COUNTS = 0.1  # share of the whole weight from which a feature is named
_MOST = 3  # features named on each side
_LOW, _HIGH = 0.25, 0.75


def read(result: Shapley, place: int, output: int = 0) -> str:
    """Return what moved the answer of one explained row, up and down.

    Parameters
    ----------
    place
        Where the row stands in ``result.row_ids``.
    """
    every = result.values if result.values.ndim == 2 else result.values[:, :, output]
    values = every[place]
    answer = float(result.predictions[place, output])
    base = float(result.base_values[output])
    weight = np.abs(values)
    order = np.argsort(-weight, kind="stable")
    named = [int(j) for j in order if weight[j] >= _COUNTS * weight.sum() > 0]
    up = [_state(result, place, j) for j in named if values[j] > 0][:_MOST]
    down = [_state(result, place, j) for j in named if values[j] < 0][:_MOST]
    said = tr(
        "The model predicts {answer}; the mean over the background is {base}.",
        answer=_answer(result, answer, output),
        base=_number(result, base),
    )
    return " ".join(
        part for part in (said, _moved(up, down, above=answer >= base)) if part
    )


def _moved(up: list[str], down: list[str], *, above: bool) -> str:
    raised, lowered = ", ".join(up), ", ".join(down)
    if not up and not down:
        return tr("No feature stands out in this row.")
    if not down:
        return tr("Mainly raised by: {raised}.", raised=raised)
    if not up:
        return tr("Mainly lowered by: {lowered}.", lowered=lowered)
    if above:
        return tr(
            "Mainly raised by: {raised}. Lowered by: {lowered}.",
            raised=raised,
            lowered=lowered,
        )
    return tr(
        "Mainly lowered by: {lowered}. Raised by: {raised}.",
        raised=raised,
        lowered=lowered,
    )


def _answer(result: Shapley, answer: float, output: int) -> str:
    said = _number(result, answer)
    label = class_name(result.outputs[output])
    if not label:
        return said
    if result.space == "probability":
        return tr("{value} for {label}", value=said, label=label)
    return tr("a margin of {value} for {label}", value=said, label=label)


def _number(result: Shapley, value: float) -> str:
    return percent(value) if result.space == "probability" else figure(value)


def _state(result: Shapley, place: int, feature: int) -> str:
    """Return a feature's own value, and whether it is high among the rows."""
    name, value = result.feature_names[feature], float(result.data[place, feature])
    if np.isnan(value):
        return tr("{feature} (missing)", feature=name)
    labels = result.categories[feature]
    if labels:
        return tr("{feature} = {value}", feature=name, value=labels[int(value)])
    written = count(value) if value.is_integer() else figure(value)
    rank = _rank(result.data[:, feature], value)
    if rank >= _HIGH:
        return tr("{feature} (high: {value})", feature=name, value=written)
    if rank <= _LOW:
        return tr("{feature} (low: {value})", feature=name, value=written)
    return tr("{feature} = {value}", feature=name, value=written)


def _rank(among: np.ndarray, value: float) -> float:
    """Return which share of the known values lies below, ties counted half."""
    known = among[np.isfinite(among)]
    if len(known) < 2 or known.min() == known.max():
        return 0.5
    return float(((known < value).sum() + 0.5 * (known == value).sum()) / len(known))
