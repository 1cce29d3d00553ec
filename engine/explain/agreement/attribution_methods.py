"""The attribution methods that are compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind
from engine.contracts.progress import Portion, Unshown
from engine.contracts.results import Lime
from engine.contracts.results.lime import POOR_FIT
from engine.explain import background as backgrounds
from engine.explain.agreement.ablation import Ablation
from engine.explain.importance.permutation import PermutationAnalysis, PermutationParams
from engine.explain.lime.lime import LimeAnalysis, LimeParams
from engine.explain.shapley.shapley_values import ShapleyAnalysis, ShapleyParams
from engine.explain.shapley.structural_shapley import VerifiedStructure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from engine.analysis import Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.results import Background, Shapley
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]

SEEDS = 3  # repetitions that show how far a method moves by itself


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Attributions of one method.

    Attributes
    ----------
    values, spreads
        ``(d,)``; the spread is ``nan`` where repeating changes nothing.
    facts
        Figures on the method itself.
    counts
        Whether it counts for the verdict: not where its own fit is poor.
    """

    name: str
    values: Floats
    spreads: Floats
    facts: dict[str, float] = field(default_factory=dict)
    counts: bool = True


@dataclass(frozen=True, kw_only=True)
class AttributionRequest:
    """What is explained, and from where.

    Attributes
    ----------
    row
        ``None`` for all selected rows.
    output
        Which of the subject's outputs.
    """

    inputs: Inputs
    subject: Subject
    row: int | None
    output: int
    background: int | str
    background_from: str
    most_rows: int

    @property
    def about(self) -> Inputs:
        """The inputs, with the explained row alone where there is one."""
        if self.row is None:
            return self.inputs
        n_rows = self.inputs.predictions[Part.EVALUATION].n_rows
        return replace(self.inputs, mask=np.arange(n_rows) == self.row)

    @cached_property
    def chosen(self) -> Background:
        """The background rows."""
        return backgrounds.choose(self.inputs, self.background, self.background_from)

    def ablation(self) -> Ablation:
        """Return the explained row with the background rows behind it."""
        rows = self.subject.features().take([self.row])
        others = self.subject.features(self.chosen.part).take(self.chosen.rows)
        return Ablation(self.subject, rows, others)

    @property
    def n(self) -> int:
        """How many features there are."""
        return len(self.subject.names)


def of_row(
    request: AttributionRequest, progress: Progress
) -> tuple[list[Attribution], list[Note]]:
    """Return the attributions of one row, and which methods were left out."""
    methods = (shapley, gradients, ablation, lime, own_terms)
    return _gathered(methods, request, progress)


def of_all(
    request: AttributionRequest, progress: Progress
) -> tuple[list[Attribution], list[Note]]:
    """Return the attributions over all rows, and which methods were left out."""
    methods = (shapley, gradients, permutation, own_terms)
    return _gathered(methods, request, progress)


def _gathered(
    methods: Sequence[
        Callable[[AttributionRequest, Progress], Attribution | Note | None]
    ],
    request: AttributionRequest,
    progress: Progress,
) -> tuple[list[Attribution], list[Note]]:
    attributions: list[Attribution] = []
    left_out: list[Note] = []
    for place, method in enumerate(methods):
        within = Unshown(Portion(progress, place, 1, len(methods)))
        result = method(request, within)
        if isinstance(result, Note):
            left_out.append(result)
        elif result is not None:
            attributions.append(result)
        progress.raise_if_cancelled()
    return attributions, left_out


def shapley(request: AttributionRequest, progress: Progress) -> Attribution:
    """Return Shapley values of the predictions, and their spread over backgrounds."""
    scored = request.subject.info.score_kind is ScoreKind.PROBABILITY
    params = ShapleyParams(
        background=request.background,
        background_from=request.background_from,
        output="probability" if scored else "auto",
        rows=request.most_rows,
    )
    inputs = request.about
    drawn = [ShapleyAnalysis().run(inputs, params, progress)]
    if request.chosen.chosen == "sample":
        drawn += [
            ShapleyAnalysis().run(replace(inputs, seed=seed), params, progress)
            for seed in _other_seeds(inputs)
        ]
    every = np.stack([_weights(found, request) for found in drawn])
    spreads = np.full(request.n, np.nan)
    if len(drawn) > 1:
        spreads = every.std(axis=0, ddof=1)
    return Attribution(
        name="shapley",
        values=every[0],
        spreads=spreads,
        facts={"additivity_error": drawn[0].additivity_error},
    )


