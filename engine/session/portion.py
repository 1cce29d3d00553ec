"""Progress of one part of a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress
    from engine.contracts.results import Result


@dataclass(frozen=True)
class Portion:
    """Tells ``whole`` of ``size`` units out of ``total``, ``before`` being done."""

    whole: Progress
    before: float
    size: float
    total: float

    def advance(self, done: float, total: float, stage: str) -> None:
        """Report ``done`` of ``total`` units of this portion."""
        share = done / total if total > 0 else 1.0
        self.whole.advance(self.before + share * self.size, self.total, stage)

    def warn(self, code: str, **params: Param) -> None:
        """Pass it on."""
        self.whole.warn(code, **params)

    def partial(self, result: Result) -> None:
        """Pass it on."""
        self.whole.partial(result)

    def raise_if_cancelled(self) -> None:
        """Pass it on."""
        self.whole.raise_if_cancelled()
