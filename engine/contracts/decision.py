"""The one decision rule that every panel follows."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.contracts.dataset import Note

_MOST_CLASSES = 8
_MOST_DIGITS = 17  # a float64 needs no more


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """How a score becomes a decision.

    Attributes
    ----------
    positive
        Label of the positive class (binary tasks); ``""`` where there is none.
    threshold
        Rows whose positive score is at least this are decided positive; ``None``
        where nobody set one: then the labels decide that the model itself gives.
    cost_fp, cost_fn
        What one false alarm and one miss cost, in the same unit.
    """

    positive: str = ""
    threshold: float | None = None
    cost_fp: float = 1.0
    cost_fn: float = 1.0


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision about two classes comes to on some rows.

    Attributes
    ----------
    positive, negative
        The labels.
    own
        Whether the model's own labels decide, not a threshold that was set.
    cut
        ``score >= cut`` gives exactly these decisions; ``None`` where no threshold
        does.
    boundary
        The threshold as it is told: ``cut``, or the number just below it where
        rows that score exactly this are decided negative.
    n_on, n_on_positive
        Rows that score exactly ``boundary``, and those of them decided positive.
    """

    positive: str
    negative: str
    own: bool
    cut: float | None
    boundary: float
    n_on: int = 0
    n_on_positive: int = 0

    @property
    def strict(self) -> bool:
        """Whether only scores above the boundary are decided positive."""
        return self.cut is not None and self.cut > self.boundary

    def notes(self) -> tuple[Note, ...]:
        """Return what a reader of the figures has to know."""
        found = []
        if self.own and self.cut is None:
            found.append(Note(code="decision.no_threshold"))
        if self.n_on:
            split = 0 < self.n_on_positive < self.n_on
            code = "decision.ties_split" if split else "decision.ties"
            to = self.positive if self.n_on_positive else self.negative
            params: dict[str, int | float | str] = {
                "n": self.n_on,
                "threshold": self.boundary,
                "label": to,
            }
            if split:
                params |= {"label": self.positive, "n_label": self.n_on_positive}
            found.append(Note(code=code, params=dict(params)))
        return tuple(found)


def class_ties(
    scores: NDArray[np.floating], labels: NDArray[np.integer], classes: tuple[str, ...]
) -> tuple[Note, ...]:
    """Return what to know of rows where several classes share the highest score.

    Parameters
    ----------
    scores
        ``(n, k)``, of three classes or more.
    labels
        Codes of the classes that were decided.
    """
    if scores.shape[1] != len(classes) or not len(scores):
        return ()
    on_top = scores == scores.max(axis=1, keepdims=True)
    is_tie = np.count_nonzero(on_top, axis=1) > 1
    n = int(np.count_nonzero(is_tie))
    if not n:
        return ()
    counts = np.bincount(labels[is_tie & (labels >= 0)], minlength=len(classes))
    most = np.argsort(-counts, kind="stable")[:_MOST_CLASSES]
    told = tuple(f"{classes[code]} ({counts[code]})" for code in most if counts[code])
    return (Note(code="decision.class_ties", params={"n": n, "counts": told}),)


def with_rule(notes: tuple[Note, ...], rule: Rule | None) -> tuple[Note, ...]:
    """Return notes with what they say of a decision said of another one."""
    kept = tuple(note for note in notes if not note.code.startswith("decision."))
    return kept if rule is None else (*kept, *rule.notes())


def rule_of(
    scores: NDArray[np.floating],
    chosen: NDArray[np.bool_] | None,
    labels: tuple[str, str],
    threshold: float | None,
    natural: float,
) -> Rule:
    """Return what a decision comes to.

    Parameters
    ----------
    scores
        Score of the positive class for every row; ``nan`` for none.
    chosen
        Where the model itself decides the positive class; not looked at where a
        ``threshold`` was set.
    labels
        The positive class and the other one.
    threshold
        The one that was set, ``None`` for the model's own labels.
    natural
        The threshold that a model of this kind usually has: a half, or 0.
    """
    positive, negative = labels
    if threshold is not None or chosen is None:
        boundary = natural if threshold is None else float(threshold)
        cut: float | None = boundary
        chosen = None
    else:
        cut, boundary = own_cut(scores, chosen, natural)
    on = scores == scores.dtype.type(boundary)
    n_on = int(np.count_nonzero(on))
    return Rule(
        positive=positive,
        negative=negative,
        own=threshold is None,
        cut=cut,
        boundary=boundary,
        n_on=n_on,
        n_on_positive=n_on if chosen is None else int(np.count_nonzero(on & chosen)),
    )


def own_cut(
    scores: NDArray[np.floating], chosen: NDArray[np.bool_], natural: float
) -> tuple[float | None, float]:
    """Return the threshold that decides as the labels do, and how it is told.

    Returns
    -------
    cut
        ``score >= cut`` is exactly ``chosen``; ``None`` where no threshold does so.
    boundary
        ``cut``, or the ``natural`` threshold where that is the largest score
        that is not chosen; ``natural`` without a cut.
    """
    known = ~np.isnan(scores)
    above, below = scores[known & chosen], scores[known & ~chosen]
    kind = scores.dtype.type
    lowest = above.min() if len(above) else kind(np.inf)
    highest = below.max() if len(below) else kind(-np.inf)
    usual = kind(natural)
    if not highest < lowest:
        return None, natural
    if highest < usual <= lowest:
        return natural, natural
    if highest == usual:
        return float(np.nextafter(usual, kind(np.inf))), natural
    if not len(above):
        cut = float(np.nextafter(highest, kind(np.inf)))
    else:
        cut = _between(float(highest), float(lowest), kind)
    return cut, cut


def _between(low: float, high: float, kind: type[np.floating]) -> float:
    """Return the shortest number above ``low`` that is at most ``high``."""
    low = max(low, high - 2 * max(1.0, abs(high)))  # it may be -inf
    for digits in range(1, _MOST_DIGITS + 1):
        for value in (low + (high - low) / 2, high):
            short = float(f"{value:.{digits}g}")
            if kind(low) < kind(short) <= kind(high):
                return short
    return high