def gradients(
    request: AttributionRequest, progress: Progress
) -> Attribution | Note | None:
    """Return expected gradients of a network; ``None`` of another model."""
    if _made_of(request, progress) != "gradients":
        return None
    params = ShapleyParams(
        background=request.background,
        background_from=request.background_from,
        route="gradients",
        rows=request.most_rows,
    )
    try:
        found = ShapleyAnalysis().run(request.about, params, progress)
    except EngineError as error:  # numbers are cut before the network
        return Note(code=error.code, params=error.params)
    values = _weights(found, request)
    return Attribution(
        name="gradients", values=values, spreads=np.full(len(values), np.nan)
    )


def own_terms(request: AttributionRequest, progress: Progress) -> Attribution | Note:
    """Return the terms of an additive model with one term a feature."""
    if _made_of(request, progress) not in ("linear", "additive"):
        return Note(code="explain.no_own_terms")
    params = ShapleyParams(
        background=request.background, background_from=request.background_from
    )
    found = ShapleyAnalysis().run(request.about, params, progress)
    values = _weights(found, request)
    return Attribution(
        name="own_terms", values=values, spreads=np.full(len(values), np.nan)
    )


def ablation(request: AttributionRequest, progress: Progress) -> Attribution:
    """Return the drop in the prediction of the row without each feature."""
    ablation = request.ablation()
    left = ablation.means(ablation.each_alone(), progress)[:, request.output]
    answer = request.subject.predictions()[request.row, request.output]
    return Attribution(
        name="ablation", values=answer - left, spreads=np.full(request.n, np.nan)
    )


def lime(request: AttributionRequest, progress: Progress) -> Attribution:
    """Return the LIME weights of the row."""
    inputs = request.inputs
    params = LimeParams(
        output=request.subject.outputs[request.output],
        num_features=request.n,
        seed=inputs.seed,
        repeats=SEEDS,
    )
    found = LimeAnalysis().run(replace(inputs, row=request.row), params, progress)
    assert isinstance(found, Lime)
    features = [term.feature for term in found.terms]
    values, spreads = np.zeros(request.n), np.full(request.n, np.nan)
    values[features], spreads[features] = found.weights, found.stability.spread
    return Attribution(
        name="lime",
        values=values,
        spreads=spreads,
        facts={"local_fidelity": found.r2},
        counts=found.r2 >= POOR_FIT,
    )


def permutation(request: AttributionRequest, progress: Progress) -> Attribution | Note:
    """Return permutation importance."""
    try:
        found = PermutationAnalysis().run(request.inputs, PermutationParams(), progress)
    except EngineError as error:  # no labels, or one class alone
        return Note(code=error.code, params=error.params)
    return Attribution(
        name="permutation",
        values=found.importances_mean,
        spreads=found.importances_std,
    )


def _made_of(request: AttributionRequest, progress: Progress) -> str:
    """Return the method of the model's parts, ``""`` where it has none."""
    subject = request.subject
    scores = request.inputs.predictions[Part.EVALUATION].scores
    parts, _ = VerifiedStructure.of(subject, subject.features(), scores, progress)
    return "" if parts is None else parts.method


def _weights(found: Shapley, request: AttributionRequest) -> Floats:
    if request.row is None:
        importance: Floats = found.importance[:, request.output]
        return importance
    one = found.values[0]
    values: Floats = one if one.ndim == 1 else one[:, request.output]
    return values


def _other_seeds(inputs: Inputs) -> list[int]:
    return [inputs.seed + 1 + more for more in range(SEEDS - 1)]
