"""How long explanations take, beside the reference library, in one run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Row = tuple[str, str, str, str]
N_FEATURES, N_ROWS, N_BACKGROUND = 30, 10_000, 100
REFERENCE_ROWS = 100  # the reference needs minutes for all of them


def seconds(work: Callable[[], Any]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def times_faster(name: str, ours: float, reference: float, least: float) -> Row:
    """Return one line; times are of one row each, in seconds."""
    ratio = reference / ours
    shown = (
        f"{1e6 * ours:,.0f} µs a row ({N_ROWS:,} rows); reference "
        f"{1e6 * reference:,.0f} µs a row ({REFERENCE_ROWS} rows): {ratio:.0f}×"
    )
    return name, shown, f"≥ {least:g}×", "met" if ratio >= least else "MISSED"


def table() -> tuple[np.ndarray, np.ndarray]:
    """Return rows and a binary answer that needs many of the features."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2 * N_ROWS, N_FEATURES)).astype(np.float32)
    signal = rows[:, 0] * rows[:, 1] + rows[:, 2] + 0.3 * rows[:, 5:12].sum(axis=1)
    return rows.astype(np.float64), signal + rng.normal(size=len(rows)) > 0


def trees() -> list[Row]:
    """Shapley values of a forest and of boosted trees, both variants."""
    import shap
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

    from engine.explain.shapley.tree_shap import tree_shapley
    from engine.model_host.structure.sklearn_trees import part_of

    rows, answer = table()
    models = {
        "forest of 100, depth 10": RandomForestClassifier(
            100, max_depth=10, random_state=0, n_jobs=-1
        ),
        "300 boosted trees, depth 4": GradientBoostingClassifier(
            n_estimators=300, max_depth=4, subsample=0.5, random_state=0
        ),
    }
    background, explained = rows[:N_BACKGROUND], rows[N_ROWS:]
    found = []
    for name, model in models.items():
        model.fit(rows[:N_ROWS], answer[:N_ROWS])
        form = part_of(model).form
        for variant, others, least in (
            ("interventional, 100 background rows", background, 15),
            ("path-dependent", None, 3),
        ):
            tree_shapley(form, explained[:2], others)  # compiled before the clock
            ours = seconds(lambda f=form, o=others: tree_shapley(f, explained, o))
            reference = shap.TreeExplainer(model, others)
            few = explained[:REFERENCE_ROWS]
            theirs = seconds(
                lambda r=reference, few=few: r.shap_values(few, check_additivity=False)
            )
            found.append(
                times_faster(
                    f"Shapley values, {name}, {variant}",
                    ours / N_ROWS,
                    theirs / REFERENCE_ROWS,
                    least,
                )
            )
    return found
