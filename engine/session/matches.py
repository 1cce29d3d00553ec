"""From what is open and what was chosen to a match, and to its predictions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from engine.contracts import requests
from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.progress import Portion
from engine.contracts.provenance import Provenance
from engine.input_mapping import propose
from engine.matching import evaluation_table, label_counts, positive_class
from engine.predict import Matched, class_named, meant, predict
from engine.session.recorded import recorded_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.contracts.model import RecordedScores
    from engine.contracts.predictions import Predictions
    from engine.contracts.progress import Progress
    from engine.data.dataset import Dataset
    from engine.models.model import Model


def wanted(
    request: requests.Match | requests.Predict,
    data: Dataset,
    model: Model | None,
    recorded: RecordedScores | None,
) -> Matched:
    """Return the match that a request describes, as far as it says it.

    Raises
    ------
    EngineError
        ``predict.no_model`` where there is neither a model nor recorded scores.
    """
    weights = request.weights if isinstance(request, requests.Predict) else ""
    if model is not None:
        info, recorded = model.info, None
    elif recorded is not None:
        info, recorded = recorded_model(
            recorded,
            request.target,
            evaluation_table(data.parts),
            data.info,
            positive=request.positive,
            class_map=request.class_map,
        )
    else:
        raise EngineError("predict.no_model")
    return Matched(
        info=info,
        model=model,
        recorded=recorded,
        mapping=request.mapping,
        target=request.target,
        positive=class_named(request.positive, info.classes),
        weights=weights,
        class_map=meant(request.class_map, info.classes),
    )


def completed(matched: Matched, data: Dataset) -> Matched:
    """Return the match with its gaps filled.

    Raises
    ------
    EngineError
        The first of what forbids the match.
    """
    table = evaluation_table(data.parts)
    mapping = matched.mapping
    if matched.model is not None:
        mapping, problems = propose(
            matched.info, data.info, matched.mapping, matched.target, table
        )
        for problem in problems:
            raise EngineError(problem.code, **problem.params)
    _, counts = label_counts(table, matched)
    positive, _ = positive_class(matched, counts)
    return replace(matched, mapping=mapping, positive=positive)


def predicted(
    matched: Matched,
    data: Dataset,
    stamps: Mapping[Part, dict[str, Any]],
    progress: Progress,
) -> tuple[Matched, dict[Part, Predictions]]:
    """Return the predictions of every part, and the match with what they told.

    Parameters
    ----------
    stamps
        For each part what its provenance says of files, versions and host.
    """
    found: dict[Part, Predictions] = {}
    total = sum(table.n_rows for table in data.parts.values())
    before = 0
    for part, table in data.parts.items():
        provenance = Provenance(
            n_used=table.n_rows,
            n_total=table.n_rows,
            method="predict",
            **stamps[part],
        )
        portion = Portion(progress, before, table.n_rows, total)
        found[part] = predict(table, matched, provenance, portion)
        before += table.n_rows
    if matched.model is None:
        kind = found[Part.EVALUATION].score_kind  # known once they are read
        info = msgspec.structs.replace(matched.info, score_kind=kind)
        matched = replace(matched, info=info)
    return matched, found
