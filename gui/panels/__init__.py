"""Every panel, by id: the table from which the window makes them when needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.panel import Panel

TABLE: dict[str, str] = {
    "data": "gui.panels.data:DataPanel",
    "model": "gui.panels.model:ModelPanel",
    "summary": "gui.panels.summary:SummaryPanel",
    "confusion": "gui.panels.confusion:ConfusionPanel",
    "threshold": "gui.panels.threshold:ThresholdPanel",
    "reliability": "gui.panels.reliability:ReliabilityPanel",
    "residuals": "gui.panels.residuals:ResidualsPanel",
    "predictions": "gui.panels.predictions:PredictionsPanel",
    "buckets": "gui.panels.buckets:BucketsPanel",
    "contributions": "gui.panels.contributions:ContributionsPanel",
    "permutation": "gui.panels.permutation:PermutationPanel",
    "dependence": "gui.panels.dependence:DependencePanel",
    "interactions": "gui.panels.interactions:InteractionsPanel",
    "friedman_h": "gui.panels.friedman_h:FriedmanHPanel",
    "lime": "gui.panels.lime:LimePanel",
    "counterfactual": "gui.panels.counterfactual:CounterfactualPanel",
    "glass_box": "gui.panels.glass_box:GlassBoxPanel",
    "what_if": "gui.panels.what_if:WhatIfPanel",
    "surrogate": "gui.panels.surrogate:SurrogatePanel",
    "notes": "gui.panels.notes:NotesPanel",
    "agreement": "gui.panels.agreement:AgreementPanel",
}


def load(panel: str) -> type[Panel]:
    """Return the class of a panel.

    Raises
    ------
    KeyError
        If there is no panel of that id.
    """
    module, _, name = TABLE[panel].partition(":")
    found: type[Panel] = getattr(import_module(module), name)
    return found
