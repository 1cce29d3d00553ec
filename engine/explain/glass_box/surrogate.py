"""A global surrogate: a small tree fitted to the model's predictions.

Craven and Shavlik (1996); the fidelity is measured on rows that the tree was not
fitted on.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.metrics import wilson
from engine.contracts.model import Task, natural_threshold
from engine.contracts.results import Metric, Surrogate
from engine.contracts.structure import Structure, TreeEnsemble
from engine.evaluate.intervals import undefined
from engine.evaluate.regression import evaluate
from engine.evaluate.sample import cut_of, decide, positive_code
from engine.explain.glass_box.inverse_transform import InverseTransform, Row
from engine.explain.glass_box.one_hot import OneHot
from engine.explain.glass_box.trees import LeafValues, tree_nodes
from engine.explain.scope import badge, check_counts, current_row, in_random_order
from engine.explain.stoppable import stoppable
from engine.explain.structure_predictions import sums
from engine.explain.subject import Subject, unexplainable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress

    Floats = NDArray[np.float64]

_HELD_OUT = 0.3
_FEWEST_ROWS = 50
MOST_DEPTH = 8
_LIMITS = {"depth": (1, MOST_DEPTH), "least_rows": (1, 10**9)}
_STAGES = 3
_ROUNDING = 1e-12


class SurrogateParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the surrogate.

    Attributes
    ----------
    depth
        Most questions on a path.
    least_rows
        Rows that each end must have of those it is fitted on.
    rows
        At most so many rows, a seeded sample of them, stated in the badge. 0: all.
    """

    depth: int = 3
    least_rows: int = 20
    rows: int = 50_000


class SurrogateAnalysis:
    """A small tree in the model's place, with how far it can be trusted."""

    id = "surrogate"
    title = mark("Surrogate tree")
    Params = SurrogateParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be imitated, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: SurrogateParams, progress: Progress
    ) -> Surrogate:
        """Fit a tree to the model's predictions and measure it on other rows.

        Raises
        ------
        EngineError
            ``explain.bad_count``, ``explain.too_few_rows``, ``evaluate.no_rows``.
        """
        started = time.perf_counter()
        check_counts(params, _LIMITS)
        subject = Subject(inputs)
        order, sampling = in_random_order(inputs, params.rows)
        if len(order) < _FEWEST_ROWS:
            raise EngineError("explain.too_few_rows", n=len(order), least=_FEWEST_ROWS)
        progress.advance(0, _STAGES, "explain.fitting")
        progress.raise_if_cancelled()
        row_ids = np.sort(order)
        held_out = np.isin(row_ids, order[: round(_HELD_OUT * len(order))])
        features = subject.features().take(pa.array(row_ids))
        columns = OneHot(features)
        encoded = columns.encode(features)
        own = subject.predictions()[row_ids]
        form = stoppable(
            lambda: _fitted(encoded[~held_out], own[~held_out], params), progress
        )
        progress.advance(1, _STAGES, "explain.fitting")
        progress.raise_if_cancelled()
        structure = Structure(
            form=form,
            outputs=subject.outputs,
            encoded=columns.names,
            source=columns.source,
        )
        leaf_values = sums(structure, encoded)
        units = InverseTransform(subject, structure, features, encoded)
        row = current_row(inputs)
        mine = subject.features().slice(row, 1) if row >= 0 else features.slice(0, 0)
        mine_encoded = columns.encode(mine)
        tree = tree_nodes(
            units,
            form,
            LeafValues(form.values, form.base, averaged=False),
            number=0,
            most_nodes=len(form.left) + 1,
            row=Row.of(mine, mine_encoded) if row >= 0 else None,
            progress=progress,
        )
        progress.advance(2, _STAGES, "explain.fitting")
        return Surrogate(
            tree=tree,
            depth=params.depth,
            n_fitted=int(np.count_nonzero(~held_out)),
            n_held_out=int(np.count_nonzero(held_out)),
            **_fidelity(
                inputs, subject, row_ids[held_out], own[held_out], leaf_values[held_out]
            ),
            space=subject.info.score_kind.value,
            feature_names=subject.names,
            outputs=subject.outputs,
            row_ids=row_ids,
            n_missing=np.array([c.null_count for c in features.columns], np.int64),
            row=row,
            row_own=subject.predictions()[row] if row >= 0 else np.zeros(0),
            row_said=sums(structure, mine_encoded)[0] if row >= 0 else np.zeros(0),
            notes=_notes(columns),
            provenance=badge(
                inputs,
                params,
                started,
                n_used=len(row_ids),
                method="surrogate",
                sampling=sampling,
            ),
        )


