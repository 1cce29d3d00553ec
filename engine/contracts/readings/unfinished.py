"""What stands beside figures that are not the last ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.contracts.i18n import tr
from engine.contracts.readings.numbers import count

if TYPE_CHECKING:
    from engine.contracts.results import Result


def so_far(result: Result | None) -> str:
    """Return how much of the work a first result rests on."""
    found = _done(result)
    if found is None:
        return tr("not finished yet")
    n, total = found
    return tr("so far {n} of {total} rows", n=count(n), total=count(total))


def stopped(result: Result | None) -> str:
    """Return where the work was stopped that gave a first result."""
    found = _done(result)
    if found is None:
        return tr("Stopped before the end.")
    n, total = found
    return tr("Stopped at {n} of {total} rows.", n=count(n), total=count(total))


def _done(result: Any) -> tuple[int, int] | None:
    """Return rows done and rows wanted, where that is what the work consists of."""
    wanted = getattr(result, "n_wanted", None)
    if wanted is None:
        return None
    if hasattr(result, "row_ids"):
        return len(result.row_ids), wanted
    if hasattr(result, "n_samples"):  # each of so many rows
        return result.n_samples * result.n_rows, wanted * result.n_rows
    return None
