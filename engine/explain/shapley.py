"""Shapley values: how an answer is shared out among the features.

The fastest exact route is taken that the model's kind allows: the trees, terms or
coefficients it is made of; else all coalitions of features; else sampled walks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.model import ScoreKind, Task
from engine.contracts.results import Shapley
from engine.explain import background as backgrounds
from engine.explain import coalitions
from engine.explain.form_shapley import Parts
from engine.explain.scope import badge, explained_rows
from engine.explain.subject import Pool, Subject, cells_as_numbers, unexplainable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.results import Background

    Floats = NDArray[np.float64]

FIRST_ROWS, MORE_ROWS = 2_000, 20_000  # of a partial result, and of the next ones
_CLOSEST = 1e-6  # how near 0 or 1 a probability counts as log-odds
_WIDE = 1.959963984540054


class ShapleyParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of Shapley values.

    Attributes
    ----------
    background
        Rows of the background, or ``all``.
    background_from
        See :func:`engine.explain.background.choose`.
    variant
        ``auto`` (interventional), ``interventional`` or ``path_dependent``.
    output
        ``auto`` (what the model adds up), ``probability`` or ``margin``.
    route
        ``auto``, ``structure``, ``exact`` or ``sampling``.
    precision
        Standard error at which sampling stops, as a share of the spread of the
        answers.
    rounds
        Most rounds of sampling; each walks from every background row.
    rows
        Where the model itself has to be asked: at most so many rows, a seeded
        sample of them, said in the badge. 0: all.
    """

    background: str = "100"
    background_from: str = ""
    variant: str = "auto"
    output: str = "auto"
    route: str = "auto"
    precision: float = 0.01
    rounds: int = 8
    rows: int = 0


_CHOICES = {
    "variant": ("auto", "interventional", "path_dependent"),
    "output": ("auto", "probability", "margin"),
    "route": ("auto", "structure", "exact", "sampling"),
}


