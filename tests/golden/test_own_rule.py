"""Where no threshold was set, what ``predict`` says is what is judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.model import Task
from engine.predict import row_scores
from tests.support.in_process import explain, fitted_case

N = 160


def data(n_classes, *, whole=False):
    rng = np.random.default_rng(4)
    numbers = rng.normal(size=(N, 3))
    if whole:
        numbers = np.round(numbers)
    frame = pd.DataFrame(numbers, columns=["a", "b", "c"])
    pull = numbers[:, 0] + rng.normal(size=N)
    cuts = np.quantile(pull, np.linspace(0, 1, n_classes + 1)[1:-1])
    return frame, np.array(["u", "v", "w"])[np.searchsorted(cuts, pull)]


def voting(kind):
    return VotingClassifier(
        [("bayes", GaussianNB()), ("near", KNeighborsClassifier(2))], voting=kind
    )


MODELS = {
    "ties": KNeighborsClassifier(2),
    "tree_ties": DecisionTreeClassifier(max_depth=2, min_samples_leaf=40),
    "forest": RandomForestClassifier(4, random_state=0),
    "fixed": FixedThresholdClassifier(LogisticRegression(), threshold=0.3),
    "tuned": TunedThresholdClassifierCV(
        LogisticRegression(), scoring="recall_macro", cv=2
    ),
    "hard_voting": voting("hard"),
    "soft_voting": voting("soft"),
    "svc": SVC(probability=True, random_state=0),
    "margins": RidgeClassifier(),
}
BINARY_ONLY = {"fixed", "tuned"}


def cases():
    for name in MODELS:
        yield name, 2
        if name not in BINARY_ONLY:
            yield name, 3


@pytest.mark.parametrize(("name", "n_classes"), list(cases()))
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_that_every_figure_follows_predict(name, n_classes):
    frame, truth = data(n_classes, whole=name in {"ties", "hard_voting"})
    model = MODELS[name].fit(frame, truth)
    said = model.predict(frame)
    labels = list(model.classes_)
    table = confusion_matrix(truth, said, labels=labels)
    codes = np.searchsorted(labels, truth)
    for positive in labels if n_classes == 2 else [""]:
        inputs = fitted_case(model, frame, codes, decision=Decision(positive=positive))
        summary = explain(inputs, "summary")
        assert summary.confusion.tolist() == table.tolist()
        assert summary.metrics["accuracy"].value == accuracy_score(truth, said)
        assert explain(inputs, "confusion").counts.tolist() == table.tolist()
        predictions = inputs.predictions[Part.EVALUATION]
        rows = row_scores(predictions, positive)
        decided = rows.decided(inputs.decision)
        assert [labels[code] for code in decided] == said.tolist()
        if predictions.task is Task.BINARY and len(rows.score):
            found = explain(inputs, "thresholds")
            yes = labels.index(positive)
            cells = found.counts_at(None)
            assert cells[:2] == (table[yes, yes], table[1 - yes, yes])
            if found.own_cut is not None:
                assert found.counts_at(found.own_cut) == cells


@pytest.mark.parametrize("positive", ["u", "v"])
def test_that_ties_are_counted_and_go_where_predict_puts_them(positive):
    frame, truth = data(2, whole=True)
    model = KNeighborsClassifier(2).fit(frame, truth)
    shares = model.predict_proba(frame)[:, 1]
    n_ties = int(np.count_nonzero(shares == 0.5))
    assert n_ties > 5
    assert set(model.predict(frame)[shares == 0.5]) == {"u"}
    inputs = fitted_case(model, frame, decision=Decision(positive=positive))
    summary = explain(inputs, "summary")
    (note,) = [n for n in summary.notes if n.code == "decision.ties"]
    assert note.params == {"n": n_ties, "threshold": 0.5, "label": "u"}
    assert summary.rule.strict == (positive == "v")
    set_by_hand = fitted_case(
        model, frame, decision=Decision(positive=positive, threshold=0.5)
    )
    (note,) = [n for n in explain(set_by_hand, "summary").notes if "ties" in n.code]
    assert note.params["label"] == positive


def test_that_ties_of_three_classes_are_counted_and_go_where_predict_puts_them():
    frame, truth = data(3, whole=True)
    model = KNeighborsClassifier(2).fit(frame, truth)
    shares = model.predict_proba(frame)
    on_top = (shares == shares.max(axis=1, keepdims=True)).sum(axis=1) > 1
    names, counts = np.unique(model.predict(frame)[on_top], return_counts=True)
    assert len(names) == 2
    inputs = fitted_case(model, frame, np.searchsorted(model.classes_, truth))
    for name in ("summary", "confusion"):
        (note,) = [n for n in explain(inputs, name).notes if "ties" in n.code]
        assert note.params["n"] == on_top.sum()
        told = {f"{name} ({n})" for name, n in zip(names, counts, strict=True)}
        assert set(note.params["counts"]) == told


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of probability=True
def test_that_probabilities_of_another_model_are_cut_where_predict_is():
    frame, truth = data(2)
    model = MODELS["svc"].fit(frame, truth)
    said = model.predict(frame)
    by_score = np.where(model.predict_proba(frame)[:, 1] >= 0.5, "v", "u")
    assert (by_score != said).any()
    summary = explain(fitted_case(model, frame, decision=Decision()), "summary")
    cut = summary.rule.cut
    assert cut != 0.5
    assert (np.where(model.predict_proba(frame)[:, 1] >= cut, "v", "u") == said).all()


def test_that_counterfactuals_change_what_predict_says():
    frame, truth = data(2)
    model = FixedThresholdClassifier(LogisticRegression(), threshold=0.3)
    model.fit(frame, truth)
    shares = model.predict_proba(frame)[:, 1]
    row = int(np.flatnonzero((shares > 0.32) & (shares < 0.48))[0])
    assert model.predict(frame)[row] == "v"
    inputs = fitted_case(model, frame, row=row, decision=Decision(positive="v"))
    found = explain(inputs, "counterfactual")
    assert found.decided == "v"
    assert shares[row] >= found.threshold
    assert all(one.decided == "u" and one.answer < 0.3 for one in found.found)
