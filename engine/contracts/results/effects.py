"""Partial dependence, accumulated local effects, Friedman's H."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.metrics import Z95
from engine.contracts.provenance import Provenance


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """Places along a feature, and how the values of the rows lie about them.

    Attributes
    ----------
    name
        The feature.
    values
        ``(g,)`` ascending numbers, or places in ``labels``; a last ``nan`` stands
        for missing values, where there are some.
    labels
        Of a feature with labels those asked about, in their order; else ``()``.
    ordered
        Whether that order is the labels' own.
    counts, edges
        Of numbers: rows in each of ``b`` bins and their ``b + 1`` edges. Of labels:
        rows at each of the ``g`` places, and no edges.
    n_missing
        Rows without a value.
    n_left_out
        Labels not asked about: the rarest.
    related, association, n_association
        The other input that tells most of this one, how much, 0 to 1, and on how
        many rows that was found.
    """

    name: str
    values: np.ndarray
    labels: tuple[str, ...] = ()
    ordered: bool = False
    counts: np.ndarray
    edges: np.ndarray
    n_missing: int = 0
    n_left_out: int = 0
    related: str = ""
    association: float = 0.0
    n_association: int = 0


class Dependence(msgspec.Struct, frozen=True, kw_only=True, tag="dependence"):
    """What the model answers on average where features are set to given values.

    Partial dependence (Friedman, 2001) and, of one feature, the lines of individual
    rows it is the mean of (Goldstein et al., 2015).

    Attributes
    ----------
    axes
        One feature or two.
    average, low, high
        ``(g, k)``, or ``(g1, g2, k)``: the mean over the rows and its 95 % interval,
        the rows taken as a sample.
    ice
        ``(n, g, k)`` the answer for each row; ``(0, g, k)`` of two features.
    data
        ``(n, a)`` the rows' own values, as on the axes.
    row_ids
        ``(n,)`` int64 rows of the evaluation part, ascending.
    row, row_data, row_ice
        The current row or -1, its ``(a,)`` own values and its ``(g, k)`` line;
        empty if there is none.
    feature_names, outputs
        The model's inputs; the class or classes, ``("",)`` for regression.
    space
        ``probability``, ``margin`` or ``value``.
    n_wanted
        Rows that will be asked about; more than ``n`` while partial.
    """

    axes: tuple[Axis, ...]
    average: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ice: np.ndarray
    data: np.ndarray
    row_ids: np.ndarray
    row: int = -1
    row_data: np.ndarray
    row_ice: np.ndarray
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    space: str
    n_wanted: int
    notes: tuple[Note, ...] = ()
    provenance: Provenance

    def centred(self, output: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return lines from their own first place on: ``(n, g)``, mean, half-width."""
        lines = self.ice[:, :, output]
        lines = lines - lines[:, :1]
        mean, low, _ = mean_of_rows(lines)
        return lines, mean, mean - low


class AccumulatedEffects(msgspec.Struct, frozen=True, kw_only=True, tag="ale"):
    """What small steps along a feature add up to, each made by the rows near it.

    Accumulated local effects (Apley and Zhu, 2020); centred, so that their mean over
    the rows is 0.

    Attributes
    ----------
    axes
        One feature or two; of numbers the ends of intervals.
    effect
        ``(g, k)`` of one feature; ``(g1, g2, k)`` what two do together beyond what
        each does alone.
    low, high
        95 % interval of the effect of one feature, the rows of each interval taken
        as a sample; ``None`` of two.
    within
        Of one feature of numbers ``(g - 1,)`` rows in each interval, of labels
        ``(g,)`` rows with each; ``(g1 - 1, g2 - 1)`` rows in each cell, with one more
        along a feature of labels. Cells without rows are filled from the nearest that
        has some.
    strength
        ``(k,)`` root mean square of the effect over the rows.
    order
        ``numbers``, ``own`` (of labels) or ``similarity`` (labels whose rows are
        alike side by side).
    n_missing
        Rows left out, for want of a value.
    data, row_ids, row, row_data
        As of :class:`Dependence`.
    feature_names, outputs, space
        As of :class:`Dependence`.
    """

    axes: tuple[Axis, ...]
    effect: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    within: np.ndarray
    strength: np.ndarray
    order: str
    n_missing: int = 0
    data: np.ndarray
    row_ids: np.ndarray
    row: int = -1
    row_data: np.ndarray
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    space: str
    notes: tuple[Note, ...] = ()
    provenance: Provenance

    def cells(self, output: int) -> np.ndarray:
        """Return what two features do together in each cell of :attr:`within`."""
        along = [place for place, axis in enumerate(self.axes) if not axis.labels]
        return middles(self.effect[:, :, output], *along)


class FriedmanH(msgspec.Struct, frozen=True, kw_only=True, tag="friedman_h"):
    """How much of what features do, they do together.

    Attributes
    ----------
    features
        The ``m`` inputs whose pairs were looked at.
    h, h_spread
        ``(m, m, k)`` Friedman's H: what two do together that they do not do alone, as
        a share of all that they do (root mean squares); mean and standard deviation
        over the samples. ``nan`` where they do nothing.
    strength, strength_spread
        ``(m, m, k)`` its numerator, in the answer's own unit.
    overall, overall_spread
        ``(d, k)`` H of each input with all the others.
    feature_names, outputs, space
        As of :class:`Dependence`.
    n_rows, n_samples, n_wanted
        Rows of a sample; samples done; samples that will be.
    """

    features: tuple[str, ...]
    h: np.ndarray
    h_spread: np.ndarray
    strength: np.ndarray
    strength_spread: np.ndarray
    overall: np.ndarray
    overall_spread: np.ndarray
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    space: str
    n_rows: int
    n_samples: int
    n_wanted: int
    notes: tuple[Note, ...] = ()
    provenance: Provenance


def mean_of_rows(answers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean over the first axis and the ends of its 95 % interval.

    One row says nothing of others: its ends are ``nan``.
    """
    n = len(answers)
    mean = answers.mean(axis=0)
    if n < 2:
        unknown = np.full_like(mean, np.nan)
        return mean, unknown, unknown
    spread = answers.std(axis=0, ddof=1)
    half = Z95 * spread / np.sqrt(n)
    return mean, mean - half, mean + half


def middles(places: np.ndarray, *axes: int) -> np.ndarray:
    """Return the means of neighbours along some axes, each one shorter by one."""
    found = places
    for axis in axes:
        lower = np.take(found, range(found.shape[axis] - 1), axis)
        upper = np.take(found, range(1, found.shape[axis]), axis)
        found = (lower + upper) / 2
    return found
