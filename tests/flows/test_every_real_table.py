"""Every table of the shared data from the command line, beside scikit-learn."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import metrics as sk
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine import cli

EXACT = {"rel": 1e-12, "abs": 1e-12}


@pytest.fixture
def tables(shared_data):
    return shared_data / "tabular"


def evaluated(capsys, *arguments):
    code = cli.main(["evaluate", *map(str, arguments), "--json", "-"])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out), err


def assert_two_classes(found, truth, score, threshold):
    """Every figure of two classes is scikit-learn's."""
    decided = score >= threshold
    wanted = {
        "accuracy": sk.accuracy_score(truth, decided),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, decided),
        "precision": sk.precision_score(truth, decided),
        "recall": sk.recall_score(truth, decided),
        "f1": sk.f1_score(truth, decided),
        "roc_auc": sk.roc_auc_score(truth, score),
        "average_precision": sk.average_precision_score(truth, score),
        "matthews_corrcoef": sk.matthews_corrcoef(truth, decided),
        "cohen_kappa": sk.cohen_kappa_score(truth, decided),
    }
    if score.min() >= 0 and score.max() <= 1:
        wanted["log_loss"] = sk.log_loss(truth, score)
        wanted["brier_score"] = sk.brier_score_loss(truth, score)
    for name, value in wanted.items():
        assert found["metrics"][name]["value"] == pytest.approx(value, **EXACT), name
    expected = sk.confusion_matrix(truth, decided)
    assert found["confusion"]["matrix"] == expected.tolist()


def saved(model, path):
    skops.io.dump(model, path)
    return path


def test_telco_churn_by_a_logistic_regression(capsys, tables, tmp_path):
    path = tables / "telco_churn.csv"
    frame = pd.read_csv(path)
    inputs = ["SeniorCitizen", "tenure", "MonthlyCharges"]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(frame[inputs], frame["Churn"])
    found, _ = evaluated(
        capsys, "--model", saved(model, tmp_path / "m.skops"), "--data", path,
        "--target", "Churn",
    )  # fmt: skip
    assert found["positive"] == "Yes"
    assert found["n_rows"] == 7_043
    score = model.predict_proba(frame[inputs])[:, 1]
    assert_two_classes(found, (frame["Churn"] == "Yes").to_numpy(), score, 0.5)


def test_taiwanese_credit_cards_by_a_forest(capsys, tables, tmp_path):
    path = tables / "credit_default_taiwan.csv"
    frame = pd.read_csv(path)
    target = "default-payment-next-month"
    inputs = [name for name in frame if name not in (target, "ID")]
    model = RandomForestClassifier(30, min_samples_leaf=20, random_state=0)
    model.fit(frame[inputs].head(10_000), frame[target].head(10_000))
    found, _ = evaluated(
        capsys, "--model", saved(model, tmp_path / "m.skops"), "--data", path,
        "--target", target, "--threshold", "0.3",
    )  # fmt: skip
    assert found["n_rows"] == 30_000
    score = model.predict_proba(frame[inputs])[:, 1]
    assert_two_classes(found, frame[target].to_numpy() == 1, score, 0.3)


def test_rented_bikes_by_boosted_trees(capsys, tables, tmp_path):
    path = tables / "bike_sharing_hour.csv"
    frame = pd.read_csv(path)
    inputs = [name for name in frame if name != "cnt"]
    model = HistGradientBoostingRegressor(random_state=0)
    model.fit(frame[inputs].head(8_000), frame["cnt"].head(8_000))
    found, _ = evaluated(
        capsys, "--model", saved(model, tmp_path / "m.skops"), "--data", path,
        "--target", "cnt",
    )  # fmt: skip
    assert found["task"] == "regression"
    truth, answer = frame["cnt"], model.predict(frame[inputs])
    wanted = {
        "mean_absolute_error": sk.mean_absolute_error(truth, answer),
        "root_mean_squared_error": sk.root_mean_squared_error(truth, answer),
        "median_absolute_error": sk.median_absolute_error(truth, answer),
        "r2": sk.r2_score(truth, answer),
        "mean_error": float(np.mean(answer - truth)),
    }
    for name, value in wanted.items():
        assert found["metrics"][name]["value"] == pytest.approx(value, **EXACT), name


def test_recorded_risk_scores_of_compas(capsys, tables):
    """The published figures: 65.4 % right where a score of 5 and more counts."""
    path = tables / "compas_two_years.csv"
    frame = pd.read_csv(path)
    found, told = evaluated(
        capsys, "--scores", "decile_score", "--data", path,
        "--target", "two_year_recid", "--threshold", "5", "--score-kind", "margin",
    )  # fmt: skip
    assert "two columns called decile_score" in told
    score = frame["decile_score"].to_numpy(dtype=float)
    assert_two_classes(found, frame["two_year_recid"].to_numpy() == 1, score, 5)
    assert found["metrics"]["accuracy"]["value"] == pytest.approx(0.654, abs=5e-4)
    assert found["metrics"]["roc_auc"]["value"] == pytest.approx(0.702, abs=5e-4)
    assert found["metrics"]["log_loss"]["value"] is None


def test_recorded_risk_scores_of_one_group(capsys, tables):
    """False alarms among black defendants: 44.8 %, as published."""
    path = tables / "compas_two_years.csv"
    found, _ = evaluated(
        capsys, "--scores", "decile_score", "--data", path,
        "--target", "two_year_recid", "--threshold", "5", "--score-kind", "margin",
        "--where", 'race = "African-American"',
    )  # fmt: skip
    assert found["n_rows"] == 3_696
    (right, alarm), (missed, hit) = found["confusion"]["matrix"]
    assert alarm / (alarm + right) == pytest.approx(0.448, abs=1e-3)
    assert missed / (missed + hit) == pytest.approx(0.280, abs=1e-3)
