"""What every registered analysis owes its callers."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine import analysis
from engine.contracts import frames
from engine.contracts.dataset import DatasetInfo, Note, Part
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.messages.evaluate import MESSAGES
from engine.contracts.model import ModelInfo, ScoreKind, Task
from engine.contracts.results import Result
from engine.contracts.selection import Range
from tests.support.evaluation import ArrayColumns, classified, regressed, run, same

ROOT = Path(analysis.__file__).parent


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
            kind="",
            task=task,
            score_kind=ScoreKind.PROBABILITY,
        ),
        predicted=True,
    )


def answer(name, **kwargs):
    return run(
        name,
        material(name),
        columns={"x": np.linspace(0, 1, 400)},
        buckets={"low": Range("x", None, 0.3)},
        **kwargs,
    )


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
    assert reason.code in MESSAGES
    assert found.is_compatible(facts(name)) is None


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


@pytest.mark.parametrize("name", analysis.TABLE)
def test_badge_says_what_was_used(name):
    mask = np.arange(400) < 250
    found = answer(name, mask=mask).provenance
    assert (found.n_used, found.n_total) == (250, 400)
    assert found.sampling == "selection"
    assert answer(name).provenance.sampling == "all"


@pytest.mark.parametrize("name", analysis.TABLE)
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

    found = analysis.load(name)
    predictions = material(name)
    inputs = analysis.Inputs(
        predictions={Part.EVALUATION: predictions},
        columns=ArrayColumns(400, x=np.linspace(0, 1, 400)),
        buckets={"low": Range("x", None, 0.3)},
    )
    with pytest.raises(Cancelled):
        found.run(inputs, found.Params(), Stopping())


def test_every_code_has_a_sentence():
    named = set()
    for path in (ROOT / "evaluate").glob("*.py"):
        named |= set(re.findall(r'"(evaluate\.\w+)"', path.read_text()))
    assert named == set(MESSAGES)


def test_unknown_analysis_is_named():
    with pytest.raises(EngineError, match=r"analysis\.unknown"):
        analysis.load("nothing")
