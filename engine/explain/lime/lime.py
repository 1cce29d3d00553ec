"""LIME: a local linear model around a row.

Ribeiro, Singh and Guestrin (2016). For the same seed the weights are those of the
authors' package; their stability is computed from other seeds,
other widths of the kernel and fewer random rows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.progress import Portion
from engine.contracts.results import Lime, LimeRows
from engine.explain.lime import local_linear, stability, usability
from engine.explain.lime.perturbation_sampler import DRAWS, PerturbationSampler
from engine.explain.scope import Pace, badge, check_counts, in_random_order, the_row
from engine.explain.subject import (
    Subject,
    cells_as_numbers,
    chosen_output,
    unexplainable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.provenance import Provenance
    from engine.contracts.results import Condition
    from engine.explain.lime.local_linear import LocalModel
    from engine.explain.lime.perturbation_sampler import Codes

    Floats = NDArray[np.float64]

_SCOPES = ("row", "all")
# What each count may be.
_LIMITS = {
    "num_features": (1, 10_000),
    "num_samples": (10, 1_000_000),
    "repeats": (1, 100),
    "seed": (0, 2**31),
    "rows": (0, 10**9),
}
_DIGITS = 6
_ASKED_AT_ONCE = 200_000
_NEAREST = 200  # random rows whose values are shown


class LimeParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of LIME.

    Attributes
    ----------
    scope
        ``row``: the current row; ``all``: every selected row, from the same random
        rows.
    output
        The class explained; empty for the positive class, or, of several classes,
        the one that is likeliest.
    num_features
        Most conditions of the explanation.
    num_samples
        Random rows of each seed, the explained row among them.
    kernel_width
        How fast rows count less that share fewer conditions; 0: 0.75 √d.
    seed
        Of the random rows: the package's ``random_state``.
    repeats
        Seeds, counted up from the first, that show how stable the weights are.
    drawn
        See :class:`engine.explain.lime.perturbation_sampler.PerturbationSampler`.
    rows
        Of ``all``: at most so many rows, a seeded sample of them. 0: all.
    """

    scope: str = "row"
    output: str = ""
    num_features: int = 10
    num_samples: int = 5_000
    kernel_width: float = 0.0
    seed: int = 0
    repeats: int = 10
    drawn: str = "normal"
    rows: int = 1_000


class LimeAnalysis:
    """Conditions of a row that raise or lower the prediction."""

    id = "lime"
    title = mark("LIME")
    Params = LimeParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: LimeParams, progress: Progress
    ) -> Lime | LimeRows:
        """Predict random rows and fit local linear models to the predictions.

        Raises
        ------
        EngineError
            ``explain.bad_choice``, ``explain.bad_count``, ``explain.no_row``,
            ``evaluate.no_rows``.
        """
        _check(params)
        work = _LimeRun(inputs, params, progress)
        if params.scope == "row":
            return work.one(the_row(inputs), progress)
        return work.many(progress)


@dataclass(frozen=True, kw_only=True)
class _Perturbations:
    """Random rows of one seed with the model's predictions for them."""

    codes: Codes
    cells: pa.Table
    predictions: Floats


