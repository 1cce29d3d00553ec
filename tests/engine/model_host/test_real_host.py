"""Real files through the real, locked-down host."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pytest
from catboost import CatBoostClassifier
from interpret.glassbox import ExplainableBoostingClassifier
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.contracts.errors import EngineError
from engine.contracts.layers import missing
from engine.explain.structure_predictions import matches
from engine.models.host import HostPool
from tests.support.hostile import Misbehaving, save
from tests.support.model_files import arrow, report_on, take

if TYPE_CHECKING:
    from engine.contracts.model import ModelInfo

ROWS = pa.table({"x0": np.arange(40, dtype=float)})
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    pool = HostPool(tmp_path_factory.mktemp("scratch"), spare=True)
    yield pool
    pool.close()


def boosted_with_labels(folder):
    rows = pd.DataFrame(
        {
            "a": np.arange(60.0),
            "home": np.array(["own", "rent", "free"])[np.arange(60) % 3],
        }
    )
    target = (rows["a"] > 30) ^ (rows["home"] == "rent")
    fitted = CatBoostClassifier(
        iterations=5, depth=3, cat_features=["home"], one_hot_max_size=5, verbose=0,
        allow_writing_files=False,
    )  # fmt: skip
    fitted.fit(rows, target).save_model(str(folder / "m.cbm"))
    return folder / "m.cbm", "catboost", rows


def additive(folder):
    rows = pd.DataFrame({"a": np.arange(60.0), "b": np.arange(60.0) % 7})
    fitted = ExplainableBoostingClassifier(outer_bags=1, max_rounds=30, n_jobs=1)
    joblib.dump(fitted.fit(rows, rows["a"] + 5 * rows["b"] > 40), folder / "m.joblib")
    return folder / "m.joblib", "joblib", rows


def graph_of_trees(folder):
    rows = pd.DataFrame({"x0": np.arange(60.0), "x1": np.arange(60.0) % 7})
    fitted = make_pipeline(StandardScaler(), RandomForestClassifier(4, random_state=0))
    fitted.fit(rows.to_numpy(), rows["x0"] + 5 * rows["x1"] > 40)
    graph = to_onnx(fitted, rows.to_numpy(dtype=np.float32)[:1])
    (folder / "m.onnx").write_bytes(graph.SerializeToString())
    return folder / "m.onnx", "onnx", rows


@pytest.mark.parametrize("made", [boosted_with_labels, additive, graph_of_trees])
def test_models_are_taken_apart_behind_locked_doors(made, pool, tmp_path):
    path, format_, rows = made(tmp_path)
    taken = take(path, format_)
    model = pool.open(taken, report_on(taken))
    table = arrow(rows)
    structure = model.structure()
    assert structure is not None
    assert matches(structure, model.encode(table), model.predict(table)[0], 1e-6)
    model.close()


def open_misbehaving(pool, how, tmp_path):
    taken = take(save(Misbehaving(how), tmp_path / how), "pickle")
    return pool.open(taken, report_on(taken))


@pytest.fixture(scope="module")
def forest(pool, tmp_path_factory):
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(20_000, 3))
    fitted = RandomForestClassifier(10, max_depth=6, random_state=0)
    fitted.fit(rows[:500], rows[:500, 0] > 0)
    path = tmp_path_factory.mktemp("models") / "forest.joblib"
    joblib.dump(fitted, path, compress=3)
    taken = take(path, "joblib")
    model = pool.open(taken, report_on(taken))
    yield fitted, model, rows
    model.close()


def test_predictions_are_those_of_this_process_bit_for_bit(forest):
    fitted, model, rows = forest
    table = pa.table({f"x{i}": rows[:, i] for i in range(3)})
    scores, labels = model.predict(table)
    np.testing.assert_array_equal(scores, fitted.predict_proba(rows))
    np.testing.assert_array_equal(labels, fitted.predict(rows).astype(int))


def test_it_is_taken_apart_behind_the_closed_doors(forest):
    _, model, rows = forest
    table = pa.table({f"x{i}": rows[:, i] for i in range(3)})
    structure = model.structure()
    assert structure is not None
    encoded = model.encode(table)
    assert matches(structure, encoded, model.predict(table)[0], 1e-12)


def test_description_carries_hash_layers_and_report(forest, pool):
    info: ModelInfo = forest[1].info
    assert info.name == "forest.joblib"
    assert info.safety is not None
    assert info.sha256 == info.safety.sha256
    assert len(info.sha256) == len(hashlib.sha256().hexdigest())
    assert info.sandbox == pool.layers


@pytest.mark.skipif(sys.platform != "linux", reason="the lock-down is for Linux so far")
def test_all_layers_of_linux_are_in_force(pool):
    assert pool.sealed
    assert missing(pool.layers) == []


def test_what_a_model_raises_costs_nothing_else(pool, tmp_path):
    model = open_misbehaving(pool, "raises", tmp_path)
    for _ in range(2):  # the second time in the same host
        with pytest.raises(EngineError) as caught:
            model.predict(ROWS)
        assert caught.value.code == "model.raised"
        assert "no luck" in str(caught.value.params["why"])
        assert "_raises" in str(caught.value.__cause__)  # the host's traceback
    model.close()


@pytest.mark.parametrize(
    ("how", "code"),
    [("segfaults", "host.crashed_twice"), ("speaks_for_the_host", "host.bad_answer")],
)
def test_hostile_model_costs_one_job(pool, tmp_path, how, code):
    model = open_misbehaving(pool, how, tmp_path)
    with pytest.raises(EngineError) as caught:
        model.predict(ROWS)
    assert caught.value.code == code
    model.close()


def test_busy_loop_has_an_end(pool, tmp_path):
    model = open_misbehaving(pool, "hangs", tmp_path)
    model.batch_timeout = 0.3
    with pytest.raises(EngineError) as caught:
        model.predict(ROWS)
    assert caught.value.code == "host.hangs"
    model.close()


def test_growth_has_an_end(tmp_path):
    pool = HostPool(tmp_path, spare=False, memory=500 << 20)
    try:
        model = open_misbehaving(pool, "grows", tmp_path)
        with pytest.raises(EngineError) as caught:
            model.predict(ROWS)
        assert caught.value.code == "host.memory"
    finally:
        pool.close()


def test_truncated_file_is_a_clear_error(pool, tmp_path, forest):
    path = tmp_path / "cut.joblib"
    joblib.dump(forest[0], path)
    path.write_bytes(path.read_bytes()[:-2000])
    taken = take(path, "joblib")
    with pytest.raises(EngineError) as caught:
        pool.open(taken, report_on(taken))
    assert caught.value.code == "model.cannot_open"


SURVIVOR = """
import pathlib, sys, threading, time
sys.path.insert(0, {root!r})
import pyarrow as pa
from engine.models.host import HostPool
from tests.support.model_files import report_on, take
pool = HostPool(pathlib.Path({scratch!r}), spare=False)
taken = take(pathlib.Path({model!r}), "pickle")
model = pool.open(taken, report_on(taken))
ask = lambda: model.predict(pa.table({{"x0": [1.0]}}))
threading.Thread(target=ask, daemon=True).start()
time.sleep(0.5)
print(model._host.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_host_dies_with_its_parent_whatever_its_model_does(tmp_path):
    model = save(Misbehaving("outlives"), tmp_path / "m.pickle")
    code = SURVIVOR.format(root=str(ROOT), scratch=str(tmp_path), model=str(model))
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        host = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    gone, _ = psutil.wait_procs([host], timeout=10)
    assert gone or host.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_host_knows_neither_arguments_nor_environment(pool, monkeypatch, tmp_path):
    monkeypatch.setenv("TRASLUZ_TEST_SECRET", "canary-in-the-environment")
    alone = HostPool(tmp_path, spare=False)
    try:
        host = alone.take()
        told = Path(f"/proc/{host.pid}/environ").read_bytes()
        arguments = Path(f"/proc/{host.pid}/cmdline").read_bytes()
    finally:
        alone.close()
    assert b"canary" not in told
    assert told.strip(b"\0") == b""
    assert os.fsencode(tmp_path) not in arguments
