"""One surface for what the program has to say outside any panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.contracts.messages import next_step, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.errors import ErrorInfo


@dataclass(frozen=True)
class Notice:
    """A sentence, what to do about it, details to copy, and a button if it helps."""

    level: str
    text: str
    advice: str = ""
    details: str = ""
    offer: str = ""
    taken: Callable[[], object] | None = None


class Notify(QObject):
    """Emits :class:`Notice` objects; the window shows them."""

    raised = Signal(object)

    def info(self, text: str) -> None:
        """Say something that needs no answer."""
        self.raised.emit(Notice("info", text))

    def warning(
        self,
        text: str,
        advice: str = "",
        *,
        offer: str = "",
        taken: Callable[[], object] | None = None,
    ) -> None:
        """Say something the user should know; ``taken`` if what is offered is."""
        self.raised.emit(Notice("warning", text, advice, "", offer, taken))

    def error(
        self,
        error: ErrorInfo,
        *,
        offer: str = "",
        taken: Callable[[], object] | None = None,
    ) -> None:
        """Say what went wrong, where, and what to do; ``taken`` if that is offered."""
        self.raised.emit(
            Notice(
                "error",
                sentence(error.code, error.params),
                next_step(error.code, error.params),
                error.details,
                offer,
                taken,
            )
        )
