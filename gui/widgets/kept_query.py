"""Order and filters of a table are part of the case: kept, and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject

from engine.contracts.selection import Selection
from gui.widgets.column_query import Order

if TYPE_CHECKING:
    from PySide6.QtWidgets import QToolButton

    from gui.services.case import CaseService
    from gui.widgets.column_query import ColumnQuery
    from gui.widgets.rule_line import RuleLine


class _Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is written; an absent order is the table's own."""

    order: Order | None = None
    filters: dict[str, Selection] = {}
    text: str = ""
    rule: Selection | None = None
    errors_only: bool = False


class KeptQuery(QObject):
    """Writes what a table is asked for into the case, under the panel's name.

    Parameters
    ----------
    errors_only
        The button that leaves only errors, where there is one.
    """

    def __init__(
        self,
        case: CaseService,
        name: str,
        query: ColumnQuery,
        line: RuleLine,
        errors_only: QToolButton | None = None,
    ) -> None:
        super().__init__(query)
        self._case, self._name = case, name
        self._query, self._line, self._errors_only = query, line, errors_only
        self._restoring = False
        self._restore()
        query.changed.connect(self._keep)
        line.rule_changed.connect(self._keep)
        if errors_only is not None:
            errors_only.toggled.connect(self._keep)
        case.restored.connect(lambda _file: self._restore())

    def _now(self) -> _Kept:
        rule = self._line.rule
        return _Kept(
            order=None if self._query.in_default_order else self._query.order,
            filters=self._query.filters,
            text=self._line.text() if rule is not None else "",
            rule=rule,
            errors_only=self._errors_only is not None and self._errors_only.isChecked(),
        )

    def _keep(self, *_: object) -> None:
        if self._restoring:
            return
        self._case.keep_setting(self._name, self._now(), _Kept())

    def _restore(self) -> None:
        kept = self._case.setting(self._name, _Kept, _Kept())
        if kept == self._now():
            return
        self._restoring = True
        try:
            self._query.restore(kept.order, dict(kept.filters))
            if kept.rule is None:
                self._line.clear()
            else:
                self._line.set_rule(kept.rule, kept.text)
            if self._errors_only is not None:
                self._errors_only.setChecked(kept.errors_only)
        finally:
            self._restoring = False