class _LimeRun:
    def __init__(self, inputs: Inputs, params: LimeParams, progress: Progress) -> None:
        self._started = time.perf_counter()
        self._inputs = replace(inputs, seed=params.seed)
        self._params = params
        self._subject = subject = Subject(inputs)
        known = Part.REFERENCE in subject.parts
        self._part = Part.REFERENCE if known else Part.EVALUATION
        population = subject.features(self._part)
        self._n_population = population.num_rows
        self._sampler = PerturbationSampler(population, params.drawn, progress)
        d = len(subject.names)
        self._width = params.kernel_width or local_linear.kernel_width(d)

    # One row

    def one(self, row: int, progress: Progress) -> Lime:
        """Explain one row, with the stability of the explanation."""
        params, subject = self._params, self._subject
        output = chosen_output(subject, row, params.output)
        seeds = tuple(params.seed + more for more in range(params.repeats))
        drawn = self._predict(seeds, progress)
        features = subject.features().slice(row, 1)
        own = self._sampler.codes(features)[0]
        predicted = float(subject.predictions()[row, output])
        shared = [_shared(perturbations.codes, own) for perturbations in drawn]
        predictions = [
            np.append(predicted, perturbations.predictions[:, output])
            for perturbations in drawn
        ]
        lines = [self._line(*about) for about in zip(shared, predictions, strict=True)]
        line = lines[0]
        steady = stability.stability(lines, seeds, len(own))
        settings = None
        if len(seeds) > 1:
            settings = stability.settings(
                shared, predictions, self._width, params.num_features, progress
            )
        weights = local_linear.kernel_weights(shared[0], self._width)
        nearest = 1 + np.argsort(-weights[1:], kind="stable")[:_NEAREST]
        cells = pa.concat_tables(
            [features, drawn[0].cells], promote_options="permissive"
        )
        data, categories = cells_as_numbers(cells.take(pa.array(nearest)))
        met = self._sampler.conditions(features)
        terms = tuple(met[feature] for feature in line.features)
        judged, reasons = usability.of_local_model(
            line.weights,
            line.r2,
            steady,
            miss=_miss(line, predictions[0], weights),
            deterministic=subject.info.deterministic is not False,
        )
        return Lime(
            row=row,
            output=subject.outputs[output],
            outputs=subject.outputs,
            answers=subject.predictions()[row],
            space=subject.info.score_kind.value,
            feature_names=subject.names,
            conditions=tuple(_in_short(term, subject.names) for term in terms),
            terms=terms,
            weights=line.weights,
            intercept=line.intercept,
            local_prediction=line.local_prediction,
            model_prediction=predicted,
            r2=line.r2,
            kernel_width=self._width,
            n_effective=stability.n_effective(weights),
            stability=steady,
            settings=settings,
            kernel_weights=weights,
            predictions=predictions[0],
            local_predictions=line.of(shared[0]),
            nearest=nearest,
            nearest_data=data,
            nearest_categories=categories,
            nearest_shared=shared[0][nearest],
            population=self._part.value,
            n_population=self._n_population,
            verdict=judged,
            reasons=reasons,
            notes=subject.notes(),
            provenance=self._badge(n_used=1, sampling="row"),
        )

    # Many rows

    def many(self, progress: Progress) -> LimeRows:
        """Explain rows in random order, all from the same random rows."""
        params, subject = self._params, self._subject
        output = chosen_output(subject, None, params.output)
        rows, sampling = in_random_order(self._inputs, params.rows)
        (perturbations,) = self._predict((params.seed,), Portion(progress, 0, 1, 2))
        codes = self._sampler.codes(subject.features().take(pa.array(rows)))
        predicted = subject.predictions()[rows, output]
        found = _LinesSoFar(rows, predicted)
        pace = Pace()
        for done, line in enumerate(
            self._lines(perturbations, output, codes, predicted), start=1
        ):
            found.lines.append(line)
            if done < len(rows) and pace.is_time():
                progress.partial(self._rows(found, output, sampling))
            Portion(progress, 1, 1, 2).advance(done, len(rows), "explain.lines")
            progress.raise_if_cancelled()
        return self._rows(found, output, sampling)

    def _lines(
        self,
        perturbations: _Perturbations,
        output: int,
        codes: Codes,
        predicted: Floats,
    ) -> Iterator[LocalModel]:
        for own, answer in zip(codes, predicted, strict=True):
            predictions = np.append(answer, perturbations.predictions[:, output])
            yield self._line(_shared(perturbations.codes, own), predictions)

    def _rows(self, found: _LinesSoFar, output: int, sampling: str) -> LimeRows:
        subject = self._subject
        n = len(found.lines)
        order = np.argsort(found.rows[:n], kind="stable")
        lines = [found.lines[place] for place in order]
        return LimeRows(
            row_ids=found.rows[order],
            output=subject.outputs[output],
            outputs=subject.outputs,
            space=subject.info.score_kind.value,
            feature_names=subject.names,
            values=stability.weights_of(lines, len(subject.names)),
            intercepts=np.array([line.intercept for line in lines]),
            local_predictions=np.array([line.local_prediction for line in lines]),
            model_predictions=found.predicted[order],
            r2=np.array([line.r2 for line in lines]),
            kernel_width=self._width,
            population=self._part.value,
            n_population=self._n_population,
            n_wanted=len(found.rows),
            notes=subject.notes(),
            provenance=self._badge(n_used=n, sampling=sampling),
        )

    # Both

    def _predict(
        self, seeds: Sequence[int], progress: Progress
    ) -> list[_Perturbations]:
        """Draw random rows for each seed and predict many of them at once."""
        n = self._params.num_samples - 1
        found: list[_Perturbations] = []
        at_once = max(1, _ASKED_AT_ONCE // n)
        for start in range(0, len(seeds), at_once):
            some = seeds[start : start + at_once]
            drawn = [self._sampler.draw(n, seed) for seed in some]
            predictions = self._subject.predict(
                pa.concat_tables([cells for _, cells in drawn]),
                Portion(progress, start, len(some), len(seeds)),
            )
            found += [
                _Perturbations(codes=codes, cells=cells, predictions=predicted)
                for (codes, cells), predicted in zip(
                    drawn, np.split(predictions, len(some)), strict=True
                )
            ]
            progress.advance(start + len(some), len(seeds), "explain.neighbours")
            progress.raise_if_cancelled()
        return found

    def _line(self, shared: NDArray[np.bool_], predictions: Floats) -> LocalModel:
        weights = local_linear.kernel_weights(shared, self._width)
        return local_linear.fit(shared, predictions, weights, self._params.num_features)

    def _badge(self, *, n_used: int, sampling: str) -> Provenance:
        return badge(
            self._inputs,
            self._params,
            self._started,
            n_used=n_used,
            method="lime",
            sampling=sampling,
        )


class _LinesSoFar:
    """Local models so far, of rows in random order."""

    def __init__(self, rows: NDArray[np.int64], predicted: Floats) -> None:
        self.rows, self.predicted = rows, predicted
        self.lines: list[LocalModel] = []


def _shared(codes: Codes, own: Codes) -> NDArray[np.bool_]:
    """Return which conditions random rows share with a row, itself the first."""
    found = np.ones((len(codes) + 1, len(own)), dtype=bool)
    np.equal(codes, own, out=found[1:])
    return found


def _miss(line: LocalModel, predictions: Floats, weights: Floats) -> float:
    """Return the residual at the row, in standard deviations of the predictions.

    The row's own prediction is the first.
    """
    mean = np.average(predictions, weights=weights)
    spread = float(np.sqrt(np.average((predictions - mean) ** 2, weights=weights)))
    off = abs(line.local_prediction - float(predictions[0]))
    return off / spread if spread > 0 else 0.0


def _in_short(condition: Condition, names: Sequence[str]) -> str:
    """Return a condition as it stands in rules, figures short."""
    name = names[condition.feature]
    if condition.missing:
        return f"{name} is missing"
    if condition.label is not None:
        return f"{name} = {condition.label}"
    low, high = condition.low, condition.high
    above = "" if low is None else f"{_short(low)} < "
    if high is None:
        return name if low is None else f"{name} > {_short(low)}"
    return f"{above}{name} <= {_short(high)}"


def _short(number: float) -> str:
    return np.format_float_positional(
        number, precision=_DIGITS, fractional=False, trim="-"
    )


def _check(params: LimeParams) -> None:
    choices = (("scope", _SCOPES), ("drawn", DRAWS))
    for name, known in choices:
        given = getattr(params, name)
        if given not in known:
            raise EngineError(
                "explain.bad_choice", name=name, given=given, choices=known
            )
    check_counts(params, _LIMITS)
    if not params.kernel_width >= 0 or np.isinf(params.kernel_width):
        raise EngineError("explain.bad_width", given=params.kernel_width)
