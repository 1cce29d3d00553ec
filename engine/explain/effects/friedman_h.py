"""Friedman's H: the interaction strength of features.

Friedman and Popescu (2008), section 8.1: what the partial dependence on two features
(or on one and all the others) has that the sum of the parts has not, as a share of the
whole. Because a share of little is often large, the size in the prediction's own unit
is told beside it (Inglis, Parnell and Hurley, 2022).
"""

from __future__ import annotations

import time
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.progress import Portion
from engine.contracts.results import FriedmanH
from engine.explain.feature_names import Names, names_of
from engine.explain.scope import badge, check_counts, explained_rows
from engine.explain.subject import Pool, Subject, unexplainable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.dataset import Note
    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]

_LIMITS = {"most": (2, 100), "rows": (5, 1_000), "repeats": (1, 50)}
_ASKED_AT_ONCE = 200_000
_NOTHING = 1e-9  # of the prediction's spread: what is left of adding up


class FriedmanHParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of Friedman's H.

    Attributes
    ----------
    features
        Inputs whose pairs are looked at, a tuple or one text with commas between
        them; none: the ``most`` that move the mean prediction farthest.
    most
        How many those are.
    rows
        Rows of one sample: each of them is asked about with the values of each.
    repeats
        Samples, whose spread is told.
    """

    features: Names = ()
    most: int = 10
    rows: int = 50
    repeats: int = 3


class FriedmanHAnalysis:
    """Which features interact, and how strongly."""

    id = "friedman_h"
    title = mark("Friedman's H")
    Params = FriedmanHParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: FriedmanHParams, progress: Progress
    ) -> FriedmanH:
        """Predict every pair of rows with one's features in the other.

        Raises
        ------
        EngineError
            ``explain.bad_count``, ``explain.no_feature``, ``explain.same_feature``,
            ``evaluate.no_rows``.
        """
        check_counts(params, _LIMITS)
        work = _FriedmanRun(inputs, params)
        for place in range(len(work.samples)):
            work.measure(place, Portion(progress, place, 1, len(work.samples)))
            if place + 1 < len(work.samples):
                progress.partial(work.result())
            progress.raise_if_cancelled()
        return work.result()


class _FriedmanRun:
    """Samples of rows, and what was measured on those done."""

    def __init__(self, inputs: Inputs, params: FriedmanHParams) -> None:
        self._started = time.perf_counter()
        self._inputs, self._params = inputs, params
        self._subject = subject = Subject(inputs)
        self._chosen = _named(params.features, subject.names)
        self.samples = _samples(inputs, params)
        self._measured: list[_Measured] = []

    def measure(self, place: int, progress: Progress) -> None:
        """Predict one sample."""
        rows = self.samples[place]
        sample = _Sample(self._subject, rows)
        d = len(self._subject.names)
        alone = [sample.effect((j,), Portion(progress, j, 1, 2 * d)) for j in range(d)]
        if not self._chosen:
            wide = [np.ptp(with_it, axis=0).max() for with_it, _ in alone]
            order = np.argsort(-np.array(wide), kind="stable")
            self._chosen = order[: self._params.most].tolist()
        pairs = list(combinations(range(len(self._chosen)), 2))
        half = Portion(progress, 1, 1, 2)
        predictions = self._subject.predictions()[rows]
        found = _Measured.of_nothing(d, len(self._chosen), predictions.shape[1])
        for j, (with_it, with_others) in enumerate(alone):
            found.overall[j], _ = _together(predictions, with_it, with_others)
        for at, (i, j) in enumerate(pairs):
            one, two = self._chosen[i], self._chosen[j]
            both, _ = sample.effect((one, two), Portion(half, at, 1, len(pairs)))
            share, size = _together(both, alone[one][0], alone[two][0])
            found.h[i, j] = found.h[j, i] = share
            found.strength[i, j] = found.strength[j, i] = size
        self._measured.append(found)

    def result(self) -> FriedmanH:
        """Return the means over the samples done, and their spread."""
        subject, done = self._subject, len(self._measured)
        h, h_spread = _over([found.h for found in self._measured])
        strength, strength_spread = _over([found.strength for found in self._measured])
        overall, overall_spread = _over([found.overall for found in self._measured])
        used = np.unique(np.concatenate(self.samples[:done]))
        everyone = len(used) == len(explained_rows(self._inputs))
        return FriedmanH(
            features=tuple(subject.names[j] for j in self._chosen),
            h=h,
            h_spread=h_spread,
            strength=strength,
            strength_spread=strength_spread,
            overall=overall,
            overall_spread=overall_spread,
            feature_names=subject.names,
            outputs=subject.outputs,
            space=subject.info.score_kind.value,
            n_rows=len(self.samples[0]),
            n_samples=done,
            n_wanted=len(self.samples),
            notes=subject.notes(),
            provenance=badge(
                self._inputs,
                self._params,
                self._started,
                n_used=len(used),
                method="friedman_h",
                sampling="" if everyone else "sample",
            ),
        )


class _Measured(NamedTuple):
    """Of one sample ``(m, m, k)``, ``(m, m, k)`` and ``(d, k)``."""

    h: Floats
    strength: Floats
    overall: Floats

    @classmethod
    def of_nothing(cls, d: int, m: int, k: int) -> _Measured:
        return cls(np.zeros((m, m, k)), np.zeros((m, m, k)), np.zeros((d, k)))


class _Sample:
    """Rows that lend one another their values."""

    def __init__(self, subject: Subject, rows: NDArray[np.int64]) -> None:
        self._subject, self._n = subject, len(rows)
        self._pool = Pool.of(subject.features().take(pa.array(rows)))
        self._d = len(subject.names)

    def effect(
        self, features: tuple[int, ...], progress: Progress
    ) -> tuple[Floats, Floats]:
        """Return mean answers ``(n, k)`` with some features of each row, and without.

        Each row's values of the features meet the other values of every row: the mean
        over these is the partial dependence on the features, the mean over those the
        partial dependence on all others.
        """
        n = self._n
        lent, kept = np.divmod(np.arange(n * n), n)
        cells = np.repeat(kept[:, None], self._d, axis=1)
        cells[:, list(features)] = lent[:, None]
        parts = np.array_split(cells, -(-n * n // _ASKED_AT_ONCE))
        predictions = np.concatenate(
            [
                self._pool.predict(
                    self._subject, some, _part(progress, place, len(parts))
                )
                for place, some in enumerate(parts)
            ]
        )
        progress.raise_if_cancelled()
        square = predictions.reshape(n, n, -1)
        return square.mean(axis=1), square.mean(axis=0)


def _part(whole: Progress, place: int, n: int) -> Progress:
    return Portion(whole, place, 1, n, "explain.replacing")


def _together(whole: Floats, one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Return H ``(k,)`` and the size ``(k,)`` of what the parts do not add up to.

    ``nan`` where the whole does not move.
    """
    whole, one, other = (part - part.mean(axis=0) for part in (whole, one, other))
    left = np.sqrt(((whole - one - other) ** 2).mean(axis=0))
    size = np.sqrt((whole**2).mean(axis=0))
    moves = size > _NOTHING
    left[left <= _NOTHING * np.maximum(size, 1.0)] = 0.0
    return np.where(moves, left / np.where(moves, size, 1.0), np.nan), left


