"""What every registered analysis owes its callers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine import analysis
from engine.contracts import frames
from engine.contracts.dataset import DatasetInfo, Note, Part
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.messages import table
from engine.contracts.model import Input, ModelInfo, ScoreKind, Task
from engine.contracts.progress import SILENT
from engine.contracts.results import Result
from engine.contracts.selection import Range
from tests.support.evaluation import ArrayColumns, classified, regressed, same
from tests.support.explained import case, matrix

ROOT = Path(analysis.__file__).parent
EVALUATE = [k for k, where in analysis.TABLE.items() if ".evaluate." in where]
EXPLAIN = [k for k, where in analysis.TABLE.items() if ".explain." in where]
# Analyses that use the current row alone.
ABOUT_ONE_ROW = {"agreement", "counterfactual", "lime", "what_if"}
REFITTED = "sklearn.linear_model._logistic.LogisticRegression"
SAMPLED = {"friedman_h"}  # analyses whose cost goes by the square of the rows


def material(name):
    """Predictions and a task on which the analysis runs."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, size=400)
    if name == "residuals":
        return regressed(truth + rng.normal(size=400), truth.astype(float))
    return classified(truth, np.clip(truth * 0.3 + rng.random(400) * 0.7, 0, 1))


def facts(name, task=None):
    task = task or (Task.REGRESSION if name == "residuals" else Task.BINARY)
    return analysis.Facts(
        data=DatasetInfo(name="d", columns=(), parts=()),
        model=ModelInfo(
            name="m",
            sha256="",
            format="",
            kind=REFITTED,
            task=task,
            score_kind=ScoreKind.PROBABILITY,
            inputs=(Input(name="x"),),
        ),
        predicted=True,
        parts=(Part.EVALUATION, Part.REFERENCE),
    )


def inputs_of(name, **kwargs):
    """A case of 400 rows on which the analysis runs."""
    buckets = {"low": Range("x", None, 0.3)}
    if name not in EXPLAIN:
        return analysis.Inputs(
            predictions={Part.EVALUATION: material(name)},
            columns=ArrayColumns(400, x=np.linspace(0, 1, 400)),
            buckets=buckets,
            **kwargs,
        )
    rng = np.random.default_rng(0)
    rows = {"x": np.linspace(0, 1, 400), "y": rng.normal(size=400)}
    if name == "drop_column":
        kwargs |= {"reference": rows, "kind": REFITTED}
    found, _ = case(
        rows,
        lambda table: 1 / (1 + np.exp(-matrix(table) @ [2.0, -1.0])),
        truth=rng.integers(0, 2, size=400),
        buckets=buckets,
        row=7,
        **kwargs,
    )
    return found


def answer(name, **kwargs):
    found = analysis.load(name)
    return found.run(inputs_of(name, **kwargs), found.Params(), SILENT)


@pytest.mark.parametrize("name", analysis.TABLE)
def test_is_what_the_table_says(name):
    found = analysis.load(name)
    assert found.id == name
    assert found.title
    found.Params()  # every option has a default
    assert msgspec.convert({}, found.Params) == found.Params()


@pytest.mark.parametrize("name", analysis.TABLE)
def test_says_why_it_cannot_run(name):
    found = analysis.load(name)
    reason = found.is_compatible(analysis.Facts())
    assert isinstance(reason, Note)
    assert reason.code in table()
    assert found.is_compatible(facts(name)) is None


@pytest.mark.parametrize("name", EXPLAIN)
def test_recorded_scores_cannot_be_explained(name):
    known = facts(name)
    recorded = msgspec.structs.replace(known.model, inputs=())
    reason = analysis.load(name).is_compatible(replace(known, model=recorded))
    assert reason.code == "explain.no_model"


@pytest.mark.parametrize("name", ["confusion", "thresholds", "reliability"])
def test_classifiers_alone_have_classes(name):
    reason = analysis.load(name).is_compatible(facts(name, Task.REGRESSION))
    assert reason.code == "evaluate.other_task"


@pytest.mark.parametrize("name", analysis.TABLE)
def test_result_survives_the_border(name, tmp_path):
    result = answer(name)
    for scratch in (None, tmp_path):
        frame = frames.encode(result, scratch)
        assert same(frames.decode(frame, Result, scratch), result)


@pytest.mark.parametrize("name", analysis.TABLE)
def test_same_request_same_result(name):
    one, other = answer(name, seed=3), answer(name, seed=3)
    strip = {"provenance": one.provenance}
    assert same(one, msgspec.structs.replace(other, **strip))


ALL_ROWS = [n for n in analysis.TABLE if n not in ABOUT_ONE_ROW | SAMPLED]


@pytest.mark.parametrize("name", SAMPLED)
def test_badge_says_that_rows_were_drawn(name):
    found = answer(name, mask=np.arange(400) < 250).provenance
    assert 0 < found.n_used < 250
    assert found.n_total == 400
    assert found.sampling == "sample"


@pytest.mark.parametrize("name", ALL_ROWS)
def test_badge_says_what_was_used(name):
    mask = np.arange(400) < 250
    found = answer(name, mask=mask).provenance
    assert (found.n_used, found.n_total) == (250, 400)
    assert found.sampling == "selection"
    assert answer(name).provenance.sampling == "all"


@pytest.mark.parametrize("name", [n for n in analysis.TABLE if n not in ABOUT_ONE_ROW])
def test_no_rows_is_an_error_and_not_a_figure(name):
    with pytest.raises(EngineError, match=r"evaluate\.no_rows"):
        answer(name, mask=np.zeros(400, dtype=bool))


@pytest.mark.parametrize("name", analysis.TABLE)
def test_asks_whether_it_should_stop(name):
    class Stopping:
        def advance(self, done, total, stage):
            pass

        def warn(self, code, **params):
            pass

        def partial(self, result):
            pass

        def raise_if_cancelled(self):
            raise Cancelled

    found, inputs = analysis.load(name), inputs_of(name)
    with pytest.raises(Cancelled):
        found.run(inputs, found.Params(), Stopping())


@pytest.mark.parametrize("area", ["evaluate", "explain"])
def test_every_code_has_a_sentence(area):
    named = set()
    for path in (ROOT / area).rglob("*.py"):
        named |= set(re.findall(rf'"({area}\.\w+)"', path.read_text()))
    sentences = {code for code in table() if code.startswith(f"{area}.")}
    assert named == sentences


def test_unknown_analysis_is_named():
    with pytest.raises(EngineError, match=r"analysis\.unknown"):
        analysis.load("nothing")
