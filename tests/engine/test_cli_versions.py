"""A model saved by another version: every command says so, and so does its JSON."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import xgboost

RNG = np.random.default_rng(3)
NEWER = "Saved with xgboost 99.4.1, newer than the installed"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions")
    rows = pd.DataFrame(RNG.normal(size=(80, 2)), columns=["a", "b"])
    rows["y"] = 2 * rows["a"] + RNG.normal(size=80)
    rows.to_csv(folder / "rows.csv", index=False)
    data = xgboost.DMatrix(rows[["a", "b"]], label=rows["y"])
    booster = xgboost.train({"max_depth": 2, "nthread": 1}, data, 3)
    own = bytes(booster.save_raw("json"))
    (folder / "own.json").write_bytes(own)
    newer = re.sub(rb'"version":\[[\d,]+\]', b'"version":[99,4,1]', own)
    (folder / "newer.json").write_bytes(newer)
    return folder


def inputs(files, model):
    return ("--model", files / model, "--data", files / "rows.csv", "--target", "y")


COMMANDS = {"evaluate": (), "run": ("residuals",)}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_repeats_it_and_keeps_it_in_the_json(typed, files, command):
    asked = inputs(files, "newer.json")
    code, out, err = typed(command, *COMMANDS[command], *asked, "--json")
    assert code == 0
    assert err.count(NEWER) == 1
    (note,) = json.loads(out)["provenance"]["warnings"]
    assert note["code"] == "model.saved_newer"
    assert note["params"]["saved"] == "99.4.1"
    assert note["params"]["installed"] == xgboost.__version__


@pytest.mark.parametrize("command", COMMANDS)
def test_a_model_of_this_version_is_opened_without_a_word(typed, files, command):
    asked = inputs(files, "own.json")
    code, out, err = typed(command, *COMMANDS[command], *asked, "--json")
    assert code == 0
    assert "Saved with" not in err
    assert json.loads(out)["provenance"]["warnings"] == []


def test_inspect_says_it_too(typed, files):
    code, out, _ = typed("inspect", files / "newer.json", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["versions"] == {"xgboost": "99.4.1"}
    assert [note["code"] for note in found["notes"]] == ["safety.newer_version"]
    assert NEWER in typed("inspect", files / "newer.json")[1]
