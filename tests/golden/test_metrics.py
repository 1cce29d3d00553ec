"""Every metric equals scikit-learn's, to 1e-12, wherever scikit-learn defines it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from engine.contracts.model import ScoreKind
from tests.support.evaluation import classified, regressed, run

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "tabular"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the real data sets are not in {DATA}"
)
EXACT = {"rel": 1e-12, "abs": 1e-12}


def calibration_error_of_guo(truth, scores, weights=None, bins=15):
    """The definition, bin by bin."""
    confidence, right = scores.max(axis=1), scores.argmax(axis=1) == truth
    weights = np.ones(len(truth)) if weights is None else weights
    edges, error = np.linspace(0, 1, bins + 1), 0.0
    for low, high in itertools.pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            w = weights[inside]
            said = np.average(confidence[inside].astype(float), weights=w)
            error += w.sum() * abs(said - np.average(right[inside], weights=w))
    return error / weights.sum()


def of_sklearn(truth, scores, threshold=0.5, positive=1, weights=None):
    """Return scikit-learn's values by our names."""
    binary = scores.shape[1] == 2
    decided = scores.argmax(axis=1)
    if binary:
        above = scores[:, positive] >= threshold
        decided = np.where(above, positive, 1 - positive)
    w = {"sample_weight": weights}
    labels = np.arange(scores.shape[1])
    expected = {
        "accuracy": sk.accuracy_score(truth, decided, **w),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, decided, **w),
        "log_loss": sk.log_loss(truth, scores, labels=labels, **w),
        "brier_score": sk.brier_score_loss(truth, scores, labels=labels, **w),
        "matthews_corrcoef": sk.matthews_corrcoef(truth, decided, **w),
        "cohen_kappa": sk.cohen_kappa_score(truth, decided, **w),
        "expected_calibration_error": calibration_error_of_guo(truth, scores, weights),
    }
    for name, score in (
        ("precision", sk.precision_score),
        ("recall", sk.recall_score),
        ("f1", sk.f1_score),
    ):
        macro = score(truth, decided, average="macro", zero_division=0, **w)
        expected[f"{name}_macro"] = macro
        if binary:
            expected[name] = score(truth, decided, pos_label=positive, **w)
    if binary:
        hit, score = truth == positive, scores[:, positive]
        expected["roc_auc"] = sk.roc_auc_score(hit, score, **w)
        expected["average_precision"] = sk.average_precision_score(hit, score, **w)
    else:
        expected["roc_auc"] = sk.roc_auc_score(truth, scores, multi_class="ovr", **w)
        expected["average_precision"] = sk.average_precision_score(truth, scores, **w)
    return expected


def assert_classified(truth, scores, threshold=0.5, positive=1, weights=None):
    predictions = classified(truth, scores, weights=weights)
    binary = scores.shape[1] == 2
    found = run(
        "summary",
        predictions,
        threshold=threshold,
        positive=f"c{positive}" if binary else "",
        resamples=50,
    )
    expected = of_sklearn(truth, scores, threshold, positive, weights)
    assert set(found.metrics) == set(expected)
    for name, value in expected.items():
        assert found.metrics[name].value == pytest.approx(value, **EXACT), name
    decided = scores.argmax(axis=1)
    if binary:
        above = scores[:, positive] >= threshold
        decided = np.where(above, positive, 1 - positive)
    labels = np.arange(scores.shape[1])
    table = sk.confusion_matrix(truth, decided, labels=labels, sample_weight=weights)
    np.testing.assert_allclose(found.confusion, table, rtol=1e-12)
    parts = sk.precision_recall_fscore_support(
        truth, decided, labels=labels, zero_division=np.nan, sample_weight=weights
    )
    for code, mine in enumerate(found.per_class):
        metrics = (mine.precision, mine.recall, mine.f1)
        for metric, values in zip(metrics, parts, strict=False):
            if metric.value is None:
                assert np.isnan(values[code])
            else:
                assert metric.value == pytest.approx(values[code], **EXACT)
        assert mine.support == pytest.approx(parts[3][code], **EXACT)


def drawn(n, k, seed, dtype=np.float64, ties=False):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, k))
    truth = (z + rng.gumbel(size=(n, k))).argmax(axis=1)
    scores = np.exp(z)
    scores /= scores.sum(axis=1, keepdims=True)
    if ties:
        scores = np.floor(scores * 20) / 20
        scores[:, -1] = 1 - scores[:, :-1].sum(axis=1)
    return truth, scores.astype(dtype), rng.exponential(size=n)


