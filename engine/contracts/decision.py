"""The one decision rule that every panel follows."""

from __future__ import annotations

import msgspec


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How a score becomes a decision.

    Attributes
    ----------
    positive
        Label of the positive class (binary tasks); ``""`` where there is none.
    threshold
        Rows whose positive score is at least this are decided positive.
    cost_fp, cost_fn
        What one false alarm and one miss cost, in the same unit.
    """

    positive: str = ""
    threshold: float = 0.5
    cost_fp: float = 1.0
    cost_fn: float = 1.0
