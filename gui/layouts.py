"""Perspectives: ready-made arrangements of panels, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from engine.contracts.i18n import mark, tr
from engine.contracts.model import ScoreKind, Task

if TYPE_CHECKING:
    from gui.services.case import CaseService


class Needs(Enum):
    """What has to be there before a perspective makes sense."""

    DATA = auto()
    PREDICTIONS = auto()
    SCORES_OF_TWO_CLASSES = auto()
    PROBABILITIES = auto()


@dataclass(frozen=True, kw_only=True)
class Perspective:
    """Columns of panels, left to right, each top to bottom.

    Attributes
    ----------
    columns
        Panel ids; several joined by ``+`` are tabs of one place.
    widths
        Relative widths of the columns.
    heights
        Relative heights within each column.
    """

    title: str
    needs: Needs
    columns: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    heights: tuple[tuple[int, ...], ...]


PERSPECTIVES: dict[str, Perspective] = {
    "data": Perspective(
        title=mark("Data"),
        needs=Needs.DATA,
        columns=(("data",), ("model",)),
        widths=(70, 30),
        heights=((1,), (1,)),
    ),
    "performance": Perspective(
        title=mark("Performance"),
        needs=Needs.PREDICTIONS,
        columns=(("summary",), ("confusion+residuals", "threshold")),
        widths=(50, 50),
        heights=((1,), (50, 50)),
    ),
    "thresholds": Perspective(
        title=mark("Thresholds"),
        needs=Needs.SCORES_OF_TWO_CLASSES,
        columns=(("threshold",), ("confusion", "summary")),
        widths=(56, 44),
        heights=((1,), (45, 55)),
    ),
    "calibration": Perspective(
        title=mark("Calibration"),
        needs=Needs.PROBABILITIES,
        columns=(("reliability",), ("threshold", "predictions")),
        widths=(52, 48),
        heights=((1,), (55, 45)),
    ),
    "errors": Perspective(
        title=mark("Errors"),
        needs=Needs.PREDICTIONS,
        columns=(
            ("confusion+residuals", "buckets", "predictions"),
            ("threshold", "reliability"),
        ),
        widths=(46, 54),
        heights=((38, 27, 35), (64, 36)),
    ),
    "explain": Perspective(
        title=mark("Explain"),
        needs=Needs.PREDICTIONS,
        columns=(
            ("contributions+permutation+dependence+glass_box+surrogate",),
            ("confusion+residuals+interactions+friedman_h", "predictions"),
        ),
        widths=(56, 44),
        heights=((1,), (58, 42)),
    ),
    "row": Perspective(
        title=mark("One row"),
        needs=Needs.PREDICTIONS,
        columns=(
            ("what_if+counterfactual+contributions+notes",),
            ("lime+agreement", "predictions"),
        ),
        widths=(56, 44),
        heights=((1,), (62, 38)),
    ),
}


def reason(name: str, case: CaseService) -> str | None:
    """Return why a perspective does not apply now, or ``None``."""
    needs, scores = PERSPECTIVES[name].needs, case.scores
    if case.is_empty or needs is Needs.DATA:
        return tr("Open a data set first.") if case.is_empty else None
    if scores is None:
        return tr("Nothing has been predicted yet: match data and model first.")
    if needs is Needs.SCORES_OF_TWO_CLASSES and (
        scores.task is not Task.BINARY or scores.score_kind is ScoreKind.LABEL
    ):
        return tr("A threshold needs two classes and a score.")
    if needs is Needs.PROBABILITIES and scores.score_kind is not ScoreKind.PROBABILITY:
        return tr("Calibration needs predicted probabilities.")
    return None
