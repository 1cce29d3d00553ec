"""The *computed on* badge: rows, method, seed, time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers

if TYPE_CHECKING:
    from engine.contracts.provenance import Provenance

# A method that has no word here is named by its code.
METHODS = {
    "binned": mark("binned"),
    "buckets": mark("buckets"),
    "counts": mark("counts"),
    "exact": mark("exact"),
    "metrics": mark("metrics"),
    "shapley_trees": mark("Shapley values, exact from the trees"),
    "shapley_linear": mark("Shapley values, exact from the coefficients"),
    "shapley_additive": mark("Shapley values, exact from the terms"),
    "shapley_exact": mark("Shapley values, exact from all combinations"),
    "shapley_gradients": mark("shares along the gradient (Aumann–Shapley)"),
    "shapley_rescaled": mark("Shapley values, probabilities through margins"),
    "interactions_trees": mark("Shapley interactions, exact from the trees"),
    "interactions_linear": mark("Shapley interactions, exact from the coefficients"),
    "interactions_additive": mark("Shapley interactions, exact from the terms"),
    "interactions_exact": mark("Shapley interactions, from all combinations"),
    "permutation": mark("shuffled features"),
    "drop_column": mark("fitted anew without each feature"),
    "partial_dependence": mark("the mean with features set alike"),
    "ale": mark("local steps added up"),
    "friedman_h": mark("features lent from row to row"),
    "lime": mark("local lines through answers about random rows"),
    "counterfactual": mark("changes looked for by asking the model"),
    "glass_box": mark("the model taken apart"),
    "what_if": mark("the model asked about a row changed by hand"),
    "surrogate": mark("a tree fitted to the model's answers"),
    "agreement": mark("explanations compared"),
    "shapley_sampling": mark("Shapley values, estimated by walks"),
}
SAMPLES = {
    "selection": mark("selection"),
    "usable": mark("usable rows"),
    "sample": mark("random rows"),
    "row": mark("the current row"),
}


def badge_of(provenance: Provenance | None) -> str:
    """Return one line that says what a figure was computed on and how."""
    if provenance is None:
        return ""
    parts = [
        tr(
            "computed on {n} of {total} rows",
            n=numbers.count(provenance.n_used),
            total=numbers.count(provenance.n_total),
        )
    ]
    if provenance.sampling != "all":
        parts.append(
            tr(
                "sample: {how}",
                how=tr(SAMPLES.get(provenance.sampling, provenance.sampling)),
            )
        )
        parts.append(tr("seed {seed}", seed=provenance.seed))
    if provenance.selection:
        parts.append(provenance.selection)
    if provenance.method:
        parts.append(tr(METHODS.get(provenance.method, provenance.method)))
    if provenance.elapsed:
        parts.append(_seconds(provenance.elapsed))
    return " · ".join(parts)


def _seconds(elapsed: float) -> str:
    if elapsed < 0.01:
        return tr("under 0.01 s")
    return tr("{seconds} s", seconds=numbers.significant(elapsed, 2))
