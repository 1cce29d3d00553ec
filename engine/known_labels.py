"""Labels of a column in the spelling of a model's classes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.cell_texts import encoded, has_token, plain_text
from engine.contracts.score_names import subjects

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from engine.contracts.model import RecordedScores
    from engine.data.table import Table


def labels(
    table: Table, column: str, known: Collection[str], *, missing_only: bool = False
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return a column's labels: known texts of the file first, else as it was read.

    Parameters
    ----------
    known
        Classes of the model, and other labels that mean one.
    missing_only
        Whether only what was read as missing is looked for among the texts.

    Returns
    -------
    codes
        ``(n,)``, ``-1`` where missing.
    labels
        What the codes stand for.

    Raises
    ------
    TypeError
        See :meth:`engine.data.table.Table.codes`.
    """
    codes, names = table.codes(column)
    hidden = has_token(known) and bool((codes < 0).any())
    if not hidden and (missing_only or _one_spelling(table, column, known, names)):
        return codes, names
    written = table.written(column)
    if written is None:
        return codes, names
    own, texts = encoded(written)
    place = {name: code for code, name in enumerate(names)}
    of_text = np.full(len(texts) + 1, -1, dtype=np.int32)
    for code, text in enumerate(texts):
        if text in known:
            of_text[code] = place.setdefault(text, len(place))
    taken = (of_text[own] >= 0) & ((codes < 0) | (not missing_only))
    found = np.where(taken, of_text[own], codes).astype(np.int32)
    return found, tuple(place)


def tokens(table: Table, column: str) -> Counter[str]:
    """Return the texts of a column, blanks apart, that were read as missing → rows."""
    parsed = table.arrow.column(column)
    written = table.written(column) if parsed.null_count else None
    if written is None:
        return Counter()
    texts = written.filter(pc.is_null(parsed)).cast(pa.string())
    return Counter(t for t in texts.drop_null().to_pylist() if t.strip())


def recorded_classes(
    table: Table, target: str, recorded: RecordedScores
) -> tuple[str, ...]:
    """Return the classes of recorded scores: the labels of their target.

    Among them what looks like a missing value, if the scores speak of it: a model
    leaves no label out, so a text in a column of its labels is one, and so is what
    a score column is named after.

    Raises
    ------
    TypeError
        See :meth:`engine.data.table.Table.codes`.
    """
    known = set(recorded.classes)
    if recorded.prediction in table.names:
        known |= set(tokens(table, recorded.prediction))
    if len(recorded.scores) > 1:
        named = {word.casefold() for name in recorded.scores for word in subjects(name)}
        known |= {t for t in tokens(table, target) if t.casefold() in named}
    _, found = labels(table, target, known) if known else table.codes(target)
    return found


def _one_spelling(
    table: Table, column: str, known: Collection[str], names: Sequence[str]
) -> bool:
    """Whether labels can be no others than those that were read."""
    if pa.types.is_string(table.arrow.schema.field(column).type):
        return True
    return set(names) <= set(known) and all(plain_text(name) == name for name in known)
