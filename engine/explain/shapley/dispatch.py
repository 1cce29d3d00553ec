"""The game of an explanation: what is shared out, from where, and by which route.

The fastest exact route is taken that the model's kind allows: the trees, terms or
coefficients it is made of; else the model itself is asked, about all combinations of
few features or a sample of those of many. Of networks gradients are followed where that
is wanted: quick, but shares of another kind, which says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task
from engine.explain import background as backgrounds
from engine.explain.shapley import coalitions, gradient_explainer
from engine.explain.shapley.explainers import Asking, Rescaled, Structural
from engine.explain.shapley.gradient_explainer import Gradients
from engine.explain.shapley.structural_shapley import Parts
from engine.explain.structure_predictions import MOST_FEATURES

if TYPE_CHECKING:
    from engine.analysis import Inputs
    from engine.contracts.progress import Progress
    from engine.explain.subject import Subject


class GameParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of everything that shares an answer out among features.

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
_TAKEN_APART = ("structure", "rescaled")


def check_choices(params: GameParams) -> None:
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
    params: GameParams,
    progress: Progress,
    route: str = "auto",
) -> Structural | Asking:
    """Return the fastest exact route that gives what is wanted.

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
    if route in ("auto", *_TAKEN_APART):
        parts, notes = _taken_apart(inputs, subject, progress)
    by_cover = params.variant == "path_dependent"
    if parts is not None and not _gives(parts, subject, params.output, route):
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
        if by_cover or route in _TAKEN_APART:
            raise EngineError("explain.path_too_long", n=parts.longest_path)
        notes += (Note(code="explain.path_too_long", params={"n": parts.longest_path}),)
        parts = None
    if route in _TAKEN_APART and parts is None:
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
    return Asking(
        subject,
        chosen,
        notes,
        method="exact" if exact else "sampling",
        log_odds=log_odds,
    )


def along_gradients(
    inputs: Inputs, subject: Subject, params: GameParams, progress: Progress
) -> Gradients:
    """Return the route along a network's gradient, which gives shares of another kind.

    Raises
    ------
    EngineError
        ``explain.no_gradients``, ``explain.cut_numbers``, ``explain.no_cover`` for
        path-dependent values, and what
        :func:`engine.explain.background.choose` raises.
    """
    parts, notes = _taken_apart(inputs, subject, progress)
    why = gradient_explainer.why_not(subject, parts, params.output)
    if parts is None or why is not None or params.variant == "path_dependent":
        raise why or EngineError("explain.no_cover")
    chosen = backgrounds.choose(inputs, params.background, params.background_from)
    return Gradients(subject, parts, chosen, notes, output=params.output)


def _taken_apart(
    inputs: Inputs, subject: Subject, progress: Progress
) -> tuple[Parts | None, tuple[Note, ...]]:
    """Return the parts of the model, if it has any, and what is to be said."""
    progress.advance(0, 1, "explain.structure")
    scores = inputs.predictions[Part.EVALUATION].scores
    parts, found = Parts.of(subject, subject.features(), scores, progress)
    progress.raise_if_cancelled()
    return parts, subject.notes() + found


def _gives(parts: Parts, subject: Subject, output: str, route: str) -> bool:
    """Return whether the sum of the parts is what is to be explained."""
    if parts.method == "gradients":
        return False
    if route == "rescaled":
        return parts.logistic and output in ("auto", "probability")
    if output == "auto" or subject.info.task is Task.REGRESSION:
        return True
    own = "margin" if parts.margin else subject.info.score_kind.value
    return output == own
