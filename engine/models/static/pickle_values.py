"""What the symbolic pickle machine keeps of the objects a pickle would make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

KEPT_KEYS = 4096
KEPT_TEXT = 4096


class Opaque:
    """A value nobody needs to know: numbers are kept, containers' contents not."""


OPAQUE = Opaque()


@dataclass(frozen=True)
class Blob:
    """Bytes inside the file, by place; they are not copied."""

    start: int
    length: int


@dataclass(frozen=True, eq=False)
class Global:
    """A name the pickle imports."""

    module: str
    name: str

    @property
    def full(self) -> str:
        """Return module and name in one, as Python spells it."""
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class Table:
    """A dictionary under construction; only text keys are kept."""

    items: dict[str, Any] = field(default_factory=dict)
    complete: bool = True

    def put(self, key: Any, value: Any) -> None:
        """Set one item as ``dict.__setitem__`` would."""
        if type(key) is not str or (
            len(self.items) >= KEPT_KEYS and key not in self.items
        ):
            self.complete = False
        else:
            self.items[key] = value


@dataclass(eq=False)
class Bag:
    """A list or a set under construction; how many, not what."""

    n: int = 0


@dataclass(eq=False)
class Made:
    """What a call of ``target`` would return.

    Attributes
    ----------
    how
        ``call`` for a plain call, ``new`` for ``cls.__new__(cls, ...)``.
    state
        Attributes set by BUILD so far, last one wins.
    plain_state
        Whether every BUILD was one dictionary of text keys.
    last
        The last BUILD's argument as it was.
    """

    target: Any
    args: Any
    how: str
    state: dict[str, Any] = field(default_factory=dict)
    plain_state: bool = True
    last: Any = None

    @property
    def full(self) -> str:
        """Return the name of what was called, or ``""`` for a computed callee."""
        return self.target.full if isinstance(self.target, Global) else ""
