"""Counterfactuals: the nearest rows to one that get another decision.

Wachter, Mittelstadt and Russell (2018); several that differ from one another:
Mothilal, Sharma and Tan (2020).
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Note, Part
from engine.contracts.i18n import mark
from engine.contracts.model import Task
from engine.contracts.results import Change, Counterfactual, Counterfactuals
from engine.evaluate.sample import cut_of
from engine.explain.counterfactual.actionability import allowed_values
from engine.explain.counterfactual.diversity import diverse
from engine.explain.counterfactual.evaluator import Evaluator
from engine.explain.counterfactual.neighbours import nearest, sampled
from engine.explain.counterfactual.plausibility import Plausibility, distances
from engine.explain.counterfactual.row_encoding import RowEncoding
from engine.explain.counterfactual.search import Search
from engine.explain.counterfactual.target import target_of
from engine.explain.feature_names import Names
from engine.explain.scope import badge, check_counts, the_row
from engine.explain.subject import Subject, unexplainable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]

_LIMITS = {"n": (1, 1_000), "most_changes": (0, 10_000), "seconds": (0.1, 86_400)}
_CANDIDATES = 12_000  # of all features together
_STARTS = 24  # nearest real rows from which the search starts
_SHOWN = 5  # of them are told


class CounterfactualParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of counterfactuals.

    Names are a tuple, or one text with commas between them.

    Attributes
    ----------
    wanted
        The wanted decision, see
        :func:`engine.explain.counterfactual.target.target_of`.
    fixed
        Inputs that may not change.
    only_up, only_down
        Inputs that may only grow, or only shrink.
    ranges
        ``name=low..high`` (one end may be left out); of labels ``name=one|two``.
    n
        How many are looked for.
    most_changes
        Most inputs that may change; 0: any number.
    seconds
        Time for asking the model.
    """

    wanted: str | int | float | bool = ""
    fixed: Names = ()
    only_up: Names = ()
    only_down: Names = ()
    ranges: Names = ()
    n: int = 3
    most_changes: int = 0
    seconds: float = 10.0


class CounterfactualAnalysis:
    """The smallest changes of a row that change the decision."""

    id = "counterfactual"
    title = mark("Counterfactuals")
    Params = CounterfactualParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: CounterfactualParams, progress: Progress
    ) -> Counterfactuals:
        """Look for changes until enough are found or the time is over.

        Raises
        ------
        EngineError
            ``explain.no_row``, ``explain.bad_count``, and what
            :func:`engine.explain.counterfactual.target.target_of` and
            :func:`engine.explain.counterfactual.actionability.allowed_values` raise.
        """
        check_counts(params, _LIMITS)
        work = _CounterfactualRun(inputs, params, progress)
        for _ in work.search(progress):
            progress.raise_if_cancelled()
            progress.partial(work.result(unfinished=True))
        return work.result()


