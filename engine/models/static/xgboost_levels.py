"""The category names an XGBoost file holds since version 3.1."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.models.static.outcome import BrokenError

_MOST_TYPE = 31


def check_levels(told: Any, n_features: int) -> None:
    """Check the names of each input's categories, and their order.

    Parameters
    ----------
    told
        The part ``cats``, as it was read.

    Raises
    ------
    BrokenError
        If ends, orders or types contradict each other.
    """
    if not isinstance(told, dict) or not isinstance(told.get("enc"), list):
        raise _broken()
    ends = _whole(told, "feature_segments")
    order = _whole(told, "sorted_idx")
    known = told["enc"]
    if not known and not len(ends) and not len(order):
        return
    counts = [_count(levels) for levels in known]
    expected = np.cumsum([0, *counts])
    if len(counts) != n_features or not np.array_equal(ends, expected):
        raise _broken()
    if len(order) != expected[-1]:
        raise _broken()
    for start, n in zip(expected[:-1], counts, strict=True):
        if not np.array_equal(np.sort(order[start : start + n]), np.arange(n)):
            raise _broken()


def _count(levels: Any) -> int:
    """Return the number of one input's categories."""
    if not isinstance(levels, dict):
        raise _broken()
    values = _whole(levels, "values")
    if "type" in levels:
        if type(levels["type"]) is not int or not 0 <= levels["type"] <= _MOST_TYPE:
            raise _broken()
        return len(values)
    ends = _whole(levels, "offsets")
    if not len(ends):
        if len(values):
            raise _broken()
        return 0
    rising = ends[0] == 0 and ends[-1] == len(values) and (np.diff(ends) >= 0).all()
    if not rising or (len(values) and not -128 <= values.min() <= values.max() < 128):
        raise _broken()
    return len(ends) - 1


def _whole(holder: dict[str, Any], name: str) -> np.ndarray:
    given = holder.get(name)
    if isinstance(given, np.ndarray) and (not len(given) or given.dtype.kind in "iu"):
        return given.astype(np.int64)
    if isinstance(given, list) and all(type(value) is int for value in given):
        try:
            return np.array(given, dtype=np.int64)
        except OverflowError as error:
            raise _broken() from error
    raise _broken()


def _broken() -> BrokenError:
    return BrokenError("safety.broken_booster", part="cats")
