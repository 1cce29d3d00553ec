"""The sentence above the confusion matrix, and what its shape usually means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.i18n import mark, tr
from engine.contracts.metrics import rate, wilson
from engine.contracts.readings.class_names import class_name
from engine.contracts.readings.numbers import count, percent_with_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.contracts.results import Confusion

HARD, MAGNET, PAIR = "hard_class", "magnet_class", "pair"
FALSE_DISCOVERIES = 0.05
LEAST_ROWS = 5

_ADVICE: dict[str, tuple[str, str]] = {
    HARD: (
        mark(
            "Usual reasons: few or very varied examples, unreliable labels, or "
            "missing features that would distinguish it."
        ),
        mark("Look at its most confident errors; count its training rows."),
    ),
    MAGNET: (
        mark(
            "Usual reasons: it is over-represented in the training data, or the "
            "model predicts it when unsure."
        ),
        mark(
            "Compare its share in the training data and here; look at predictions "
            "with low confidence."
        ),
    ),
    PAIR: (
        mark(
            "Usual reasons: the two classes are similar in these features, or were "
            "labelled inconsistently."
        ),
        mark("Compare rows of both classes; have some of them labelled again."),
    ),
}


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the matrix shows, beyond what chance would.

    Attributes
    ----------
    kind
        ``hard_class`` (a row much of which goes astray), ``magnet_class`` (a column
        that draws rows of others) or ``pair`` (one class taken for one other).
    labels
        The class, or truth and answer of the pair.
    rate, low, high
        Share of the class missed; of the answers that are wrong; of the class
        taken for the other: with 95 % intervals.
    meaning, check
        What it usually means and what to look at next, translated.
    """

    kind: str
    labels: tuple[str, ...]
    n: float
    rate: float
    low: float
    high: float
    meaning: str
    check: str

    def text(self) -> str:
        """Return the finding as one sentence."""
        right = percent_with_interval(1 - self.rate, 1 - self.high, 1 - self.low)
        if self.kind == HARD:
            return tr(
                "{label} is often missed: recall {share}.",
                label=class_name(self.labels[0]),
                share=right,
            )
        if self.kind == MAGNET:
            return tr(
                "{label} is over-predicted: precision {share}.",
                label=class_name(self.labels[0]),
                share=right,
            )
        return tr(
            "{share} of {truth} is predicted as {answer}.",
            truth=class_name(self.labels[0]),
            answer=class_name(self.labels[1]),
            share=percent_with_interval(self.rate, self.low, self.high),
        )


def read(result: Confusion, positive: str = "") -> str:
    """Return what the table shows, in one or two sentences.

    Parameters
    ----------
    positive
        Positive class of a two-class table; the second where it is ``""``.
    """
    if not result.square:
        return _plain(result)
    total = float(result.counts.sum())
    if total == 0:
        return tr("No row has a value on both axes.")
    if len(result.row_labels) == 2:
        return _binary(result, positive or result.row_labels[1])
    found = hints(result)
    if not found:
        right = rate(float(np.trace(result.counts)), total, result.effective)
        if right is None or right.value == 1:
            return tr("Every row is predicted correctly.")
        return tr(
            "{share} are correct, and the errors show no significant pattern.",
            share=percent_with_interval(*right),
        )
    kinds = {hint.kind: hint for hint in reversed(found)}
    return " ".join(kinds[k].text() for k in (HARD, MAGNET, PAIR) if k in kinds)


def hints(result: Confusion, limit: int = 3) -> tuple[Hint, ...]:
    """Return hard classes, magnet classes and specific pairs, worst first.

    Only what stands out after controlling the false-discovery rate at 5 % within
    each kind is named. Two-class tables have rates to read instead of patterns.

    References
    ----------
    Y. Benjamini, Y. Hochberg (1995). Controlling the false discovery rate.
    J. R. Stat. Soc. B 57.
    """
    if not result.square or len(result.row_labels) < 3:
        return ()
    table = result.counts * result.effective  # effective rows, for the tests
    if table.sum() == np.trace(table):
        return ()
    return (
        *_hard(result, table, limit),
        *_magnets(result, table, limit),
        *_pairs(result, table, limit),
    )


def _hard(
    result: Confusion, table: NDArray[np.float64], limit: int
) -> tuple[Hint, ...]:
    rows = table.sum(axis=1)
    wrong = rows - np.diag(table)
    overall = float(wrong.sum() / rows.sum())
    spread = np.sqrt(np.maximum(rows * overall * (1 - overall), 1e-300))
    p = _normal_tail((wrong - rows * overall) / spread)
    chosen = _discoveries(np.where(rows >= LEAST_ROWS, p, np.nan))
    chosen = sorted(chosen, key=lambda c: -wrong[c] / rows[c])[:limit]
    labels = result.row_labels
    return tuple(
        _hint(HARD, (labels[c],), wrong[c], rows[c], result.effective) for c in chosen
    )


