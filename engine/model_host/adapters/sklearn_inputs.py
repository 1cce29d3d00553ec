"""What a scikit-learn model wants to be given, and how to give it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer

from engine.contracts.errors import EngineError
from engine.contracts.model import Input
from engine.model_host import columns
from engine.model_host.adapters import opened
from engine.model_host.adapters.sklearn_parts import first_step, kind_of, reads_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

_MAX_LEVELS = 1000
_NUMERIC_FIRST = ("sklearn.linear_model.", "sklearn.svm.", "sklearn.neighbors.")


@dataclass(frozen=True)
class Inputs:
    """Inputs in order, and the conversion of a table that has them."""

    described: tuple[Input, ...]
    names_known: bool
    convert: Callable[[pa.Table], Any]


def inputs_of(model: Any) -> Inputs:
    """Find a fitted model's inputs.

    Raises
    ------
    EngineError
        ``model.inputs_unknown`` if it does not say how many it has.
    """
    if reads_text(model):
        text = Input(name="text", dtype="string")
        return Inputs((text,), False, lambda t: columns.strings(t.column(0), ""))
    names = _names(model)
    count = len(names) if names else _count(model)
    if count is None:
        raise EngineError("model.inputs_unknown", found=kind_of(model))
    shown = names or opened.numbered(count)
    details = _details(model, count)
    described = tuple(
        Input(name=name, dtype=dtype, categories=levels)
        for name, (dtype, levels) in zip(shown, details, strict=True)
    )
    if names:
        return Inputs(described, True, lambda table: columns.frame(table, names))
    return Inputs(described, False, _matrix)


def _matrix(table: pa.Table) -> np.ndarray:
    """Return a float matrix where all columns are numbers, else objects."""
    try:
        return columns.numbers(table)
    except EngineError:
        return columns.frame(table).to_numpy(dtype=object)


def _names(model: Any) -> tuple[str, ...]:
    for part in (model, first_step(model)):
        found = getattr(part, "feature_names_in_", None)
        if found is not None:
            return tuple(str(name) for name in found)
    return ()


def _count(model: Any) -> int | None:
    for part in (model, first_step(model)):
        found = getattr(part, "n_features_in_", None)
        if found is not None:
            return int(found)
    return None


def _details(model: Any, count: int) -> list[tuple[str, tuple[str, ...]]]:
    """Return dtype and known levels of every input."""
    first = first_step(model)
    declared = getattr(model, "feature_types_in_", None)
    if declared is not None and len(declared) == count:  # InterpretML
        kinds = {"continuous": "float", "nominal": "category", "ordinal": "category"}
        return [(kinds.get(str(kind), "any"), ()) for kind in declared]
    if isinstance(first, ColumnTransformer):
        return _transformed(first, count)
    levels = _levels(first)
    if levels is not None and len(levels) == count:
        return levels
    numeric = kind_of(first).startswith("sklearn.") and "Function" not in kind_of(first)
    return [("float" if numeric else "any", ())] * count


def _transformed(
    transformer: ColumnTransformer, count: int
) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = [("any", ())] * count
    names = list(getattr(transformer, "feature_names_in_", ()))
    for _, part, chosen in transformer.transformers_:
        places = _places(chosen, names)
        levels = _levels(part)
        for index, place in enumerate(places):
            if levels is not None and len(levels) == len(places):
                found[place] = levels[index]
            elif _is_numeric(part):
                found[place] = ("float", ())
    return found


def _places(chosen: Any, names: list[str]) -> list[int]:
    if isinstance(chosen, str):
        return [names.index(chosen)]
    if isinstance(chosen, slice):
        return []
    array = np.asarray(chosen)
    if array.dtype == bool:
        return [int(place) for place in np.flatnonzero(array)]
    return [
        names.index(place) if isinstance(place, str) else int(place)
        for place in array.tolist()
    ]


def _levels(part: Any) -> list[tuple[str, tuple[str, ...]]] | None:
    """Return the levels an encoder (or a pipeline with one) was fitted on."""
    for _, step in getattr(part, "steps", [("", part)]):
        fitted = getattr(step, "categories_", None)
        if fitted is not None:
            return [("category", opened.texts(_known(levels))) for levels in fitted]
    return None


def _known(levels: Any) -> list[Any]:
    """Return levels that are values; a missing one is no level."""
    values = np.asarray(levels).tolist()[:_MAX_LEVELS]
    return [v for v in values if v is not None and v == v]


def _is_numeric(part: Any) -> bool:
    for _, step in getattr(part, "steps", [("", part)]):
        if kind_of(step).startswith("sklearn.impute."):
            statistics = np.asarray(getattr(step, "statistics_", ""))
            return statistics.dtype.kind in "fiu"
        if kind_of(step).startswith("sklearn.preprocessing._data."):
            return True
    return False
