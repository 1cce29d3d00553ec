"""Sessions on a small case, with a model and without; the command line."""

from __future__ import annotations

import pytest

from engine import cli
from engine.contracts import requests as r
from engine.contracts.model import RecordedScores
from tests.support.fake_model import data_set, mixed_frame
from tests.support.first_look import N
from tests.support.sessions import ALL, Asker


@pytest.fixture
def typed(capsys):
    """Run a command; return its exit code and what it printed where."""

    def run(*arguments):
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as leaving:  # argparse leaves by itself
            code = leaving.code
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def opened(small, tmp_path_factory):
    """Data split into two parts and a model, open; tests do not change these."""
    ask = Asker(tmp_path_factory.mktemp("scratch"))
    ask(r.OpenData(paths=(str(small.table),)))
    ask(r.ConfigureData(split=ALL))
    ask(r.OpenModel(path=str(small.model)))
    yield ask
    ask.session.close()


@pytest.fixture
def predicted(opened):
    opened(r.SetBuckets(buckets={}))
    opened(r.Predict(target="outcome"))
    return opened


@pytest.fixture
def fresh(tmp_path):
    ask = Asker(tmp_path / "scratch")
    (tmp_path / "scratch").mkdir()
    yield ask
    ask.session.close()


@pytest.fixture
def recorded(fresh, small):
    """The whole table and its recorded scores: no host, quick."""
    fresh(r.OpenData(paths=(str(small.table),)))
    fresh(r.ConfigureData())
    fresh(r.UseRecordedScores(scores=RecordedScores(scores=("p_yes",))))
    fresh(r.Predict(target="outcome"))
    return fresh


@pytest.fixture(scope="session")
def frame():
    """Rows of numbers, words and blanks."""
    return mixed_frame(N)


@pytest.fixture(scope="session")
def data(frame, tmp_path_factory):
    """The same rows, opened."""
    return data_set(tmp_path_factory.mktemp("match"), frame)
