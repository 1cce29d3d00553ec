"""No model: what it once said, read from columns of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import (
    Capability,
    ModelInfo,
    RecordedScores,
    ScoreKind,
    Task,
)
from engine.contracts.score_names import subjects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.errors import Param

PROBABILITY, PERCENT, MARGIN = "probability", "percent", "margin"
KINDS = (PROBABILITY, PERCENT, MARGIN)
_ROUNDING = 1e-6  # of float32 and of decimals that were written out
_LAST_DIGIT = 0.005
_FEW = 0.05
_MOST_CODES = 3
_FAR = 10.0
_NINES = tuple(10.0**digits - 1 for digits in range(2, 10))


def class_of_column(name: str, classes: tuple[str, ...]) -> str | None:
    """Return the class that a score column's name speaks of (``p_bad`` → ``bad``)."""
    folded = {label.casefold(): label for label in classes}
    spoken = (folded.get(text.casefold()) for text in (name, *subjects(name)))
    return next((label for label in spoken if label is not None), None)


def class_of_single(recorded: RecordedScores, classes: tuple[str, ...]) -> str | None:
    """Return the class a lone score column speaks of, ``None`` for the positive."""
    if len(recorded.scores) != 1:
        return None
    if len(recorded.classes) == 1 and recorded.classes[0] in classes:
        return recorded.classes[0]
    return class_of_column(recorded.scores[0], classes)


def describe(
    recorded: RecordedScores,
    classes: tuple[str, ...],
    kind: ScoreKind = ScoreKind.PROBABILITY,
    notes: tuple[Note, ...] = (),
) -> ModelInfo:
    """Return recorded scores as if they were a model.

    Parameters
    ----------
    recorded
        The columns.
    classes
        Labels of the target; empty where it is a number to be predicted.
    kind
        What the scores of classes are, where there are any.
    notes
        What was noticed in reading them.
    """
    if not classes:
        task, kind = Task.REGRESSION, ScoreKind.VALUE
    else:
        task = Task.BINARY if len(classes) == 2 else Task.MULTICLASS
        kind = kind if recorded.scores else ScoreKind.LABEL
    capabilities = (Capability.PROBABILITY,) if kind is ScoreKind.PROBABILITY else ()
    return ModelInfo(
        name=", ".join(recorded.scores) or recorded.prediction or "",
        sha256="",
        format="recorded",
        kind="recorded scores",
        task=task,
        score_kind=kind,
        classes=classes,
        capabilities=capabilities,
        notes=notes,
        deterministic=True,
    )


