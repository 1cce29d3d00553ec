"""The command line on real data beside scikit-learn, and as a program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from engine import cli

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"
EXACT = {"rel": 1e-12, "abs": 1e-12}
ON_DEMO = [
    "--model", DEMO / "model.skops", "--data", DEMO / "credit.parquet",
    "--target", "status", "--split", "part=evaluation",
]  # fmt: skip


def command(*arguments, **how):
    program = [sys.executable, "main.py", *map(str, arguments)]
    return subprocess.run(
        program, cwd=ROOT, capture_output=True, text=True, check=False, **how
    )


def evaluated(capsys, *arguments):
    code = cli.main(["evaluate", *map(str, arguments), "--json", "-"])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


def saved(model, path):
    import joblib
    import skops.io

    (skops.io if path.suffix == ".skops" else joblib).dump(model, path)
    return path


def consented(capsys, path):
    cli.main(["inspect", str(path), "--json"])
    return json.loads(capsys.readouterr().out)["sha256"]


def values(found):
    return {name: metric["value"] for name, metric in found["metrics"].items()}


def expected_of(truth, score):
    """scikit-learn's figures for two classes and a threshold of a half."""
    from sklearn import metrics as sk

    decided = score >= 0.5
    return {
        "accuracy": sk.accuracy_score(truth, decided),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, decided),
        "precision_macro": sk.precision_score(truth, decided, average="macro"),
        "recall_macro": sk.recall_score(truth, decided, average="macro"),
        "f1_macro": sk.f1_score(truth, decided, average="macro"),
        "precision": sk.precision_score(truth, decided),
        "recall": sk.recall_score(truth, decided),
        "f1": sk.f1_score(truth, decided),
        "roc_auc": sk.roc_auc_score(truth, score),
        "average_precision": sk.average_precision_score(truth, score),
        "log_loss": sk.log_loss(truth, score),
        "brier_score": sk.brier_score_loss(truth, score),
        "matthews_corrcoef": sk.matthews_corrcoef(truth, decided),
        "cohen_kappa": sk.cohen_kappa_score(truth, decided),
    }


def assert_equal(found, truth, score):
    told = values(found)
    for name, value in expected_of(truth, score).items():
        assert told[name] == pytest.approx(value, **EXACT), name


# Real data


