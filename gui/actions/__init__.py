"""Commands as data: menus, shortcuts and the palette are made from one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Action:
    """One command.

    Attributes
    ----------
    id
        Unique, dotted: ``file.open``.
    title
        Translated.
    run
        What it does.
    shortcut
        As Qt spells it, or ``""``.
    other_keys
        Keys that do the same elsewhere, for hands that are used to them.
    menu
        Title of the menu it stands in; ``""`` for the palette only.
    enabled
        Whether it can be used now.
    current
        Of a choice: whether it is in force, which its menu ticks; else ``None``.
    """

    id: str
    title: str
    run: Callable[[], object]
    shortcut: str = ""
    other_keys: str = ""
    menu: str = ""
    enabled: Callable[[], bool] = lambda: True
    current: Callable[[], bool] | None = None

    def act(self) -> None:
        """Run it, if it can be used now."""
        if self.enabled():
            self.run()


def checked(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, or raise ``ValueError`` where ids or shortcuts collide."""
    for what in ("id", "shortcut"):
        values = [getattr(action, what) for action in actions if getattr(action, what)]
        twice = {value for value in values if values.count(value) > 1}
        if twice:
            raise ValueError(f"{what} used twice: {sorted(twice)}")
    return actions
