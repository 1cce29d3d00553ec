"""The sentences above a small tree in the model's place: how far to trust it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.glass_box.tree_rules import Rules
from engine.contracts.readings.numbers import (
    count,
    decimals_of,
    figure_with_interval,
    fixed,
    percent,
    percent_with_interval,
    significant,
)

if TYPE_CHECKING:
    from engine.contracts.results import Surrogate

WELL, ROUGHLY = 0.9, 0.7  # share of variance, the low end of its interval


def read(result: Surrogate, output: int = 0) -> str:
    """Return how far the tree follows the model, and whether it may stand for it."""
    told = [_variance(result, output), _agreement(result), _worth(result, output)]
    told += [_row(result, output), *sentences(result.notes)]
    return " ".join(part for part in told if part)


def rules_of(result: Surrogate) -> Rules:
    """Return the tree's questions as texts."""
    return Rules(result.tree, result.feature_names, result.n_missing)


def _variance(result: Surrogate, output: int) -> str:
    r2, error = result.r2[output], result.error[output]
    if r2.value is None:
        return tr(
            "The model gives all {n} held-out rows the same prediction, so there is "
            "nothing to reproduce.",
            n=count(result.n_held_out),
        )
    return tr(
        "Tree with {leaves} leaves, on {n} held-out rows: fidelity R² {share}, RMSE "
        "{gap} ({answer}).",
        n=count(result.n_held_out),
        leaves=count(int((result.tree.left < 0).sum())),
        share=figure_with_interval(r2.value, r2.low, r2.high),
        answer=answer(result.outputs, output, result.space),
        gap=significant(error.value or 0.0, 2),
    )


def _share(value: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return percent(value)
    return percent_with_interval(value, low, high)


def _agreement(result: Surrogate) -> str:
    found = result.agreement
    if found is None or found.value is None:
        return ""
    return tr(
        "Tree and model agree on {share} of the decisions; a constant decision would "
        "agree on {same}.",
        share=_share(found.value, found.low, found.high),
        same=percent(result.same_for_all),
    )


def _worth(result: Surrogate, output: int) -> str:
    r2 = result.r2[output]
    if r2.value is None:
        return ""
    sure = r2.value if r2.low is None else r2.low
    if sure >= WELL:
        return tr(
            "The tree can represent the model in outline, not its single predictions."
        )
    if sure >= ROUGHLY:
        return tr(
            "The tree shows only the main lines of the model: do not use it in its "
            "place."
        )
    return tr("The tree does not represent the model: its fidelity is too low.")


def _row(result: Surrogate, output: int) -> str:
    if result.row < 0:
        return ""
    own, said = float(result.row_own[output]), float(result.row_said[output])
    digits = decimals_of(max(abs(own), abs(said)))
    return tr(
        "For the selected row the model predicts {own}, the tree {said}.",
        own=fixed(own, digits),
        said=fixed(said, digits),
    )
