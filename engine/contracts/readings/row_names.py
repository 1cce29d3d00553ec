"""What a row is called: by its number, and as the data call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.readings.numbers import count

if TYPE_CHECKING:
    from engine.contracts.provenance import Provenance


def row_text(row: int, provenance: Provenance) -> str:
    """Return a row's number, with the value of the identifying column if there is one.

    Parameters
    ----------
    row
        The row that was current when the result was computed.
    """
    name = provenance.row_name
    return f"{count(row)} ({name})" if name else count(row)
