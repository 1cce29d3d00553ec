"""What explanations cost where the model itself is asked, and when they first show."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import joblib
import numpy as np
import pandas as pd
from explaining import N_FEATURES, table
from material import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.contracts.requests import Run

Row = tuple[str, str, str, str]
N_BACKGROUND, N_EXPLAINED, N_FITTED = 100, 3, 500
FEW, SEEDS, LONG = 2, 3, {"SVC": 40, "MLP": 120}  # rounds of walks
N_MANY = 100_000


class Cost(NamedTuple):
    """What a way to estimate costs: model rows and seconds for a row explained.

    Attributes
    ----------
    error
        Root of the mean squared gap to long-run values.
    """

    error: float
    rows: float
    seconds: float

    def at(self, error: float) -> tuple[float, float]:
        """Return rows and seconds an error takes: both go by its inverse square."""
        more = (self.error / error) ** 2
        return self.rows * more, self.seconds * more


class Asked:
    """A model of 30 features, its rows to explain, and a count of what it is asked."""

    def __init__(self, model: Any) -> None:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        rows, answer = table()
        self._model = make_pipeline(StandardScaler(), model)
        self._model.fit(rows[:N_FITTED], answer[:N_FITTED])
        self.background = rows[:N_BACKGROUND]
        self.rows = rows[-N_EXPLAINED:]
        self.n = 0

    def answer(self, rows: np.ndarray) -> np.ndarray:
        """Return the probability of the second class."""
        self.n += len(rows)
        found: np.ndarray = self._model.predict_proba(rows)[:, 1]
        return found

    def walks(self, rounds: int, seed: int) -> np.ndarray:
        """Return our estimates ``(rows, features)``."""
        from engine.explain.shapley import coalitions

        cells = np.concatenate([self.rows, self.background])
        places = np.repeat(np.arange(len(cells))[:, None], N_FEATURES, axis=1)
        each = np.arange(N_FEATURES)
        found = coalitions.sampled(
            lambda wanted, _progress: self.answer(cells[wanted, each])[:, None],
            places[:N_EXPLAINED],
            places[N_EXPLAINED:],
            self.answer(self.rows)[:, None],
            self.answer(self.background)[:, None],
            coalitions.Sampling(0.0, rounds, seed),
            shares=np.full(N_BACKGROUND, 1 / N_BACKGROUND),
        )
        return np.concatenate([values for _, values, _ in found])[:, :, 0]

    def cost(self, estimate: Callable[[int], np.ndarray], truth: np.ndarray) -> Cost:
        """Return what an estimate of a seed costs, and how far off it is."""
        self.n, began = 0, time.process_time()
        gaps = [estimate(seed) - truth for seed in range(SEEDS)]
        took = time.process_time() - began
        each = SEEDS * N_EXPLAINED
        return Cost(
            float(np.sqrt(np.mean(np.square(gaps)))), self.n / each, took / each
        )


def sampled() -> list[Row]:
    """Values of any model at equal error, beside the reference's two estimators."""
    import shap
    from sklearn.neural_network import MLPClassifier
    from sklearn.svm import SVC

    found = []
    for name, model in (
        ("SVC", SVC(probability=True, random_state=0)),
        ("MLP", MLPClassifier((50,), max_iter=300, random_state=0)),
    ):
        asked = Asked(model)
        truth = asked.walks(LONG[name], 999)
        everyone = shap.maskers.Independent(asked.background, max_samples=N_BACKGROUND)

        def kernel(seed: int, asked: Asked = asked) -> np.ndarray:
            np.random.seed(seed)
            explainer = shap.KernelExplainer(asked.answer, asked.background)
            values: np.ndarray = explainer.shap_values(
                asked.rows, nsamples=1024, l1_reg=0, silent=True
            )
            return values

        def permutation(seed: int, asked: Asked = asked, all_: Any = everyone) -> Any:
            explainer = shap.explainers.Permutation(asked.answer, all_, seed=seed)
            return explainer(asked.rows, max_evals=500, silent=True).values

        ours = asked.cost(lambda seed, a=asked: a.walks(FEW, seed), truth)
        for other, estimate, least in (
            ("kernel", kernel, 5),
            ("permutation", permutation, 3),
        ):
            theirs = asked.cost(estimate, truth)
            rows, seconds = theirs.at(ours.error)
            ratio = rows / ours.rows
            shown = (
                f"at an error of {ours.error:.1e}: {ours.rows:,.0f} model rows a row, "
                f"{ours.seconds:.2f} s; reference {rows:,.0f}, {seconds:.2f} s: "
                f"{ratio:.1f}×"
            )
            met = "met" if ratio >= least else "MISSED"
            title = f"Shapley values by asking, {name}, beside {other} explainer"
            found.append((title, shown, f"≥ {least}×", met))
    return found