@pytest.mark.parametrize("k", [2, 3, 7])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_values_equal_scikit_learn(k, dtype, ties, weighted):
    truth, scores, weights = drawn(700, k, 10 * k + ties, dtype, ties)
    weights = weights if weighted else None
    assert_classified(truth, scores, 0.35 if k == 2 else 0.5, 1, weights)
    if k == 2:
        assert_classified(truth, scores, 0.6, 0, weights)


def test_certain_and_wrong_is_clipped_as_there():
    scores = np.array([[1.0, 0.0], [0.0, 1.0], [0.3, 0.7], [0.6, 0.4]])
    assert_classified(np.array([1, 0, 1, 0]), scores)


def test_classes_without_rows_count_as_there():
    truth, scores, _ = drawn(400, 5, 3)
    keep = truth != 3
    truth, scores = truth[keep], scores[keep]
    found = run("summary", classified(truth, scores), resamples=50)
    decided = scores.argmax(axis=1)
    for name, score in (("precision", sk.precision_score), ("f1", sk.f1_score)):
        expected = score(truth, decided, average="macro", zero_division=0)
        assert found.metrics[f"{name}_macro"].value == pytest.approx(expected, **EXACT)
    present = [sk.recall_score(truth == c, decided == c) for c in (0, 1, 2, 4)]
    balanced = found.metrics["balanced_accuracy"].value
    assert balanced == pytest.approx(np.mean(present), **EXACT)
    assert found.metrics["roc_auc"].value is None
    assert found.metrics["roc_auc"].why.params["classes"] == ("c3",)
    assert found.per_class[3].recall.value is None


def test_margins_have_a_ranking_but_no_probabilities():
    truth, scores, _ = drawn(300, 2, 5)
    margin = np.log(scores[:, 1] / scores[:, 0])
    predictions = classified(
        truth, np.column_stack([-margin, margin]), kind=ScoreKind.MARGIN
    )
    found = run("summary", predictions, threshold=0.0).metrics
    expected = sk.roc_auc_score(truth, margin)
    assert found["roc_auc"].value == pytest.approx(expected, **EXACT)
    for name in ("log_loss", "brier_score", "expected_calibration_error"):
        assert found[name].value is None
        assert found[name].why.code == "evaluate.not_probabilities"


REGRESSION = {
    "mean_absolute_error": sk.mean_absolute_error,
    "root_mean_squared_error": sk.root_mean_squared_error,
    "median_absolute_error": sk.median_absolute_error,
    "r2": sk.r2_score,
}


def assert_regressed(truth, predicted, weights=None):
    found = run("summary", regressed(truth, predicted, weights=weights)).metrics
    for name, score in REGRESSION.items():
        expected = score(truth, predicted, sample_weight=weights)
        assert found[name].value == pytest.approx(expected, **EXACT), name
        assert found[name].low <= expected <= found[name].high
    bias = np.average(predicted - truth, weights=weights)
    assert found["mean_error"].value == pytest.approx(bias, **EXACT)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_regression_values_equal_scikit_learn(weighted, dtype):
    rng = np.random.default_rng(4)
    truth = rng.gamma(2.0, 10.0, size=901)
    predicted = (truth + rng.normal(size=901) * 5).astype(dtype)
    assert_regressed(truth, predicted, rng.exponential(size=901) if weighted else None)


@needs_data
@pytest.mark.shared_data
def test_pima_known_answers():
    """J. Markham's notebook on evaluating a classifier publishes these figures."""
    data = pd.read_csv(DATA / "pima_diabetes.csv")
    names = {name.lower(): name for name in data.columns}
    wanted = [names[n] for n in names if n in ("pregnancies", "pregnant")]
    wanted += [names[n] for n in ("insulin", "bmi", "age")]
    x_train, x_test, y_train, y_test = train_test_split(
        data[wanted], data["outcome"], random_state=0
    )
    model = LogisticRegression(solver="liblinear").fit(x_train, y_train)
    scores, truth = model.predict_proba(x_test), y_test.to_numpy()
    assert_classified(truth, scores)
    found = run("summary", classified(truth, scores))
    assert found.metrics["accuracy"].value == pytest.approx(0.6927083333, abs=1e-9)
    assert found.confusion.tolist() == [[118, 12], [47, 15]]
    assert found.metrics["roc_auc"].value == pytest.approx(0.7245657568, abs=1e-9)
    lower = run("summary", classified(truth, scores), threshold=0.3)
    assert lower.confusion.tolist() == [[80, 50], [16, 46]]