class _CounterfactualRun:
    """The row, the real rows about it, and what is found so far."""

    def __init__(
        self, inputs: Inputs, params: CounterfactualParams, progress: Progress
    ) -> None:
        self._started = time.perf_counter()
        self._inputs, self._params = inputs, params
        self._subject = subject = Subject(inputs)
        self._row = row = the_row(inputs)
        self._target = target_of(inputs, subject, row, params.wanted)
        predictions = inputs.predictions[Part.EVALUATION]
        reached = self._target.reached(predictions.scores, predictions.labels)
        self._already = bool(reached[row])
        progress.advance(0, 4, "explain.nearest_rows")
        self._part, real, self._n_total = sampled(inputs, subject, row)
        own = subject.features().slice(row, 1)
        some = np.flatnonzero(reached) if not self._already else np.zeros(0, dtype=int)
        rows = nearest(subject.features(), row, some, RowEncoding(real, own), _STARTS)
        progress.raise_if_cancelled()
        near = subject.features().take(pa.array(rows))
        self._encoding = encoding = RowEncoding(real, own, near)
        n = real.num_rows
        self._own = encoding.points[n]
        starts = encoding.points[n + 1 :]
        order = np.lexsort(
            (*starts.T, distances(encoding, starts, self._own).sum(axis=1))
        )
        self._near_rows, self._starts = rows[order], starts[order]
        self._plausibility = Plausibility(encoding, encoding.points[:n], progress)
        free = allowed_values(
            encoding,
            encoding.points[:n],
            self._own,
            _CANDIDATES,
            fixed=params.fixed,
            only_up=params.only_up,
            only_down=params.only_down,
            ranges=params.ranges,
        )
        self._evaluator = Evaluator(
            subject, self._target, encoding, params.seconds, progress
        )
        self._search = Search(
            encoding=encoding,
            evaluator=self._evaluator,
            own=self._own,
            free={} if self._already else free,
            most=params.most_changes,
            n=params.n,
        )
        self._n_free = len(free)
        self._evaluated = self._evaluate(
            np.vstack([self._own[None], self._starts[:_SHOWN]]),
            (-1, *self._near_rows[:_SHOWN].tolist()),
        )

    def search(self, progress: Progress) -> Iterator[None]:
        """Look for changes; yields whenever more may be known."""
        if self._search.free:
            yield from self._search.run(self._starts, progress)

    def result(self, *, unfinished: bool = False) -> Counterfactuals:
        """Return the best of what is found so far, each asked about once more."""
        search, info = self._search, self._subject.info
        found = self._evaluate(diverse(search, self._plausibility, self._params.n))
        kept = tuple(one for one in found if one.verified)
        closest: tuple[Counterfactual, ...] = ()
        if not kept and search.closest is not None:
            point = search.closest[None]
            if search.changed(point).any():
                closest = self._evaluate(point)
        own, *neighbours = self._evaluated
        binary, value = info.task is Task.BINARY, info.task is Task.REGRESSION
        target = self._target
        return Counterfactuals(
            row=self._row,
            feature_names=self._subject.names,
            cells=tuple(
                self._encoding.cell(j, code) for j, code in enumerate(self._own)
            ),
            answer=own.answer,
            outputs=self._subject.outputs,
            space=info.score_kind.value,
            decided=own.decided,
            wanted=tuple(info.classes[code] for code in target.codes),
            threshold=self._threshold if binary else None,
            low=target.low if value and math.isfinite(target.low) else None,
            high=target.high if value and math.isfinite(target.high) else None,
            outside=target.outside,
            found=kept,
            closest=closest[0] if closest else None,
            neighbours=tuple(neighbours),
            plausibility=own.plausibility,
            n_real=len(self._encoding.points) - 1 - len(self._starts),
            n_real_total=self._n_total,
            n_judged=self._plausibility.n_judged,
            real_part=self._part.value,
            n_free=self._n_free,
            n_asked=self._evaluator.n_asked,
            time_up=search.time_up,
            unfinished=unfinished,
            n_wanted=self._params.n,
            notes=self._notes(),
            provenance=badge(
                self._inputs,
                self._params,
                self._started,
                n_used=1,
                method="counterfactual",
                sampling="row",
            ),
        )

    @property
    def _threshold(self) -> float | None:
        """The threshold that decides, ``None`` where the model's own rule has none."""
        return cut_of(self._inputs.predictions[Part.EVALUATION], self._inputs.decision)

    def _evaluate(
        self, points: Floats, rows: tuple[int, ...] = ()
    ) -> tuple[Counterfactual, ...]:
        """Return points with what the model says of exactly these cells.

        Parameters
        ----------
        rows
            Where they are real rows, which; -1 for none.
        """
        if not len(points):
            return ()
        scores, labels = self._evaluator.scores(self._encoding.table(points))
        plausible = self._plausibility.of(points)
        decided = self._target.decided(scores, labels)
        reached = self._target.reached(scores, labels)
        far = distances(self._encoding, points, self._own)
        classes = self._subject.info.classes
        predictions = self._subject.explained(scores)
        return tuple(
            Counterfactual(
                changes=self._changes(points[at], far[at]),
                answer=predictions[at],
                decided=classes[int(decided[at])] if classes else "",
                distance=float(far[at].sum()),
                plausibility=float(plausible[at]),
                verified=bool(reached[at]),
                row=rows[at] if rows else -1,
            )
            for at in range(len(points))
        )

    def _changes(self, point: Floats, far: Floats) -> tuple[Change, ...]:
        changed = np.flatnonzero(self._search.changed(point[None])[0])
        return tuple(
            Change(
                feature=self._subject.names[j],
                before=self._encoding.cell(int(j), self._own[j]),
                after=self._encoding.cell(int(j), point[j]),
            )
            for j in changed[np.argsort(-far[changed], kind="stable")]
        )

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        if self._already:
            notes.append(Note(code="explain.as_wanted"))
        elif not self._n_free:
            notes.append(Note(code="explain.nothing_may_change"))
        if self._search.time_up:
            notes.append(
                Note(code="explain.time_up", params={"seconds": self._params.seconds})
            )
        return (*notes, *self._subject.notes())
