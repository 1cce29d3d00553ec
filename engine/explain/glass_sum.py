"""The weights of a linear model, in the units of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.results.glass_box import WeightedSum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.explain.own_units import OwnUnits

    Floats = NDArray[np.float64]


class _Weight(NamedTuple):
    """One weight, and the ``(n,)`` numbers of the rows that it is multiplied by."""

    feature: int
    kind: str
    what: str
    weight: Floats
    times: Floats
    n: int


def weighted_sum(
    units: OwnUnits, coefficients: Floats, base: Floats
) -> tuple[WeightedSum, Floats]:
    """Return the weights of encoded columns as weights of the inputs.

    What scaling and shifting did goes into slopes and the intercept; columns made
    for labels become a weight for each label; columns that are curves of an input
    stay as they are.

    Parameters
    ----------
    coefficients, base
        ``(k, D)`` and ``(k,)`` of the encoded columns.

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
        found, constant = _of_input(units, feature, coefficients)
        weights += found
        intercept = intercept + constant
    matrix = _stacked([w.weight for w in weights], len(base))
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
    )
    filled = np.nan_to_num(times) if len(weights) else np.zeros((0, n))
    return shown, filled.T @ matrix + intercept


def _of_input(
    units: OwnUnits, feature: int, coefficients: Floats
) -> tuple[list[_Weight], Floats]:
    """Return the weights of one input, and what it adds to the intercept."""
    k = len(coefficients)
    places = np.flatnonzero(units.source == feature)
    seen = {int(place): units.column(int(place)) for place in places}
    lines = [place for place, column in seen.items() if column.kind == "number"]
    tables = [place for place, column in seen.items() if column.kind == "levels"]
    curves = [place for place in seen if place not in lines and place not in tables]
    known = np.isfinite(units.numbers[:, feature])
    found: list[_Weight] = []
    constant, absent = np.zeros(k), np.zeros(k)
    if lines:
        slope = np.zeros(k)
        for place in lines:
            slope += coefficients[:, place] * seen[place].scale
            constant += coefficients[:, place] * seen[place].shift
            absent += coefficients[:, place] * (seen[place].missing - seen[place].shift)
        times = units.numbers[:, feature]
        found.append(_Weight(feature, "number", "", slope, times, int(known.sum())))
    if tables:
        found += _levels(units, feature, coefficients, tables)
        for place in tables:
            absent += coefficients[:, place] * seen[place].missing
    if (lines or tables) and not known.all():
        gone = (~known).astype(np.float64)
        found.append(_Weight(feature, "missing", "", absent, gone, int(gone.sum())))
    for place in curves:
        found.append(
            _Weight(
                feature,
                "encoded",
                units.names[place],
                coefficients[:, place],
                units.encoded[:, place],
                int(known.sum()),
            )
        )
    return found, constant


def _levels(
    units: OwnUnits, feature: int, coefficients: Floats, places: list[int]
) -> list[_Weight]:
    names, at = units.level_of(feature)
    codes = np.array([units.column(place).codes for place in places])
    weights = coefficients[:, places] @ codes
    return [
        _Weight(
            feature,
            "level",
            name,
            weights[:, level],
            (at == level).astype(np.float64),
            int(np.count_nonzero(at == level)),
        )
        for level, name in enumerate(names)
    ]


def _spread(weight: _Weight) -> float:
    known = weight.times[np.isfinite(weight.times)]
    return float(known.std()) if len(known) else 0.0


def _stacked(weights: list[Floats], k: int) -> Floats:
    return np.array(weights, dtype=np.float64).reshape(len(weights), k)
