"""One step of undo, made of what does it and what takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from collections.abc import Callable


class Step(QUndoCommand):
    """Calls ``redo`` when pushed and whenever it is done again."""

    def __init__(
        self, text: str, redo: Callable[[], None], undo: Callable[[], None]
    ) -> None:
        super().__init__(text)
        self._redo, self._undo = redo, undo

    def redo(self) -> None:
        """Do it."""
        self._redo()

    def undo(self) -> None:
        """Take it back."""
        self._undo()
