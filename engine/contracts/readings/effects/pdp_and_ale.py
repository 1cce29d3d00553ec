"""The sentences above what the answer does along features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.numbers import count, decimals_of, fixed, percent, signed

if TYPE_CHECKING:
    from engine.contracts.results import AccumulatedEffects, Axis, Dependence

STRONG = 0.6  # association from which features are said to go together
_UNMOVED = 1e-9
_SOME = 0.1  # share of lines against the mean from which it is told


def read_dependence(result: Dependence, output: int | None = None) -> str:
    """Return how far the mean answer moves, where it is lowest and highest."""
    chosen = _widest(result.average) if output is None else output
    mean = result.average[..., chosen]
    n = _rows(len(result.row_ids), result.provenance.n_total)
    names = " × ".join(axis.name for axis in result.axes)
    if not np.ptp(mean) > _UNMOVED * max(np.abs(mean).max(), 1.0):
        said = tr(
            "The mean prediction over {n} rows does not change with {feature}.",
            n=n,
            feature=names,
        )
    else:
        low, high = int(np.argmin(mean)), int(np.argmax(mean))
        digits = decimals_of(float(np.abs(mean).max()))
        said = tr(
            "If {n} rows had the same {feature}, {answer} would on average go from "
            "{low} (at {at_low}) to {high} (at {at_high}).",
            feature=names,
            n=n,
            answer=answer(result.outputs, chosen, result.space),
            low=fixed(float(mean.flat[low]), digits),
            at_low=_at(result, low),
            high=fixed(float(mean.flat[high]), digits),
            at_high=_at(result, high),
        )
    told = [said]
    if len(result.axes) == 1:
        told += [_against(result, chosen)]
    told += [_kin(result.axes), *map(_left_out, result.axes)]
    told += sentences(result.notes)
    return " ".join(part for part in told if part)


def read_ale(result: AccumulatedEffects, output: int | None = None) -> str:
    """Return from where to where a feature moves the answer, and how sure that is."""
    chosen = _widest(result.effect) if output is None else output
    n = _rows(result.provenance.n_used - result.n_missing, result.provenance.n_total)
    if len(result.axes) > 1:
        told = [_together(result, chosen, n)]
    else:
        told = [_accumulated(result, chosen, n)]
    told.append(_ordering(result))
    if result.n_missing:
        told.append(
            tr(
                "{n} rows with a missing value are left out.",
                n=count(result.n_missing),
            )
        )
    told += [_left_out(axis) for axis in result.axes]
    told += sentences(result.notes)
    return " ".join(part for part in told if part)


def _accumulated(result: AccumulatedEffects, output: int, n: str) -> str:
    axis, effect = result.axes[0], result.effect[:, output]
    assert result.low is not None
    assert result.high is not None
    sure = (result.low[:, output] > 0) | (result.high[:, output] < 0)
    if not np.ptp(effect) > _UNMOVED or not sure.any():
        return tr(
            "ALE of {feature} over {n} rows: no significant effect.",
            feature=axis.name,
            n=n,
        )
    low, high = int(np.argmin(effect)), int(np.argmax(effect))
    digits = decimals_of(float(np.abs(effect).max()))
    return tr(
        "ALE of {feature} over {n} rows: relative to its mean, {answer} goes from "
        "{low} (at {at_low}) to {high} (at {at_high}).",
        feature=axis.name,
        n=n,
        answer=answer(result.outputs, output, result.space),
        low=signed(float(effect[low]), digits),
        at_low=value_text(axis, low),
        high=signed(float(effect[high]), digits),
        at_high=value_text(axis, high),
    )


def _together(result: AccumulatedEffects, output: int, n: str) -> str:
    one, two = (axis.name for axis in result.axes)
    size = float(result.strength[output])
    if not size > _UNMOVED:
        return tr(
            "No interaction between {first} and {second} in {n} rows.",
            first=one,
            second=two,
            n=n,
        )
    empty = int(np.count_nonzero(result.within == 0))
    said = tr(
        "The interaction of {first} and {second} changes {answer} by {size} (root "
        "mean square over {n} rows).",
        first=one,
        second=two,
        answer=answer(result.outputs, output, result.space),
        size=fixed(size, decimals_of(size)),
        n=n,
    )
    if not empty:
        return said
    filled = tr(
        "{n} of {total} cells contain no row and are filled from their neighbours.",
        n=count(empty),
        total=count(result.within.size),
    )
    return f"{said} {filled}"


def _ordering(result: AccumulatedEffects) -> str:
    labels = max(len(axis.labels) for axis in result.axes)
    if result.order != "similarity" or labels < 3:
        return ""
    return tr(
        "Labels are ordered by similarity of their rows in the other features; steps "
        "are between neighbouring labels."
    )


def value_text(axis: Axis, place: int) -> str:
    """Return a place along a feature in words."""
    return own_text(axis, float(axis.values[place]))


def own_text(axis: Axis, value: float) -> str:
    """Return a value as on the axis in words."""
    if np.isnan(value):
        return tr("missing")
    if axis.labels:
        return axis.labels[int(value)]
    known = axis.values[np.isfinite(axis.values)]
    if np.array_equal(known, np.rint(known)):
        return fixed(value, 0)
    return fixed(value, decimals_of(float(np.ptp(known)) or value))


def _rows(n: int, total: int) -> str:
    if n == total:
        return tr("all {n}", n=count(n))
    return tr("{n} of {total}", n=count(n), total=count(total))


def _at(result: Dependence, flat: int) -> str:
    places = np.unravel_index(flat, result.average.shape[:-1])
    return ", ".join(
        value_text(axis, int(place))
        for axis, place in zip(result.axes, places, strict=True)
    )


def _widest(average: np.ndarray) -> int:
    flat = average.reshape(-1, average.shape[-1])
    return int(np.argmax(np.ptp(flat, axis=0)))


def _against(result: Dependence, output: int) -> str:
    """Return whether single rows go another way than the mean."""
    known = np.isfinite(result.axes[0].values)
    if result.axes[0].labels or np.count_nonzero(known) < 2:
        return ""
    lines = result.ice[:, known, output]
    steps = lines[:, -1] - lines[:, 0]
    mean = steps.mean()
    moved = np.abs(steps) > _UNMOVED
    if not moved.any() or not abs(mean) > _UNMOVED:
        return ""
    against = float(np.mean(np.sign(steps[moved]) != np.sign(mean)))
    if against < _SOME:
        return ""
    return tr(
        "From one end to the other, {share} of the ICE curves that change run "
        "opposite to the mean: the effect depends on other features.",
        share=percent(against),
    )


def _kin(axes: tuple[Axis, ...]) -> str:
    """Return the caveat where a feature goes together with another."""
    close = [axis for axis in axes if axis.association >= STRONG]
    if not close:
        return ""
    axis = max(close, key=lambda known: known.association)
    return tr(
        "{feature} is correlated with {other} (association {kinship}, on {n} rows): "
        "many of the rows used here hardly occur. ALE avoids such rows.",
        feature=axis.name,
        other=axis.related,
        kinship=fixed(axis.association, 2),
        n=count(axis.n_association),
    )


def _left_out(axis: Axis) -> str:
    if not axis.n_left_out:
        return ""
    return tr(
        "The {n} rarest labels of {feature} are left out.",
        feature=axis.name,
        n=count(axis.n_left_out),
    )