def classes_in_names(
    columns: tuple[str, ...], labels: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the class that each of several columns speaks of; empty if unclear.

    A label of the truth where the name has one; else what the name holds in the
    place where the others have theirs (``p_a, p_b, p_c``).
    """
    told = [(name, *subjects(name)) for name in columns]
    known = [class_of_column(name, labels) for name in columns]
    places = [
        next(i for i, text in enumerate(texts) if text.casefold() == label.casefold())
        for texts, label in zip(told, known, strict=True)
        if label is not None
    ]
    place = max(set(places), key=places.count) if places else 1
    found = tuple(
        label if label is not None else (texts[place] if place < len(texts) else "")
        for texts, label in zip(told, known, strict=True)
    )
    return found if all(found) and len(set(found)) == len(found) else ()


def ordered_columns(
    recorded: RecordedScores, classes: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the score columns in the order of ``classes``; one alone stays so.

    Raises
    ------
    EngineError
        ``scores.columns`` if there are more or fewer than classes, ``scores.names``
        if it is not clear which column is whose.
    """
    columns = recorded.scores
    if len(columns) <= 1:
        return columns
    if len(columns) != len(classes):
        raise EngineError(
            "scores.columns", n_columns=len(columns), classes=classes[:20]
        )
    by_class = recorded.classes or tuple(
        class_of_column(name, classes) or "" for name in columns
    )
    if set(by_class) != set(classes):
        raise EngineError("scores.names", columns=columns, classes=classes[:20])
    return tuple(columns[by_class.index(label)] for label in classes)


def how_told(scores: NDArray[np.floating], names: tuple[str, ...]) -> str:
    """Return what the numbers are, judged by all rows: a key of ``KINDS``.

    Probabilities lie between 0 and 1, rounding aside. A few rows beyond, or a code
    such as −9999 in many, do not make margins of the others.

    Raises
    ------
    EngineError
        ``scores.neither`` if they run beyond 1 but never below 0: neither
        probabilities nor margins do.
    """
    known = scores[np.isfinite(scores).all(axis=1)]
    outside = _outside(known)
    odd = outside.any(axis=1)
    if not odd.any() or _are_codes(known, outside):
        return PROBABILITY
    if known.min() >= -_ROUNDING:
        row = int(np.flatnonzero(np.nan_to_num(scores) > 1 + _ROUNDING)[0])
        row, column = divmod(row, scores.shape[1])
        raise EngineError(
            "scores.neither",
            column=names[column],
            row=row,
            low=float(known.min()),
            high=float(known.max()),
        )
    return MARGIN


def taken(
    scores: NDArray[np.floating], names: tuple[str, ...], how: str
) -> tuple[NDArray[np.floating], ScoreKind, tuple[Note, ...]]:
    """Return scores as what they are said to be; ``nan`` in rows that have none.

    Parameters
    ----------
    scores
        ``(n, k)`` as they were recorded.
    how
        A key of ``KINDS``.

    Returns
    -------
    scores
        ``(n, k)``, probabilities within 0 and 1.
    kind
        What they are.
    notes
        Which rows have no score, and why.

    Raises
    ------
    EngineError
        ``scores.range`` or ``scores.sum`` where too many rows are no
        probabilities, ``scores.none`` where no row has a score.
    """
    missing = ~np.isfinite(scores)
    notes = _left_out("scores.missing", scores, missing, names)
    found = scores / 100 if how == PERCENT else scores.copy()
    if how == MARGIN:
        odd = _codes_of_margins(found, missing) & ~missing
    else:
        odd = _outside(found) & ~missing
    notes += _left_out("scores.odd", scores, odd, names)
    out = (missing | odd).any(axis=1)
    if how != MARGIN:
        n_odd = int(np.count_nonzero(odd.any(axis=1)))
        if 2 * n_odd > len(scores):
            row, column = map(int, np.argwhere(odd)[0])
            raise EngineError(
                "scores.range",
                column=names[column],
                row=row,
                value=float(scores[row, column]),
                n=n_odd,
            )
        np.clip(found, 0.0, 1.0, out=found)
        if len(names) > 1:
            notes += _check_sums(found, out)
    if len(scores) and out.all():
        raise EngineError("scores.none", columns=names, n=len(scores))
    found[out] = np.nan
    kind = ScoreKind.MARGIN if how == MARGIN else ScoreKind.PROBABILITY
    if kind is ScoreKind.MARGIN and len(names) == 2:  # of two classes the difference
        found = np.stack([found[:, 0] - found[:, 1], found[:, 1] - found[:, 0]], axis=1)
    return found, kind, tuple(notes)


def _outside(scores: NDArray[np.floating]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        outside: NDArray[np.bool_] = (scores < -_ROUNDING) | (scores > 1 + _ROUNDING)
    return outside


def _are_codes(known: NDArray[np.floating], outside: NDArray[np.bool_]) -> bool:
    """Return whether what lies outside 0 and 1 is a matter of single rows or codes.

    Codes are few different whole numbers; the other rows have to be most, and to
    lie between 0 and 1 as only probabilities do.
    """
    odd = outside.any(axis=1)
    n_odd, inside = int(np.count_nonzero(odd)), known[~odd]
    between = (inside > _ROUNDING) & (inside < 1 - _ROUNDING)
    if 2 * n_odd > len(known) or not between.any():
        return False
    codes = np.unique(known[outside])
    told = len(codes) <= _MOST_CODES and bool((codes == np.round(codes)).all())
    return told or n_odd <= max(1, _FEW * len(known))


def _codes_of_margins(
    scores: NDArray[np.floating], missing: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return where a margin is a code: nines, far beyond every other score."""
    size = np.where(missing, 0.0, np.abs(scores))
    nines = np.isin(size, _NINES)
    others = float(size[~nines].max()) if (~nines).any() else 0.0
    found: NDArray[np.bool_] = nines & (size > _FAR * others)
    return found


def _left_out(
    code: str,
    scores: NDArray[np.floating],
    where: NDArray[np.bool_],
    names: tuple[str, ...],
) -> list[Note]:
    if not where.any():
        return []
    row, column = map(int, np.argwhere(where)[0])
    params: dict[str, Param] = {
        "column": names[column],
        "row": row,
        "n": int(np.count_nonzero(where.any(axis=1))),
    }
    if code == "scores.odd":
        params["value"] = float(scores[row, column])
    return [Note(code=code, params=params)]


def _check_sums(scores: NDArray[np.floating], out: NDArray[np.bool_]) -> list[Note]:
    """Leave out the few rows whose probabilities do not sum to 1.

    Raises
    ------
    EngineError
        ``scores.sum`` if they are not few.
    """
    room = _LAST_DIGIT * scores.shape[1] + _ROUNDING  # each rounded to two decimals
    off = (np.abs(scores.sum(axis=1) - 1) > room) & ~out
    n_off = int(np.count_nonzero(off))
    if not n_off:
        return []
    row = int(np.flatnonzero(off)[0])
    params: dict[str, Param] = {
        "row": row,
        "total": float(scores[row].sum()),
        "n": n_off,
    }
    if n_off > max(1, _FEW * len(scores)):
        raise EngineError("scores.sum", **params)
    out |= off
    return [Note(code="scores.sum_left_out", params=params)]


def both_classes(
    score: NDArray[np.floating], positive: int, kind: ScoreKind
) -> NDArray[np.floating]:
    """Return ``(n, 2)`` scores from those of one class alone.

    Parameters
    ----------
    positive
        Code of that class.
    """
    other = -score if kind is ScoreKind.MARGIN else 1 - score
    pair = [other, score] if positive == 1 else [score, other]
    return np.stack(pair, axis=1)
