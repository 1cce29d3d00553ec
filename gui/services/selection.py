"""The one selection of rows, shared by every panel."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QUndoCommand

from engine.contracts.i18n import tr
from engine.contracts.requests import Resolve
from engine.contracts.results import Resolved
from engine.contracts.selection import And, Not, Or, Rows, Xor, columns_of, unpack
from gui.services.row_columns import (
    LOCAL,
    MANY_ROWS,
    REST_MS,
    RowColumns,
    moves_with_threshold,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QUndoStack

    from engine.contracts.decision import Decision
    from engine.contracts.results import Result
    from engine.contracts.selection import Mask, Selection
    from gui.services.case import CaseService
    from gui.services.decision import DecisionModel
    from gui.services.engine_client import EngineClient, Job


class Mode(StrEnum):
    """How a click combines with what is selected already."""

    REPLACE = "replace"
    ADD = "add"
    TOGGLE = "toggle"
    SUBTRACT = "subtract"


def mode_of(modifiers: Qt.KeyboardModifier) -> Mode:
    """Return what Shift, Ctrl and Alt mean for a click."""
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return Mode.SUBTRACT
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return Mode.TOGGLE
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return Mode.ADD
    return Mode.REPLACE


def combined(old: Selection | None, new: Selection, mode: Mode) -> Selection | None:
    """Return the recipe that a click with ``mode`` asks for."""
    if mode is Mode.REPLACE:
        return new
    if old is None:
        return Not(new) if mode is Mode.SUBTRACT else new
    if mode is Mode.TOGGLE and old == new:
        return None
    if isinstance(old, Rows) and isinstance(new, Rows):
        return _picked(old, new, mode)
    if mode is Mode.ADD:
        return _either(old, new)
    if mode is Mode.TOGGLE:
        return Xor(old, new)
    return And((old, Not(new)))


def _picked(old: Rows, new: Rows, mode: Mode) -> Rows | None:
    """Return rows picked one by one as one list, which can be read."""
    before, more = dict.fromkeys(old.indices), dict.fromkeys(new.indices)
    rows = [row for row in before if mode is Mode.ADD or row not in more]
    if mode is not Mode.SUBTRACT:
        rows += [row for row in more if row not in before]
    return Rows(tuple(rows)) if rows else None


def _either(old: Selection, new: Selection) -> Selection:
    parts = old.of if isinstance(old, Or) else (old,)
    if isinstance(new, Rows) and isinstance(parts[-1], Rows):
        rows = dict.fromkeys((*parts[-1].indices, *new.indices))
        return Or((*parts[:-1], Rows(tuple(rows))))
    return Or((*parts, new))


class SelectionModel(QObject):
    """Holds the recipe and its mask.

    Its one signal is ``changed(old, new, origin)``, emitted when the mask of the
    new recipe is known. Recipes that read only what the window keeps of each row
    are resolved here, in one pass; others by the engine. Several wishes within
    one turn of the event loop are resolved once; while a threshold moves over many
    rows, once the hand rests.
    """

    changed = Signal(object, object, str)

    def __init__(
        self,
        engine: EngineClient,
        case: CaseService,
        decision: DecisionModel,
        undo: QUndoStack,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine, self._case = engine, case
        self._decision, self._undo = decision, undo
        self._recipe: Selection | None = None
        self._mask: Mask | None = None
        self._n_selected = 0
        self._emitted: Selection | None = None
        self._origin = ""
        self._job: Job | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._resolve)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._resolve)
        decision.changed.connect(self._decision_changed)
        case.predictions_changed.connect(self._predictions_changed)
        case.buckets_changed.connect(lambda: self._again("buckets"))

    @property
    def recipe(self) -> Selection | None:
        """How the selected rows are found; ``None`` where nothing is selected."""
        return self._recipe

    @property
    def mask(self) -> Mask | None:
        """The selected evaluation rows, or ``None``."""
        return self._mask

    def among(self, row_ids: NDArray[np.integer]) -> Mask | None:
        """Return which of some rows are selected; ``None`` where that is not known.

        Nothing may be selected, or the mask be of other data than the rows.
        """
        mask = self._mask
        known = mask is not None and len(mask) > row_ids.max(initial=-1)
        return mask[row_ids] if mask is not None and known else None

    @property
    def n_selected(self) -> int:
        """Number of selected rows."""
        return self._n_selected

    def select(self, recipe: Selection, origin: str, mode: Mode = Mode.REPLACE) -> None:
        """Select rows, together with, without, or instead of those selected."""
        self._push(combined(self._recipe, recipe, mode), origin)

    def clear(self, origin: str = "") -> None:
        """Select nothing."""
        self._push(None, origin)

    def replace(self, recipe: Selection | None, origin: str = "case") -> None:
        """Take over the selection of a case: nothing to undo."""
        self._apply(recipe, origin)

    def _push(self, recipe: Selection | None, origin: str) -> None:
        if recipe != self._recipe:
            self._undo.push(_Change(self, self._recipe, recipe, origin))

    def _apply(self, recipe: Selection | None, origin: str) -> None:
        self._recipe, self._origin = recipe, origin
        self._soon.start()

    def _again(self, origin: str) -> None:
        if self._recipe is not None:
            self._origin = origin
            self._soon.start()

    def _predictions_changed(self) -> None:
        scores = self._case.scores
        if self._mask is not None and (
            scores is None or scores.n_rows != len(self._mask)
        ):
            self._set_mask(None)  # of other rows: nobody may read it until resolved
        self._again("predictions")

    def _decision_changed(self, old: Decision, new: Decision, _origin: str) -> None:
        if self._recipe is None:
            return
        if old.positive == new.positive:
            if old.threshold == new.threshold or not moves_with_threshold(self._recipe):
                return
        elif not any(
            name.startswith("@") and name not in {"@truth", "@row"}
            for name in columns_of(self._recipe)
        ):
            return
        self._origin = "decision"
        scores = self._case.scores
        if scores is not None and scores.n_rows > MANY_ROWS:
            self._rest.start()
        else:
            self._resolve()

    def _resolve(self) -> None:
        self._rest.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if self._recipe is None:
            self._settle(None)
            return
        scores = self._case.scores
        if scores is not None and columns_of(self._recipe) <= LOCAL:
            columns = RowColumns(scores, self._decision.decision)
            self._settle(self._recipe.resolve(columns))
            return
        request = Resolve(selection=self._recipe, decision=self._decision.decision)
        self._job = self._engine.submit(
            request, on_result=self._resolved, on_error=lambda _: self._settle(None)
        )

    def _resolved(self, result: Result) -> None:
        self._job = None
        if isinstance(result, Resolved):
            self._settle(unpack(result.packed, result.n_rows))

    def _settle(self, mask: Mask | None) -> None:
        old, self._emitted = self._emitted, self._recipe
        self._set_mask(mask)
        self.changed.emit(old, self._recipe, self._origin)

    def _set_mask(self, mask: Mask | None) -> None:
        self._mask = mask
        self._n_selected = 0 if mask is None else int(np.count_nonzero(mask))


class _Change(QUndoCommand):
    def __init__(
        self,
        model: SelectionModel,
        old: Selection | None,
        new: Selection | None,
        origin: str,
    ) -> None:
        super().__init__(tr("Select rows") if new is not None else tr("Select nothing"))
        self._model, self._old, self._new, self._origin = model, old, new, origin

    def redo(self) -> None:
        self._model._apply(self._new, self._origin)
        self._origin = "undo"

    def undo(self) -> None:
        self._model._apply(self._old, "undo")
