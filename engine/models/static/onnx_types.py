"""Do the kinds of numbers in an ONNX graph fit the operators they go into."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from engine.models.static.outcome import BrokenError, NotUnderstoodError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORT = ("INT32", "INT16", "INT8", "UINT16", "UINT8", "BOOL", "FLOAT16", "BFLOAT16")
# where a tensor keeps its values, and how many entries one of them takes
_FIELDS = {
    **dict.fromkeys(_SHORT, ("int32_data", 1)),
    "FLOAT": ("float_data", 1),
    "COMPLEX64": ("float_data", 2),
    "DOUBLE": ("double_data", 1),
    "COMPLEX128": ("double_data", 2),
    "INT64": ("int64_data", 1),
    "UINT32": ("uint64_data", 1),
    "UINT64": ("uint64_data", 1),
    "STRING": ("string_data", 1),
}
_OF_A_PART = "Inference error(s):"
_HINT = "Inferred shape and existing shape differ"


def check_length(tensor: Any) -> None:
    """Check that a tensor holds as many values as its shape has places.

    Raises
    ------
    BrokenError
        If not, or if its values are of no kind there is.
    """
    kind = _name(tensor.data_type)
    declared = math.prod(tensor.dims)
    if tensor.HasField("raw_data"):
        bits = _bits(kind)
        sound = bits is not None and len(tensor.raw_data) == (declared * bits + 7) // 8
    elif kind in _FIELDS:
        name, entries = _FIELDS[kind]
        sound = len(getattr(tensor, name)) == declared * entries
    else:  # eight bits each, or several packed into one entry
        given = len(tensor.int32_data)
        sound = bool(_bits(kind)) and declared <= given * 4 and given <= declared
    if not sound or any(n < 0 for n in tensor.dims):
        raise BrokenError("safety.broken_tensor", name=tensor.name[:80])


def _name(kind: int) -> str:
    import onnx  # noqa: PLC0415 - heavy, and only for these files

    kinds = onnx.TensorProto.DataType
    return str(kinds.Name(kind)) if kind in kinds.values() else ""


def _bits(name: str) -> int | None:
    """Return how many bits a value takes; nothing for texts and unknown kinds."""
    if name.endswith("INT4") or name.startswith("FLOAT4"):
        return 4
    if name.endswith("INT2"):
        return 2
    sizes = {"FLOAT": 32, "DOUBLE": 64, "BOOL": 8, "FLOAT16": 16, "BFLOAT16": 16}
    sizes |= {"COMPLEX64": 64, "COMPLEX128": 128}
    if name.startswith("FLOAT8"):
        return 8
    if name in sizes:
        return sizes[name]
    digits = name.lstrip("UINT")
    return int(digits) if digits.isdigit() else None


def check_values(graph: Any) -> None:
    """Check that everything a graph names is of a kind there is.

    Raises
    ------
    BrokenError
        Naming what is not.
    """
    for value in (*graph.input, *graph.output, *graph.value_info):
        if not all(_name(kind) not in ("", "UNDEFINED") for kind in _kinds(value.type)):
            raise BrokenError("safety.broken_tensor", name=value.name[:80])


def _kinds(told: Any) -> Iterator[int]:
    kind = told.WhichOneof("value")
    if kind in ("tensor_type", "sparse_tensor_type"):
        yield getattr(told, kind).elem_type
    elif kind in ("sequence_type", "optional_type"):
        yield from _kinds(getattr(told, kind).elem_type)
    elif kind == "map_type":
        yield told.map_type.key_type
        yield from _kinds(told.map_type.value_type)
    else:
        yield 0


def check_flow(model: Any) -> None:
    """Check that each operator is given, and gives, kinds of numbers it works with.

    How many there are is not asked: the run-time takes what a file says of that as a
    hint, and so do honest files.

    Raises
    ------
    NotUnderstoodError
        With what ONNX's own inference says.
    """
    import onnx.shape_inference as inference  # noqa: PLC0415

    try:
        inference.infer_shapes(model, check_type=True, strict_mode=True)
    except (inference.InferenceError, RuntimeError, ValueError) as error:
        head, *each = str(error).split("(op_type:")
        for told in each or [head]:
            why = " ".join(told.split())
            if _HINT not in why and not why.endswith(_OF_A_PART):
                why = why[:160].rstrip(".: ")
                raise NotUnderstoodError("safety.onnx_checker", why=why) from error
