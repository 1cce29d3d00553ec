"""What the window's sheet asks, said on the command line."""

from __future__ import annotations

import argparse
import json

import msgspec
import numpy as np
import pandas as pd
import pytest

from engine.cli.belonging import choices, mapping, recorded
from engine.cli.parameters import typed as as_parameters
from engine.contracts.dataset import Kind
from engine.contracts.errors import EngineError
from tests.support.command_line import refused

N = 60


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(3)
    p = rng.random(N).round(3)
    y = (rng.random(N) < p).astype(int)
    frame = pd.DataFrame(
        {
            "y": y,
            "p": p,
            "percent": p * 100,
            "one": 1 - p,
            "two": p,
            "said": np.where(p > 0.4, "yes", "no"),
            "blank": np.where(np.arange(N) == 3, "none yet", p.astype(str)),
            "part": np.where(np.arange(N) < 40, "a", "b"),
        }
    )
    path = tmp_path_factory.mktemp("belonging") / "d.csv"
    frame.to_csv(path, index=False)
    return path, frame


@pytest.fixture
def evaluated(typed, table):
    def run(*more):
        code, out, err = typed("evaluate", "--data", table[0], *more, "--json", "-")
        assert code == 0, err
        return json.loads(out), err

    return run


def test_the_kind_of_scores_is_said(evaluated, table):
    said = ("--scores", "percent", "--score-kind", "percent")
    found, _ = evaluated("--target", "y", *said)
    frame = table[1]
    right = ((frame.p >= 0.5) == (frame.y == 1)).mean()
    assert found["metrics"]["accuracy"]["value"] == right
    assert found["decision"]["by"] == "model"


def test_the_labels_are_said(evaluated, table):
    found, _ = evaluated(
        "--target", "y", "--prediction", "said", "--labels", "0=no,1=yes"
    )
    frame = table[1]
    right = ((frame.said == "yes") == (frame.y == 1)).mean()
    assert found["metrics"]["accuracy"]["value"] == right


@pytest.mark.parametrize("none", ["unknown", "9", "n/a"])
@pytest.mark.parametrize("source", [("--scores", "p"), ("--prediction", "said")])
def test_a_label_is_said_to_be_no_class(typed, table, tmp_path, none, source):
    frame = table[1].copy()
    frame["y"] = frame.y.map({0: "no", 1: "yes"} if none != "9" else {0: "0", 1: "1"})
    frame["said"] = frame.said if none != "9" else frame.said.map({"no": 0, "yes": 1})
    frame.loc[[2, 5, 7], "y"] = none
    frame.to_csv(tmp_path / "d.csv", index=False)
    positive = "1" if none == "9" else "yes"
    asked = ("evaluate", "--data", tmp_path / "d.csv", "--target", "y", *source)
    asked = (*asked, "--labels", f"{none}=")
    code, out, err = typed(*asked, "--json", "-")
    assert code == 0, err
    found = json.loads(out)
    rest = frame[frame.y != none]
    yes = rest.p >= 0.5 if source[1] == "p" else rest.said.isin(["yes", 1])
    assert found["n_rows"] == N - 3
    assert found["skipped_rows"] == 3
    assert len(found["classes"]) == 2
    accuracy = found["metrics"]["accuracy"]["value"]
    assert accuracy == pytest.approx((yes == (rest.y == positive)).mean())
    assert found["provenance"]["n_total"] == N
    _, out, err = typed(*asked)
    assert "3 rows of the" in out
    assert f"has no class ({none}): 3." in err


def test_recorded_decisions_count_and_it_is_said_where_scores_differ(typed, tmp_path):
    scores = np.random.default_rng(5).dirichlet((1, 1, 1), N)
    largest = np.array(list("abc"))[scores.argmax(axis=1)]
    frame = pd.DataFrame(scores, columns=["p_a", "p_b", "p_c"]).assign(t=largest)
    frame["q"] = frame.t
    frame.loc[[4, 9], "q"] = np.where(frame.t[[4, 9]] == "a", "b", "a")
    frame.to_csv(tmp_path / "d.csv", index=False)
    asked = ("evaluate", "--data", tmp_path / "d.csv", "--target", "t", "--json", "-")
    asked = (*asked, "--scores", "p_a,p_b,p_c")
    code, out, err = typed(*asked, "--prediction", "q")
    assert code == 0, err
    assert json.loads(out)["metrics"]["accuracy"]["value"] == pytest.approx(1 - 2 / N)
    assert "In row 4 the class in q is not that of the largest score" in err
    assert "(rows like it: 2)" in err
    _, out, err = typed(*asked)
    assert json.loads(out)["metrics"]["accuracy"]["value"] == 1
    assert "largest score" not in err


