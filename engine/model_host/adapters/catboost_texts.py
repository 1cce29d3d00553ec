"""Which spelling of a category a CatBoost model knows.

Its files keep hashes of the categories, not their texts. So the library is asked: a
text that it knows leads some row to other leaves than a text that nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.contracts.dataset import MISSING_TOKENS
from engine.model_host.adapters.opened import label_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

MISSING = "nan"
_NOBODY_KNOWS = "\x01no category is called this\x01"
_MOST_ROWS = 200
_TRUTH = {"true": "1", "false": "0"}
_TOKENS = frozenset(token.strip() for token in MISSING_TOKENS)


class Spellings:
    """Finds the spellings of a model's categories, and remembers them.

    Parameters
    ----------
    leaves
        From rows to the leaves ``(n, trees)`` that they reach.
    """

    def __init__(self, leaves: Callable[[pd.DataFrame], Any]) -> None:
        self._leaves = leaves
        self._found: dict[tuple[int, str], str] = {}

    def settle(self, rows: pd.DataFrame, column: int) -> None:
        """Replace texts of a column that are unknown by what is known for them.

        A text that is known stays; so does one without a known spelling.
        """
        name = rows.columns[column]
        cells = rows[name].to_numpy(dtype=object, copy=True)
        for text in dict.fromkeys(cells.tolist()):
            if not (others := _other_spellings(text)):
                continue
            same = cells == text
            if (column, text) not in self._found:
                some = rows.iloc[np.flatnonzero(same)[:_MOST_ROWS]]
                known = self._known(some, name, (text, *others))
                if known is None:  # other rows may tell
                    continue
                self._found[column, text] = known
            cells[same] = self._found[column, text]
        rows[name] = cells

    def _known(
        self, rows: pd.DataFrame, name: str, spellings: tuple[str, ...]
    ) -> str | None:
        nobody = np.asarray(self._leaves(rows.assign(**{name: _NOBODY_KNOWS})))
        for text in spellings:
            reached = np.asarray(self._leaves(rows.assign(**{name: text})))
            if not np.array_equal(reached, nobody):
                return text
        return None


def _other_spellings(text: str) -> list[str]:
    """Return how else a program may have written what a text means."""
    bare = text.strip()
    if text == MISSING:
        return [""]
    if bare in _TOKENS:
        return [MISSING]
    if bare.casefold() in _TRUTH:  # the library makes 1 and 0 of a column of them
        return [bare.capitalize(), _TRUTH[bare.casefold()]]
    try:
        number = label_text(float(bare)) if "_" not in bare else text
    except ValueError:
        return []
    return [number] if number != text else []
