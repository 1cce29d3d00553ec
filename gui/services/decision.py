"""The one decision rule, and its undo steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand

from engine.contracts.decision import Decision
from engine.contracts.i18n import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

_MERGE_ID = 1


class DecisionModel(QObject):
    """Holds the decision in force.

    Its one signal is ``changed(old, new, origin)``; panels ignore their own origin
    where they have already painted it.
    """

    changed = Signal(object, object, str)

    def __init__(self, undo: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._undo = undo
        self._decision = Decision()
        self._drag = 0

    @property
    def decision(self) -> Decision:
        """The decision in force."""
        return self._decision

    def set(self, decision: Decision, origin: str) -> None:
        """Change the decision; one undo step."""
        self._drag += 1
        self._push(decision, origin, merge=False)

    def drag(self, decision: Decision, origin: str) -> None:
        """Change the decision within a movement: all of it is one undo step."""
        self._push(decision, origin, merge=True)

    def end_drag(self) -> None:
        """Close the undo step: the next drag is another one."""
        self._drag += 1

    def replace(self, decision: Decision, origin: str = "case") -> None:
        """Take over the decision of a case: nothing to undo."""
        self._apply(decision, origin)

    def _push(self, decision: Decision, origin: str, *, merge: bool) -> None:
        if decision != self._decision:
            self._undo.push(
                _Change(self, self._decision, decision, origin, self._drag, merge)
            )

    def _apply(self, decision: Decision, origin: str) -> None:
        old, self._decision = self._decision, decision
        if old != decision:
            self.changed.emit(old, decision, origin)


class _Change(QUndoCommand):
    def __init__(
        self,
        model: DecisionModel,
        old: Decision,
        new: Decision,
        origin: str,
        drag: int,
        merge: bool,
    ) -> None:
        super().__init__(tr("Move the threshold"))
        self._model, self._old, self.new = model, old, new
        self._origin, self.drag, self.merge = origin, drag, merge

    def redo(self) -> None:
        self._model._apply(self.new, self._origin)
        self._origin = "undo"

    def undo(self) -> None:
        self._model._apply(self._old, "undo")

    def id(self) -> int:
        return _MERGE_ID if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other.drag != self.drag:
            return False
        self.new = other.new
        return True
