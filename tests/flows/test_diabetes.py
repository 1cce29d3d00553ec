"""The diabetes case from the command line: what a random forest has learnt.

768 women of Pima heritage (Smith et al., 1988), eight measurements, and whether
diabetes was found within five years. ``docs/diabetes.md`` tells the same case.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import skops.io

from engine import cli
from tests.support import diabetes


@pytest.fixture(scope="module")
def files(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("diabetes")
    diabetes.write_files(shared_data / "tabular" / "pima_diabetes.csv", folder)
    return folder


def run(capsys, files, analysis, *more):
    arguments = [
        "run", analysis, "--model", files / "forest.skops", "--target", "outcome",
        "--data", files / "test.csv", "--reference", files / "train.parquet",
        "--positive", "1", *more, "--json", "-",
    ]  # fmt: skip
    code = cli.main(list(map(str, arguments)))
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


@pytest.fixture
def contributions(capsys, files):
    target = files / "shapley.npz"
    run(capsys, files, "shapley", "--out", target, "-p", "output=probability")
    with np.load(target, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def test_glucose_comes_first_then_bmi_and_age(contributions):
    size = np.abs(contributions["values"]).mean(axis=0)
    names = contributions["feature_names"].tolist()
    order = [names[place] for place in np.argsort(-size)]
    assert order[0] == "glucose"
    assert set(order[1:3]) == {"bmi", "age"}
    assert {"blood_pressure", "insulin"} <= set(order[3:])
    assert "blood_pressure" in order[-3:]


def test_youth_lowers_the_answer_and_it_turns_between_thirty_and_forty(contributions):
    column = contributions["feature_names"].tolist().index("age")
    age = contributions["data"][:, column].astype(float)
    effect = contributions["values"][:, column]
    assert np.mean(effect[age < 25] < 0) > 0.95
    assert effect[age < 28].mean() < -0.02
    assert effect[(age >= 35) & (age < 60)].mean() > 0.02
    by_age = [effect[(age >= low) & (age < low + 5)].mean() for low in (20, 25, 30, 35)]
    assert by_age[0] < by_age[1] < by_age[3]
    assert by_age[1] < 0 < by_age[3]


def test_shuffling_agrees_that_glucose_comes_first(capsys, files):
    found = run(
        capsys, files, "permutation", "-p", "metric=roc_auc", "-p", "repeats=10"
    )
    best = int(np.argmax(found["importances_mean"]))
    assert found["feature_names"][best] == "glucose"


def test_lime_for_a_row_says_what_the_package_says(capsys, files):
    from lime.lime_tabular import LimeTabularExplainer

    train = pd.read_parquet(files / "train.parquet").drop(columns="outcome")
    test = pd.read_csv(files / "test.csv").drop(columns="outcome")
    row = int(test["glucose"].argmax())
    found = run(
        capsys, files, "lime", "--row", row, "-p", "num_samples=5000", "-p", "seed=0"
    )
    own = ["sklearn.tree._tree.Tree"]
    forest = skops.io.load(files / "forest.skops", trusted=own)
    theirs = LimeTabularExplainer(
        train.to_numpy(dtype=float), random_state=0, feature_names=list(train.columns)
    ).explain_instance(
        test.to_numpy(dtype=float)[row],
        lambda rows: forest.predict_proba(pd.DataFrame(rows, columns=train.columns)),
        num_samples=5_000,
    )
    assert found["conditions"][0] == "glucose > 139"
    assert found["weights"][0] > 0.15
    np.testing.assert_allclose(
        found["weights"], [weight for _, weight in theirs.local_exp[1]], atol=1e-9
    )
    assert found["intercept"] == pytest.approx(theirs.intercept[1])
    assert found["local_prediction"] == pytest.approx(theirs.local_pred[0])
    assert found["model_prediction"] == pytest.approx(theirs.predict_proba[1])
    assert found["r2"] == pytest.approx(theirs.score)
    assert len(found["stability"]["seeds"]) == 10


def test_what_would_change_the_answer_for_a_row_really_does(capsys, files):
    test = pd.read_csv(files / "test.csv").drop(columns="outcome")
    own = ["sklearn.tree._tree.Tree"]
    forest = skops.io.load(files / "forest.skops", trusted=own)
    row = int(test["glucose"].argmax())
    before = forest.predict_proba(test)[row, 1]
    found = run(
        capsys, files, "counterfactual", "--row", row, "-p", "fixed=age,pregnancies"
    )
    assert before >= 0.5
    assert found["found"]
    for made in found["found"]:
        changed = test.iloc[[row]].copy()
        for change in made["changes"]:
            assert change["feature"] not in ("age", "pregnancies")
            assert changed[change["feature"]].iloc[0] == pytest.approx(change["from"])
            changed[change["feature"]] = change["to"]
        assert forest.predict_proba(changed)[0, 1] < 0.5


def test_the_answer_along_age_and_glucose(capsys, files):
    age = run(capsys, files, "ale", "-p", "first=age")
    effect = np.array(age["effect"])[:, 0]
    places = np.array(age["axes"][0]["values"])
    assert effect[places < 25].max() < 0 < effect[places > 40].min()
    glucose = run(capsys, files, "dependence", "-p", "first=glucose")
    mean = np.array(glucose["average"])[:, 0]
    assert mean[-1] - mean[0] > 0.3
