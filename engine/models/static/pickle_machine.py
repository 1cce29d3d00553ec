"""A pickle machine that imports nothing, calls nothing and makes nothing.

It follows CPython's ``pickle._Unpickler`` opcode by opcode (protocols 0 to 5)
with symbols for objects, and lists every name that loading would import and
what would be done with it. Where it cannot follow exactly what a real machine
would do, it raises: *not understood* is never *harmless*.
"""

from __future__ import annotations

import _compat_pickle
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from engine.models.static.outcome import NotUnderstoodError
from engine.models.static.pickle_opcodes import TABLE
from engine.models.static.pickle_values import Global, Made, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.contracts.progress import Progress

MAX_OPERATIONS = 6_000_000
MAX_NESTING = 40
MAX_NAME = 1_000
MAX_NAMES = 20_000


@dataclass
class Listing:
    """What loading would import and do.

    Attributes
    ----------
    uses
        Full name to the uses made of it: ``name`` (imported), ``call``,
        ``new`` (instance made without ``__init__``), ``patch`` (its own
        attributes are set: never benign).
    arguments
        Called name to the names among its arguments.
    odd
        Things done that no honest writer does, as message codes.
    watched
        Values seen under the dictionary keys in :data:`WATCHED`.
    root
        What the last pickle in the stream leaves.
    """

    uses: dict[str, set[str]] = field(default_factory=dict)
    arguments: dict[str, set[str]] = field(default_factory=dict)
    calls: list[Made] = field(default_factory=list)
    built: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    odd: dict[str, str] = field(default_factory=dict)
    watched: dict[str, set[str]] = field(default_factory=dict)
    persistent: list[Any] = field(default_factory=list)
    arrays: int = 0
    protocol: int = 0
    operations: int = 0
    root: Any = None

    def use(self, name: str, how: str) -> None:
        """Note one use of a name."""
        if name not in self.uses and len(self.uses) >= MAX_NAMES:
            raise NotUnderstoodError("safety.too_many_names", limit=MAX_NAMES)
        self.uses.setdefault(name, set()).add(how)


WATCHED = frozenset({"_sklearn_version"})
CHECKED_CALLS = frozenset(
    {
        "_codecs.encode",
        "numpy.dtype",
        "numpy._core.multiarray.scalar",
        "numpy.core.multiarray.scalar",
    }
)
PLAIN_BASES = frozenset(
    f"builtins.{name}" for name in ("object", "dict", "list", "set", "tuple")
)
BOOSTERS = frozenset(
    {
        "xgboost.core.Booster",
        "lightgbm.basic.Booster",
        "catboost.core.CatBoostClassifier",
        "catboost.core.CatBoostRegressor",
        "catboost.core.CatBoost",
    }
)


