"""The rows whose mean answer an explanation starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.results import Background
from engine.evaluate.sample import decide, positive_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Inputs

ALL = "all"


def choose(inputs: Inputs, size: str, source: str) -> Background:
    """Return the background of an explanation.

    Parameters
    ----------
    size
        How many rows, or ``all``.
    source
        ``""``: the reference part where there is one, else the evaluation part;
        ``@bucket NAME``: a bucket; ``@decided CLASS``: the evaluation rows decided
        for a class.

    Raises
    ------
    EngineError
        ``explain.bad_background``, ``explain.unknown_background`` or
        ``explain.empty_background``.
    """
    part, rows, chosen, of = _source(inputs, source)
    if not len(rows):
        raise EngineError("explain.empty_background", source=source)
    wanted = len(rows) if size == ALL else _count(size)
    n_available = len(rows)
    if wanted < n_available:
        rng = np.random.default_rng([inputs.seed, 1])
        rows = np.sort(rng.choice(rows, wanted, replace=False))
    elif chosen == "sample":
        chosen = ALL
    return Background(
        part=part,
        rows=rows.astype(np.int64),
        chosen=chosen,
        of=of,
        n_available=n_available,
    )


def _count(size: str) -> int:
    if not size.isdigit() or int(size) < 1:
        raise EngineError("explain.bad_background", given=size)
    return int(size)


def _source(inputs: Inputs, source: str) -> tuple[Part, NDArray[np.integer], str, str]:
    if not source:
        part = Part.REFERENCE if Part.REFERENCE in inputs.tables else Part.EVALUATION
        return part, np.arange(inputs.tables[part].n_rows), "sample", ""
    kind, _, name = source.partition(" ")
    if kind == "@bucket" and name in inputs.buckets:
        mask = inputs.buckets[name].resolve(inputs.columns)
        return Part.EVALUATION, np.flatnonzero(mask), "bucket", name
    predictions = inputs.predictions[Part.EVALUATION]
    if kind == "@decided" and name in predictions.classes:
        positive = positive_code(predictions, inputs.decision)
        decided = decide(predictions, positive, inputs.decision.threshold)
        rows = np.flatnonzero(decided == predictions.classes.index(name))
        return Part.EVALUATION, rows, "class", name
    raise EngineError("explain.unknown_background", source=source)


def shares(background: Background) -> NDArray[np.float64]:
    """Return ``(b,)`` how much each row counts, of sum 1."""
    n = len(background.rows)
    return np.full(n, 1.0 / n) if background.weights is None else background.weights
