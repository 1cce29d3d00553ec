"""Which column the truth is in, as far as data and model tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.dataset import Kind, Role
from engine.contracts.model import Task

if TYPE_CHECKING:
    from engine.contracts.dataset import DatasetInfo
    from engine.contracts.model import ModelInfo

# More labels than this are no other spelling of the classes, but another column.
MOST_LABELS = 50


def guessed_target(data: DatasetInfo, model: ModelInfo | None) -> str:
    """Return the column that the truth is in as far as can be told, else ``""``.

    What counts rows or names them, and what is the same in all of them, is never
    taken for it; nor are labels for a number, or more numbers than there may be
    labels for a class.
    """
    classes = set(model.classes) if model is not None else set()
    inputs = {field.name for field in model.inputs} if model is not None else set()
    free = [
        column
        for column in data.columns
        if column.name not in inputs
        and column.n_distinct != 1
        and column.role not in (Role.ENTITY, Role.IGNORE)
    ]
    named = [column for column in free if column.role is Role.TARGET]
    labelled = [c for c in free if c.categories and set(c.categories) <= classes]
    if found := [c for c in labelled if c in named] or named or labelled:
        return found[0].name
    rest = [column for column in free if column.role is Role.FEATURE]
    if model is not None and model.task is Task.REGRESSION:
        rest = [column for column in rest if column.kind is Kind.NUMERIC]
    elif model is not None:
        rest = [column for column in rest if column.n_distinct <= MOST_LABELS]
    return rest[-1].name if rest else ""