class Machine:
    """One run over one stream.

    Parameters
    ----------
    data
        The bytes: ``bytes`` or an ``mmap``.
    listing
        Where to note what is found; shared by nested pickles.
    on_build
        Called after every BUILD with ``(machine, object)``; may move
        :attr:`position` past bytes that are not opcodes (joblib's arrays) and
        returns what then stands on the stack.
    persistent
        Whether the reader of this container has a ``persistent_load``.
    """

    def __init__(
        self,
        data: Sequence[int],
        listing: Listing,
        *,
        position: int = 0,
        on_build: Callable[[Machine, Made], Any] | None = None,
        persistent: bool = False,
        depth: int = 0,
        progress: Progress | None = None,
    ) -> None:
        if depth > MAX_NESTING:
            raise NotUnderstoodError("safety.nested_too_deep", limit=MAX_NESTING)
        self.data: Any = data
        self.end = len(data)
        self.position = position
        self.listing = listing
        self.on_build = on_build
        self.has_persistent = persistent
        self.depth = depth
        self.progress = progress
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.protocol = 0
        self.frame_end: int | None = None

    # -- the loop -----------------------------------------------------------

    def run(self) -> Any:
        """Follow one pickle up to its STOP and return what it leaves."""
        table = TABLE
        listing = self.listing
        while True:
            listing.operations += 1
            if listing.operations & 0xFFFF == 0:
                self._check_budget()
            if self.frame_end is not None and self.position >= self.frame_end:
                if self.position > self.frame_end:
                    self.fail("safety.frame_crossed")
                self.frame_end = None
            if self.position >= self.end:
                self.fail("safety.cut_off")
            code = self.data[self.position]
            self.position += 1
            if code == 0x2E:  # STOP
                return self._stop()
            step = table[code]
            if step is None:
                self.position -= 1
                self.fail("safety.no_opcode")
            step(self)

    def _check_budget(self) -> None:
        if self.listing.operations > MAX_OPERATIONS:
            raise NotUnderstoodError("safety.too_many_operations", limit=MAX_OPERATIONS)
        if self.progress is not None:
            self.progress.raise_if_cancelled()

    def _stop(self) -> Any:
        if self.frame_end is not None and self.position != self.frame_end:
            self.fail("safety.frame_crossed")
        value = self.pop()
        self.listing.root = value
        self.listing.protocol = max(self.listing.protocol, self.protocol)
        return value

    def fail(self, code: str) -> NoReturn:
        """Stop understanding, at this place."""
        raise NotUnderstoodError(code, position=self.position)

    # -- reading ------------------------------------------------------------

    def take(self, n: int) -> bytes:
        """Return the next ``n`` bytes."""
        start = self.skip(n)
        return bytes(self.data[start : start + n])

    def skip(self, n: int) -> int:
        """Pass over ``n`` bytes and return where they began."""
        start = self.position
        stop = start + n
        if n < 0 or stop > self.end:
            self.fail("safety.cut_off")
        if self.frame_end is not None and stop > self.frame_end:
            self.fail("safety.frame_crossed")
        self.position = stop
        return start

    def line(self) -> bytes:
        """Return the text up to the next line feed, without it."""
        limit = self.end if self.frame_end is None else self.frame_end
        stop = self.data.find(b"\n", self.position, limit)
        if stop < 0:
            self.fail("safety.cut_off")
        found = bytes(self.data[self.position : stop])
        self.position = stop + 1
        return found

    def number(self, layout: str) -> int:
        """Return one little-endian integer."""
        found: int = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return found

    # -- stack --------------------------------------------------------------

    def push(self, value: Any) -> None:
        """Push one value on the stack as it is now, after any mark was popped."""
        self.stack.append(value)

    def pop(self) -> Any:
        """Pop one value."""
        if not self.stack:
            self.fail("safety.stack_underflow")
        return self.stack.pop()

    def top(self) -> Any:
        """Return the uppermost value."""
        if not self.stack:
            self.fail("safety.stack_underflow")
        return self.stack[-1]

    def to_mark(self) -> list[Any]:
        """Pop everything above the last mark."""
        if not self.marks:
            self.fail("safety.stack_underflow")
        items = self.stack
        self.stack = self.marks.pop()
        return items

    # -- names and calls ----------------------------------------------------

    def name(self, module: Any, name: Any) -> Global:
        """Note an import and return its symbol."""
        if type(module) is not str or type(name) is not str:
            self.fail("safety.computed_name")
        if self.protocol < 3:
            module, name = _modern(module, name)
        if len(module) > MAX_NAME or len(name) > MAX_NAME:
            self.fail("safety.name_too_long")
        found = Global(module, name)
        self.listing.use(found.full, "name")
        return found

    def call(self, target: Any, args: Any, how: str) -> Made:
        """Note a call and return a symbol of what it gives."""
        made = Made(target, args, how)
        if isinstance(target, Global):
            self.listing.use(target.full, how)
            self._note_arguments(target.full, args)
            if target.full in CHECKED_CALLS:
                self.listing.calls.append(made)
        else:
            self.listing.odd.setdefault("safety.computed_callee", str(self.position))
        return made

    def _note_arguments(self, target: str, args: Any) -> None:
        """Note the names handed to a call; protocol 0's maker is seen through."""
        if target == "copyreg._reconstructor":
            cls, *rest = args if isinstance(args, tuple) and args else (None,)
            if isinstance(cls, Global):
                self.listing.use(cls.full, "new")
            base = rest[0] if len(rest) == 2 else None
            plain = isinstance(base, Global) and base.full in PLAIN_BASES
            if not isinstance(cls, Global) or not plain:
                self.listing.odd.setdefault("safety.odd_maker", str(self.position))
            return
        for name in _names_in(args):
            self.listing.arguments.setdefault(target, set()).add(name)

    def build(self) -> None:
        """BUILD: set the state of the object below."""
        state = self.pop()
        target = self.top()
        if isinstance(target, Global):
            self.listing.use(target.full, "patch")
            return
        if not isinstance(target, Made):
            self.listing.odd.setdefault("safety.odd_build", str(self.position))
            return
        target.last = state
        if isinstance(state, Table):
            target.state.update(state.items)
            target.plain_state = target.plain_state and state.complete
        else:
            target.plain_state = False
        if target.full in BOOSTERS:
            kept = dict(state.items) if isinstance(state, Table) else {}
            self.listing.built.append((target.full, kept))
        if self.on_build is not None:
            self.stack[-1] = self.on_build(self, target)

    def fill(self, target: Any, pairs: list[Any] | None = None) -> None:
        """SETITEMS, APPENDS, ADDITEMS: methods called on the object below."""
        if isinstance(target, Global):
            self.listing.use(target.full, "patch")
        elif pairs is not None:
            if len(pairs) % 2:
                self.fail("safety.stack_underflow")
            self._set_items(target, pairs)

    def _set_items(self, target: Any, pairs: list[Any]) -> None:
        table = target if isinstance(target, Table) else None
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if table is not None:
                table.put(key, value)
            if type(key) is str and key in WATCHED and type(value) is str:
                self.listing.watched.setdefault(key, set()).add(value[:40])


def _names_in(args: Any) -> Iterator[str]:
    """Yield the names among arguments, each container looked into once."""
    seen: set[int] = set()
    waiting = [args]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Global):
            yield item.full
        elif isinstance(item, tuple | Table) and id(item) not in seen:
            seen.add(id(item))
            waiting.extend(item.items.values() if isinstance(item, Table) else item)


def _modern(module: str, name: str) -> tuple[str, str]:
    """Return the name Python 3 imports for one that Python 2 wrote."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[(module, name)]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name
