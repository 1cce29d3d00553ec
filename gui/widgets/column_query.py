"""The order and the filters of a table, as its headings and menus set them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.contracts.selection import And, Selection, columns_of

Order = tuple[tuple[str, bool], ...]


class ColumnQuery(QObject):
    """By which columns rows are sorted, and which of them are kept.

    Parameters
    ----------
    default
        The order when nobody asks for another.

    Signals
    -------
    changed
        Order or filters are others now.
    """

    changed = Signal()

    def __init__(self, default: Order = (), parent: Any = None) -> None:
        super().__init__(parent)
        self._default = default
        self.order = default
        self.filters: dict[str, Selection] = {}

    @property
    def in_default_order(self) -> bool:
        """Whether nobody asked for another order."""
        return self.order == self._default

    def set_default(self, default: Order) -> None:
        """Take another order for when nobody asks for one; nothing is emitted."""
        if self.in_default_order:
            self.order = default
        self._default = default

    def reset_order(self) -> None:
        """Go back to the default order."""
        self._set_order(self._default)

    def restore(self, order: Order | None, filters: dict[str, Selection]) -> None:
        """Take an order (``None``: the default) and filters as they were."""
        self.filters = filters
        self._set_order(order or self._default)

    def click(self, name: str, *, add: bool, largest_first: bool = False) -> None:
        """Sort by a column; again: the other way round; a third time: no more."""
        before = dict(self.order)
        kept = tuple(pair for pair in self.order if pair[0] != name) if add else ()
        if name not in before:
            self._set_order((*kept, (name, largest_first)))
        elif before[name] is largest_first:
            self._set_order((*kept, (name, not largest_first)))
        else:
            self._set_order(kept)

    def sort(self, name: str, direction: str) -> None:
        """Sort ``up`` or ``down`` by a column alone, or by it no more (``none``)."""
        kept = tuple(pair for pair in self.order if pair[0] != name)
        self._set_order(kept if direction == "none" else ((name, direction == "down"),))

    def _set_order(self, order: Order) -> None:
        self.order = order or self._default
        self.changed.emit()

    def keep(self, name: str, rule: Selection | None) -> None:
        """Keep the rows of ``rule`` by what is in a column, or all of them again."""
        self.filters.pop(name, None)
        if rule is not None:
            self.filters[name] = rule
        self.changed.emit()

    def forget_missing(self, names: set[str]) -> None:
        """Drop what speaks of columns that are not there any more."""
        self.filters = {n: rule for n, rule in self.filters.items() if n in names}
        known = (p for p in self.order if p[0] in names or p[0].startswith("@"))
        self.order = tuple(known) or self._default

    def where(self, *others: Selection | None) -> Selection | None:
        """Return the rows to keep, ``None`` for all."""
        parts = [part for part in others if part is not None]
        parts.extend(self.filters.values())
        if len(parts) > 1:
            return And(tuple(parts))
        return parts[0] if parts else None


def needs_predictions(where: Selection | None) -> bool:
    """Return whether a filter speaks of what the model answered."""
    return where is not None and any(n.startswith("@") for n in columns_of(where))
