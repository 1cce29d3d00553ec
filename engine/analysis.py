"""The one plug: what an analysis is, and the table of all of them.

The table maps an id to ``"module:attribute"`` and imports nothing until asked,
so listing analyses is free and a newcomer sees at a glance what there is.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    import numpy as np

    from engine.contracts.dataset import DatasetInfo, Note, Part
    from engine.contracts.model import ModelInfo
    from engine.contracts.predictions import Predictions
    from engine.contracts.progress import Progress
    from engine.contracts.results import Result
    from engine.contracts.selection import Columns, Mask, Selection
    from engine.data.table import Table
    from engine.predict import Matched

TABLE: dict[str, str] = {
    "summary": "engine.evaluate.summary:SummaryAnalysis",
    "confusion": "engine.evaluate.confusion:ConfusionAnalysis",
    "thresholds": "engine.evaluate.thresholds:ThresholdsAnalysis",
    "reliability": "engine.evaluate.calibration:ReliabilityAnalysis",
    "residuals": "engine.evaluate.regression:ResidualsAnalysis",
    "buckets": "engine.evaluate.buckets:BucketsAnalysis",
    "shapley": "engine.explain.shapley.shapley_values:ShapleyAnalysis",
    "interactions": "engine.explain.shapley.interactions:InteractionsAnalysis",
    "permutation": "engine.explain.importance.permutation:PermutationAnalysis",
    "drop_column": "engine.explain.importance.drop_column:DropColumnAnalysis",
    "dependence": "engine.explain.effects.partial_dependence:DependenceAnalysis",
    "ale": "engine.explain.effects.ale:AleAnalysis",
    "friedman_h": "engine.explain.effects.friedman_h:FriedmanHAnalysis",
    "lime": "engine.explain.lime.lime:LimeAnalysis",
    "counterfactual": (
        "engine.explain.counterfactual.counterfactual:CounterfactualAnalysis"
    ),
    "glass_box": "engine.explain.glass_box.glass_box:GlassBoxAnalysis",
    "what_if": "engine.explain.what_if.what_if:WhatIfAnalysis",
    "surrogate": "engine.explain.glass_box.surrogate:SurrogateAnalysis",
    "agreement": "engine.explain.agreement.agreement:AgreementAnalysis",
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a case before anything is computed."""

    data: DatasetInfo | None = None
    model: ModelInfo | None = None
    predicted: bool = False
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What an analysis may read.

    Attributes
    ----------
    predictions
        By part; the evaluation part is always there.
    columns
        The evaluation part's columns and pseudo-columns under ``decision``.
    mask
        Rows to use, or ``None`` for all; ``selection`` is its recipe.
    buckets
        The named selections.
    matched, tables
        The model with its match, and the rows of each predicted part, for analyses
        that ask the model again.
    stamp
        Fields of :class:`~engine.contracts.provenance.Provenance` known to the
        session (hashes, versions, sandbox): pass them on with ``n_used`` etc.
    """

    predictions: MappingOf[Part, Predictions]
    columns: Columns
    decision: Decision = field(default_factory=Decision)
    mask: Mask | None = None
    selection: Selection | None = None
    buckets: MappingOf[str, Selection] = field(default_factory=dict)
    matched: Matched | None = None
    tables: MappingOf[Part, Table] = field(default_factory=dict)
    row: int | None = None
    seed: int = 0
    stamp: MappingOf[str, Any] = field(default_factory=dict)

    def generator(self) -> np.random.Generator:
        """Return the request's random generator."""
        import numpy as np  # noqa: PLC0415 - listing analyses stays free

        return np.random.default_rng(self.seed)


class Analysis(Protocol):
    """One computation with a name. Stateless; created without arguments.

    Attributes
    ----------
    id, title
        Key in :data:`TABLE`; English title (translated where shown).
    Params
        Frozen msgspec struct with a default for every field: the options form,
        the command-line options and the cache key.

    An analysis that gives every row its own numbers has ``row_by_row = True``: a
    row that is asked for is the only one it looks at (``--row``).
    """

    id: str
    title: str
    Params: type[Any]

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the analysis cannot run on this case, or ``None``."""

    def run(self, inputs: Inputs, params: Any, progress: Progress) -> Result:
        """Compute the result."""


def load(analysis: str) -> Analysis:
    """Return the analysis with that id.

    Raises
    ------
    EngineError
        ``analysis.unknown`` if there is none.
    """
    if analysis not in TABLE:
        raise EngineError("analysis.unknown", name=analysis, known=tuple(TABLE))
    module, _, attribute = TABLE[analysis].partition(":")
    found: Analysis = getattr(importlib.import_module(module), attribute)()
    return found
