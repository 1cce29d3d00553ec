"""The weights of a linear model, in the units of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.results.glass_box import WeightedSum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.explain.glass_box.inverse_transform import InverseTransform
    from engine.explain.glass_box.wald import WaldIntervals

    Floats = NDArray[np.float64]


class _Weight(NamedTuple):
    """A weight: how much ``(D,)`` of those of the encoded columns make it up.

    ``times`` are the ``(n,)`` numbers of the rows that it is multiplied by.
    """

    feature: int
    kind: str
    what: str
    made_of: Floats
    times: Floats
    n: int


def weighted_sum(
    units: InverseTransform,
    coefficients: Floats,
    base: Floats,
    intervals: WaldIntervals | None = None,
) -> tuple[WeightedSum, Floats]:
    """Return the weights of encoded columns as weights of the inputs.

    What scaling and shifting did goes into slopes and the intercept; columns made
    for labels become a weight for each label; columns that are curves of an input
    stay as they are.

    Parameters
    ----------
    coefficients, base
        ``(k, D)`` and ``(k,)`` of the encoded columns.
    intervals
        Confidence intervals, where they are known: for one output.

    Returns
    -------
    WeightedSum
        The weights.
    ndarray
        ``(n, k)`` what they add up to for the rows.
    """
    weights: list[_Weight] = []
    intercept = base.copy()
    for feature in dict.fromkeys(units.source.tolist()):
        found, constant = _of_input(units, feature)
        weights += found
        intercept = intercept + coefficients @ constant
    made_of = np.array([w.made_of for w in weights]).reshape(len(weights), -1)
    matrix = made_of @ coefficients.T if weights else np.zeros((0, len(base)))
    half = None
    if intervals is not None:
        half = intervals.half(np.column_stack([made_of, np.zeros(len(weights))]))[
            :, None
        ]
    times = np.array([w.times for w in weights]).reshape(len(weights), -1)
    n = units.numbers.shape[0]
    shown = WeightedSum(
        feature=np.array([w.feature for w in weights], dtype=np.int32),
        kind=tuple(w.kind for w in weights),
        what=tuple(w.what for w in weights),
        weights=matrix,
        spread=np.array([_spread(w) for w in weights], dtype=np.float64),
        n=np.array([w.n for w in weights], dtype=np.int64),
        intercept=intercept,
        low=None if half is None else matrix - half,
        high=None if half is None else matrix + half,
    )
    filled = np.nan_to_num(times) if len(weights) else np.zeros((0, n))
    return shown, filled.T @ matrix + intercept


def _of_input(units: InverseTransform, feature: int) -> tuple[list[_Weight], Floats]:
    """Return the weights of one input, and what of its columns is in the intercept."""
    places = np.flatnonzero(units.source == feature)
    seen = {int(place): units.column(int(place)) for place in places}
    lines = [place for place, column in seen.items() if column.kind == "number"]
    tables = [place for place, column in seen.items() if column.kind == "levels"]
    curves = [place for place in seen if place not in lines and place not in tables]
    known = np.isfinite(units.numbers[:, feature])
    found: list[_Weight] = []
    constant, absent = np.zeros(len(units.names)), np.zeros(len(units.names))
    if lines:
        slope = np.zeros(len(units.names))
        for place in lines:
            slope[place] = seen[place].scale
            constant[place] = seen[place].shift
            absent[place] = seen[place].missing - seen[place].shift
        times = units.numbers[:, feature]
        found.append(_Weight(feature, "number", "", slope, times, int(known.sum())))
    if tables:
        found += _levels(units, feature, tables)
        for place in tables:
            absent[place] = seen[place].missing
    if (lines or tables) and not known.all():
        gone = (~known).astype(np.float64)
        found.append(_Weight(feature, "missing", "", absent, gone, int(gone.sum())))
    for place in curves:
        alone = np.zeros(len(units.names))
        alone[place] = 1.0
        name, times = units.names[place], units.encoded[:, place]
        found.append(_Weight(feature, "encoded", name, alone, times, int(known.sum())))
    return found, constant


def _levels(units: InverseTransform, feature: int, places: list[int]) -> list[_Weight]:
    names, at = units.level_of(feature)
    made_of = np.zeros((len(names), len(units.names)))
    for place in places:
        made_of[:, place] = units.column(place).codes
    return [
        _Weight(
            feature,
            "level",
            name,
            made_of[level],
            (at == level).astype(np.float64),
            int(np.count_nonzero(at == level)),
        )
        for level, name in enumerate(names)
    ]


def _spread(weight: _Weight) -> float:
    known = weight.times[np.isfinite(weight.times)]
    return float(known.std()) if len(known) else 0.0
