"""The rows whose mean prediction an explanation starts from."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.results import Background
from engine.evaluate.sample import decide, positive_code
from engine.explain.subject import cells_as_numbers
from engine.predict import features_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Inputs

    Floats = NDArray[np.float64]

ALL, KMEANS = "all", "kmeans"
_MOST_LEVELS = 50  # of one column, the most frequent ones
_MOST_AT_ONCE = 10_000  # rows: groups of more are found in batches


def choose(inputs: Inputs, size: int | str, source: str) -> Background:
    """Return the background of an explanation.

    Parameters
    ----------
    size
        How many rows, or ``all``.
    source
        ``""``: the reference part where there is one, else the evaluation part;
        ``@kmeans``: the same, but one real row for each of ``size`` groups of rows
        alike, which counts as much as its group; ``@group NAME`` (or
        ``@bucket NAME``): a saved group;
        ``@decided CLASS``: the evaluation rows decided for a class.

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
    if chosen == KMEANS and wanted < n_available:
        rows, weights = _representatives(inputs, part, wanted)
        return Background(
            part=part,
            rows=rows,
            chosen=KMEANS,
            n_available=n_available,
            weights=weights,
        )
    if wanted < n_available:
        rng = np.random.default_rng([inputs.seed, 1])
        rows = np.sort(rng.choice(rows, wanted, replace=False))
    elif chosen in ("sample", KMEANS):
        chosen = ALL
    return Background(
        part=part,
        rows=rows.astype(np.int64),
        chosen=chosen,
        of=of,
        n_available=n_available,
    )


def _count(size: int | str) -> int:
    told = str(size)
    if not told.isdigit() or int(told) < 1:
        raise EngineError("explain.bad_background", given=told)
    return int(told)


def _source(inputs: Inputs, source: str) -> tuple[Part, NDArray[np.integer], str, str]:
    if source in ("", f"@{KMEANS}"):
        part = Part.REFERENCE if Part.REFERENCE in inputs.tables else Part.EVALUATION
        chosen = KMEANS if source else "sample"
        return part, np.arange(inputs.tables[part].n_rows), chosen, ""
    kind, _, name = source.partition(" ")
    if kind in ("@group", "@bucket") and name in inputs.buckets:
        mask = inputs.buckets[name].resolve(inputs.columns)
        return Part.EVALUATION, np.flatnonzero(mask), "bucket", name
    predictions = inputs.predictions[Part.EVALUATION]
    if kind == "@decided" and name in predictions.classes:
        positive = positive_code(predictions, inputs.decision)
        decided = decide(predictions, positive, inputs.decision.threshold)
        rows = np.flatnonzero(decided == predictions.classes.index(name))
        return Part.EVALUATION, rows, "class", name
    raise EngineError("explain.unknown_background", source=source)


def _representatives(
    inputs: Inputs, part: Part, n_groups: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return the row nearest the middle of each group, and each group's share."""
    from sklearn.cluster import KMeans, MiniBatchKMeans  # noqa: PLC0415 - heavy
    from sklearn.metrics import pairwise_distances_argmin  # noqa: PLC0415

    places = _places(inputs, part)
    kind = KMeans if len(places) <= _MOST_AT_ONCE else MiniBatchKMeans
    with warnings.catch_warnings():  # fewer distinct rows than groups
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = kind(n_groups, n_init=1, random_state=inputs.seed).fit(places)
    middles = found.cluster_centers_
    rows = np.unique(pairwise_distances_argmin(middles, places))
    group = pairwise_distances_argmin(places, places[rows])
    size = np.bincount(group, minlength=len(rows))
    return rows.astype(np.int64), size / size.sum()


def _places(inputs: Inputs, part: Part) -> Floats:
    """Return rows as points: numbers in units of their spread, labels as corners.

    Missing numbers stand in the middle; two labels are as far apart as two numbers
    that differ by their spread.
    """
    assert inputs.matched is not None
    cells, levels = cells_as_numbers(features_of(inputs.tables[part], inputs.matched))
    columns = []
    for cell, known in zip(cells.T, levels, strict=True):
        if known:
            values, counts = np.unique(cell[~np.isnan(cell)], return_counts=True)
            common = values[np.argsort(-counts, kind="stable")[:_MOST_LEVELS]]
            columns += [(cell == value) * np.sqrt(0.5) for value in common]
            continue
        finite = np.isfinite(cell)
        spread = cell[finite].std() if finite.any() else 0.0
        if spread > 0:
            middle = cell[finite].mean()
            columns.append(np.where(finite, (cell - middle) / spread, 0.0))
    return np.column_stack([np.zeros(len(cells)), *columns])


def shares(background: Background) -> Floats:
    """Return ``(b,)`` how much each row counts, of sum 1."""
    n = len(background.rows)
    return np.full(n, 1.0 / n) if background.weights is None else background.weights
