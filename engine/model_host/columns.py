"""Arrow columns → what libraries take, with a clear word where they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.errors import EngineError
from engine.model_host.adapters.opened import label_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def read_batch(path: Path) -> pa.Table:
    """Return the table of an Arrow IPC file, mapped and not copied."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def numbers(
    table: pa.Table,
    categories: Mapping[str, Mapping[str, int]] | None = None,
    dtype: type[np.floating] = np.float64,
) -> np.ndarray:
    """Return all columns as one matrix, missing values as ``nan``.

    Parameters
    ----------
    categories
        Columns that stand for codes: category text → code. A value that is not
        among them becomes ``nan``.

    Raises
    ------
    EngineError
        ``model.not_numeric`` naming the first column that is not a number.
    """
    matrix = np.empty((table.num_rows, table.num_columns), dtype=dtype)
    for index, name in enumerate(table.column_names):
        column = table.column(index)
        if categories is not None and name in categories:
            matrix[:, index] = codes(column, categories[name])
        else:
            matrix[:, index] = number(column, name)
    return matrix


def number(column: pa.ChunkedArray, name: str) -> np.ndarray:
    """Return one column as float64, missing values as ``nan``."""
    column = plain(column)
    kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    numeric = (
        pa.types.is_floating(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    )
    if not numeric:
        raise EngineError("model.not_numeric", column=name, found=str(kind))
    if not pa.types.is_float64(kind):
        column = pc.cast(column, pa.float64(), safe=False)
    if column.null_count:
        column = pc.fill_null(column, float("nan"))
    found: np.ndarray = column.to_numpy()
    return found


def codes(column: pa.ChunkedArray, known: Mapping[str, int]) -> np.ndarray:
    """Return the code of every value, ``nan`` where it is missing or unknown."""
    encoded = plain(column).dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # no rows: no chunk to combine
        return np.empty(0)
    levels = encoded.dictionary.to_pylist()
    wanted = [known.get(label_text(level), np.nan) for level in levels]
    table = np.array([*wanted, np.nan], dtype=np.float64)
    positions = pc.fill_null(encoded.indices, len(levels)).to_numpy()
    found: np.ndarray = table[positions]
    return found


def strings(column: pa.ChunkedArray, missing: str) -> np.ndarray:
    """Return every value as text in an object array."""
    encoded = plain(column).dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        return np.empty(0, dtype=object)
    levels = [label_text(level) for level in encoded.dictionary.to_pylist()]
    table = np.array([*levels, missing], dtype=object)
    positions = pc.fill_null(encoded.indices, len(levels)).to_numpy()
    found: np.ndarray = table[positions]
    return found


def frame(
    table: pa.Table,
    names: Sequence[str] | None = None,
    nulls: Sequence[Any] | None = None,
) -> pd.DataFrame:
    """Return a pandas frame like the one ``read_csv`` would have made.

    Text is of type ``object`` with ``nan`` where missing, whatever pandas is
    installed: that is what most saved pipelines were fitted on.

    Parameters
    ----------
    nulls
        What stands for a missing value in each column of objects, where it is
        not ``nan``.
    """
    made: pd.DataFrame = pa.table(
        {name: plain(table.column(name)) for name in table.column_names}
    ).to_pandas(date_as_object=False, strings_to_categorical=False)
    for place, name in enumerate(made.columns):
        if isinstance(made[name].dtype, pd.StringDtype) or made[name].dtype == object:
            objects = made[name].astype(object)
            objects[objects.isna()] = np.nan if nulls is None else nulls[place]
            made[name] = objects
    if names is not None:
        made.columns = pd.Index(list(names), dtype=object)
    return made


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column without dictionary encoding."""
    if pa.types.is_dictionary(column.type):
        return pc.cast(column, column.type.value_type)
    return column