def test_the_class_of_each_column_is_said(evaluated, table):
    found, _ = evaluated("--target", "y", "--scores", "1=two,0=one")
    turned, _ = evaluated("--target", "y", "--scores", "0=two,1=one")
    accuracy = found["metrics"]["accuracy"]["value"]
    assert accuracy > 0.5
    assert turned["metrics"]["accuracy"]["value"] == pytest.approx(1 - accuracy)


def test_what_a_column_is_and_what_is_missing_in_it_is_said(evaluated, typed, table):
    asked = ("--target", "y", "--scores", "blank")
    code, _, err = typed("evaluate", "--data", table[0], *asked)
    assert (code, "--missing COLUMN=TEXT" in err) == (2, True)
    found, _ = evaluated(
        *asked, "--kind", "blank=numeric", "--missing", "blank=none yet"
    )
    assert found["n_rows"] == N - 1


def test_a_threshold_that_was_said_is_told_from_the_own_rule(evaluated):
    own, _ = evaluated("--target", "y", "--scores", "p")
    said, _ = evaluated("--target", "y", "--scores", "p", "--threshold", "0.3")
    assert said["decision"]["by"] == "threshold"
    assert said["threshold"] == 0.3
    assert own["decision"]["by"] == "model"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--labels", "yes"), "--labels wants"),
        (("--labels", "7=1"), "has no label 7"),
        (("--kind", "p=nombre"), "numeric"),
        (("--role", "p"), "--role wants"),
        (("--by-order", "--match", "a=b"), "exclude each other"),
        (("--missing", "p"), "--missing wants"),
        (("--threshold", "50"), "between 0 and 1"),
        (("--prediction", "y"), "another column for one of them"),
    ],
)
def test_what_is_typed_wrongly_is_said_with_an_example(typed, table, more, words):
    asked = ("evaluate", "--data", table[0], "--target", "y", "--scores", "p")
    code, _, err = typed(*asked, *more)
    assert code == 2
    assert words in err.splitlines()[-1]


def test_an_input_is_given_a_column_by_hand(typed, small, tmp_path):
    frame = pd.read_parquet(small.table).rename(columns={"x1": "first"})
    frame.to_parquet(tmp_path / "other.parquet")
    asked = ["evaluate", "--model", small.model, "--data", tmp_path / "other.parquet"]
    asked += ["--target", "outcome"]
    assert "--match" in refused(typed, *asked)
    code, out, err = typed(*asked, "--match", "x1=first", "--json", "-")
    assert code == 0, err
    assert json.loads(out)["n_rows"] == len(frame)
    assert "x1" in refused(typed, *asked, "--match", "nix=first")


def test_names_with_equals_signs_in_them_are_told_apart():
    asked = argparse.Namespace(match=["b=c=k", "a=col=1"], by_order=False)
    assert mapping(asked, ("a", "b=c")).columns == {"b=c": "k", "a": "col=1"}
    asked = argparse.Namespace(kind=["b=c=numeric"], role=[], missing=["b=c=x=y"])
    found = choices(asked, ("a", "b=c"))
    assert found["b=c"].kind is Kind.NUMERIC
    assert found["b=c"].missing_tokens == ("x=y",)
    asked = argparse.Namespace(
        scores="<=50K=low,>50K=high=1", prediction=None, score_kind=""
    )
    told = recorded(asked, ("low", "high=1"))
    assert told.scores == ("low", "high=1")
    assert told.classes == ("<=50K", ">50K")


class Params(msgspec.Struct):
    output: str = ""
    bins: int = 3
    background: int | str = 0
    wanted: str | float | bool = ""
    features: tuple[str, ...] = ()
    fixed: str | tuple[str, ...] = ()
    on: bool = False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("output=1", "1"),
        ("output=true", "true"),
        ("output=1.50", "1.50"),
        ('output="1"', "1"),
        ("output=bad", "bad"),
        ("bins=20", 20),
        ("background=7", 7),
        ("background=@kmeans", "@kmeans"),
        ("wanted=1", "1"),
        ("wanted=+10", "+10"),
        ("features=a, b", ("a", "b")),
        ('features=["a","b,c"]', ("a", "b,c")),
        ("features=[1, 2.50]", ("1", "2.50")),
        ("features=x", ("x",)),
        ("fixed=x", "x"),
        ('fixed=["a", "1"]', ("a", "1")),
        ("on=True", True),
    ],
)
def test_a_parameter_that_takes_text_is_that_text(text, value):
    (found,) = as_parameters([text], Params).values()
    assert found == value
    assert type(found) is type(value)


def test_a_parameter_without_a_value_is_refused():
    with pytest.raises(EngineError, match=r"command\.bad_parameter"):
        as_parameters(["output"], Params)
