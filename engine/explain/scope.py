"""Which rows are explained, and the badge that says so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.provenance import Provenance
from engine.evaluate.sample import describe_selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.analysis import Inputs

    Floats = NDArray[np.float64]

_SHOWN_EVERY = 1.0  # seconds from one partial result to the next
_WIDE = 1.959963984540054


def explained_rows(inputs: Inputs) -> NDArray[np.int64]:
    """Return the numbers of the selected rows of the evaluation part; all if none.

    No truth is needed to explain a prediction.

    Raises
    ------
    EngineError
        ``evaluate.no_rows`` if the selection is empty.
    """
    total = inputs.predictions[Part.EVALUATION].n_rows
    rows = np.arange(total) if inputs.mask is None else np.flatnonzero(inputs.mask)
    if not len(rows):
        raise EngineError(
            "evaluate.no_rows", part=Part.EVALUATION.value, selected=0, total=total
        )
    return rows.astype(np.int64)


def in_random_order(inputs: Inputs, most: int) -> tuple[NDArray[np.int64], str]:
    """Return the rows to explain, shuffled, and how they were chosen.

    Parameters
    ----------
    most
        At most so many, a seeded sample; 0 for all.

    Raises
    ------
    EngineError
        ``evaluate.no_rows`` if the selection is empty.
    """
    rows = explained_rows(inputs)
    order = np.random.default_rng([inputs.seed, 3]).permutation(rows)
    if 0 < most < len(rows):
        return order[:most], "sample"
    return order, ""


def the_row(inputs: Inputs) -> int:
    """Return the row that is explained on its own.

    Raises
    ------
    EngineError
        ``explain.no_row`` if none is current or it does not exist.
    """
    row = current_row(inputs)
    if row < 0:
        total = inputs.predictions[Part.EVALUATION].n_rows
        raise EngineError("explain.no_row", total=total)
    return row


def current_row(inputs: Inputs) -> int:
    """Return the current row, -1 if there is none."""
    total = inputs.predictions[Part.EVALUATION].n_rows
    row = -1 if inputs.row is None else inputs.row
    return row if 0 <= row < total else -1


def badge(
    inputs: Inputs,
    params: msgspec.Struct,
    started: float,
    *,
    n_used: int,
    method: str,
    sampling: str = "",
) -> Provenance:
    """Return where a result comes from.

    Parameters
    ----------
    started
        ``time.perf_counter()`` when the work began.
    sampling
        How rows were chosen where not all (selected) rows were used.
    """
    chosen = "all" if inputs.mask is None else "selection"
    known: dict[str, Any] = {
        "selection": describe_selection(inputs),
        **inputs.stamp,
        "n_used": n_used,
        "n_total": inputs.predictions[Part.EVALUATION].n_rows,
        "part": Part.EVALUATION.value,
        "sampling": sampling or chosen,
        "seed": inputs.seed,
        "method": method,
        "parameters": msgspec.structs.asdict(params),
        "elapsed": time.perf_counter() - started,
    }
    return Provenance(**known)


def check_counts(
    params: msgspec.Struct, limits: Mapping[str, tuple[float, float]]
) -> None:
    """Check that options lie within their limits, by name the least and the most.

    Raises
    ------
    EngineError
        ``explain.bad_count``.
    """
    for name, (least, most) in limits.items():
        given = getattr(params, name)
        if not least <= given <= most:
            raise EngineError(
                "explain.bad_count", name=name, given=given, least=least, most=most
            )


def mean_size(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean absolute value over rows with the ends of its 95 % interval.

    One row says nothing of others: its ends are ``nan``.

    Parameters
    ----------
    values
        ``(n, …)``, the rows taken as a sample.
    """
    size = np.abs(values)
    mean = size.mean(axis=0)
    if len(values) < 2:
        unknown = np.full_like(mean, np.nan)
        return mean, unknown, unknown
    spread = size.std(axis=0, ddof=1)
    half = _WIDE * spread / np.sqrt(len(values))
    return mean, np.maximum(mean - half, 0.0), mean + half


class Pace:
    """Says when it is time for another partial result: at once, then by the clock."""

    def __init__(self) -> None:
        self._next = 0.0

    def is_time(self) -> bool:
        """Return whether the last one is long enough ago."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _SHOWN_EVERY
        return True
