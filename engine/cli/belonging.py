"""What is typed about columns: what they are, and which input they feed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TypeVar

from engine.contracts.dataset import ColumnChoice, Kind, Role
from engine.contracts.errors import EngineError
from engine.contracts.model import Mapping, RecordedScores

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterator
    from enum import StrEnum

    _W = TypeVar("_W", bound=StrEnum)


def mapping(asked: argparse.Namespace, inputs: Collection[str] = ()) -> Mapping | None:
    """Return which column feeds which input, ``None`` for by name.

    Parameters
    ----------
    inputs
        Names of the model's inputs, which may hold ``=`` themselves.

    Raises
    ------
    EngineError
        ``command.bad_pairs``, ``command.order_and_match``.
    """
    told = dict(pair("--match", text, inputs) for text in asked.match)
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
        if text in columns or "=" not in text:
            continue
        cuts = list(_cuts(text))
        label, column = next((cut for cut in cuts if cut[1] in columns), cuts[0])
        classes.append(label)
        names[i] = column
    if len(classes) not in (0, len(names)):
        raise EngineError("command.bad_pairs", option="--scores", text=asked.scores)
    return RecordedScores(
        scores=tuple(names),
        classes=tuple(classes),
        prediction=asked.prediction,
        kind=asked.score_kind,
    )


def choices(
    asked: argparse.Namespace, columns: Collection[str]
) -> dict[str, ColumnChoice]:
    """Return what was said of single columns.

    Parameters
    ----------
    columns
        Names of all of them, which may hold ``=`` themselves.

    Raises
    ------
    EngineError
        ``command.bad_pairs``, ``command.no_such_word``.
    """
    kinds = dict(pair("--kind", text, columns) for text in asked.kind)
    roles = dict(pair("--role", text, columns) for text in asked.role)
    tokens: dict[str, tuple[str, ...]] = {}
    for text in asked.missing:
        column, token = pair("--missing", text, columns)
        tokens[column] = (*tokens.get(column, ()), token)
    return {
        column: ColumnChoice(
            kind=_word("--kind", kinds[column], Kind) if column in kinds else None,
            role=_word("--role", roles[column], Role) if column in roles else None,
            missing_tokens=tokens.get(column, ()),
        )
        for column in {**kinds, **roles, **tokens}
    }


def pair(option: str, text: str, known: Collection[str] = ()) -> tuple[str, str]:
    """Return the two sides of ``NAME=VALUE``.

    Where there are several ``=``, that one counts which has a known name before it,
    else the first.

    Raises
    ------
    EngineError
        ``command.bad_pairs``.
    """
    cuts = [(left, right) for left, right in _cuts(text) if left and right]
    if not cuts:
        raise EngineError("command.bad_pairs", option=option, text=text)
    return next((cut for cut in cuts if cut[0] in known), cuts[0])


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before and after each ``=``."""
    for i, sign in enumerate(text):
        if sign == "=":
            yield text[:i].strip(), text[i + 1 :].strip()


def _word(option: str, text: str, words: type[_W]) -> _W:
    try:
        return words(text.casefold())
    except ValueError as error:
        known = tuple(word.value for word in words)
        raise EngineError(
            "command.no_such_word", option=option, text=text, known=known
        ) from error