def in_a_session() -> list[Row]:
    """All coalitions of 8 features, and the first picture of very many rows."""
    from sklearn.svm import SVC
    from xgboost import XGBClassifier

    few, many = table_file(8, 1_000), table_file(N_FEATURES, N_MANY)
    return [
        *_exact(saved("svc", SVC(probability=True, random_state=0), few, 500), few),
        *_first(saved("boosted", XGBClassifier(n_estimators=300), many, 20_000), many),
        *_shuffled(saved("boosted", XGBClassifier(n_estimators=300), many, 0), many),
    ]


def table_file(d: int, n: int) -> Path:
    """Return the path of a table of ``d`` features and a binary target ``y``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"explained_{d}_{n}.parquet"
    if not path.exists():
        rng = np.random.default_rng(0)
        made = pd.DataFrame(
            rng.normal(size=(n, d)), columns=[f"x{j}" for j in range(d)]
        )
        signal = made.x0 * made.x1 + made.x2 + rng.normal(size=n)
        made.assign(y=(signal > 0).astype(int)).to_parquet(path)
    return path


def saved(name: str, model: Any, data: Path, n: int) -> Path:
    """Return the file of a model fitted to the first rows of a table."""
    path = FOLDER / f"{name}.joblib"
    if not path.exists():
        rows = pd.read_parquet(data).head(n)
        joblib.dump(model.fit(rows.drop(columns="y"), rows.y), path)
    return path


def run_in_session(
    model: Any, data: Any, request: Run, hear: Callable[[Any], None]
) -> float:
    """Run one request in a session with a real host; return its seconds."""
    from engine import analysis, runner
    from engine.cli.arguments import parser
    from engine.cli.stop import STOPPED
    from engine.cli.work import work
    from engine.contracts.errors import EngineError
    from engine.contracts.requests import Inspect, Submit

    told = [
        "run",
        "shapley",
        "--model",
        str(model),
        "--data",
        str(data),
        "--target",
        "y",
    ]
    with work(warm=True) as session:
        asked = parser().parse_args([*told, "--positive", "1"])
        try:
            session.prepare(asked)
        except EngineError as error:
            if error.code != "safety.needs_consent":
                raise
            asked.consent = session.ask(Inspect(path=str(model))).sha256
            session.prepare(asked)
        analysis.load(request.analysis)  # imported before the clock
        began = time.perf_counter()
        runner.run(Submit(1, request), session._session.answer, hear, STOPPED)
        return time.perf_counter() - began


@contextmanager
def clocked(owner: type, name: str) -> Iterator[list[float]]:
    """Note how long every call of a method takes."""
    took: list[float] = []
    method = getattr(owner, name)

    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        answer = method(*given, **named)
        took.append(time.perf_counter() - began)
        return answer

    setattr(owner, name, timed)
    try:
        yield took
    finally:
        setattr(owner, name, method)


def _exact(model: Any, data: Any) -> list[Row]:
    from engine.contracts.requests import Run
    from engine.contracts.selection import Rows
    from engine.explain.subject import Subject

    request = Run(analysis="shapley", selection=Rows(tuple(range(20))))
    with clocked(Subject, "predict") as bare:
        whole = run_in_session(model, data, request, lambda _event: None)
    over = 100 * (whole / sum(bare) - 1)
    shown = f"{whole:.1f} s for 20 rows; the bare calls {sum(bare):.1f} s: {over:.0f} %"
    met = "met" if over <= 20 else "MISSED"
    return [
        ("Shapley values from all coalitions of 8 features, SVC", shown, "≤ 20 %", met)
    ]


def _shuffled(model: Any, data: Any) -> list[Row]:
    from engine.contracts.requests import Run
    from engine.explain.importance.permutation import ASKED_AT_ONCE
    from engine.models.model import Model

    calls = -(-3 * N_FEATURES // (ASKED_AT_ONCE // N_MANY))
    request = Run(analysis="permutation", params={"repeats": 3})
    with clocked(Model, "predict") as bare:
        whole = run_in_session(model, data, request, lambda _event: None)
    asked = sum(bare[-calls:])  # before them the rows as they are were predicted
    over = 100 * (whole / asked - 1)
    shown = f"{whole:.1f} s; the bare predictions {asked:.1f} s: {over:.0f} %"
    title = f"Permutation importance, {N_MANY:,} × {N_FEATURES}, 3 shuffles"
    return [(title, shown, "≤ 15 %", "met" if over <= 15 else "MISSED")]


def _first(model: Any, data: Any) -> list[Row]:
    from engine.contracts.events import Finished, Refined
    from engine.contracts.requests import Run

    shown: list[tuple[float, int]] = []

    def hear(event: Any) -> None:
        if isinstance(event, (Refined, Finished)):
            shown.append((time.perf_counter(), len(event.result.row_ids)))

    whole = run_in_session(model, data, Run(analysis="shapley"), hear)
    (at, n), (end, _) = shown[0], shown[-1]
    first = whole - (end - at)
    told = f"{first:.1f} s to the first {n:,} rows, {whole:.1f} s to all {N_MANY:,}"
    met = "met" if first <= 2 else "MISSED"
    return [("Shapley values of 300 trees, first picture", told, "≤ 2 s", met)]
