"""What can be typed, what is printed, and what is said when it cannot be done."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from engine import cli
from engine.cli import commands, output
from tests.support.command_line import refused

METRICS = [
    "accuracy", "balanced_accuracy", "precision_macro", "recall_macro", "f1_macro",
    "precision", "recall", "f1", "roc_auc", "average_precision", "log_loss",
    "brier_score", "matthews_corrcoef", "cohen_kappa", "expected_calibration_error",
]  # fmt: skip
OF_NUMBERS = [
    "mean_absolute_error", "root_mean_squared_error", "median_absolute_error", "r2",
    "mean_error",
]  # fmt: skip


@pytest.fixture
def recorded(small):
    """Arguments that need no model host."""
    return ["--data", small.data, "--target", "outcome", "--scores", "p_yes"]


@pytest.fixture
def evaluated(typed, recorded):
    """The JSON of an evaluation of the recorded scores."""

    def run(*more):
        code, out, err = typed("evaluate", *recorded, *more, "--json", "-")
        assert code == 0, err
        return json.loads(out)

    return run


# evaluate


def test_the_json_has_exactly_the_shape_that_was_promised(evaluated):
    found = evaluated()
    assert found["task"] == "binary"
    assert found["n_rows"] == 400
    assert found["classes"] == ["no", "yes"]
    assert found["positive"] == "yes"
    assert found["threshold"] == 0.5
    assert found["confusion"]["labels"] == ["no", "yes"]
    assert np.sum(found["confusion"]["matrix"]) == 400
    assert set(found["metrics"]) == set(METRICS)
    for metric in found["metrics"].values():
        assert set(metric) == {"value", "low", "high"}
        assert metric["low"] <= metric["value"] <= metric["high"]
    assert set(found["per_class"]) == {"no", "yes"}
    assert set(found["per_class"]["no"]) == {"precision", "recall", "f1", "support"}
    assert {"n_used", "n_total", "data_sha256"} <= set(found["provenance"])


def test_rows_of_the_matrix_are_the_truth(evaluated, small):
    frame = small.frame()
    decided = np.where(frame.p_yes >= 0.5, "yes", "no")
    expected = sk.confusion_matrix(frame.outcome, decided, labels=["no", "yes"])
    assert evaluated()["confusion"]["matrix"] == expected.tolist()


def test_rows_are_filtered_before_anything_is_computed(evaluated, small):
    found = evaluated("--where", 'x2 < 5 and colour != "red"')
    frame = small.frame().query("x2 < 5 and colour != 'red'")
    truth, score = frame.outcome == "yes", frame.p_yes
    values = {name: metric["value"] for name, metric in found["metrics"].items()}
    assert found["n_rows"] == len(frame)
    assert found["provenance"]["n_total"] == 400
    assert values["accuracy"] == sk.accuracy_score(truth, score >= 0.5)
    assert values["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, score), abs=1e-12)
    assert values["log_loss"] == pytest.approx(sk.log_loss(truth, score), abs=1e-12)
    assert found["per_class"]["yes"]["support"] == truth.sum()


def test_a_split_keeps_one_value_of_one_column(evaluated, small):
    found = evaluated("--split", "group=train")
    assert found["n_rows"] == (small.frame().group == "train").sum()


def test_without_a_split_every_row_counts(evaluated):
    assert evaluated()["n_rows"] == 400


def test_threshold_positive_and_weights_are_taken(evaluated, small):
    frame = small.frame()
    found = evaluated("--threshold", 0.3, "--positive", "yes", "--weights", "weight")
    decided, truth = frame.p_yes >= 0.3, frame.outcome == "yes"
    value = found["metrics"]["recall"]["value"]
    expected = sk.recall_score(truth, decided, sample_weight=frame.weight)
    assert value == pytest.approx(expected, abs=1e-12)
    assert found["threshold"] == 0.3
    assert np.sum(found["confusion"]["matrix"]) == frame.weight.sum()


def test_another_positive_class_turns_the_scores_of_a_named_column(evaluated, small):
    frame = small.frame()
    found = evaluated("--positive", "no")
    expected = sk.precision_score(frame.outcome == "no", 1 - frame.p_yes >= 0.5)
    assert found["metrics"]["precision"]["value"] == pytest.approx(expected, abs=1e-12)


def test_another_part_stands_beside_the_evaluation(evaluated, small):
    found = evaluated("--reference", small.data, "--calibration", small.table)
    assert set(found["parts"]) == {"reference", "calibration"}
    reference = found["parts"]["reference"]["metrics"]["accuracy"]
    assert reference["value"] == found["metrics"]["accuracy"]["value"]


def test_numbers_are_evaluated_by_the_measures_of_regression(typed, small):
    code, out, _ = typed(
        "evaluate", "--data", small.data, "--target", "amount", "--scores", "x1",
        "--json", "-",
    )  # fmt: skip
    found, frame = json.loads(out), small.frame()
    assert code == 0
    assert found["task"] == "regression"
    assert found["positive"] is None
    assert found["threshold"] is None
    assert set(found["metrics"]) == set(OF_NUMBERS)
    error = found["metrics"]["mean_absolute_error"]["value"]
    expected = sk.mean_absolute_error(frame.amount, frame.x1)
    assert error == pytest.approx(expected, rel=1e-12)


def test_recorded_labels_alone_are_evaluated(typed, small):
    code, out, _ = typed(
        "evaluate", "--data", small.data, "--target", "outcome",
        "--prediction", "guess", "--json", "-",
    )  # fmt: skip
    found, frame = json.loads(out), small.frame()
    assert code == 0
    right = (frame.outcome == frame.guess).mean()
    assert found["metrics"]["accuracy"]["value"] == pytest.approx(right)


def test_the_table_is_all_that_is_on_the_output(typed, recorded, small):
    code, out, err = typed("evaluate", *recorded)
    assert code == 0
    assert "Accuracy" in out
    assert "rows: true class" in out
    assert "\r" not in out + err
    assert "yes is taken as the positive class" in err


def test_json_to_the_output_leaves_the_table_out(typed, recorded):
    _, out, _ = typed("evaluate", *recorded, "--json", "-")
    json.loads(out)


def test_json_to_a_file_leaves_the_table(typed, recorded, tmp_path):
    path = tmp_path / "found.json"
    code, out, _ = typed("evaluate", *recorded, "--json", path)
    assert code == 0
    assert "Accuracy" in out
    assert json.loads(path.read_text())["n_rows"] == 400
    assert [p.name for p in tmp_path.iterdir()] == ["found.json"]


def test_a_model_is_evaluated_in_its_host(typed, small):
    code, out, err = typed(
        "evaluate", "--model", small.model, "--data", small.table,
        "--target", "outcome", "--json", "-",
    )  # fmt: skip
    assert code == 0, err
    found = json.loads(out)
    assert found["provenance"]["sandbox"]
    assert len(found["provenance"]["model_sha256"]) == 64


def test_consent_is_asked_for_and_given_by_hash(typed, small):
    asked = [
        "evaluate", "--model", small.pickled, "--data", small.table,
        "--target", "outcome", "--json", "-",
    ]  # fmt: skip
    code, out, err = typed(*asked)
    assert code == 2
    assert out == ""
    _, report, _ = typed("inspect", small.pickled, "--json")
    sha256 = json.loads(report)["sha256"]
    assert sha256 in err
    assert "sklearn" in err  # the findings
    code, _, err = typed(*asked, "--consent", "0" * 64)
    assert code == 2
    code, out, err = typed(*asked, "--consent", sha256.upper())
    assert code == 0, err
    assert json.loads(out)["n_rows"] == 400


def test_decisions_on_reading_are_told_of_every_part(typed, tmp_path):
    rows = [f"{i % 5 + 1},{'no' if i % 2 else 'yes'},0.{i % 9 + 1}" for i in range(60)]
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    head = "amount,y,p_yes\n"
    path.write_text(head + "\n".join([*rows, '"1,234.5",yes,0.5']))
    other.write_text(head + "\n".join([*rows, "oops,yes,0.5"]))
    given = ["evaluate", "--data", path, "--target", "y", "--scores", "p_yes"]
    code, _, err = typed(*given)
    assert code == 0
    assert "amount is read as numbers: 1,234.5 is 1234.5." in err
    given[2] = other
    assert "row 60 holds oops" in typed(*given)[2]


def test_many_decisions_on_reading_are_counted(typed, tmp_path):
    names = [f"c{i}" for i in range(40)]
    lines = [
        ",".join(["inf"] * 40 + ["yes" if i % 2 else "no", "0.5"]) for i in range(9)
    ]
    path = tmp_path / "a.csv"
    path.write_text(",".join([*names, "y", "p_yes"]) + "\n" + "\n".join(lines))
    _, _, err = typed("evaluate", "--data", path, "--target", "y", "--scores", "p_yes")
    assert err.count("infinite values") == 12
    assert "There are 28 more notes" in err
    given = ("--data", path, "--target", "y", "--scores", "p_yes", "--all-notes")
    assert typed("evaluate", *given)[2].count("infinite values") == 40


# Wrong in many ways


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--target": "nope"}, ["nope"]),
        ({"--scores": "nope"}, ["nope"]),
        ({"--scores": "colour"}, ["colour"]),
        ({"--scores": "x2,p_yes"}, ["x2"]),
        ({"--data": "/no/such/file.csv"}, ["file.csv"]),
        ({"--where": "x2 <"}, ["character 5"]),
        ({"--where": "nope > 1"}, ["nope"]),
        ({"--where": "x2 > 1000"}, ["0"]),
        ({"--where": "colour > 3"}, ["colour"]),
        ({"--where": "bucket a"}, ["a"]),
        ({"--split": "group"}, ["group", "COLUMN=VALUE"]),
        ({"--split": "group=nope"}, ["nope"]),
        ({"--split": "nope=1"}, ["nope"]),
        ({"--positive": "maybe"}, ["maybe", "yes"]),
        ({"--weights": "nope"}, ["nope"]),
        ({"--weights": "x1"}, ["x1", "row 1"]),
        ({"--weights": "colour"}, ["colour"]),
        ({"--threshold": "nan"}, ["nan"]),
        ({"--threshold": "half"}, ["half"]),
        ({"--reference": "/no/such.csv"}, ["such.csv"]),
        ({"--json": "/no/such/folder/x.json"}, ["x.json"]),
        ({"--scores": ""}, ["model"]),
    ],
)
def test_bad_input_is_refused_in_one_line_that_names_it(typed, small, changed, words):
    given = {"--data": small.data, "--target": "outcome", "--scores": "p_yes"} | changed
    arguments = [item for pair in given.items() for item in pair]
    code, _, err = typed("evaluate", *arguments)
    assert code == 2
    last = err.strip().splitlines()[-1]
    assert last.startswith("trasluz: ")
    assert "Traceback" not in err
    assert all(word in last for word in words), last


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["evaluate"],
        ["evaluate", "--mod", "x"],
        ["run"],
        ["inspect"],
        ["evaluate", "--model", "m", "--scores", "s", "--data", "d", "--target", "t"],
        ["run", "summary", "--row", "1", "--rows", "x > 1"],
    ],
)
def test_arguments_that_make_no_command_are_refused_in_one_line(typed, arguments):
    assert refused(typed, *arguments).startswith("trasluz: ")


def test_a_threshold_where_none_decides_is_refused(typed, small):
    line = refused(
        typed, "evaluate", "--data", small.data, "--target", "amount",
        "--scores", "x1", "--threshold", "0.5",
    )  # fmt: skip
    assert "regression" in line


def test_names_from_files_cannot_steer_the_terminal(typed, tmp_path):
    path = tmp_path / "evil.csv"
    pd.DataFrame({"\x1b[31mred": [1, 2], "y": ["a", "b"]}).to_csv(path, index=False)
    line = refused(
        typed, "evaluate", "--data", path, "--target", "y", "--scores", "\x1b[2Jno"
    )
    assert "\x1b" not in line


def test_what_nobody_expected_is_one_line_too(typed, monkeypatch, recorded):
    monkeypatch.delenv(cli.DETAILS, raising=False)
    monkeypatch.setattr(output, "evaluation_text", lambda _result: 1 / 0)
    code, out, err = typed("evaluate", *recorded)
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert "ZeroDivisionError" in err


def test_details_are_printed_for_who_wants_them(typed, monkeypatch):
    monkeypatch.setenv(cli.DETAILS, "1")
    _, _, err = typed("inspect", "/no/such/file")
    assert "Traceback" in err


def test_an_interrupt_is_130_and_leaves_nothing(typed, recorded, tmp_path, monkeypatch):
    def stop(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", stop)
    path = tmp_path / "found.json"
    code, _, err = typed("evaluate", *recorded, "--json", path)
    assert code == 130
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_read_enough_is_no_error(typed, recorded, monkeypatch):
    def closed(_text):
        raise BrokenPipeError

    monkeypatch.setattr(cli.os, "dup2", lambda *_given: None)
    monkeypatch.setattr(sys.stdout, "fileno", lambda: 1, raising=False)
    monkeypatch.setattr(commands, "_print", closed)
    code, _, err = typed("evaluate", *recorded)
    assert code == 0
    assert "Traceback" not in err