class ShapleyAnalysis:
    """Contributions of the features to the answers, row by row."""

    id = "shapley"
    title = mark("Contributions")
    Params = ShapleyParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be asked, or ``None``."""
        return unexplainable(facts)

    def run(self, inputs: Inputs, params: ShapleyParams, progress: Progress) -> Shapley:
        """Explain the selected rows; the first of them as a partial result.

        Raises
        ------
        EngineError
            ``explain.bad_choice``, ``explain.no_cover`` where path-dependent
            values are wanted of what is no tree, ``explain.no_margin``, and what
            :func:`engine.explain.background.choose` raises.
        """
        started = time.perf_counter()
        for name, known in _CHOICES.items():
            if getattr(params, name) not in known:
                raise EngineError(
                    "explain.bad_choice",
                    name=name,
                    given=getattr(params, name),
                    choices=known,
                )
        progress.advance(0, 1, "explain.opening")
        subject = Subject(inputs)
        progress.raise_if_cancelled()
        route = _route(inputs, subject, params, progress)
        rows, sampling = _rows(inputs, params, route)
        found = _Found(inputs, params, subject, route, rows, sampling, started)
        for where, values, errors in route.explain(rows, progress):
            found.take(where, values, errors)
            if found.n_done < len(rows):
                progress.partial(found.result())
            progress.raise_if_cancelled()
        return found.result()


@dataclass
class _Found:
    """What is known so far; rows are explained in a random order."""

    inputs: Inputs
    params: ShapleyParams
    subject: Subject
    route: _Asking | _Structural
    rows: NDArray[np.int64]
    sampling: str
    started: float
    n_done: int = 0

    def __post_init__(self) -> None:
        shape = (len(self.rows), len(self.subject.names), len(self.subject.outputs))
        self._values = np.zeros(shape)
        self._errors: Floats | None = None
        sorted_rows = np.sort(self.rows)  # labels in the order of the data
        features = self.subject.features().take(sorted_rows)
        data, self._categories = cells_as_numbers(features)
        self._data = data[np.searchsorted(sorted_rows, self.rows)]

    def take(self, where: slice, values: Floats, errors: Floats | None) -> None:
        """Add explained rows."""
        self._values[where] = values
        if errors is not None:
            if self._errors is None:
                self._errors = np.zeros_like(self._values)
            self._errors[where] = errors
        self.n_done = where.stop

    def result(self) -> Shapley:
        """Return the rows explained so far, in their own order."""
        order = np.argsort(self.rows[: self.n_done], kind="stable")
        rows, values = self.rows[order], self._values[order]
        predictions = self.route.answers(rows)
        gap = self.route.gap(values.sum(axis=1) + self.route.base, rows)
        size = np.abs(values)
        mean = size.mean(axis=0)
        spread = size.std(axis=0, ddof=1) if len(rows) > 1 else np.zeros_like(mean)
        half = _WIDE * spread / np.sqrt(len(rows))
        single = values.shape[2] == 1
        errors = None if self._errors is None else self._errors[order]
        if errors is not None and single:
            errors = errors[:, :, 0]
        return Shapley(
            values=values[:, :, 0] if single else values,
            base_values=self.route.base,
            predictions=predictions,
            data=self._data[order],
            categories=self._categories,
            feature_names=self.subject.names,
            outputs=self.subject.outputs,
            row_ids=rows,
            method=self.route.method,
            variant=self.route.variant,
            space=self.route.space,
            background=self.route.background,
            standard_errors=errors,
            importance=mean,
            importance_low=np.maximum(mean - half, 0.0),
            importance_high=mean + half,
            additivity_error=gap,
            n_wanted=len(self.rows),
            notes=self.route.notes,
            provenance=badge(
                self.inputs,
                self.params,
                self.started,
                n_used=len(rows),
                method=f"shapley_{self.route.method}",
                sampling=self.sampling,
            ),
        )


class _Structural:
    """The route through what the model is made of."""

    def __init__(
        self,
        subject: Subject,
        parts: Parts,
        background: Background | None,
        notes: tuple[Note, ...],
    ) -> None:
        self._subject, self._parts = subject, parts
        self.background, self.notes = background, notes
        self.method = parts.method
        self.variant = "path_dependent" if background is None else "interventional"
        self.space = _own_space(subject, margin=parts.margin)
        self._encoded_background: Floats | None = None
        if background is not None:
            rows = subject.features(background.part).take(background.rows)
            self._encoded_background = parts.encode(rows)
        self.base = parts.base(self._encoded_background)

    def explain(
        self, rows: NDArray[np.int64], progress: Progress
    ) -> Iterator[tuple[slice, Floats, None]]:
        """Yield the values of blocks of rows, a small one first."""
        features = self._subject.features()
        for where in _blocks(len(rows)):
            encoded = self._parts.encode(features.take(rows[where]), progress)
            values = self._parts.values(encoded, self._encoded_background, progress)
            progress.advance(where.stop, len(rows), "explain.rows")
            yield where, values, None

    def answers(self, rows: NDArray[np.int64]) -> Floats:
        """Return what is explained."""
        if not self._parts.margin:
            return self._subject.answers()[rows]
        return self._parts.answers(
            self._parts.encode(self._subject.features().take(rows))
        )

    def gap(self, said: Floats, rows: NDArray[np.int64]) -> float:
        """Return the largest gap to the model's own scores."""
        own = self._subject.answers()[rows]
        return float(np.abs(self._parts.scores(said) - own).max(initial=0.0))


