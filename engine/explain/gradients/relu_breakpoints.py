"""Breakpoints of a ReLU network along straight paths: it is linear in between.

A rectified linear unit has its breakpoint where its sum is 0. On a path between two
rows all sums are linear up to the first breakpoint of a layer before; the breakpoints
of a layer are found on those pieces, and cut them for the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from engine.contracts.structure import Activation, Link
from engine.explain.gradients import secant_slopes as secants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.contracts.structure import Layer

    Floats = NDArray[np.float64]

MOST_UNITS = 256  # hidden, of a network whose paths are cut at every breakpoint
_MOST_PARTS = 1_000  # of one piece


class _Cuts(NamedTuple):
    """Points on paths, by path and by how far along: both ends and the cuts between.

    Attributes
    ----------
    path, along
        ``(m,)`` which path, and the position between 0 and 1.
    """

    path: NDArray[np.intp]
    along: Floats

    @property
    def pieces(self) -> NDArray[np.intp]:
        """Points after which the path goes on."""
        return np.flatnonzero(self.path[1:] == self.path[:-1])

    def sums(self, begun: Floats, apart: Floats) -> Floats:
        """Return the first layer's sums."""
        return begun[self.path] + self.along[:, None] * apart[self.path]

    def with_more(self, path: NDArray[np.intp], along: Floats) -> _Cuts:
        """Return these and others."""
        paths = np.concatenate([self.path, path])
        places = np.concatenate([self.along, along])
        order = np.lexsort((places, paths))
        return _Cuts(paths[order], places[order])


def mean_slopes(
    layers: Sequence[Layer],
    link: Link,
    outputs: Sequence[int],
    begun: Floats,
    apart: Floats,
) -> list[Floats]:
    """Return for each output the mean slope on each path along the first sums.

    Exact: between breakpoints sums are linear, and the logistic function of one sum has
    the slope of the line between its ends. Softmax is looked at more closely.

    Parameters
    ----------
    begun, apart
        ``(n, units)`` the first layer's sums where paths begin, and their changes.

    Returns
    -------
    list of ndarray
        ``(n, units)`` each.
    """
    cuts = _at_breakpoints(layers, begun, apart)
    if link is Link.SOFTMAX:
        cuts = _finer(layers, cuts, begun, apart)
    place = secants.at(layers, cuts.sums(begun, apart))
    pieces = cuts.pieces
    unit_slopes = [
        _passes(layer, sums, pieces)
        for layer, sums in zip(layers[:-1], place.sums[:-1], strict=True)
    ]
    long = (cuts.along[pieces + 1] - cuts.along[pieces])[:, None]
    first = np.flatnonzero(np.diff(cuts.path[pieces], prepend=-1))
    one, other = place.sums[-1][pieces], place.sums[-1][pieces + 1]
    if link is Link.SOFTMAX:
        score_slopes = secants.mean_softmax_gradients(outputs, one, other)
    else:
        score_slopes = secants.score_slopes(link, outputs, one, other)
    return [
        np.add.reduceat(secants.chain(layers, slope, unit_slopes) * long, first)
        for slope in score_slopes
    ]


def _passes(layer: Layer, sums: Floats, pieces: NDArray[np.intp]) -> Floats:
    """Return whether units pass their sums on, piece by piece."""
    if layer.activation is Activation.IDENTITY:
        return np.ones((1, sums.shape[1]))
    above: Floats = (sums[pieces] + sums[pieces + 1] > 0).astype(np.float64)
    return above


def _at_breakpoints(layers: Sequence[Layer], begun: Floats, apart: Floats) -> _Cuts:
    paths = np.arange(len(begun))
    cuts = _Cuts(np.repeat(paths, 2), np.tile([0.0, 1.0], len(paths)))
    for depth, layer in enumerate(layers[:-1]):
        if layer.activation is not Activation.RELU:
            continue
        sums = secants.at(layers[: depth + 1], cuts.sums(begun, apart)).sums[-1]
        pieces = cuts.pieces
        one, other = sums[pieces], sums[pieces + 1]
        place, unit = np.nonzero(((one < 0) & (other > 0)) | ((one > 0) & (other < 0)))
        before, after = one[place, unit], other[place, unit]
        start = cuts.along[pieces[place]]
        long = cuts.along[pieces[place] + 1] - start
        cuts = cuts.with_more(
            cuts.path[pieces[place]], start + long * (before / (before - after))
        )
    return cuts


def _finer(layers: Sequence[Layer], cuts: _Cuts, begun: Floats, apart: Floats) -> _Cuts:
    """Cut pieces until no sum of the outputs changes much on any of them."""
    sums = secants.at(layers, cuts.sums(begun, apart)).sums[-1]
    pieces = cuts.pieces
    change = np.abs(sums[pieces + 1] - sums[pieces]).max(axis=1) / secants.WIDE
    parts = np.ceil(np.clip(np.nan_to_num(change), 1, _MOST_PARTS)).astype(np.intp)
    own = np.repeat(np.arange(len(pieces)), parts - 1)
    part = np.arange(len(own)) - np.repeat(np.cumsum(parts - 1) - parts + 1, parts - 1)
    start, stop = cuts.along[pieces[own]], cuts.along[pieces[own] + 1]
    share = (part + 1.0) / parts[own]
    return cuts.with_more(cuts.path[pieces[own]], start + (stop - start) * share)