def _over(samples: list[Floats]) -> tuple[Floats, Floats]:
    """Return mean and spread over samples; no spread of one alone."""
    every = np.stack(samples)
    alone = len(samples) == 1
    spread = np.full(every.shape[1:], np.nan) if alone else every.std(axis=0, ddof=1)
    return every.mean(axis=0), spread


def _samples(inputs: Inputs, params: FriedmanHParams) -> list[NDArray[np.int64]]:
    """Return samples of rows, apart from one another where there are enough."""
    rows = explained_rows(inputs)
    if len(rows) <= params.rows:
        return [rows]
    rng = np.random.default_rng([inputs.seed, 9])
    if len(rows) >= params.rows * params.repeats:
        order = rng.permutation(rows)[: params.rows * params.repeats]
        return [np.sort(part) for part in np.split(order, params.repeats)]
    return [
        np.sort(rng.choice(rows, params.rows, replace=False))
        for _ in range(params.repeats)
    ]


def _named(given: Names, known: tuple[str, ...]) -> list[int]:
    """Return the places of features that are named, two at least."""
    names = names_of(given, known)
    if len(names) == 1:
        raise EngineError("explain.one_feature", name=names[0])
    for name in names:
        if names.count(name) > 1:
            raise EngineError("explain.same_feature", name=name)
    return [known.index(name) for name in names]
