"""How a long computation says where it is and learns that it should stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.contracts.errors import Param
    from engine.contracts.results import Result


class Progress(Protocol):
    """What an analysis may tell while it runs.

    ``advance`` and ``raise_if_cancelled`` are cheap enough for every batch.
    """

    def advance(self, done: float, total: float, stage: str) -> None:
        """Report ``done`` of ``total`` units of ``stage`` (a message code)."""

    def warn(self, code: str, **params: Param) -> None:
        """Tell the user something that does not stop the work."""

    def partial(self, result: Result) -> None:
        """Show a result that will be refined."""

    def raise_if_cancelled(self) -> None:
        """Raise :class:`engine.contracts.errors.Cancelled` if asked to stop."""


class Silent:
    """Progress that nobody watches: the default of every engine function."""

    def advance(self, done: float, total: float, stage: str) -> None:
        """Ignore it."""

    def warn(self, code: str, **params: Param) -> None:
        """Ignore it."""

    def partial(self, result: Result) -> None:
        """Ignore it."""

    def raise_if_cancelled(self) -> None:
        """Never cancelled."""


SILENT = Silent()


@dataclass(frozen=True)
class Portion:
    """Tells ``whole`` of ``size`` units out of ``total``, ``before`` being done.

    ``stage`` is said in the place of the portion's own stages, where it is given.
    """

    whole: Progress
    before: float
    size: float
    total: float
    stage: str = ""

    def advance(self, done: float, total: float, stage: str) -> None:
        """Report ``done`` of ``total`` units of this portion."""
        share = done / total if total > 0 else 1.0
        done = self.before + share * self.size
        self.whole.advance(done, self.total, self.stage or stage)

    def warn(self, code: str, **params: Param) -> None:
        """Pass it on."""
        self.whole.warn(code, **params)

    def partial(self, result: Result) -> None:
        """Pass it on."""
        self.whole.partial(result)

    def raise_if_cancelled(self) -> None:
        """Pass it on."""
        self.whole.raise_if_cancelled()


class Unshown:
    """Progress of a part of the work, whose partial results are none of the whole."""

    def __init__(self, whole: Progress) -> None:
        self.advance, self.warn = whole.advance, whole.warn
        self.raise_if_cancelled = whole.raise_if_cancelled

    def partial(self, result: Result) -> None:
        """Show nothing."""
