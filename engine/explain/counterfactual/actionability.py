"""Actionability: which values the features of a row may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.errors import EngineError
from engine.explain.feature_names import Names, names_of, pairs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.explain.counterfactual.row_encoding import RowEncoding

    Floats = NDArray[np.float64]

_FEWEST = 8  # candidates of one number


@dataclass(frozen=True, kw_only=True)
class AllowedValues:
    """Values that one feature may take.

    Attributes
    ----------
    values
        Candidates, ascending, encoded; without the row's own.
    low, high
        Ends within which a number may lie.
    """

    values: Floats
    low: float = -np.inf
    high: float = np.inf


def allowed_values(
    encoding: RowEncoding,
    real: Floats,
    own: Floats,
    most: int,
    *,
    fixed: Names = (),
    only_up: Names = (),
    only_down: Names = (),
    ranges: Names = (),
) -> dict[int, AllowedValues]:
    """Return for each feature that may change the values it may take.

    Candidates are values of real rows; where those of a number are too many, some of
    them, evenly through their order. A value may become known, never missing.

    Parameters
    ----------
    real
        ``(n, d)`` real rows.
    own
        ``(d,)`` the row.
    most
        Candidates of all features together.
    fixed, only_up, only_down
        Inputs that may not change, that may only grow, or only shrink.
    ranges
        ``name=low..high`` (one end may be left out), of labels ``name=one|two``.

    Raises
    ------
    EngineError
        ``explain.no_feature``, ``explain.bad_pair``, ``explain.bad_range``,
        ``explain.no_direction``.
    """
    still = names_of(fixed, encoding.names)
    up, down = names_of(only_up, encoding.names), names_of(only_down, encoding.names)
    limits = pairs_of(ranges, encoding.names)
    for name in (*up, *down):
        if not encoding.is_number[encoding.names.index(name)]:
            raise EngineError("explain.no_direction", name=name)
    each = max(_FEWEST, most // len(encoding.names))
    found = {}
    for j, name in enumerate(encoding.names):
        values = np.unique(real[:, j][np.isfinite(real[:, j])])
        low, high = -np.inf, np.inf
        if name in limits and encoding.is_number[j]:
            low, high = _ends(name, limits[name])
            if not encoding.decimals[j]:
                low, high = np.ceil(low), np.floor(high)
            ends = np.array([end for end in (low, high) if np.isfinite(end)])
            values = np.union1d(values, encoding.rounded_as_type(j, ends))
        elif name in limits:
            values = _among(encoding, j, values, limits[name])
        if name in up:
            low = max(low, own[j])
        if name in down:
            high = min(high, own[j])
        directed = name in up or name in down
        if name in still or (directed and np.isnan(own[j])):
            continue
        values = values[(values >= low) & (values <= high) & (values != own[j])]
        if len(values):
            found[j] = AllowedValues(values=_thinned(values, each), low=low, high=high)
    return found


def _ends(name: str, told: str) -> tuple[float, float]:
    low, two, high = told.partition("..")
    try:
        ends = (float(low or "-inf"), float(high or "inf"))
    except ValueError as error:
        raise EngineError("explain.bad_range", name=name, given=told) from error
    if not two or not ends[0] <= ends[1]:
        raise EngineError("explain.bad_range", name=name, given=told)
    return ends


def _among(encoding: RowEncoding, column: int, values: Floats, told: str) -> Floats:
    """Return the codes of labels told with bars between."""
    known = encoding.labels[column]
    labels = (told,) if told in known else tuple(t.strip() for t in told.split("|"))
    if not set(labels) & set(known):
        raise EngineError("explain.bad_range", name=encoding.names[column], given=told)
    return values[[known[int(code)] in labels for code in values]]


def _thinned(values: Floats, most: int) -> Floats:
    if len(values) <= most:
        return values
    some: Floats = values[np.linspace(0, len(values) - 1, most).round().astype(int)]
    return some
