"""Recorded scores beside the column that holds the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.dataset import Kind
from engine.contracts.errors import EngineError
from engine.known_values import recorded_classes
from engine.models import recorded_scores

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo
    from engine.contracts.model import ModelInfo, RecordedScores
    from engine.data.table import Table


def recorded_info(
    scores: RecordedScores, target: str, table: Table, data: DatasetInfo
) -> ModelInfo:
    """Return recorded scores as if they were a model of ``target``.

    A column of numbers with at most one score beside it is a number that was
    predicted, unless it has two values.

    Raises
    ------
    EngineError
        ``target.missing_column`` if there is no such column, ``match.no_target`` if
        none was said.
    """
    if not target:
        raise EngineError("match.no_target")
    if target not in table.names:
        raise EngineError("target.missing_column", column=target)
    column = data.column(target)
    try:
        labels = recorded_classes(table, target, scores)
    except TypeError:  # too many different numbers to be classes
        labels = ()
    numeric = column is not None and column.kind is Kind.NUMERIC
    if numeric and len(scores.scores) <= 1 and len(labels) != 2:
        labels = ()
    return recorded_scores.describe(scores, labels)
