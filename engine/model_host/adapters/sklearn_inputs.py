"""What a scikit-learn model wants to be given, and how to give it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.contracts.errors import EngineError
from engine.contracts.model import Input
from engine.model_host import columns
from engine.model_host.adapters import opened
from engine.model_host.adapters.sklearn_accepts import (
    Accepts,
    accepts,
    reads_text,
    sighted,
)
from engine.model_host.adapters.sklearn_parts import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pyarrow as pa


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
    found = accepts(model, count)
    described = tuple(
        opened.level_input(
            name,
            one.dtype,
            one.levels,
            takes_missing=one.takes_missing,
            of_texts=one.of_texts,
            used=one.used,
        )
        for name, one in zip(shown, found, strict=True)
    )
    if names:
        return Inputs(described, True, lambda t: _frame(t, names, found))
    return Inputs(described, False, lambda t: _matrix(t, found))


def _frame(
    table: pa.Table, names: Sequence[str], found: Sequence[Accepts]
) -> pd.DataFrame:
    frame = columns.frame(table, names, [one.null for one in found])
    for name, one in zip(names, found, strict=True):
        if one.as_category:
            frame[name] = pd.Categorical(frame[name], categories=list(one.levels))
        elif one.as_objects:
            frame[name] = frame[name].astype(object)
    return frame


def _matrix(table: pa.Table, found: Sequence[Accepts]) -> np.ndarray:
    """Return a float matrix where all columns are numbers, else objects."""
    if not any(one.as_objects for one in found):
        with contextlib.suppress(EngineError):
            return columns.numbers(table)
    nulls = [one.null for one in found]
    return columns.frame(table, nulls=nulls).to_numpy(dtype=object)


def _names(model: Any) -> tuple[str, ...]:
    for part in sighted(model):
        found = getattr(part, "feature_names_in_", None)
        if found is None and kind_of(part).startswith("catboost."):
            found = [name for name in part.feature_names_ if not name.isdigit()]
        names = () if found is None else tuple(str(name) for name in found)
        if names:
            return names
    return ()


def _count(model: Any) -> int | None:
    for part in sighted(model):
        found = getattr(part, "n_features_in_", None)
        if found is not None:
            return int(found)
    return None
