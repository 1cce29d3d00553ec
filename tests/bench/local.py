"""What local lines and effects cost beside their reference and the bare model calls."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import joblib
import pandas as pd
from asking import clocked, run_in_session, saved, table_file
from explaining import N_FEATURES

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

Row = tuple[str, str, str, str]
N_ROWS, N_EXPLAINED, N_SAMPLES = 20_000, 100, 5_000
N_EFFECT, POINTS = 2_000, 30


def local() -> list[Row]:
    """LIME for a hundred rows, and partial dependence with the lines of its rows."""
    from sklearn.ensemble import RandomForestClassifier

    data = table_file(N_FEATURES, N_ROWS)
    forest = RandomForestClassifier(100, max_depth=12, random_state=0)
    model = saved("forest_local", forest, data, 5_000)
    return [*_lime(model, data), *_dependence(model, data)]


def _lime(model: Path, data: Path) -> list[Row]:
    from lime.lime_tabular import LimeTabularExplainer

    from engine.contracts.requests import Run
    from engine.contracts.selection import Rows
    from engine.explain.subject import Subject

    params = {"scope": "all", "num_samples": N_SAMPLES, "rows": 0}
    request = Run(
        analysis="lime", params=params, selection=Rows(tuple(range(N_EXPLAINED)))
    )
    with clocked(Subject, "predict") as asked:
        whole = run_in_session(model, data, request, lambda _event: None)
    fitted = joblib.load(model)
    rows = pd.read_parquet(data).drop(columns="y")
    plain = rows.to_numpy()
    bare: list[float] = []

    def answer(some: np.ndarray) -> Any:
        began = time.perf_counter()
        found = fitted.predict_proba(pd.DataFrame(some, columns=rows.columns))
        bare.append(time.perf_counter() - began)
        return found

    began = time.perf_counter()
    explainer = LimeTabularExplainer(plain, random_state=0)
    for row in plain[:N_EXPLAINED]:
        explainer.explain_instance(row, answer, num_samples=N_SAMPLES)
    theirs = time.perf_counter() - began
    ratio, outside = theirs / whole, whole - sum(asked)
    share = 100 * outside / sum(bare)
    title = f"LIME, {N_EXPLAINED} rows × {N_SAMPLES:,}, forest of 100"
    told = f"{whole:.1f} s; a loop over the reference {theirs:.1f} s: {ratio:.1f}×"
    within = (
        f"{outside:.1f} s outside the model; its bare calls for a neighbourhood a row "
        f"{sum(bare):.1f} s: {share:.0f} %"
    )
    return [
        (title, told, "≥ 2×", "met" if ratio >= 2 else "MISSED"),
        (title, within, "≤ 30 %", "met" if share <= 30 else "MISSED"),
    ]


def _dependence(model: Path, data: Path) -> list[Row]:
    from sklearn.inspection import partial_dependence

    from engine.contracts.requests import Run
    from engine.explain.subject import Subject

    params = {"first": "x0", "points": POINTS, "rows": N_EFFECT}
    with clocked(Subject, "predict") as asked:
        request = Run(analysis="dependence", params=params)
        whole = run_in_session(model, data, request, lambda _event: None)
    rows = pd.read_parquet(data).drop(columns="y").head(N_EFFECT)
    began = time.perf_counter()
    partial_dependence(
        joblib.load(model),
        rows,
        ["x0"],
        method="brute",
        kind="both",
        grid_resolution=POINTS,
    )
    theirs = time.perf_counter() - began
    over = 100 * (whole / sum(asked) - 1)
    shown = (
        f"{whole:.2f} s; the bare calls {sum(asked):.2f} s: {over:.0f} %; "
        f"scikit-learn {theirs:.2f} s"
    )
    return [(f"Partial dependence and lines, {N_EFFECT:,} × {POINTS}", shown, "", "")]
