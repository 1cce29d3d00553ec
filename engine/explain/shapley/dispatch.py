"""Choice of the explainer that computes SHAP values.

The fastest exact explainer is taken that the model's structure allows: its trees,
terms or coefficients; else the explainer is model-agnostic, exact over all coalitions
of few features or sampling those of many. Path integrals of a network's gradient are
computed on request only: quick, but not Shapley values, which a note says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task
from engine.explain import background as backgrounds
from engine.explain.shapley import coalitions, gradient_explainer
from engine.explain.shapley.explainers import ModelAgnostic, Rescaled, Structural
from engine.explain.shapley.gradient_explainer import Gradients
from engine.explain.shapley.structural_shapley import VerifiedStructure
from engine.explain.structure_predictions import MOST_FEATURES

if TYPE_CHECKING:
    from engine.analysis import Inputs
    from engine.contracts.progress import Progress
    from engine.explain.subject import Subject


class ExplainerParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of every explainer.

    Attributes
    ----------
    background
        Rows of the background, or ``all``.
    background_from
        See :func:`engine.explain.background.choose`.
    variant
        ``auto`` (interventional), ``interventional`` or ``path_dependent``.
    output
        ``auto`` (the model output), ``probability`` or ``margin``.
    """

    background: int | str = 100
    background_from: str = ""
    variant: str = "auto"
    output: str = "auto"


_CHOICES = {
    "variant": ("auto", "interventional", "path_dependent"),
    "output": ("auto", "probability", "margin"),
    "route": (
        "auto",
        "structure",
        "gradients",
        "exact",
        "sampling",
        "rescaled",
    ),
}
_STRUCTURAL = ("structure", "rescaled")


def check_choices(params: ExplainerParams) -> None:
    """Check the words among the options.

    Raises
    ------
    EngineError
        ``explain.bad_choice``.
    """
    for name, known in _CHOICES.items():
        given = getattr(params, name, known[0])
        if given not in known:
            raise EngineError(
                "explain.bad_choice", name=name, given=given, choices=known
            )


def choose(
    inputs: Inputs,
    subject: Subject,
    params: ExplainerParams,
    progress: Progress,
    route: str = "auto",
) -> Structural | ModelAgnostic:
    """Return the fastest exact explainer of the wanted output.

    Parameters
    ----------
    route
        ``auto``, or the one to take: ``structure``, ``rescaled``, ``exact`` or
        ``sampling``.

    Raises
    ------
    EngineError
        ``explain.no_cover`` where path-dependent values are wanted of what is no
        tree, or of trees without weights, ``explain.no_structure``, and what
        :func:`engine.explain.background.choose` raises.
    """
    parts, notes = None, subject.notes()
    if route in ("auto", *_STRUCTURAL):
        parts, notes = _structure_of(inputs, subject, progress)
    by_cover = params.variant == "path_dependent"
    if parts is not None and not _explains(parts, subject, params.output, route):
        parts = None
    if by_cover and route == "rescaled":
        raise EngineError(
            "explain.bad_choice",
            name="variant",
            given=params.variant,
            choices=("auto", "interventional"),
        )
    if by_cover and (parts is None or not parts.by_cover):
        raise EngineError("explain.no_cover")
    if parts is not None and parts.longest_path > MOST_FEATURES:
        if by_cover or route in _STRUCTURAL:
            raise EngineError("explain.path_too_long", n=parts.longest_path)
        notes += (Note(code="explain.path_too_long", params={"n": parts.longest_path}),)
        parts = None
    if route in _STRUCTURAL and parts is None:
        raise EngineError("explain.no_structure")
    if by_cover and parts is not None:
        return Structural(subject, parts, None, notes)
    chosen = backgrounds.choose(inputs, params.background, params.background_from)
    if parts is not None:
        kind = Rescaled if route == "rescaled" else Structural
        return kind(subject, parts, chosen, notes)
    few = len(subject.names) <= coalitions.MOST_EXACT
    exact = route == "exact" or (route != "sampling" and few)
    log_odds = (
        params.output == "margin" and subject.info.score_kind is ScoreKind.PROBABILITY
    )
    return ModelAgnostic(
        subject,
        chosen,
        notes,
        method="exact" if exact else "sampling",
        log_odds=log_odds,
    )


def along_gradients(
    inputs: Inputs, subject: Subject, params: ExplainerParams, progress: Progress
) -> Gradients:
    """Return the explainer along a network's gradient (no Shapley values).

    Raises
    ------
    EngineError
        ``explain.no_gradients``, ``explain.cut_numbers``, ``explain.no_cover`` for
        path-dependent values, and what
        :func:`engine.explain.background.choose` raises.
    """
    parts, notes = _structure_of(inputs, subject, progress)
    why = gradient_explainer.unavailable_reason(subject, parts, params.output)
    if parts is None or why is not None or params.variant == "path_dependent":
        raise why or EngineError("explain.no_cover")
    chosen = backgrounds.choose(inputs, params.background, params.background_from)
    return Gradients(subject, parts, chosen, notes, output=params.output)


def _structure_of(
    inputs: Inputs, subject: Subject, progress: Progress
) -> tuple[VerifiedStructure | None, tuple[Note, ...]]:
    """Return the verified structure of the model, if it has one, and notes."""
    progress.advance(0, 1, "explain.structure")
    scores = inputs.predictions[Part.EVALUATION].scores
    parts, found = VerifiedStructure.of(subject, subject.features(), scores, progress)
    progress.raise_if_cancelled()
    return parts, subject.notes() + found


def _explains(
    parts: VerifiedStructure, subject: Subject, output: str, route: str
) -> bool:
    """Return whether the structure adds up to the wanted output."""
    if parts.method == "gradients":
        return False
    if route == "rescaled":
        return parts.logistic and output in ("auto", "probability")
    if output == "auto" or subject.info.task is Task.REGRESSION:
        return True
    own = "margin" if parts.margin else subject.info.score_kind.value
    return output == own
