"""What is typed about columns: what they are, and which input they feed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TypeVar

from engine.contracts.dataset import ColumnChoice, Kind, Role
from engine.contracts.errors import EngineError
from engine.contracts.model import Mapping, RecordedScores

if TYPE_CHECKING:
    import argparse
    from enum import StrEnum

    _W = TypeVar("_W", bound=StrEnum)


def mapping(asked: argparse.Namespace) -> Mapping | None:
    """Return which column feeds which input, ``None`` for by name.

    Raises
    ------
    EngineError
        ``command.bad_pairs``, ``command.order_and_match``.
    """
    told = dict(_pair("--match", text) for text in asked.match)
    if asked.by_order:
        if told:
            raise EngineError("command.order_and_match")
        return Mapping(method="order")
    return Mapping(method="hand", columns=told) if told else None


def recorded(asked: argparse.Namespace, columns: tuple[str, ...]) -> RecordedScores:
    """Return the recorded scores, each column with its class where that was said."""
    told = next(csv.reader([asked.scores], skipinitialspace=True), [])
    names = [name.strip() for name in told if name.strip()]
    classes: list[str] = []
    for i, text in enumerate(names):
        label, sign, column = text.partition("=")
        if sign and text not in columns:
            classes.append(label.strip())
            names[i] = column.strip()
    if len(classes) not in (0, len(names)):
        raise EngineError("command.bad_pairs", option="--scores", text=asked.scores)
    return RecordedScores(
        scores=tuple(names),
        classes=tuple(classes),
        prediction=asked.prediction,
        kind=asked.score_kind,
    )


def choices(asked: argparse.Namespace) -> dict[str, ColumnChoice]:
    """Return what was said of single columns.

    Raises
    ------
    EngineError
        ``command.bad_pairs``, ``command.no_such_word``.
    """
    kinds = dict(_pair("--kind", text) for text in asked.kind)
    roles = dict(_pair("--role", text) for text in asked.role)
    tokens: dict[str, tuple[str, ...]] = {}
    for text in asked.missing:
        column, token = _pair("--missing", text)
        tokens[column] = (*tokens.get(column, ()), token)
    return {
        column: ColumnChoice(
            kind=_word("--kind", kinds[column], Kind) if column in kinds else None,
            role=_word("--role", roles[column], Role) if column in roles else None,
            missing_tokens=tokens.get(column, ()),
        )
        for column in {**kinds, **roles, **tokens}
    }


def _pair(option: str, text: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if not sign or not left.strip() or not right.strip():
        raise EngineError("command.bad_pairs", option=option, text=text)
    return left.strip(), right.strip()


def _word(option: str, text: str, words: type[_W]) -> _W:
    try:
        return words(text.casefold())
    except ValueError as error:
        known = tuple(word.value for word in words)
        raise EngineError(
            "command.no_such_word", option=option, text=text, known=known
        ) from error
