"""What every panel is handed: the services, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack

    from gui.services.case import CaseService
    from gui.services.decision import DecisionModel
    from gui.services.engine_client import EngineClient
    from gui.services.notify import Notify
    from gui.services.selection import SelectionModel
    from gui.services.settings import Settings
    from gui.services.theme import Theme


@dataclass(frozen=True, kw_only=True)
class AppContext:
    """The services of one window."""

    engine: EngineClient
    case: CaseService
    selection: SelectionModel
    decision: DecisionModel
    undo: QUndoStack
    settings: Settings
    theme: Theme
    notify: Notify
