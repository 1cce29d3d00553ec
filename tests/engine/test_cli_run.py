"""Analyses from the command line, what a file is, and what is written."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine import analysis
from engine.cli import commands, output
from engine.contracts.errors import EngineError
from tests.support.command_line import refused


@pytest.fixture
def recorded(small):
    """Arguments that need no model host."""
    return ["--data", small.data, "--target", "outcome", "--scores", "p_yes"]


EXPLAINS = {name for name, at in analysis.TABLE.items() if ".explain." in at}


@pytest.mark.parametrize("name", sorted(EXPLAINS))
def test_recorded_scores_are_not_explained_and_the_reason_is_said(
    typed, recorded, name
):
    code, _, err = typed("run", name, *recorded)
    assert code == 2
    assert "Open the model itself" in err


@pytest.mark.parametrize("name", sorted(set(analysis.TABLE) - {"residuals"} - EXPLAINS))
def test_every_analysis_runs_and_reads(typed, recorded, name):
    code, out, err = typed("run", name, *recorded)
    assert code == 0, err
    assert out.strip()


@pytest.fixture
def explained(typed, small, tmp_path):
    """The arrays of Shapley values of the small model."""

    def run(*more):
        code, _, err = typed(
            "run", "shapley", "--model", small.model, "--data", small.table,
            "--target", "outcome", *more, "--out", tmp_path / "x.npz",
        )  # fmt: skip
        assert code == 0, err
        with np.load(tmp_path / "x.npz", allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}

    return run


def test_shapley_values_are_written_with_all_that_is_needed_to_read_them(
    explained, small
):
    found = explained(
        "-p", "background=30", "-p", "variant=interventional", "-p", "output=margin",
        "--reference", small.table, "--rows", "x1 > 1",
    )  # fmt: skip
    n = int((small.frame().x1 > 1).sum())
    assert found["values"].shape == found["data"].shape == (n, 3)
    assert found["feature_names"].tolist() == ["x1", "x2", "colour"]
    assert (small.frame().x1[found["row_ids"]] > 1).all()
    assert found["method"] == "linear"
    assert (found["space"], found["variant"]) == ("margin", "interventional")
    background = json.loads(str(found["background"]))
    assert (background["part"], len(background["rows"])) == ("reference", 30)
    total = found["base_values"] + found["values"].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(total, found["predictions"], atol=1e-9)


def test_probabilities_start_from_the_evaluation_rows_without_a_reference(explained):
    found = explained("-p", "output=probability", "-p", "background=all")
    assert (found["method"], found["space"]) == ("exact", "probability")
    background = json.loads(str(found["background"]))
    assert (background["part"], background["chosen"]) == ("evaluation", "all")
    assert found["values"].shape == (400, 3)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_gradient_of_a_network_is_followed_from_a_locked_host(
    typed, small, tmp_path
):
    rows = small.frame()
    network = MLPClassifier((8, 6), max_iter=20, random_state=0)
    before = ColumnTransformer(
        [("n", StandardScaler(), ["x1", "x2"]), ("l", OneHotEncoder(), ["colour"])]
    )
    model = make_pipeline(before, network)
    model.fit(rows[["x1", "x2", "colour"]], rows["outcome"])
    skops.io.dump(model, tmp_path / "network.skops")
    code, out, err = typed(
        "run", "shapley", "--model", tmp_path / "network.skops", "--data", small.table,
        "--target", "outcome", "-p", "route=gradients", "--out", tmp_path / "x.npz",
    )  # fmt: skip
    assert code == 0, err
    assert "differ from SHAP values" in " ".join(out.split())
    with np.load(tmp_path / "x.npz", allow_pickle=False) as kept:
        found = {name: kept[name] for name in kept.files}
    assert (found["method"], found["variant"]) == ("gradients", "path_integral")
    total = found["base_values"] + found["values"].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(total, found["predictions"], atol=1e-12)
    assert found["additivity_error"] < 1e-12


def test_one_row_alone_is_explained_like_among_others(explained):
    everyone, alone = explained(), explained("--row", "7")
    assert alone["row_ids"].tolist() == [7]
    np.testing.assert_allclose(alone["values"][0], everyone["values"][7])


def test_an_analysis_of_numbers_runs(typed, small):
    code, out, err = typed(
        "run", "residuals", "--data", small.data, "--target", "amount", "--scores", "x1"
    )
    assert code == 0, err
    assert "400" in out


def test_parameters_rows_and_both_outputs_are_taken(typed, recorded, small, tmp_path):
    arrays, found = tmp_path / "a.npz", tmp_path / "a.json"
    code, _, err = typed(
        "run", "reliability", *recorded, "-p", "bins=4", "--rows", "x1 > 0",
        "--out", arrays, "--json", found,
    )  # fmt: skip
    assert code == 0, err
    result = json.loads(found.read_text())
    assert result["provenance"]["parameters"]["bins"] == 4
    assert result["provenance"]["n_used"] == (small.frame().x1 > 0).sum()
    with np.load(arrays, allow_pickle=False) as kept:
        assert len(kept.files) > 3


def test_where_and_rows_together_are_both(typed, recorded, small):
    _, out, _ = typed(
        "run", "summary", *recorded, "--where", "x1 > 0", "--rows", "x2 > 5",
        "--json", "-",
    )  # fmt: skip
    frame = small.frame()
    assert json.loads(out)["n_rows"] == ((frame.x1 > 0) & (frame.x2 > 5)).sum()


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["-p", "cups=3"], "cups"),
        (["-p", "resamples"], "KEY=VALUE"),
        (["-p", "resamples=many"], "resamples"),
        (["--row", "400"], "400"),
        (["--row", "-1"], "−1"),
        (["--out", "/no/such/folder/x.npz"], "x.npz"),
    ],
)
def test_a_run_that_cannot_be_is_refused(typed, recorded, more, word):
    code, out, err = typed("run", "summary", *recorded, *more)
    assert (code, out) == (2, "")
    assert word in err.strip().splitlines()[-1]


def test_an_unknown_analysis_is_refused_with_those_there_are(typed, recorded):
    line = refused(typed, "run", "tea-leaves", *recorded)
    assert "tea-leaves" in line
    assert "summary" in line


def test_analyses_are_listed_with_their_parameters(typed):
    code, out, _ = typed("analyses", "--json")
    found = {entry["id"]: entry for entry in json.loads(out)}
    assert code == 0
    assert set(found) == set(analysis.TABLE)
    assert found["summary"]["parameters"] == {"resamples": 1000}
    _, text, _ = typed("analyses")
    assert "resamples=1000" in text


def test_a_file_is_inspected_without_being_opened(typed, small, tmp_path):
    import pickle

    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/was-here",)

    path = tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps(Evil()))
    code, out, _ = typed("inspect", path)
    assert code == 0
    assert "system" in out
    assert not (tmp_path / "was-here").exists()
    _, out, _ = typed("inspect", path, "--json")
    report = json.loads(out)
    assert report["light"] == "red"
    assert (report["size"], report["path"]) == (path.stat().st_size, str(path))


def test_inspecting_what_is_not_there_is_refused(typed):
    assert "nothing.pkl" in refused(typed, "inspect", "/no/nothing.pkl")


# Writing


def test_a_file_that_cannot_be_written_whole_is_not_written(tmp_path, monkeypatch):
    target = tmp_path / "out.json"
    target.write_text("before")

    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.Path, "replace", full)
    with pytest.raises(EngineError) as caught:
        output.write_whole(str(target), b"after")
    assert caught.value.params["why"] == "No space left on device"
    assert target.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    typed, recorded, monkeypatch
):
    monkeypatch.setattr(commands, "work", None)
    line = refused(typed, "evaluate", *recorded, "--json", "/no/such/folder/x.json")
    assert "x.json" in line


def test_what_json_cannot_say_is_null():
    found = json.loads(output.as_json({"a": float("nan"), "b": np.array([1, np.inf])}))
    assert found == {"a": None, "b": [1.0, None]}
