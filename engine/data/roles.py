"""What each column is for, with the reason for it."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.dataset import Column, Kind, Note, Role
from engine.contracts.score_names import subjects

FEW_LEVELS = 10
_PART_WORDS = {"train", "training", "test", "testing", "valid", "validation", "eval",
               "evaluation", "calibration", "holdout", "reference", "dev"}  # fmt: skip
_TARGETS = {"target", "label", "y", "outcome", "class", "status", "income",
            "survived", "default-payment-next-month", "default_payment_next_month",
            "churn", "default", "y_true", "truth", "medhousevalue", "medhouseval",
            "cnt", "two_year_recid", "response", "diagnosis"}  # fmt: skip
_QUANTITIES = {"target", "y", "y_true", "truth", "outcome", "medhousevalue",
               "medhouseval", "cnt", "response"}  # fmt: skip
_PREDICTIONS = {"prediction", "predicted", "y_pred", "pred", "yhat", "y_hat",
                "predicted_label"}  # fmt: skip
_SPLITS = {"split", "part", "partition", "set", "subset", "fold", "dataset"}
_WEIGHTS = {"weight", "weights", "sample_weight", "w"}
_ENTITY = re.compile(r"(^|_|\b)(id|uuid|guid|rownames|row_id|index|key)($|\b)", re.I)


def role_of(
    name: str,
    kind: Kind,
    column: pa.ChunkedArray,
    distinct: int,
    present: int,
    categories: tuple[str, ...],
) -> tuple[Role, Note]:
    """Return what a column is for by its name and its values, and why.

    Parameters
    ----------
    distinct, present
        How many values differ, and how many there are.
    """
    bare = name.strip().casefold()
    words = {label.casefold() for label in categories}
    if words and words <= _PART_WORDS and distinct > 1:
        return Role.SPLIT, Note(code="schema.split_values")
    if bare in _SPLITS and distinct <= FEW_LEVELS and kind is not Kind.NUMERIC:
        return Role.SPLIT, Note(code="schema.split_name")
    if bare in _PREDICTIONS:
        return Role.PREDICTION, Note(code="schema.prediction_name")
    if subjects(name) and _probabilities(column):
        return Role.SCORE, Note(code="schema.score_name")
    if bare in _WEIGHTS and kind is Kind.NUMERIC:
        return Role.WEIGHT, Note(code="schema.weight_name")
    if bare in _TARGETS and (kind is not Kind.NUMERIC or bare in _QUANTITIES):
        return Role.TARGET, Note(code="schema.target_name")
    unique = present > 1 and distinct == present
    whole = kind is Kind.TEXT or pa.types.is_integer(column.type)
    if unique and whole and (_ENTITY.search(bare) or kind is Kind.TEXT):
        return Role.ENTITY, Note(code="schema.unique_values")
    if unique and pa.types.is_integer(column.type) and _counts_up(column):
        return Role.ENTITY, Note(code="schema.counts_up")
    if kind is Kind.DATETIME:
        return Role.TIME, Note(code="schema.date_type")
    if distinct <= 1:
        return Role.IGNORE, Note(code="schema.constant", params={"column": name})
    return Role.FEATURE, Note(code="schema.rest")


def _probabilities(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_floating(column.type):
        return False
    found = pc.min_max(column).as_py()
    return found["min"] is not None and found["min"] >= 0 and found["max"] <= 1


def _counts_up(column: pa.ChunkedArray) -> bool:
    values = column.to_numpy()
    return len(values) > 2 and bool((np.diff(values) == 1).all())


def one_target(columns: list[Column]) -> list[Column]:
    """Keep the last of several guessed targets; the others are features."""
    guessed = [i for i, column in enumerate(columns) if column.role is Role.TARGET]
    rest = Note(code="schema.rest")
    for i in guessed[:-1]:
        columns[i] = msgspec.structs.replace(
            columns[i], role=Role.FEATURE, role_reason=rest
        )
    return columns
