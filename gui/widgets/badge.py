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
    "buckets": mark("saved groups"),
    "counts": mark("counts"),
    "exact": mark("exact"),
    "metrics": mark("metrics"),
    "shapley_trees": mark("Shapley values, exact from the trees"),
    "shapley_linear": mark("Shapley values, exact from the coefficients"),
    "shapley_additive": mark("Shapley values, exact from the terms"),
    "shapley_exact": mark("Shapley values, exact from all combinations"),
    "shapley_gradients": mark("gradient attributions (Aumann–Shapley)"),
    "shapley_rescaled": mark("Shapley values, probabilities through margins"),
    "interactions_trees": mark("Shapley interactions, exact from the trees"),
    "interactions_linear": mark("Shapley interactions, exact from the coefficients"),
    "interactions_additive": mark("Shapley interactions, exact from the terms"),
    "interactions_exact": mark("Shapley interactions, from all combinations"),
    "permutation": mark("permutation importance"),
    "drop_column": mark("drop-column importance (refitted)"),
    "partial_dependence": mark("partial dependence"),
    "ale": mark("accumulated local effects"),
    "friedman_h": mark("Friedman's H"),
    "lime": mark("LIME, local linear models"),
    "counterfactual": mark("counterfactual search, model-agnostic"),
    "glass_box": mark("model structure"),
    "what_if": mark("prediction of a row changed by hand"),
    "surrogate": mark("surrogate tree, fitted to the predictions"),
    "agreement": mark("explanations compared"),
    "shapley_sampling": mark("Shapley values, permutation sampling"),
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
