"""Secant slopes of a network's units between two points, and of its predictions.

Each unit is given the slope of the secant between its outputs at two points, and slopes
are multiplied along the layers. Their contributions add up to the change of the
prediction, however far apart the points are.
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


class UnitValues(NamedTuple):
    """Sums and outputs of the units of every layer at ``n`` points."""

    sums: list[Floats]
    outputs: list[Floats]


def at(layers: Sequence[Layer], sums: Floats) -> UnitValues:
    """Return the units where the first layer has these sums ``(n, units)``.

    Parameters
    ----------
    layers
        All of a network, or its first ones: the last one's sums are the last returned.
    """
    place = UnitValues([sums], [])
    for before, layer in pairwise(layers):
        outputs = activated(place.sums[-1], before.activation)
        place.outputs.append(outputs)
        place.sums.append(outputs @ layer.weights.T + layer.bias)
    return place


def unit_slopes(
    layers: Sequence[Layer], here: UnitValues, there: UnitValues
) -> list[Floats]:
    """Return the slopes of all hidden units, layer by layer."""
    return [
        _of_units(
            layer.activation,
            (here.sums[place], there.sums[place]),
            (here.outputs[place], there.outputs[place]),
        )
        for place, layer in enumerate(layers[:-1])
    ]


def chain(layers: Sequence[Layer], slope: Floats, unit_slopes: list[Floats]) -> Floats:
    """Return the slope along the first layer's sums, by the chain rule."""
    for layer, unit_slope in zip(layers[:0:-1], unit_slopes[::-1], strict=True):
        slope = (slope @ layer.weights) * unit_slope
    return slope


def score_slopes(
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


def mean_softmax_gradients(
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
    activation: Activation, sums: tuple[Floats, Floats], outputs: tuple[Floats, Floats]
) -> Floats:
    if activation is Activation.IDENTITY:
        return np.ones((1, sums[0].shape[1]))
    half = (outputs[0] + outputs[1]) / 2.0
    if activation is Activation.RELU:
        flat = (sums[0] + sums[1] > 0).astype(np.float64)
    elif activation is Activation.LOGISTIC:
        flat = half * (1.0 - half)
    else:
        flat = 1.0 - half**2
    return _slope(sums[1] - sums[0], outputs[1] - outputs[0], flat)


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
