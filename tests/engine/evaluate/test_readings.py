"""The sentences above panels say what the figures support."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.metrics import rate
from engine.contracts.readings import (
    buckets,
    confusion,
    metric_names,
    numbers,
    reliability,
    residuals,
    summary,
    thresholds,
)
from engine.contracts.results import Metric
from engine.contracts.selection import Range
from engine.evaluate import classification, regression
from tests.support.evaluation import classified, regressed, run

CREDIT = ("good", "bad")


def plain(text):
    return text.replace("\u202f", " ")


def credit(cells=((889, 89), (191, 170))):
    """Loans with the given confusion at 0.5."""
    truth, score = [], []
    for code, row in enumerate(cells):
        for called, n in enumerate(row):
            truth += [code] * n
            score += [0.2 + 0.6 * called] * n
    return classified(truth, score, classes=CREDIT)


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (0.8123, 0.787, 0.836, "0.812 (0.787–0.836)"),
        (12.345, 11.9, 12.7, "12.3 (11.9–12.7)"),
        (1234.5, 1200, 1270, "1,234 (1,200–1,270)"),
        (2.13, 1.7, 2.6, "2.1 (1.7–2.6)"),
        (-0.5, -0.9, -0.1, "−0.5 (−0.9 … −0.1)"),
    ],
)
def test_digits_follow_the_width_of_the_interval(value, low, high, text):
    assert numbers.figure_with_interval(value, low, high) == text


def test_percentages():
    assert plain(numbers.percent_with_interval(0.529, 0.478, 0.58)) == "53 % (48–58 %)"
    assert plain(numbers.percent_with_interval(0.061, 0.05, 0.079)) == (
        "6.1 % (5.0–7.9 %)"
    )
    assert plain(numbers.percent(0.0123)) == "1.2 %"
    assert numbers.percent(None) == "–"
    assert numbers.percent(float("nan")) == "–"
    assert numbers.figure(-0.0001, -0.5, 0.5) == "0.0"
    assert numbers.about(0.66) == "about two thirds"
    assert plain(numbers.about(0.45)) == "45 %"
    assert numbers.about(1.0) == "all"


def test_every_metric_has_a_title():
    for name in (*classification.NAMES, *regression.NAMES):
        assert metric_names.title(name) != name
        assert metric_names.meaning(name)
    assert metric_names.title("other") == "other"


def test_summary_compares_with_the_cheap_answer():
    text = plain(summary.read(run("summary", credit())))
    assert text == (
        "Accuracy 79.1 % (76.8–81.2 %) on 1,339 rows; always predicting good would "
        "reach 73.0 %. Recall of bad: 47 % (42–52 %)."
    )
    useless = run("summary", credit(((89, 12), (20, 12))))
    assert "not clearly better than always predicting good" in summary.read(useless)
    worse = run("summary", credit(((500, 400), (20, 12))))
    assert "rows: worse than always predicting good" in summary.read(worse)
    few = run("summary", credit(((8, 2), (2, 5))))
    assert "There are few rows" in summary.read(few)


def test_summary_says_that_the_threshold_lies_outside_the_scores():
    inputs = classified([0, 1, 1, 0], [0.6, 0.7, 0.9, 0.8], classes=CREDIT)
    told = summary.read(run("summary", inputs))
    assert told.startswith("At threshold 0.5 every row is predicted bad")
    told = summary.read(run("summary", inputs, threshold=0.75))
    assert "every row" not in told


def test_summary_names_the_gap_to_the_reference_part():
    reference = credit(((970, 8), (30, 331)))
    found = run("summary", credit(), others={Part.REFERENCE: reference})
    said = "the difference of 18 pp suggests over-fitting"
    assert said in summary.read(found)


def accuracy_of(right, n):
    value, low, high = rate(right, n)
    return Metric(value=value, low=low, high=high)


@pytest.mark.parametrize(
    ("training", "evaluation", "overfits"),
    [
        ((77_750, 100_000), (77_300, 100_000), False),  # significant, but half a point
        ((799_000, 1_000_000), (780_000, 1_000_000), False),  # 1.9 points, certain
        ((800_000, 1_000_000), (780_000, 1_000_000), True),  # 2.0 points, certain
        ((8_000, 10_000), (7_750, 10_000), True),  # 2.5, at least 1.4
        ((8_000, 10_000), (1_550, 2_000), False),  # 2.5, but perhaps 0.5
        ((4_000, 5_000), (770, 1_000), False),  # 3.0, but perhaps 0.2
        ((200, 200), (178, 200), True),  # 11 points, at least 6
        ((20, 20), (18, 20), False),  # 10 points of few rows: anything
        ((780, 1_000), (990, 1_000), False),  # better on the others
    ],
)
def test_over_fitting_is_a_gap_that_matters_and_is_no_chance(
    training, evaluation, overfits
):
    found = summary.overfits(accuracy_of(*training), accuracy_of(*evaluation))
    assert found is overfits


def test_without_intervals_there_is_no_sign_of_over_fitting():
    assert not summary.overfits(Metric(value=1.0), accuracy_of(50, 100))
    assert not summary.overfits(accuracy_of(90, 100), Metric(value=0.5))


def test_summary_of_numbers():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=2000) * 30
    text = summary.read(
        run("summary", regressed(truth, truth + 5 + rng.normal(size=2000)))
    )
    assert text.startswith("Mean absolute error 5.0")
    assert "Predictions are 5.0" in text
    assert "too high on average" in text
    low = summary.read(
        run("summary", regressed(truth, truth - 5 + rng.normal(size=2000)))
    )
    assert "Predictions are 4.97" in low
    assert "too low on average" in low


def test_confusion_of_two_classes():
    found = run("confusion", credit())
    assert plain(confusion.read(found)) == (
        "191 of 361 bad missed: recall 47 % (42–52 %). "
        "89 of 978 good flagged as bad: FPR 9.1 % (7.5–11.1 %)."
    )
    assert confusion.read(found, "good").startswith("89 of 978 good missed")
    assert confusion.hints(found) == ()


def test_confusion_names_hard_classes_magnets_and_pairs():
    rng = np.random.default_rng(1)
    k = 10
    truth = np.repeat(np.arange(k), 200)
    decided = truth.copy()
    anywhere = rng.random(len(truth)) < 0.05
    decided[anywhere] = rng.integers(0, k, size=int(anywhere.sum()))
    hard = (truth == 3) & (rng.random(len(truth)) < 0.5)
    decided[hard] = rng.integers(0, k, size=int(hard.sum()))
    decided[(truth == 5) & (rng.random(len(truth)) < 0.2)] = 6
    drawn = rng.random(len(truth)) < 0.06
    decided[drawn] = 8
    found = run("confusion", classified(truth, np.eye(k)[decided]))
    hints = confusion.hints(found)
    kinds = {
        kind: [h.labels for h in hints if h.kind == kind]
        for kind in ("hard_class", "magnet_class", "pair")
    }
    assert kinds["hard_class"][0] == ("c3",)
    assert kinds["magnet_class"][0] == ("c8",)
    assert kinds["pair"][0] == ("c5", "c6")
    for hint in hints:
        assert hint.low <= hint.rate <= hint.high
        assert hint.meaning
        assert hint.check
        assert hint.text()
    text = confusion.read(found)
    assert "c3 is often missed" in text
    assert "c8 is over-predicted" in text
    assert "c5 is predicted as c6" in text


def test_confusion_finds_no_pattern_in_noise():
    rng = np.random.default_rng(2)
    named = 0
    for _ in range(60):
        truth = rng.integers(0, 20, size=2000)
        wrong = rng.random(2000) < 0.2
        decided = np.where(wrong, (truth + rng.integers(1, 20, size=2000)) % 20, truth)
        found = run("confusion", classified(truth, np.eye(20)[decided]), reorder=False)
        named += bool(confusion.hints(found))
    assert named <= 20  # three searches, each falsely right one time in twenty


def test_confusion_without_errors_or_rows():
    perfect = run("confusion", classified([0, 1, 2] * 9, np.eye(3)[[0, 1, 2] * 9]))
    assert confusion.read(perfect) == "Every row is predicted correctly."
    empty = msgspec.structs.replace(perfect, counts=np.zeros((3, 3)))
    assert confusion.read(empty) == "No row has a value on both axes."


def test_thresholds_follow_the_decision():
    found = run("thresholds", credit())
    assert plain(thresholds.read(found, Decision(threshold=0.5))) == (
        "At threshold 0.5, about half of bad are missed (48–58 %). Precision: 66 % "
        "(60–71 %). Classes are 73 : 27; read precision–recall first."
    )
    none = thresholds.read(found, Decision(threshold=0.95))
    assert none.startswith(
        "At threshold 0.95, no row is predicted bad: all are missed."
    )
    few = run("thresholds", credit(((6, 2), (3, 4))))
    assert "too few rows to be sure" in thresholds.read(few, Decision())


def test_reliability_names_the_stretch_that_is_off():
    rng = np.random.default_rng(3)
    said = rng.random(20_000)
    happened = rng.random(20_000) < np.where(said > 0.6, said - 0.17, said)
    text = plain(reliability.read(run("reliability", classified(happened, said))))
    assert text.startswith("Over-confident above 0.6: predicted probability ")
    low = rng.random(20_000) < np.where(said < 0.3, said + 0.1, said)
    text = plain(reliability.read(run("reliability", classified(low, said))))
    assert text.startswith("Underestimates below 0.3: predicted probability ")
    right = rng.random(500) < said[:500]
    text = reliability.read(run("reliability", classified(right, said[:500])))
    assert "No significant miscalibration" in text


def test_residuals_say_where_predictions_lean():
    rng = np.random.default_rng(4)
    predicted = rng.random(5000) * 100
    fair = residuals.read(
        run("residuals", regressed(predicted + rng.normal(size=5000), predicted))
    )
    assert "They show no significant bias." in fair
    truth = predicted + rng.normal(size=5000) + np.where(predicted > 90, 4, 0)
    text = residuals.read(run("residuals", regressed(truth, predicted)))
    assert "they are 3.9" in text
    assert "too low on average" in text
    truth = predicted + rng.normal(size=5000) - np.where(predicted < 10, 4, 0)
    assert "too high on average" in residuals.read(
        run("residuals", regressed(truth, predicted))
    )


def test_buckets_name_the_worst_one_that_is_surely_worse():
    rng = np.random.default_rng(5)
    age = rng.uniform(18, 80, size=3000)
    truth = rng.integers(0, 2, size=3000)
    wrong = rng.random(3000) < np.where(age < 28, 0.4, 0.2)
    predictions = classified(truth, np.where(wrong, 1 - truth, truth).astype(float))
    rules = {"under 28": Range("age", None, 28.0), "over 60": Range("age", 60.0)}
    found = run("buckets", predictions, columns={"age": age}, buckets=rules)
    text = buckets.read(found)
    assert text.startswith("under 28 (")
    assert "), 2." in text or "), 1." in text
    assert "times that of the rest (" in text
    fair = msgspec.structs.replace(found, buckets=found.buckets[1:])
    assert "significantly higher" in buckets.read(fair)
    assert buckets.read(msgspec.structs.replace(found, buckets=())).startswith(
        "No saved group"
    )
    small = msgspec.structs.replace(found.buckets[0], small=True)
    text = buckets.read(msgspec.structs.replace(found, buckets=(small,)))
    assert text == "1 group, too small to be judged."