def _magnets(
    result: Confusion, table: NDArray[np.float64], limit: int
) -> tuple[Hint, ...]:
    """Name classes answered more often than they occur (McNemar's comparison)."""
    drawn = table.sum(axis=0) - np.diag(table)
    lost = table.sum(axis=1) - np.diag(table)
    z = (drawn - lost) / np.sqrt(np.maximum(drawn + lost, 1e-300))
    p = np.where(drawn + lost >= LEAST_ROWS, _normal_tail(z), np.nan)
    chosen = _discoveries(p)
    chosen = sorted(chosen, key=lambda c: -(drawn[c] - lost[c]))[:limit]
    called = table.sum(axis=0)
    labels = result.row_labels
    return tuple(
        _hint(MAGNET, (labels[c],), drawn[c], called[c], result.effective)
        for c in chosen
    )


def _pairs(
    result: Confusion, table: NDArray[np.float64], limit: int
) -> tuple[Hint, ...]:
    """Name cells fuller than their row's errors and their column's pull explain."""
    off = table.copy()
    np.fill_diagonal(off, 0.0)
    lost, drawn = off.sum(axis=1), off.sum(axis=0)
    # Where a row's errors would go if they followed the pull of the other classes.
    others = np.maximum(drawn.sum() - drawn, 1e-300)
    share = drawn[None, :] / others[:, None]
    expected = lost[:, None] * np.minimum(share, 1.0)
    p = np.ones(off.shape)
    p[np.diag_indices_from(p)] = np.nan  # not tested
    for row, column in np.argwhere((off >= LEAST_ROWS) & (off > expected)):
        p[row, column] = _poisson_tail(off[row, column], expected[row, column])
    k = len(table)
    cells = _discoveries(p.ravel())
    cells = sorted(cells, key=lambda c: -off[c // k, c % k])[:limit]
    labels, rows = result.row_labels, table.sum(axis=1)
    return tuple(
        _hint(
            PAIR,
            (labels[c // k], labels[c % k]),
            off[c // k, c % k],
            rows[c // k],
            result.effective,
        )
        for c in cells
    )


def _hint(
    kind: str, labels: tuple[str, ...], part: float, whole: float, effective: float
) -> Hint:
    low, high = wilson(float(part), float(whole))
    meaning, check = _ADVICE[kind]
    return Hint(
        kind=kind,
        labels=labels,
        n=float(part) / effective,
        rate=float(part / whole),
        low=low,
        high=high,
        meaning=tr(meaning),
        check=tr(check),
    )


def _normal_tail(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([0.5 * math.erfc(value / math.sqrt(2)) for value in z.tolist()])


def _poisson_tail(count: float, expected: float) -> float:
    """Return the chance of at least ``count`` where ``expected`` are expected.

    The terms of the tail fall at least geometrically above the mean, so that a
    few of them are the sum.
    """
    n = math.floor(count)
    term = math.exp(n * math.log(expected) - expected - math.lgamma(n + 1))
    total = 0.0
    while term > 1e-12 * total and n < 10 * count:
        total += term
        n += 1
        term *= expected / n
    return min(total, 1.0)


def _discoveries(p: NDArray[np.float64]) -> list[int]:
    """Return the indices whose p-values pass Benjamini–Hochberg; ``nan`` is no test."""
    order = np.argsort(p, kind="stable")  # nan last
    tested = int(np.count_nonzero(~np.isnan(p)))
    passes = p[order[:tested]] <= FALSE_DISCOVERIES * np.arange(1, tested + 1) / max(
        tested, 1
    )
    last = int(np.flatnonzero(passes)[-1]) + 1 if passes.any() else 0
    return [int(index) for index in order[:last]]


def _binary(result: Confusion, positive: str) -> str:
    yes = result.row_labels.index(positive)
    no = 1 - yes
    missed, caught = float(result.counts[yes, no]), float(result.counts[yes, yes])
    alarms, quiet = float(result.counts[no, yes]), float(result.counts[no, no])
    sentences = []
    recall = rate(caught, missed + caught, result.effective)
    if recall is not None:
        sentences.append(
            tr(
                "{n} of {total} {positive} missed: recall {share}.",
                n=count(missed),
                total=count(missed + caught),
                positive=class_name(positive),
                share=percent_with_interval(*recall),
            )
        )
    false = rate(alarms, alarms + quiet, result.effective)
    if false is not None:
        sentences.append(
            tr(
                "{n} of {total} {negative} flagged as {positive}: FPR {share}.",
                n=count(alarms),
                total=count(alarms + quiet),
                negative=class_name(result.row_labels[no]),
                positive=class_name(positive),
                share=percent_with_interval(*false),
            )
        )
    return " ".join(sentences)


def _plain(result: Confusion) -> str:
    total = float(result.counts.sum())
    if total == 0:
        return tr("No row has a value on both axes.")
    row, column = np.unravel_index(int(result.counts.argmax()), result.counts.shape)
    return tr(
        "Most frequent of {n} rows: {row_value} with {column_value}, {count} rows.",
        n=count(total),
        row_value=result.row_labels[int(row)],
        column_value=result.column_labels[int(column)],
        count=count(float(result.counts.max())),
    )
