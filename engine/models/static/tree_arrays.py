"""The nodes of decision trees: do they point where nodes are.

scikit-learn follows child and feature numbers without looking; a file whose
numbers lie makes it read outside its memory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engine.models.static.outcome import BrokenError, NotUnderstoodError
from engine.models.static.pickle_values import Made, Table

if TYPE_CHECKING:
    import numpy as np

_TYPE = re.compile(r"([biufcSUVMmO])(\d{1,6})")
_MAX_DEPTH = 8
_WIDTHS = {1: "<u1", 4: "<u4", 8: "<i8"}
_KINDS = (("left_child", "right_child", ""), ("left", "right", "is_leaf"))


def item_size(
    dtype: Any, depth: int = 0, seen: set[int] | None = None
) -> tuple[int, bool]:
    """Return the bytes of one item of a symbolic dtype, and if it holds objects.

    Raises
    ------
    NotUnderstoodError
        If the dtype was made in another way than numpy's own pickles do.
    """
    if (
        depth > _MAX_DEPTH
        or not isinstance(dtype, Made)
        or dtype.full != "numpy.dtype"
        or dtype.how != "call"
        or not honest_dtype(dtype.args)
    ):
        raise NotUnderstoodError("safety.odd_dtype")
    found = _TYPE.fullmatch(dtype.args[0])
    if found is None:
        raise NotUnderstoodError("safety.odd_dtype")
    kind, size = found[1], int(found[2])
    state = dtype.last
    if not isinstance(state, tuple) or len(state) < 8 or state[0] not in (3, 4):
        raise NotUnderstoodError("safety.odd_dtype")
    if kind == "O":
        return 8, True
    if kind == "V":
        return _record_size(state, size, depth, set() if seen is None else seen)
    if state[2] is not None or state[3] is not None or state[4] is not None:
        raise NotUnderstoodError("safety.odd_dtype")
    size = size * 4 if kind == "U" else size
    if kind in "SU" and state[5] != size:
        raise NotUnderstoodError("safety.odd_dtype")
    return size, False


def _record_size(
    state: tuple[Any, ...], size: int, depth: int, seen: set[int]
) -> tuple[int, bool]:
    names, fields = state[3], state[4]
    if state[2] is not None or state[5] != size:
        raise NotUnderstoodError("safety.odd_dtype")
    if fields is None and names is None:
        return size, False
    if not isinstance(fields, Table) or not fields.complete or not fields.items:
        raise NotUnderstoodError("safety.odd_dtype")
    for entry in fields.items.values():
        if not isinstance(entry, tuple) or not entry:
            raise NotUnderstoodError("safety.odd_dtype")
        if id(entry[0]) in seen:
            continue  # looked at already: shared types must not multiply the work
        seen.add(id(entry[0]))
        _, has_objects = item_size(entry[0], depth + 1, seen)
        if has_objects:
            raise NotUnderstoodError("safety.odd_dtype")
    return size, False


def honest_dtype(args: Any) -> bool:
    """Return whether ``numpy.dtype`` is called as numpy's own pickles call it."""
    return (
        isinstance(args, tuple)
        and len(args) == 3
        and type(args[0]) is str
        and _TYPE.fullmatch(args[0]) is not None
        and args[1] in (False, 0)
        and args[2] in (True, 1)
    )


def check_tree(
    data: Any, dtype: Any, start: int, shape: Any, length: int | None = None
) -> None:
    """Check the nodes of one tree where they lie in the file.

    Arrays that are no tree's nodes pass.

    Raises
    ------
    BrokenError
        If a child lies outside the array or not after its parent.
    """
    import numpy as np  # noqa: PLC0415 - only files with trees need it

    state = dtype.last if isinstance(dtype, Made) else None
    fields = state[4] if isinstance(state, tuple) and len(state) > 4 else None
    if not isinstance(fields, Table) or not isinstance(shape, tuple) or len(shape) != 1:
        return
    for left, right, leaf in _KINDS:
        if not {left, right} <= set(fields.items):
            continue
        size, _ = item_size(dtype)
        n = shape[0]
        if length is not None and n * size != length:
            raise BrokenError("safety.broken_tree", node=0)
        raw = np.frombuffer(data, dtype=np.uint8, count=n * size, offset=start)
        rows = raw.reshape(n, size)
        children = [_column(rows, fields, name, size) for name in (left, right)]
        is_leaf = _column(rows, fields, leaf, size) != 0 if leaf else children[0] == -1
        check_children(children[0], children[1], is_leaf)


def _column(rows: np.ndarray, fields: Table, name: str, size: int) -> np.ndarray:
    entry = fields.items.get(name)
    if not isinstance(entry, tuple) or len(entry) < 2 or type(entry[1]) is not int:
        raise NotUnderstoodError("safety.odd_dtype")
    width, _ = item_size(entry[0])
    if entry[1] < 0 or entry[1] + width > size or width not in _WIDTHS:
        raise NotUnderstoodError("safety.odd_dtype")
    cells = rows[:, entry[1] : entry[1] + width].copy()
    return cells.view(_WIDTHS[width])[:, 0].astype("i8")


def check_children(left: np.ndarray, right: np.ndarray, leaf: np.ndarray) -> None:
    """Check that children lie after their parent and inside the array.

    scikit-learn numbers nodes so in both of its tree kinds, whatever the order
    of growth; so a tree that passes has no cycle.

    Raises
    ------
    BrokenError
        Naming the first node that does not.
    """
    import numpy as np  # noqa: PLC0415

    own = np.arange(len(left))
    for child in (left, right):
        bad = ~leaf & ((child <= own) | (child >= len(left)))
        if bad.any():
            raise BrokenError("safety.broken_tree", node=int(np.flatnonzero(bad)[0]))
