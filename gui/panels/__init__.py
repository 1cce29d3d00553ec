"""Every panel, by id: the table from which the window makes them when needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.panel import Panel

TABLE: dict[str, str] = {
    "data": "gui.panels.data.data:DataPanel",
    "model": "gui.panels.model.model:ModelPanel",
    "summary": "gui.panels.summary.summary:SummaryPanel",
    "confusion": "gui.panels.confusion.confusion:ConfusionPanel",
    "threshold": "gui.panels.thresholds.threshold:ThresholdPanel",
    "reliability": "gui.panels.calibration.reliability:ReliabilityPanel",
    "residuals": "gui.panels.regression.residuals:ResidualsPanel",
    "predictions": "gui.panels.predictions.predictions:PredictionsPanel",
    "buckets": "gui.panels.groups.buckets:BucketsPanel",
    "contributions": "gui.panels.shapley.shapley_values:ContributionsPanel",
    "permutation": "gui.panels.importance.permutation:PermutationPanel",
    "dependence": "gui.panels.effects.feature_effects:DependencePanel",
    "interactions": "gui.panels.shapley.interactions:InteractionsPanel",
    "friedman_h": "gui.panels.effects.friedman_h:FriedmanHPanel",
    "lime": "gui.panels.lime.lime:LimePanel",
    "counterfactual": "gui.panels.counterfactual.counterfactual:CounterfactualPanel",
    "glass_box": "gui.panels.glass_box.glass_box:GlassBoxPanel",
    "what_if": "gui.panels.what_if.what_if:WhatIfPanel",
    "surrogate": "gui.panels.glass_box.surrogate:SurrogatePanel",
    "notes": "gui.panels.notes.notes:NotesPanel",
    "agreement": "gui.panels.agreement.agreement:AgreementPanel",
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
