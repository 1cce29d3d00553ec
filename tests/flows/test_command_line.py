"""The command line, run as a person runs it: another process, files, exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

MAIN = Path(__file__).resolve().parents[2] / "main.py"
FIELDS = {
    "task",
    "n_rows",
    "classes",
    "positive",
    "threshold",
    "confusion",
    "metrics",
    "per_class",
    "provenance",
}
BINARY = {
    "accuracy",
    "balanced_accuracy",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "precision",
    "recall",
    "f1",
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier_score",
    "matthews_corrcoef",
    "cohen_kappa",
    "expected_calibration_error",
}


N_ROWS = 400


@dataclass(frozen=True)
class Files:
    """One data set and one model of it, in two formats."""

    data: Path
    model: Path
    pickled: Path

    def frame(self) -> pd.DataFrame:
        return pd.read_csv(self.data)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    import joblib
    import skops.io

    folder = tmp_path_factory.mktemp("command-line")
    rng = np.random.default_rng(0)
    x1, x2 = rng.normal(size=N_ROWS), rng.uniform(0, 10, size=N_ROWS)
    chance = 1 / (1 + np.exp(-1.5 * x1))
    rows = pd.DataFrame(
        {
            "x1": x1.round(4),
            "x2": x2.round(2),
            "outcome": np.where(rng.uniform(size=N_ROWS) < chance, "yes", "no"),
            "group": rng.choice(["test", "train"], size=N_ROWS),
            "weight": rng.integers(1, 4, size=N_ROWS).astype(float),
            "p_yes": chance.round(6),
        }
    )
    made = Files(folder / "rows.csv", folder / "model.skops", folder / "model.joblib")
    rows.to_csv(made.data, index=False)
    model = LogisticRegression().fit(rows[["x1", "x2"]], rows["outcome"])
    skops.io.dump(model, made.model)
    joblib.dump(model, made.pickled)
    return made


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(MAIN), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def evaluate(files, *more: object, source: tuple[object, ...] = ()) -> dict:
    source = source or ("--model", files.model)
    inputs = ("--data", files.data, "--target", "outcome", "--positive", "yes")
    done = command("evaluate", *source, *inputs, *more, "--json", "-")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refusal(*arguments: object) -> str:
    """Run what cannot work and return the one line that says why."""
    done = command(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def agree(found: dict, truth, p_yes, weights=None, threshold: float = 0.5) -> None:
    """Check an evaluation against scikit-learn."""
    said = np.where(np.asarray(p_yes) >= threshold, "yes", "no")
    yes = np.asarray(truth) == "yes"
    by_label = {"sample_weight": weights}
    expected = {
        "accuracy": metrics.accuracy_score(truth, said, **by_label),
        "precision": metrics.precision_score(truth, said, pos_label="yes", **by_label),
        "recall": metrics.recall_score(truth, said, pos_label="yes", **by_label),
        "f1_macro": metrics.f1_score(truth, said, average="macro", **by_label),
        "roc_auc": metrics.roc_auc_score(yes, p_yes, **by_label),
        "average_precision": metrics.average_precision_score(yes, p_yes, **by_label),
        "log_loss": metrics.log_loss(yes, p_yes, **by_label),
        "brier_score": metrics.brier_score_loss(yes, p_yes, **by_label),
        "cohen_kappa": metrics.cohen_kappa_score(truth, said, **by_label),
    }
    values = {name: found["metrics"][name]["value"] for name in expected}
    assert values == pytest.approx(expected, abs=1e-12)
    labels = found["confusion"]["labels"]
    matrix = metrics.confusion_matrix(truth, said, labels=labels, **by_label)
    assert np.allclose(found["confusion"]["matrix"], matrix)


def scores_of(files, rows: pd.DataFrame) -> np.ndarray:
    import skops.io

    model = skops.io.load(files.model, trusted=[])
    return model.predict_proba(rows[["x1", "x2"]])[:, 1]


def test_a_model_is_evaluated_as_scikit_learn_would(files):
    found = evaluate(files)
    rows = files.frame()
    assert found.keys() >= FIELDS
    assert found["metrics"].keys() == BINARY
    assert all(m.keys() == {"value", "low", "high"} for m in found["metrics"].values())
    assert set(found["classes"]) == {"no", "yes"} == found["per_class"].keys()
    for entry in found["per_class"].values():
        assert entry.keys() == {"precision", "recall", "f1", "support"}
    assert (found["task"], found["positive"]) == ("binary", "yes")
    assert (found["n_rows"], found["threshold"]) == (len(rows), 0.5)
    agree(found, rows["outcome"], scores_of(files, rows))


def test_where_split_threshold_and_weights_each_change_what_they_say(files):
    rows = files.frame()
    some = rows[(rows["x1"] < 0) & (rows["group"] == "test")]
    found = evaluate(
        files,
        *("--where", "x1 < 0", "--split", "group=test"),
        *("--threshold", "0.3", "--weights", "weight"),
    )
    assert found["n_rows"] == len(some)
    agree(found, some["outcome"], scores_of(files, some), some["weight"], 0.3)


def test_one_recorded_score_needs_no_model(files):
    rows = files.frame()
    found = evaluate(files, source=("--scores", "p_yes"))
    agree(found, rows["outcome"], rows["p_yes"])


def test_a_score_on_the_threshold_is_positive(files, tmp_path):
    data = tmp_path / "ties.csv"
    pd.DataFrame({"t": ["yes", "no", "yes", "no"], "p": [0.5, 0.5, 0.9, 0.1]}).to_csv(
        data, index=False
    )
    inputs = ("--data", data, "--target", "t", "--positive", "yes", "--scores", "p")
    done = command("evaluate", *inputs, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["per_class"]["yes"]["recall"] == 1.0


def test_consent_is_asked_for_and_can_be_given(files):
    inputs = ("--data", files.data, "--target", "outcome", "--positive", "yes")
    asked = command("evaluate", "--model", files.pickled, *inputs)
    assert asked.returncode == 2
    assert "Traceback" not in asked.stderr
    assert "sklearn" in asked.stderr
    sha = hashlib.sha256(files.pickled.read_bytes()).hexdigest()
    found = evaluate(files, "--consent", sha, source=("--model", files.pickled))
    assert found["n_rows"] == N_ROWS


def test_what_cannot_work_is_said_in_one_line(files, tmp_path):
    start = ("evaluate", "--scores", "p_yes", "--data", files.data, "--target")
    assert "nowhere" in refusal(*start, "nowhere")
    assert "maybe" in refusal(*start, "outcome", "--positive", "maybe")
    chosen = ("outcome", "--positive", "yes")
    assert "heavy" in refusal(*start, *chosen, "--weights", "heavy")
    wrong = tmp_path / "picture.csv"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    said = refusal("evaluate", "--scores", "p", "--data", wrong, "--target", "t")
    assert "picture.csv" in said


def test_analyses_lists_ids_and_parameters():
    listed = json.loads(command("analyses", "--json").stdout)
    assert {"summary", "confusion", "thresholds"} <= {entry["id"] for entry in listed}
    assert all(entry.keys() == {"id", "title", "parameters"} for entry in listed)


def test_inspect_names_the_file_by_its_hash(files):
    done = command("inspect", files.pickled, "--json")
    assert done.returncode == 0, done.stderr
    sha = hashlib.sha256(files.pickled.read_bytes()).hexdigest()
    assert sha in done.stdout


def test_run_writes_arrays_and_json(files, tmp_path):
    inputs = ("--scores", "p_yes", "--data", files.data, "--target", "outcome")
    out = tmp_path / "thresholds.npz"
    done = command("run", "thresholds", *inputs, "--out", out)
    assert done.returncode == 0, done.stderr
    with np.load(out, allow_pickle=False) as arrays:
        assert arrays.files
    done = command("run", "confusion", *inputs, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def test_several_names_are_written_as_a_list(files):
    inputs = ("--model", files.model, "--data", files.data, "--target", "outcome")
    asked = ("run", "counterfactual", *inputs, "--positive", "yes", "--row", 3)
    free = json.loads(command(*asked, "--json", "-").stdout)
    names = free["feature_names"]
    done = command(*asked, "--json", "-", "-p", f"fixed={json.dumps(names[1:])}")
    assert done.returncode == 0, done.stderr
    held = json.loads(done.stdout)
    assert (free["n_free"], held["n_free"]) == (len(names), 1)
    for one in held["found"]:
        assert [change["feature"] for change in one["changes"]] == names[:1]
        assert {"from", "to"} <= one["changes"][0].keys()
