"""Names of a model's inputs: read, found and sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable

Names = str | tuple[str, ...]


def names_of(given: Names, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the inputs that are named, one or several with commas between.

    Raises
    ------
    EngineError
        ``explain.no_feature``.
    """
    if isinstance(given, str):
        told: Iterable[str] = (given,) if given in known else given.split(",")
    else:
        told = given
    names = tuple(name.strip() for name in told if name.strip())
    for name in names:
        if name not in known:
            raise EngineError("explain.no_feature", name=name)
    return names


def pairs_of(given: Names, known: tuple[str, ...]) -> dict[str, str]:
    """Return the text given for each named input, from texts ``name=text``.

    Raises
    ------
    EngineError
        ``explain.bad_pair``, ``explain.no_feature``.
    """
    texts = (given,) if isinstance(given, str) else given
    found = {}
    for text in texts:
        if not text.strip():
            continue
        name = max((n for n in known if text.startswith(f"{n}=")), key=len, default="")
        if not name:
            head, sign, _ = text.partition("=")
            if not sign:
                raise EngineError("explain.bad_pair", given=text)
            raise EngineError("explain.no_feature", name=head.strip())
        found[name] = text[len(name) + 1 :].strip()
    return found


def place_of(name: str, names: tuple[str, ...]) -> int:
    """Return where an input stands among the model's.

    Raises
    ------
    EngineError
        ``explain.no_feature``.
    """
    if name not in names:
        raise EngineError("explain.no_feature", name=name)
    return names.index(name)


def by_name(label: str) -> tuple[float, str]:
    """Return by what labels are put in order: numbers by size, then texts."""
    try:
        return float(label), label
    except ValueError:
        return np.inf, label
