"""Every answer the engine can give: one file a family, one tagged union."""

from __future__ import annotations

from engine.contracts.case import CaseOpened
from engine.contracts.consent import Consent, Consents
from engine.contracts.dataset import DatasetInfo
from engine.contracts.model import ModelInfo, SafetyReport
from engine.contracts.predictions import RowScores
from engine.contracts.results.agreement import Agreement, Faithfulness, SignDisagreement
from engine.contracts.results.calibration import Reliability, ReliabilityBins
from engine.contracts.results.classification import (
    ClassMetrics,
    ConfusedPair,
    Confusion,
    Metric,
    OperatingPoint,
    PartMetrics,
    Summary,
    Thresholds,
)
from engine.contracts.results.counterfactual import (
    Change,
    Counterfactual,
    Counterfactuals,
)
from engine.contracts.results.effects import (
    AccumulatedEffects,
    Axis,
    Dependence,
    FriedmanH,
)
from engine.contracts.results.glass_box import (
    GlassBox,
    Shape,
    Shapes,
    Surrogate,
    TreeNodes,
    Trees,
    WeightedSum,
)
from engine.contracts.results.importance import DropColumn, Permutation
from engine.contracts.results.lime import (
    Condition,
    Lime,
    LimeRows,
    LimeSettings,
    LimeStability,
)
from engine.contracts.results.regression import Residuals
from engine.contracts.results.rows import (
    Bucket,
    Buckets,
    ColumnSummaries,
    ColumnSummary,
    ColumnWindow,
    Done,
    MatchPreview,
    Recognised,
    RecognisedFile,
    Resolved,
    RowPlace,
    RowsWindow,
    ViewInfo,
)
from engine.contracts.results.shapley import Background, Interactions, Shapley
from engine.contracts.results.what_if import Editable, WhatIf

Result = (
    DatasetInfo
    | ModelInfo
    | SafetyReport
    | RowScores
    | CaseOpened
    | Consents
    | Done
    | Recognised
    | MatchPreview
    | Resolved
    | ViewInfo
    | RowsWindow
    | RowPlace
    | ColumnSummaries
    | Buckets
    | Summary
    | Confusion
    | Thresholds
    | Reliability
    | Residuals
    | Shapley
    | Interactions
    | Agreement
    | Permutation
    | DropColumn
    | Dependence
    | AccumulatedEffects
    | FriedmanH
    | Lime
    | LimeRows
    | Counterfactuals
    | WhatIf
    | GlassBox
    | Surrogate
)

__all__ = [
    "AccumulatedEffects",
    "Agreement",
    "Axis",
    "Background",
    "Bucket",
    "Buckets",
    "CaseOpened",
    "Change",
    "ClassMetrics",
    "ColumnSummaries",
    "ColumnSummary",
    "ColumnWindow",
    "Condition",
    "ConfusedPair",
    "Confusion",
    "Consent",
    "Consents",
    "Counterfactual",
    "Counterfactuals",
    "DatasetInfo",
    "Dependence",
    "Done",
    "DropColumn",
    "Editable",
    "Faithfulness",
    "FriedmanH",
    "GlassBox",
    "Interactions",
    "Lime",
    "LimeRows",
    "LimeSettings",
    "LimeStability",
    "MatchPreview",
    "Metric",
    "ModelInfo",
    "OperatingPoint",
    "PartMetrics",
    "Permutation",
    "Recognised",
    "RecognisedFile",
    "Reliability",
    "ReliabilityBins",
    "Residuals",
    "Resolved",
    "Result",
    "RowPlace",
    "RowScores",
    "RowsWindow",
    "SafetyReport",
    "Shape",
    "Shapes",
    "Shapley",
    "SignDisagreement",
    "Summary",
    "Surrogate",
    "Thresholds",
    "TreeNodes",
    "Trees",
    "ViewInfo",
    "WeightedSum",
    "WhatIf",
]
