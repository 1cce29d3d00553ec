"""joblib's arrays: raw bytes in the middle of a pickle, right after a BUILD.

``joblib.numpy_pickle.NumpyUnpickler`` replaces each ``NumpyArrayWrapper`` by the
array whose bytes follow it. The reader here passes over exactly those bytes, or
says that it cannot. Object arrays are a whole pickle of their own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from engine.models.static.outcome import NotUnderstoodError
from engine.models.static.pickle_values import OPAQUE, Blob, Global, Made
from engine.models.static.tree_arrays import check_tree, item_size

if TYPE_CHECKING:
    from engine.models.static.pickle_machine import Machine

WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"
FIELDS = frozenset(
    {
        "subclass",
        "shape",
        "order",
        "dtype",
        "allow_mmap",
        "numpy_array_alignment_bytes",
    }
)
SUBCLASSES = frozenset(
    {
        "numpy.ndarray",
        "numpy.matrix",
        "numpy.memmap",
        "numpy.matrixlib.defmatrix.matrix",
    }
)
RECONSTRUCTORS = frozenset(
    {"numpy._core.multiarray._reconstruct", "numpy.core.multiarray._reconstruct"}
)


def read_array(machine: Machine, made: Made) -> Any:
    """Pass over the array that belongs to a wrapper; ``on_build`` of the machine."""
    if not _is_wrapper(made):
        _check_plain_array(machine, made)
        return made
    if machine.frame_end is not None and machine.position != machine.frame_end:
        machine.fail("safety.frame_crossed")
    state = made.state
    if (
        not made.plain_state
        or not set(state) <= FIELDS
        or not {"subclass", "shape", "order", "dtype"} <= set(state)
        or not isinstance(state["subclass"], Global)
        or state["subclass"].full not in SUBCLASSES
    ):
        machine.fail("safety.odd_array")
    shape, n = _shape(state["shape"])
    size, has_objects = item_size(state["dtype"])
    machine.listing.arrays += 1
    machine.frame_end = None
    if has_objects:
        _nested(machine)
        return OPAQUE
    padding = state.get("numpy_array_alignment_bytes")
    if padding is not None:
        if type(padding) is not int:
            machine.fail("safety.odd_array")
        machine.skip(machine.take(1)[0])
    start = machine.skip(n * size)
    check_tree(machine.data, state["dtype"], start, shape)
    return OPAQUE


def _check_plain_array(machine: Machine, made: Made) -> None:
    state = made.last
    if (
        made.full in RECONSTRUCTORS
        and isinstance(state, tuple)
        and len(state) == 5
        and isinstance(state[4], Blob)
    ):
        check_tree(machine.data, state[2], state[4].start, state[1], state[4].length)


def _is_wrapper(made: Made) -> bool:
    if made.how == "new" and made.full == WRAPPER:
        if made.args != ():
            raise NotUnderstoodError("safety.odd_array", position=0)
        return True
    if made.full == "copyreg._reconstructor":
        args = made.args if isinstance(made.args, tuple) else ()
        first = args[0] if args else None
        return isinstance(first, Global) and first.full == WRAPPER
    if made.full == WRAPPER:
        raise NotUnderstoodError("safety.odd_array", position=0)
    return False


def _shape(shape: Any) -> tuple[tuple[int, ...], int]:
    if not isinstance(shape, tuple) or not all(
        type(n) is int and 0 <= n < 2**48 for n in shape
    ):
        raise NotUnderstoodError("safety.odd_array", position=0)
    return shape, math.prod(shape)


def _nested(machine: Machine) -> None:
    inner = type(machine)(
        machine.data,
        machine.listing,
        position=machine.position,
        depth=machine.depth + 1,
        progress=machine.progress,
    )
    outer_root = machine.listing.root
    inner.run()
    machine.listing.root = outer_root
    machine.position = inner.position
