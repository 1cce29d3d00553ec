"""Which route is taken, and what is said about it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from engine import analysis
from engine.contracts.errors import EngineError
from engine.contracts.progress import Silent
from engine.contracts.readings.shapley import interactions
from engine.contracts.readings.shapley import shapley_values as shapley
from engine.explain import scope
from engine.explain.shapley import dispatch, explainers, structural_shapley
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, two


@pytest.fixture(scope="module")
def forest():
    frame = numbers()
    model = RandomForestClassifier(8, max_depth=6, random_state=0)
    return fitted_case(model.fit(frame, two(frame)), frame.head(30))


def codes(found):
    return [note.code for note in found.notes]


def test_a_path_of_too_many_features_is_said_and_the_model_asked(forest, monkeypatch):
    trees = explain(forest, "shapley", background="8")
    monkeypatch.setattr(dispatch, "MOST_FEATURES", 2)
    asked = explain(forest, "shapley", background="8")
    assert (trees.method, asked.method) == ("trees", "exact")
    assert codes(asked) == ["explain.path_too_long"]
    assert asked.notes[0].params == {"n": 4}
    np.testing.assert_allclose(asked.values, trees.values, atol=1e-12)
    for wanted in ({"variant": "path_dependent"}, {"route": "structure"}):
        with pytest.raises(EngineError, match=r"explain\.path_too_long"):
            explain(forest, "shapley", **wanted)


def test_a_structure_that_deviates_is_said_and_the_model_asked(forest, monkeypatch):
    monkeypatch.setattr(structural_shapley, "TOLERANCE", -1.0)
    asked = explain(forest, "shapley", background="8")
    assert asked.method == "exact"
    assert codes(asked) == ["explain.structure_deviates"]


def test_a_gap_that_the_trial_did_not_meet_is_said(forest, monkeypatch):
    honest = explain(forest, "shapley", background="8")
    assert not honest.notes
    scores = structural_shapley.VerifiedStructure.scores
    monkeypatch.setattr(
        structural_shapley.VerifiedStructure,
        "scores",
        lambda self, said: scores(self, said) + 0.01,
    )
    for name, read in (("shapley", shapley), ("interactions", interactions)):
        found = explain(forest, name, background="8")
        assert codes(found) == ["explain.parts_miss"]
        assert found.notes[0].params["gap"] == found.additivity_error
        assert "reproduces the model's predictions only to within 0.01" in read.read(
            found
        )


def test_trees_without_weights_have_no_path_dependent_values(forest, monkeypatch):
    whole = structural_shapley.VerifiedStructure.__init__

    def bare(self, *args):
        whole(self, *args)
        self.by_cover = False

    monkeypatch.setattr(structural_shapley.VerifiedStructure, "__init__", bare)
    with pytest.raises(EngineError, match=r"explain\.no_cover"):
        explain(forest, "shapley", variant="path_dependent")
    assert explain(forest, "shapley").method == "trees"


class Watching(Silent):
    def __init__(self):
        self.seen = []

    def partial(self, result):
        self.seen.append(result)


@pytest.mark.parametrize(("pause", "shown"), [(0.0, 5), (1e9, 1)])
def test_partial_results_come_at_once_and_then_by_the_clock(pause, shown, monkeypatch):
    monkeypatch.setattr(scope, "_SHOWN_EVERY", pause)
    monkeypatch.setattr(explainers, "FIRST_ROWS", 20)
    monkeypatch.setattr(explainers, "MOST_ROWS", 20)
    frame = numbers().head(110)
    inputs = fitted_case(LogisticRegression().fit(frame, two(frame)), frame)
    watching = Watching()
    found = analysis.load("shapley")
    whole = found.run(inputs, found.Params(), watching)
    assert len(watching.seen) == shown
    first = watching.seen[0]
    assert (len(first.row_ids), first.n_wanted) == (20, 110)
    assert first.provenance.n_used == 20
    place = np.searchsorted(whole.row_ids, first.row_ids)
    np.testing.assert_array_equal(first.values, whole.values[place])
