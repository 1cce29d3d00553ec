"""Path integrals of a network's gradient between rows (integrated gradients).

The contribution of a feature is the integral of the gradient along the straight path
between two rows times the change of the feature (integrated gradients; Sundararajan,
Taly and Yan, 2017, section 3), averaged over the background rows in which the paths
begin (expected gradients; Erion et al., 2021). These are the Aumann–Shapley values of
the model between the rows.

A network of rectified linear units is piecewise linear: its paths are cut at every
breakpoint, which is exact (:mod:`engine.explain.gradients.relu_breakpoints`). Other
paths are cut into steps, over which each unit is given the slope of the secant from
beginning to end (:mod:`engine.explain.gradients.secant_slopes`): the contributions of
the steps add up whatever their number. Gauss-Legendre quadrature, which needs the
gradient alone, loses at every breakpoint what this keeps.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from engine.contracts.progress import SILENT
from engine.contracts.structure import Activation, Link
from engine.explain.gradients import relu_breakpoints
from engine.explain.gradients import secant_slopes as secants
from engine.explain.stoppable import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.contracts.structure import DenseNetwork

    Floats = NDArray[np.float64]

FEWEST_STEPS, MOST_STEPS = 4, 512
_SAFE = 4.0
_BY_BREAKPOINTS = 0  # steps: cut at every breakpoint instead
_CELLS = 1 << 17  # pairs of rows times units that are looked at together
_PRODUCTS = 100_000_000  # of a pair of numbers; as many again on the way back


class Integrals(NamedTuple):
    """Path integrals to rows.

    Attributes
    ----------
    values
        ``(n, D, k)`` contributions of the encoded columns.
    error
        ``(n,)`` bound of the error of a row's contributions: four times the last change
        by halving the steps, as errors that both have in common are overlooked; 0
        where no steps are needed.
    """

    values: Floats
    error: Floats


class PathIntegral:
    """The path integrals of a network, from background rows.

    Parameters
    ----------
    network
        One that was checked by :mod:`engine.models.structure_checks`.
    link
        What is explained: ``IDENTITY`` for the sums of the outputs, else their scores.
    outputs
        Which outputs.
    others, shares
        ``(b, D)`` background rows and how much each counts ``(b,)``, of sum 1.
    """

    def __init__(
        self,
        network: DenseNetwork,
        link: Link,
        outputs: Sequence[int],
        others: Floats,
        shares: Floats,
    ) -> None:
        self._layers = network.layers()
        self._link, self._outputs = link, list(outputs)
        self._others, self._shares = others, shares
        first = self._layers[0]
        self._begun = others @ first.weights.T + first.bias
        self._widest = max(network.widths[1:])
        nonlinear = [a for a in network.activations if a is not Activation.IDENTITY]
        self._is_direct = link is Link.IDENTITY and len(nonlinear) <= 1
        units = sum(network.widths[1:-1])
        rectified = all(activation is Activation.RELU for activation in nonlinear)
        self._by_breakpoints = (
            bool(nonlinear) and rectified and units <= relu_breakpoints.MOST_UNITS
        )
        self._pieces = 1 + units // 2 if self._by_breakpoints else 1  # or so

    def integrate(
        self, rows: Floats, enough: float, progress: Progress = SILENT
    ) -> Integrals:
        """Return the path integrals; steps are halved until the error is small enough.

        Sums of a network with one nonlinear layer have a closed form: one step. Paths
        through rectified linear units are cut at their breakpoints, once.

        Parameters
        ----------
        rows
            ``(n, D)``.
        enough
            Largest error of a share at which its row is left alone.
        """
        if self._is_direct:
            return Integrals(self.shares(rows, 1, progress), np.zeros(len(rows)))
        if self._by_breakpoints:
            values = self.shares(rows, _BY_BREAKPOINTS, progress)
            return Integrals(values, np.zeros(len(rows)))
        n_steps = FEWEST_STEPS
        coarse = self.shares(rows, n_steps // 2, progress)
        values, error = coarse.copy(), np.full(len(rows), np.inf)
        moving = np.arange(len(rows))
        while len(moving) and n_steps <= MOST_STEPS:
            fine = self.shares(rows[moving], n_steps, progress)
            change = np.abs(fine - coarse).max(axis=(1, 2), initial=0.0)
            error[moving] = _SAFE * change
            # errors shrink by four with a halving (Richardson's extrapolation)
            values[moving] = fine + (fine - coarse) / 3.0
            still = ~(error[moving] <= enough)
            moving, coarse = moving[still], fine[still]
            n_steps *= 2
        return Integrals(values, error)

    def shares(self, rows: Floats, n_steps: int, progress: Progress = SILENT) -> Floats:
        """Return ``(n, D, k)`` of so many steps; 0: between breakpoints."""
        found = np.zeros((*rows.shape, len(self._outputs)))

        def task(block: tuple[slice, slice]) -> tuple[slice, Floats]:
            here, there = block
            return here, self._shares_of(rows[here], there, n_steps)

        # products so small are fastest on one thread each
        with threadpool_limits(limits=1, user_api="blas"):
            blocks = list(self._blocks(len(rows), n_steps))
            with closing(in_order(task, blocks, progress)) as done:
                for place, (here, some) in enumerate(done, start=1):
                    found[here] += some
                    if n_steps <= 1:  # once for all rows: the end is known
                        progress.advance(place, len(blocks), "explain.gradients")
        return found

    def _shares_of(self, rows: Floats, there: slice, n_steps: int) -> Floats:
        """Return the contributions on the paths from some background rows."""
        first, counted = self._layers[0], self._shares[there]
        apart = rows[:, None] - self._others[there][None]
        found = np.empty((*rows.shape, len(self._outputs)))
        with np.errstate(over="ignore", invalid="ignore"):  # weights may be anything
            ends = rows @ first.weights.T + first.bias
            slopes_there = self._slopes(ends, self._begun[there], n_steps)
            for place, slope in enumerate(slopes_there):  # (rows, others, units)
                gained = (slope @ first.weights) * apart
                found[:, :, place] = np.einsum("b,rbd->rd", counted, gained)
        return found

    def _blocks(self, n: int, n_steps: int) -> Iterator[tuple[slice, slice]]:
        """Yield rows and background rows, a moment's work together."""
        b, wide = self._others.shape
        cells = max(wide, self._widest * self._pieces)
        first, *others = (layer.weights.size for layer in self._layers)
        products = first + sum(others) * max(self._pieces, n_steps)
        products *= len(self._outputs)
        pairs = max(1, min(_CELLS // cells, _PRODUCTS // products))
        each = min(b, pairs)
        some = max(1, pairs // each)
        for start in range(0, n, some):
            for begin in range(0, b, each):
                yield slice(start, start + some), slice(begin, begin + each)

    def _slopes(self, ends: Floats, begun: Floats, n_steps: int) -> list[Floats]:
        """Return for each output ``(rows, others, units)`` mean slopes of first sums.

        Parameters
        ----------
        ends, begun
            Sums of the first layer at rows and at background rows.
        """
        apart = (ends[:, None] - begun[None]).reshape(-1, ends.shape[1])
        start = np.tile(begun, (len(ends), 1))
        if n_steps == _BY_BREAKPOINTS:
            found = relu_breakpoints.mean_slopes(
                self._layers, self._link, self._outputs, start, apart
            )
        else:
            found = self._in_steps(start, apart, n_steps)
        return [slope.reshape(len(ends), len(begun), -1) for slope in found]

    def _in_steps(self, start: Floats, apart: Floats, n_steps: int) -> list[Floats]:
        layers = self._layers
        total = [np.zeros_like(apart) for _ in self._outputs]
        here = secants.at(layers, start)
        for step in range(1, n_steps + 1):
            there = secants.at(layers, start + (step / n_steps) * apart)
            unit_slopes = secants.unit_slopes(layers, here, there)
            score_slopes = secants.score_slopes(
                self._link, self._outputs, here.sums[-1], there.sums[-1]
            )
            for place, slope in enumerate(score_slopes):
                total[place] += secants.chain(layers, slope, unit_slopes)
            here = there
        return [slope / n_steps for slope in total]