class _Asking:
    """The route through the model's own answers."""

    variant = "interventional"

    def __init__(
        self,
        inputs: Inputs,
        subject: Subject,
        params: ShapleyParams,
        background: Background,
        notes: tuple[Note, ...],
    ) -> None:
        self._subject, self._params = subject, params
        self._rng = np.random.default_rng([inputs.seed, 2])
        self.background, self.notes = background, notes
        few = len(subject.names) <= coalitions.MOST_EXACT
        exact = params.route == "exact" or (params.route != "sampling" and few)
        self.method = "exact" if exact else "sampling"
        self._log_odds = (
            params.output == "margin"
            and subject.info.score_kind is ScoreKind.PROBABILITY
        )
        self.space = _own_space(subject, margin=self._log_odds)
        known = subject.answers(background.part)[background.rows]
        self._base_answers = self._told(known)
        self.base = self._base_answers.mean(axis=0)

    def explain(
        self, rows: NDArray[np.int64], progress: Progress
    ) -> Iterator[tuple[slice, Floats, Floats | None]]:
        """Yield the values of blocks of rows."""
        assert self.background is not None
        features = self._subject.features()
        others = self._subject.features(self.background.part)
        pool = Pool.of(features.take(rows), others.take(self.background.rows))
        d = len(self._subject.names)
        cells = np.repeat(np.arange(len(rows))[:, None], d, axis=1)
        places = len(rows) + np.arange(len(self.background.rows))
        behind = np.repeat(places[:, None], d, axis=1)

        def ask(wanted: NDArray[np.integer], within: Progress) -> Floats:
            return self._told(pool.ask(self._subject, wanted, within))

        known = self.answers(rows)
        if self.method == "exact":
            found = coalitions.exact(ask, cells, behind, known, self.base, progress)
            for where, values in found:
                yield where, values, None
            return
        yield from coalitions.sampled(
            ask,
            cells,
            behind,
            known,
            self._base_answers,
            self._rng,
            precision=self._params.precision,
            most_rounds=self._params.rounds,
            progress=progress,
        )

    def answers(self, rows: NDArray[np.int64]) -> Floats:
        """Return what is explained."""
        return self._told(self._subject.answers()[rows])

    def gap(self, said: Floats, rows: NDArray[np.int64]) -> float:
        """Return the largest gap to what is explained."""
        return float(np.abs(said - self.answers(rows)).max(initial=0.0))

    def _told(self, scores: Floats) -> Floats:
        if not self._log_odds:
            return scores
        inside = np.clip(scores, _CLOSEST, 1 - _CLOSEST)
        odds: Floats = np.log(inside / (1 - inside))
        return odds


def _route(
    inputs: Inputs, subject: Subject, params: ShapleyParams, progress: Progress
) -> _Asking | _Structural:
    """Return the fastest exact route that gives what is wanted."""
    notes: tuple[Note, ...] = ()
    if subject.info.deterministic is False:
        notes = (Note(code="explain.not_deterministic"),)
    parts = None
    if params.route in ("auto", "structure"):
        progress.advance(0, 1, "explain.structure")
        parts = _parts(inputs, subject)
        progress.raise_if_cancelled()
    if parts is not None and not _gives(parts, subject, params.output):
        parts = None
    by_cover = params.variant == "path_dependent"
    if by_cover and (parts is None or parts.method != "trees"):
        raise EngineError("explain.no_cover")
    if params.route == "structure" and parts is None:
        raise EngineError("explain.no_structure")
    if by_cover and parts is not None:
        return _Structural(subject, parts, None, notes)
    chosen = backgrounds.choose(inputs, params.background, params.background_from)
    if parts is not None:
        return _Structural(subject, parts, chosen, notes)
    return _Asking(inputs, subject, params, chosen, notes)


def _parts(inputs: Inputs, subject: Subject) -> Parts | None:
    """Return the model taken apart, if what it says of itself is true."""
    scores = inputs.predictions[Part.EVALUATION].scores
    return Parts.of(subject, subject.features(), scores)


def _gives(parts: Parts, subject: Subject, output: str) -> bool:
    """Return whether the sum of the parts is what is to be explained."""
    if output == "auto" or subject.info.task is Task.REGRESSION:
        return True
    own = "margin" if parts.margin else subject.info.score_kind.value
    return output == own


def _own_space(subject: Subject, *, margin: bool) -> str:
    return ScoreKind.MARGIN.value if margin else subject.info.score_kind.value


def _rows(
    inputs: Inputs, params: ShapleyParams, route: _Asking | _Structural
) -> tuple[NDArray[np.int64], str]:
    """Return the rows to explain, in random order, and how they were chosen."""
    rows = explained_rows(inputs)
    order = np.random.default_rng([inputs.seed, 3]).permutation(rows)
    if params.rows and isinstance(route, _Asking) and params.rows < len(rows):
        return order[: params.rows], "sample"
    return order, ""


def _blocks(n: int) -> Iterator[slice]:
    """Yield stretches of rows: a small one to show soon, then large ones."""
    start, size = 0, FIRST_ROWS
    while start < n:
        yield slice(start, min(n, start + size))
        start, size = start + size, MORE_ROWS