@needs_data
@pytest.mark.shared_data
def test_compas_known_answers():
    """ProPublica's table: false positives and negatives by group."""
    data = pd.read_csv(DATA / "compas_two_years.csv")
    truth = data["two_year_recid"].to_numpy()
    labels = (data["score_text"] != "Low").to_numpy().astype(int)
    predictions = classified(
        truth, np.empty((len(truth), 0)), labels=labels, kind=ScoreKind.LABEL
    )
    published = {
        None: (0.3235, 0.3740),
        "African-American": (0.4485, 0.2799),
        "Caucasian": (0.2345, 0.4772),
    }
    for race, (false_positive, false_negative) in published.items():
        mask = None if race is None else (data["race"] == race).to_numpy()
        table = run("confusion", predictions, mask=mask).counts
        (tn, fp), (fn, tp) = table
        assert fp / (fp + tn) == pytest.approx(false_positive, abs=5e-5)
        assert fn / (fn + tp) == pytest.approx(false_negative, abs=5e-5)
    table = run(
        "confusion", predictions, mask=(data["race"] == "African-American").to_numpy()
    )
    assert table.counts.tolist() == [[990, 805], [532, 1369]]


@needs_data
@pytest.mark.shared_data
def test_spam_known_answers():
    """J. Markham's tutorial on text publishes these figures."""
    path = DATA.parent / "text" / "sms_spam.tsv"
    data = pd.read_table(path, header=None, names=["label", "message"])
    train, test, y_train, y_test = train_test_split(
        data["message"], (data["label"] == "spam").astype(int), random_state=1
    )
    model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(train, y_train)
    scores, truth = model.predict_proba(test), y_test.to_numpy()
    assert_classified(truth, scores)
    found = run("summary", classified(truth, scores))
    assert found.metrics["accuracy"].value == pytest.approx(0.9885139986, abs=1e-9)
    assert found.confusion.tolist() == [[1203, 5], [11, 174]]
    assert found.metrics["roc_auc"].value == pytest.approx(0.9866431001, abs=1e-9)


@needs_data
@pytest.mark.shared_data
def test_adult_with_a_forest_of_many_ties():
    train = pd.read_csv(DATA / "adult_train.csv")
    test = pd.read_csv(DATA / "adult_test.csv")
    kinds = train.drop(columns="income").dtypes
    texts = [
        name for name, kind in kinds.items() if not pd.api.types.is_numeric_dtype(kind)
    ]
    prepare = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), texts), remainder="passthrough"
    )
    forest = RandomForestClassifier(10, max_depth=8, random_state=0)
    model = make_pipeline(prepare, forest)
    model.fit(train.drop(columns="income"), train["income"])
    scores = model.predict_proba(test.drop(columns="income"))
    truth = (test["income"] == model.classes_[1]).to_numpy().astype(int)
    assert_classified(truth, scores, threshold=0.3)
    assert_classified(truth, np.round(scores, 2).astype(np.float32), threshold=0.3)


@needs_data
@pytest.mark.shared_data
def test_taiwan_with_weights():
    data = pd.read_csv(DATA / "credit_default_taiwan.csv")
    target = next(n for n in data.columns if "default" in n.lower())
    x, y = data.drop(columns=target).select_dtypes("number"), data[target].astype(int)
    if y.min() < 0 or y.nunique() != 2:
        y = (y > 0).astype(int)
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    model.fit(x[:15000], y[:15000])
    scores = model.predict_proba(x[15000:])
    weights = np.random.default_rng(0).exponential(size=len(scores))
    assert_classified(y[15000:].to_numpy(), scores, 0.3, 1, weights)


@needs_data
@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "target"),
    [("california_housing.csv", "MedHouseVal"), ("bike_sharing_hour.csv", "cnt")],
)
def test_regressors_on_real_data(file, target):
    data = pd.read_csv(DATA / file).select_dtypes("number").dropna()
    x, y = data.drop(columns=target), data[target].to_numpy(dtype=float)
    for model in (
        make_pipeline(StandardScaler(), LinearRegression()),
        DecisionTreeRegressor(max_depth=6, random_state=0),
    ):
        assert_regressed(y[1::2], model.fit(x[::2], y[::2]).predict(x[1::2]))
