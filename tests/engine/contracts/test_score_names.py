"""Which columns are scores by their name, and of which class."""

from __future__ import annotations

import pytest

from engine.contracts.score_names import subjects


@pytest.mark.parametrize(
    "name",
    [
        "P(bad)", "p(bad)", "Pr(y = bad)", "P(bad | x)", "P(Y=bad)", "prob_bad",
        "proba.bad", "score.bad", "p_bad", "p bad", "bad_probability", "bad_proba",
        "bad score", "probability of bad", "pred_proba_bad", "predicted_score_bad",
        "y_score_bad", "probability-bad", "PROB_BAD",
    ],
)  # fmt: skip
def test_the_class_is_found_in_the_name(name):
    assert "bad" in [subject.casefold() for subject in subjects(name)]


@pytest.mark.parametrize(
    "name", ["proba_1", "p1", "prob1", "score_1", "P(1)", "1_prob"]
)
def test_a_number_may_be_the_class(name):
    assert "1" in subjects(name)


@pytest.mark.parametrize("name", ["score", "proba", "y_score", "Probability", "p"])
def test_a_score_may_speak_of_no_class(name):
    assert "" in subjects(name)


@pytest.mark.parametrize(
    "name", ["age", "problem", "p_value", "P-values", "scoreboard", "price", "pbad", ""]
)
def test_other_names_are_no_scores(name):
    assert subjects(name) == ()
