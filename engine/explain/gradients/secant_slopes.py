"""Slopes of a network's units from one place to another, and of its answers.

Each unit is given the slope of the line between what it says here and there, and slopes
are multiplied along the layers. What they bring adds up to the change of the answer,
however far apart the places are.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.structure import Activation, Link
from engine.explain.structure_predictions import activated, linked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from engine.contracts.structure import Layer

    Floats = NDArray[np.float64]

_CLOSEST = 1e-6  # sums nearer than this count as one
_POINTS = 10  # of Gauss and Legendre's rule, exact to 1e-11 over ``WIDE``
WIDE = 4.0  # change of a sum


class Place(NamedTuple):
    """The units of every layer at ``n`` places: their sums, and what they say."""

    sums: list[Floats]
    says: list[Floats]


def at(layers: Sequence[Layer], sums: Floats) -> Place:
    """Return the units where the first layer has these sums ``(n, units)``.

    Parameters
    ----------
    layers
        All of a network, or its first ones: the last one's sums are the last returned.
    """
    place = Place([sums], [])
    for before, layer in pairwise(layers):
        says = activated(place.sums[-1], before.activation)
        place.says.append(says)
        place.sums.append(says @ layer.weights.T + layer.bias)
    return place


def bends(layers: Sequence[Layer], here: Place, there: Place) -> list[Floats]:
    """Return the slopes of all hidden units, layer by layer."""
    return [
        _of_units(
            layer.activation,
            (here.sums[place], there.sums[place]),
            (here.says[place], there.says[place]),
        )
        for place, layer in enumerate(layers[:-1])
    ]


def chained(layers: Sequence[Layer], slope: Floats, bent: list[Floats]) -> Floats:
    """Return the slope along the first layer's sums of one along the last's."""
    for layer, bend in zip(layers[:0:-1], bent[::-1], strict=True):
        slope = (slope @ layer.weights) * bend
    return slope


def of_scores(
    link: Link, outputs: Sequence[int], one: Floats, other: Floats
) -> Iterator[Floats]:
    """Yield the slope of each explained score along the outputs' sums ``(n, k)``."""
    k = one.shape[1]
    if link is Link.IDENTITY:
        yield from np.eye(k)[list(outputs)][:, None]
        return
    if link is Link.SOFTMAX:
        yield from _of_softmax(outputs, one, other)
        return
    scores = linked(one, link), linked(other, link)
    middle = linked((one + other) / 2.0, link)
    flat = middle * (1.0 - middle) if link is Link.LOGIT else middle
    slope = _slope(other - one, scores[1] - scores[0], flat)
    for output in outputs:
        yield slope * (np.arange(k) == output)


def of_shares_on_lines(
    outputs: Sequence[int], one: Floats, other: Floats
) -> Iterator[Floats]:
    """Yield mean gradients of softmax's shares where sums go in straight lines.

    To 1e-11 where no sum changes by more than ``WIDE``.
    """
    places, weights = _rule()
    on_line = one[None] + places[:, None, None] * (other - one)[None]
    shares = linked(on_line.reshape(-1, one.shape[1]), Link.SOFTMAX)
    shares = shares.reshape(on_line.shape)
    for output in outputs:
        own = shares[:, :, [output]]
        gradient = own * ((np.arange(one.shape[1]) == output) - shares)
        mean: Floats = np.einsum("p,pnk->nk", weights, gradient)
        yield mean


@cache
def _rule() -> tuple[Floats, Floats]:
    places, weights = np.polynomial.legendre.leggauss(_POINTS)
    return (places + 1.0) / 2.0, weights / 2.0


def _of_units(
    activation: Activation, sums: tuple[Floats, Floats], says: tuple[Floats, Floats]
) -> Floats:
    if activation is Activation.IDENTITY:
        return np.ones((1, sums[0].shape[1]))
    half = (says[0] + says[1]) / 2.0
    if activation is Activation.RELU:
        flat = (sums[0] + sums[1] > 0).astype(np.float64)
    elif activation is Activation.LOGISTIC:
        flat = half * (1.0 - half)
    else:
        flat = 1.0 - half**2
    return _slope(sums[1] - sums[0], says[1] - says[0], flat)


def _slope(apart: Floats, risen: Floats, flat: Floats) -> Floats:
    """Return ``risen / apart``, or the derivative where that is no number."""
    near = np.abs(apart) < _CLOSEST
    return np.where(near, flat, risen / np.where(near, 1.0, apart))


def _of_softmax(outputs: Sequence[int], one: Floats, other: Floats) -> Iterator[Floats]:
    """Yield slopes of shares ``exp(s) / sum(exp(s))``, which together add up.

    The logarithm of a share is its sum less the logarithm of the total of all: each
    of the functions on the way is given its own slope.
    """
    top = np.maximum(one, other).max(axis=1, keepdims=True)
    grown = np.exp(one - top), np.exp(other - top)
    of_each = _slope(other - one, grown[1] - grown[0], np.exp((one + other) / 2 - top))
    totals = [np.maximum(g.sum(axis=1, keepdims=True), 1e-300) for g in grown]
    logs = [np.log(total) for total in totals]
    of_total = _slope(totals[1] - totals[0], logs[1] - logs[0], 2.0 / sum(totals))
    shared = [np.exp(s - top - log) for s, log in zip((one, other), logs, strict=True)]
    apart = (other - one) - (logs[1] - logs[0])
    flat = (shared[0] + shared[1]) / 2.0
    of_share = _slope(apart, shared[1] - shared[0], flat)
    for output in outputs:
        own = np.arange(one.shape[1]) == output
        yield of_share[:, [output]] * (own - of_total * of_each)