@pytest.fixture(scope="module")
def pima(shared_data, tmp_path_factory):
    """The published example: four columns, the default split, liblinear."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    frame = pd.read_csv(shared_data / "tabular" / "pima_diabetes.csv")
    names = [n for n in frame if n.lower() in ("pregnant", "pregnancies", "insulin")]
    names += [n for n in frame if n.lower() in ("bmi", "age")]
    target = frame.columns[-1]
    assert len(names) == 4
    train, test = train_test_split(frame, random_state=0)
    model = LogisticRegression(solver="liblinear").fit(train[names], train[target])
    folder = tmp_path_factory.mktemp("pima")
    test.to_csv(folder / "test.csv", index=False)
    train.to_parquet(folder / "train.parquet")
    for suffix in ("skops", "joblib"):
        saved(model, folder / f"model.{suffix}")
    return folder, model, test, names, target


def test_pima_gives_the_published_answer(capsys, pima):
    folder, model, test, names, target = pima
    found = evaluated(
        capsys, "--model", folder / "model.skops", "--data", folder / "test.csv",
        "--target", target, "--reference", folder / "train.parquet",
    )  # fmt: skip
    assert found["confusion"]["matrix"] == [[118, 12], [47, 15]]
    assert values(found)["accuracy"] == pytest.approx(0.6927083333, abs=1e-10)
    assert values(found)["roc_auc"] == pytest.approx(0.7245657568, abs=1e-10)
    assert_equal(found, test[target], model.predict_proba(test[names])[:, 1])
    assert found["parts"]["reference"]["n_rows"] == 576


def test_pima_at_another_threshold_from_a_joblib_file(capsys, pima):
    folder, _, _, _, target = pima
    path = folder / "model.joblib"
    found = evaluated(
        capsys, "--model", path, "--consent", consented(capsys, path),
        "--data", folder / "test.csv", "--target", target, "--threshold", "0.3",
    )  # fmt: skip
    assert found["confusion"]["matrix"] == [[80, 50], [16, 46]]


def pipeline(last):
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    text = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="none"),
        OneHotEncoder(handle_unknown="ignore"),
    )
    numbers = SimpleImputer(strategy="median")
    columns = make_column_transformer(
        (text, make_column_selector(dtype_exclude="number")),
        (numbers, make_column_selector(dtype_include="number")),
    )
    return make_pipeline(columns, last)


def test_adult_with_missing_words_and_a_training_file(capsys, shared_data, tmp_path):
    from sklearn.tree import DecisionTreeClassifier

    tables = shared_data / "tabular"
    train, test = (
        pd.read_csv(tables / f"adult_{part}.csv", na_values="?")
        for part in ("train", "test")
    )
    inputs = [name for name in train if name != "income"]
    model = pipeline(DecisionTreeClassifier(max_depth=6, random_state=0))
    model.fit(train[inputs].iloc[:4000], train.income[:4000])
    path = saved(model, tmp_path / "adult.joblib")
    found = evaluated(
        capsys, "--model", path, "--consent", consented(capsys, path),
        "--data", tables / "adult_test.csv", "--target", "income",
        "--where", "age < 40", "--reference", tables / "adult_train.csv",
    )  # fmt: skip
    young = test[test.age < 40]
    score = model.predict_proba(young[inputs])[:, list(model.classes_).index(">50K")]
    assert found["positive"] == ">50K"
    assert found["n_rows"] == len(young)
    assert_equal(found, young.income == ">50K", score)
    assert found["parts"]["reference"]["n_rows"] == len(train)


def test_california_is_a_regression(capsys, shared_data, tmp_path):
    from sklearn import metrics as sk
    from sklearn.linear_model import LinearRegression

    path = shared_data / "tabular" / "california_housing.csv"
    frame = pd.read_csv(path)
    target = next(name for name in frame if name.lower().startswith("medhouse"))
    inputs = [name for name in frame if name != target]
    model = LinearRegression().fit(frame[inputs], frame[target])
    found = evaluated(
        capsys, "--model", saved(model, tmp_path / "m.skops"), "--data", path,
        "--target", target,
    )  # fmt: skip
    answer, truth = model.predict(frame[inputs]), frame[target]
    assert found["task"] == "regression"
    assert values(found) == {
        "mean_absolute_error": pytest.approx(
            sk.mean_absolute_error(truth, answer), **EXACT
        ),
        "root_mean_squared_error": pytest.approx(
            sk.root_mean_squared_error(truth, answer), **EXACT
        ),
        "median_absolute_error": pytest.approx(
            sk.median_absolute_error(truth, answer), **EXACT
        ),
        "r2": pytest.approx(sk.r2_score(truth, answer), **EXACT),
        "mean_error": pytest.approx(
            float(np.mean(answer - truth)), rel=1e-9, abs=1e-12
        ),
    }


def test_titanic_in_three_classes(capsys, shared_data, tmp_path):
    from sklearn import metrics as sk
    from sklearn.tree import DecisionTreeClassifier

    path = shared_data / "tabular" / "titanic_kaggle891.csv"
    frame = pd.read_csv(path)
    target = next(name for name in frame if name.lower() == "pclass")
    inputs = [name for name in frame if name.lower() in ("sibsp", "parch", "fare")]
    model = DecisionTreeClassifier(max_depth=4, random_state=0)
    model.fit(frame[inputs], frame[target])
    found = evaluated(
        capsys, "--model", saved(model, tmp_path / "m.skops"), "--data", path,
        "--target", target,
    )  # fmt: skip
    scores = model.predict_proba(frame[inputs])
    told = values(found)
    assert found["classes"] == ["1", "2", "3"]
    assert found["positive"] is None
    assert told["roc_auc"] == pytest.approx(
        sk.roc_auc_score(frame[target], scores, multi_class="ovr"), **EXACT
    )
    assert told["log_loss"] == pytest.approx(
        sk.log_loss(frame[target], scores), **EXACT
    )
    expected = sk.confusion_matrix(frame[target], model.predict(frame[inputs]))
    assert found["confusion"]["matrix"] == expected.tolist()


# As a program


def test_the_table_of_the_demo_is_readable_and_alone():
    done = command("evaluate", *ON_DEMO)
    assert done.returncode == 0, done.stderr
    assert "ROC AUC" in done.stdout
    assert "\r" not in done.stdout + done.stderr
    assert "█" not in done.stderr  # no bar where nobody watches


def test_help_loads_nothing_heavy_and_is_quick():
    began = time.monotonic()
    done = command("--help")
    assert done.returncode == 0
    assert "evaluate" in done.stdout
    assert time.monotonic() - began < 5


def test_a_bar_is_shown_on_a_terminal():
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    program = [sys.executable, "main.py", "evaluate", *map(str, ON_DEMO)]
    child = subprocess.Popen(
        program, cwd=ROOT, stdout=subprocess.PIPE, stderr=slave, text=True
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the terminal's other side is gone
            break
        if not chunk:
            break
        shown += chunk
    out, _ = child.communicate(timeout=60)
    os.close(master)
    assert child.returncode == 0
    assert "█".encode() in shown
    assert "█" not in out


@pytest.fixture(scope="module")
def many_rows(tmp_path_factory):
    """So many that a command is busy whenever the signal comes."""
    path = tmp_path_factory.mktemp("many") / "many.csv"
    rows = pd.concat([pd.read_parquet(DEMO / "credit.parquet")] * 300)
    rows.to_csv(path, index=False)
    return path


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a process group")
@pytest.mark.parametrize("delay", [0.6, 0.9, 1.3, 1.8])
def test_ctrl_c_at_any_time_ends_everything_with_one_line(tmp_path, many_rows, delay):
    home, target = tmp_path / "home", tmp_path / "found.json"
    arguments = [
        "evaluate", "--model", DEMO / "model.skops", "--data", many_rows,
        "--target", "status", "--json", target,
    ]  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "main.py", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "XDG_CACHE_HOME": str(home)},
    )
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(delay)
    family = psutil.Process(child.pid).children(recursive=True)
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 130, err
    assert "Traceback" not in err
    assert err.strip().splitlines()[-1] == "trasluz: stopped"
    assert out == ""
    assert not target.exists()
    assert not list(home.glob("trasluz/session-*"))
    _, alive = psutil.wait_procs(family, 10)
    assert not alive


def test_a_closed_pipe_is_no_error():
    program = f"{sys.executable} main.py analyses | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