def _fitted(
    encoded: Floats, predictions: Floats, params: SurrogateParams
) -> TreeEnsemble:
    """Return scikit-learn's regression tree of the predictions, all outputs at once."""
    from sklearn.tree import DecisionTreeRegressor  # noqa: PLC0415 - heavy

    tree = DecisionTreeRegressor(
        max_depth=params.depth, min_samples_leaf=params.least_rows, random_state=0
    ).fit(encoded.astype(np.float32), predictions)
    grown = tree.tree_
    leaf = grown.children_left < 0
    m = grown.node_count
    values = np.asarray(grown.value[:, :, 0], dtype=np.float64)
    return TreeEnsemble(
        roots=np.zeros(1, dtype=np.int32),
        left=grown.children_left.astype(np.int32),
        right=grown.children_right.astype(np.int32),
        feature=np.where(leaf, -1, grown.feature).astype(np.int32),
        threshold=np.where(leaf, 0.0, grown.threshold),
        missing_left=np.asarray(grown.missing_go_to_left, dtype=bool) & ~leaf,
        levels_start=np.full(m, -1, dtype=np.int32),
        levels_size=np.zeros(m, dtype=np.int32),
        levels=np.zeros(0, dtype=bool),
        cover=grown.weighted_n_node_samples.astype(np.float64),
        values=np.where(leaf[:, None], values, 0.0),
        base=np.zeros(values.shape[1]),
        depth=int(grown.max_depth),
    )


def _fidelity(
    inputs: Inputs,
    subject: Subject,
    rows: NDArray[np.intp],
    own: Floats,
    leaf_values: Floats,
) -> dict[str, Any]:
    """Return how well the tree's answers match the model's on the same rows."""
    each = [evaluate(own[:, j], leaf_values[:, j], None) for j in range(own.shape[1])]
    found: dict[str, Any] = {
        "r2": tuple(
            metrics["r2"] if varies else undefined("evaluate.no_variation")
            for metrics, varies in zip(each, _vary(own), strict=True)
        ),
        "error": tuple(metrics["root_mean_squared_error"] for metrics in each),
    }
    if subject.info.task is Task.REGRESSION:
        return found
    decided, imitated = _decisions(inputs, rows, leaf_values)
    n, alike = len(own), int(np.count_nonzero(decided == imitated))
    low, high = wilson(alike, n)
    found["agreement"] = Metric(value=alike / n, low=low, high=high, interval="wilson")
    found["same_for_all"] = float(np.bincount(decided).max() / n)
    return found


def _vary(predictions: Floats) -> list[bool]:
    """Return for each output whether the predictions differ beyond rounding."""
    room = _ROUNDING * np.abs(predictions).max(axis=0)
    return [bool(wide) for wide in np.ptp(predictions, axis=0) > room]


def _decisions(
    inputs: Inputs, rows: NDArray[np.intp], leaf_values: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return what is decided of the rows, and what the tree's answers decide.

    Codes of classes; of two whether the positive one.
    """
    predictions, decision = inputs.predictions[Part.EVALUATION], inputs.decision
    positive = positive_code(predictions, decision)
    decided = decide(predictions, positive, decision.threshold)[rows]
    if leaf_values.shape[1] > 1:
        return decided.astype(np.intp), leaf_values.argmax(axis=1)
    cut = cut_of(predictions, decision)
    if cut is None:  # the model's own rule is no threshold: the tree's has to be one
        cut = natural_threshold(predictions.score_kind)
    return (decided == positive).astype(np.intp), (leaf_values[:, 0] >= cut).astype(
        np.intp
    )


def _notes(columns: OneHot) -> tuple[Note, ...]:
    if not columns.n_left_out:
        return ()
    return (Note(code="explain.labels_left_out", params={"n": columns.n_left_out}),)
