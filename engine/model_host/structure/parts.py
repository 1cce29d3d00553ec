"""The last part of a model, taken apart, and the errors of taking apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.contracts.structure import Form, Link

REGRESSION: tuple[str, ...] = ("",)
_TWO = 2


class Part(NamedTuple):
    """An estimator from the inside, given rows of numbers.

    Attributes
    ----------
    form, link, outputs
        As of :class:`~engine.contracts.structure.Structure`.
    prepare
        Rows as the estimator is given them (frame, matrix, also sparse) to the
        ``(n, d)`` float64 values its form speaks of.
    columns
        For each of the ``d`` the column of the rows it comes from.
    cut_by
        As of :class:`~engine.contracts.structure.Structure`.
    """

    form: Form
    link: Link
    outputs: tuple[str, ...]
    prepare: Callable[[Any], np.ndarray]
    columns: tuple[int, ...]
    cut_by: str = ""


def unknown() -> EngineError:
    """Return the error for what cannot be taken apart."""
    return EngineError("model.no_structure")


def dense(rows: Any) -> np.ndarray:
    """Return rows as a float64 matrix, categories of a frame as their codes.

    Raises
    ------
    EngineError
        ``model.no_structure`` if they are not all numbers.
    """
    if hasattr(rows, "toarray"):
        rows = rows.toarray()
    if isinstance(rows, pd.DataFrame):
        rows = _coded(rows)
    try:
        return np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise unknown() from error


def _coded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose categories are codes, as libraries of trees see them."""
    made = frame.copy(deep=False)
    for name in frame.select_dtypes("category").columns:
        codes = frame[name].cat.codes
        made[name] = codes.where(codes >= 0).astype(np.float64)
    return made


def in_single(rows: Any) -> np.ndarray:
    """Return rows as float64 after the cast to float32 that a library makes."""
    with np.errstate(over="ignore"):
        return dense(rows).astype(np.float32).astype(np.float64)


def class_outputs(classes: Sequence[str]) -> tuple[str, ...]:
    """Return the classes that have an output: of two the second alone."""
    return tuple(classes[1:]) if len(classes) == _TWO else tuple(classes)
