"""The explanations that are held against one another, each by its own rule."""

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
from engine.explain.agreement.ablation import Removal
from engine.explain.importance.permutation import PermutationAnalysis, PermutationParams
from engine.explain.lime.lime import LimeAnalysis, LimeParams
from engine.explain.shapley.shapley_values import ShapleyAnalysis, ShapleyParams
from engine.explain.shapley.structural_shapley import Parts

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
class Witness:
    """What one method says.

    Attributes
    ----------
    values, spreads
        ``(d,)``; the spread is ``nan`` where repeating changes nothing.
    facts
        Figures on the method itself.
    counts
        Whether the verdict is to hear it: not where it says itself that it fits badly.
    """

    name: str
    values: Floats
    spreads: Floats
    facts: dict[str, float] = field(default_factory=dict)
    counts: bool = True


@dataclass(frozen=True, kw_only=True)
class Question:
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

    def removal(self) -> Removal:
        """Return the explained row with the background rows behind it."""
        rows = self.subject.features().take([self.row])
        others = self.subject.features(self.chosen.part).take(self.chosen.rows)
        return Removal(self.subject, rows, others)

    @property
    def n(self) -> int:
        """How many features there are."""
        return len(self.subject.names)


def of_row(question: Question, progress: Progress) -> tuple[list[Witness], list[Note]]:
    """Return what each method says of one row, and which could not be asked."""
    methods = (shapley, gradients, ablation, lime, own_terms)
    return _gathered(methods, question, progress)


def of_all(question: Question, progress: Progress) -> tuple[list[Witness], list[Note]]:
    """Return what each method says of all rows, and which could not be asked."""
    methods = (shapley, gradients, permutation, own_terms)
    return _gathered(methods, question, progress)


def _gathered(
    methods: Sequence[Callable[[Question, Progress], Witness | Note | None]],
    question: Question,
    progress: Progress,
) -> tuple[list[Witness], list[Note]]:
    heard: list[Witness] = []
    left_out: list[Note] = []
    for place, method in enumerate(methods):
        within = Unshown(Portion(progress, place, 1, len(methods)))
        told = method(question, within)
        if isinstance(told, Note):
            left_out.append(told)
        elif told is not None:
            heard.append(told)
        progress.raise_if_cancelled()
    return heard, left_out


def shapley(question: Question, progress: Progress) -> Witness:
    """Return Shapley values of the answers, and their spread over backgrounds."""
    scored = question.subject.info.score_kind is ScoreKind.PROBABILITY
    params = ShapleyParams(
        background=question.background,
        background_from=question.background_from,
        output="probability" if scored else "auto",
        rows=question.most_rows,
    )
    inputs = question.about
    drawn = [ShapleyAnalysis().run(inputs, params, progress)]
    if question.chosen.chosen == "sample":
        drawn += [
            ShapleyAnalysis().run(replace(inputs, seed=seed), params, progress)
            for seed in _other_seeds(inputs)
        ]
    every = np.stack([_weights(found, question) for found in drawn])
    spreads = np.full(question.n, np.nan)
    if len(drawn) > 1:
        spreads = every.std(axis=0, ddof=1)
    return Witness(
        name="shapley",
        values=every[0],
        spreads=spreads,
        facts={"additivity_error": drawn[0].additivity_error},
    )


def gradients(question: Question, progress: Progress) -> Witness | Note | None:
    """Return shares along the gradient of a network; ``None`` of what is none."""
    if _made_of(question, progress) != "gradients":
        return None
    params = ShapleyParams(
        background=question.background,
        background_from=question.background_from,
        route="gradients",
        rows=question.most_rows,
    )
    try:
        found = ShapleyAnalysis().run(question.about, params, progress)
    except EngineError as error:  # numbers are cut before the network
        return Note(code=error.code, params=error.params)
    values = _weights(found, question)
    return Witness(
        name="gradients", values=values, spreads=np.full(len(values), np.nan)
    )


def own_terms(question: Question, progress: Progress) -> Witness | Note:
    """Return what the model itself adds up, where it is one term a feature."""
    if _made_of(question, progress) not in ("linear", "additive"):
        return Note(code="explain.no_own_terms")
    params = ShapleyParams(
        background=question.background, background_from=question.background_from
    )
    found = ShapleyAnalysis().run(question.about, params, progress)
    values = _weights(found, question)
    return Witness(
        name="own_terms", values=values, spreads=np.full(len(values), np.nan)
    )


def ablation(question: Question, progress: Progress) -> Witness:
    """Return what the answer of the row loses without each feature."""
    removal = question.removal()
    left = removal.means(removal.each_alone(), progress)[:, question.output]
    answer = question.subject.answers()[question.row, question.output]
    return Witness(
        name="ablation", values=answer - left, spreads=np.full(question.n, np.nan)
    )


def lime(question: Question, progress: Progress) -> Witness:
    """Return what meeting the row's conditions adds to a line about it."""
    inputs = question.inputs
    params = LimeParams(
        output=question.subject.outputs[question.output],
        num_features=question.n,
        seed=inputs.seed,
        repeats=SEEDS,
    )
    found = LimeAnalysis().run(replace(inputs, row=question.row), params, progress)
    assert isinstance(found, Lime)
    features = [term.feature for term in found.terms]
    values, spreads = np.zeros(question.n), np.full(question.n, np.nan)
    values[features], spreads[features] = found.weights, found.stability.spread
    return Witness(
        name="lime",
        values=values,
        spreads=spreads,
        facts={"local_fidelity": found.r2},
        counts=found.r2 >= POOR_FIT,
    )


def permutation(question: Question, progress: Progress) -> Witness | Note:
    """Return what the quality of the answers loses when a feature is shuffled."""
    try:
        found = PermutationAnalysis().run(
            question.inputs, PermutationParams(), progress
        )
    except EngineError as error:  # no labels, or one class alone
        return Note(code=error.code, params=error.params)
    return Witness(
        name="permutation",
        values=found.importances_mean,
        spreads=found.importances_std,
    )


def _made_of(question: Question, progress: Progress) -> str:
    """Return the method of the model's parts, ``""`` where it has none."""
    subject = question.subject
    scores = question.inputs.predictions[Part.EVALUATION].scores
    parts, _ = Parts.of(subject, subject.features(), scores, progress)
    return "" if parts is None else parts.method


def _weights(found: Shapley, question: Question) -> Floats:
    if question.row is None:
        importance: Floats = found.importance[:, question.output]
        return importance
    one = found.values[0]
    values: Floats = one if one.ndim == 1 else one[:, question.output]
    return values


def _other_seeds(inputs: Inputs) -> list[int]:
    return [inputs.seed + 1 + more for more in range(SEEDS - 1)]
