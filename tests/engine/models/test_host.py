"""Hosts that answer, lie, crash and hang; what the engine makes of each."""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pyarrow as pa
import pytest

from engine.contracts.bounds import MAX_DETAILS, MAX_STEPS, MAX_TEXT
from engine.contracts.dataset import Note
from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.model import Light
from engine.contracts.progress import Silent
from engine.models.consent.policy import Limits
from engine.models.host import HostPool
from tests.support.model_files import report_on, take

SUPPORT = str(Path(__file__).resolve().parents[2] / "support")
ROWS = pa.table({"x": np.arange(40, dtype=float)})


@pytest.fixture
def fake_host(monkeypatch):
    """Return the module under a name that the new process can import too."""
    monkeypatch.syspath_prepend(SUPPORT)
    return importlib.import_module("fake_host")


@pytest.fixture
def pool(tmp_path, fake_host):
    pool = HostPool(tmp_path, spare=False, target=fake_host.run)
    yield pool
    pool.close()
    assert [p.name for p in tmp_path.glob("host-*")] == []


@pytest.fixture
def opened(pool, tmp_path):
    def open_(how: str):
        (tmp_path / how).write_bytes(b"bytes of a model")
        taken = take(tmp_path / how, "fake")
        return pool.open(taken, report_on(taken))

    return open_


class StopAfter(Silent):
    """Asks to stop once ``seconds`` have passed."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.told: list[tuple[float, float, str]] = []

    def advance(self, done: float, total: float, stage: str) -> None:
        self.told.append((done, total, stage))

    def raise_if_cancelled(self) -> None:
        if time.monotonic() > self.until:
            raise Cancelled


def failure(ask, *arguments) -> EngineError:
    with pytest.raises(EngineError) as caught:
        ask(*arguments)
    return caught.value


def test_batches_join_in_order_and_progress_ends_at_all(opened):
    rows = pa.table({"x": np.arange(5000, dtype=float)})
    progress = StopAfter(60)
    scores, values = opened("slow").predict(rows, progress)
    starts = np.flatnonzero(scores[:, 0] == 0)
    assert len(starts) > 1
    assert scores[starts[1] - 1, 0] == starts[1] - 1
    np.testing.assert_array_equal(values, scores[:, 0])
    assert progress.told[-1] == (5000, 5000, "model.scoring")


class LetsGoFirst(StopAfter):
    """Has something else done once, between two batches of a question."""

    def __init__(self, model, act) -> None:
        super().__init__(60)
        self.model, self.act = model, act

    def raise_if_cancelled(self) -> None:
        super().raise_if_cancelled()
        if self.told and self.act is not None and not self.model.is_asking:
            act, self.act = self.act, None
            act()


def test_others_ask_between_two_batches_and_nothing_is_left_behind(opened, tmp_path):
    rows = pa.table({"x": np.arange(5000, dtype=float)})
    model, heard = opened("slow"), []
    progress = LetsGoFirst(model, lambda: heard.append(model.predict(ROWS)[1]))
    scores, _ = model.predict(rows, progress)
    np.testing.assert_array_equal(heard[0], np.arange(40))
    starts = np.flatnonzero(scores[:, 0] == 0)
    assert len(starts) > 1
    each = [np.arange(n) for n in np.diff([*starts, 5000])]
    np.testing.assert_array_equal(scores[:, 0], np.concatenate(each))
    assert not list(tmp_path.glob("host-*/in/*"))


def test_a_question_goes_on_with_another_host_where_one_ends_between_batches(opened):
    rows = pa.table({"x": np.arange(5000, dtype=float)})
    model = opened("slow")
    progress = LetsGoFirst(model, model.kill)
    scores, _ = model.predict(rows, progress)
    assert progress.act is None
    assert progress.told[-1] == (5000, 5000, "model.scoring")
    assert np.flatnonzero(scores[:, 0] == 0)[1] == progress.told[0][0]


def test_no_rows_are_not_even_asked(opened):
    scores, values = opened("exits").predict(ROWS.slice(0, 0))
    assert (scores.shape, values.shape) == ((0, 1), (0,))


def test_other_columns_than_the_inputs_are_refused(opened):
    error = failure(opened("honest").predict, pa.table({"y": [1.0]}))
    assert error.code == "model.wrong_columns"


def test_what_the_engine_knows_is_not_taken_from_the_host(opened, pool):
    info = opened("honest").info
    assert (info.name, info.format) == ("honest", "fake")
    assert info.sha256 != "f" * 64
    assert info.sandbox == pool.layers == ("fake", "parent-death signal")


@pytest.mark.parametrize(
    "how",
    [
        "two_of_a_name",
        "one_class",
        "twin_inputs",
        "regression_with_margins",
        "endless_name",
        "endless_steps",
        "endless_settings",
        "endless_categories",
        "endless_notes",
        "unsayable",
        "foreign_error",
    ],
)
def test_description_that_cannot_be_is_refused(opened, how):
    assert failure(opened, how).code == "host.bad_answer"


def test_what_only_people_read_is_cut_on_receipt_whatever_the_host_did(opened):
    info = opened("long_texts").info
    assert len(info.kind) == MAX_TEXT
    assert (
        info.estimator == "a\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}"
    )
    assert len(info.steps) == MAX_STEPS
    assert Note(code="model.more_steps", params={"n": 100}) in info.notes
    assert len(msgspec.json.encode(info)) < 1_000_000


def test_how_much_it_may_use_is_not_taken_from_the_host(tmp_path, fake_host):
    pool = HostPool(tmp_path, spare=False, memory=3 << 29, target=fake_host.run)
    try:
        (tmp_path / "wants_too_much").write_bytes(b"x")
        taken = take(tmp_path / "wants_too_much", "fake")
        error = failure(pool.open, taken, report_on(taken))
        assert error.params == {"needed": "99.0", "allowed": "1.5"}
    finally:
        pool.close()


def test_what_a_model_says_of_its_failure_is_cut(opened):
    error = failure(opened, "words_an_error_at_length")
    assert error.code == "model.raised"
    assert len(error.params["why"]) <= MAX_TEXT
    assert len(str(error.__cause__)) == MAX_DETAILS


@pytest.mark.parametrize(
    "how",
    [
        "bad_sums",
        "out_of_range",
        "third_class",
        "unknown_label",
        "too_few",
        "integers",
        "flat",
        "labels_too",
        "garbage",
        "huge_length",
        "wrong_message",
        "unknown_message",
        "names_a_file",
        "chatters",
    ],
)
def test_answer_that_cannot_be_is_refused_and_ends_the_host(opened, how):
    model = opened(how)
    host = model._host
    assert failure(model.predict, ROWS).code == "host.bad_answer"
    if how == "chatters":  # noticed at the latest by the next question
        return
    assert not host.alive


def test_what_a_model_is_made_of_is_asked_once(opened):
    model = opened("honest")
    first = model.structure()
    assert first is not None
    assert model.structure() is first
    np.testing.assert_array_equal(model.encode(ROWS), np.arange(40.0).reshape(40, 1))
    assert model.encode(ROWS.slice(0, 0)).shape == (0, 1)
    assert failure(model.encode, pa.table({"y": [1.0]})).code == "model.wrong_columns"


def test_what_cannot_be_taken_apart_is_asked_once_and_goes_on_predicting(opened):
    model = opened("indivisible")
    assert model.structure() is None
    assert model.structure() is None
    assert failure(model.encode, ROWS).code == "model.no_structure"
    assert model.predict(ROWS)[0].shape == (40, 1)


def test_structure_that_cannot_be_ends_the_host(opened):
    assert failure(opened("from_nowhere").structure).code == "host.bad_answer"


def test_encoded_rows_that_cannot_be_end_the_host(opened):
    assert failure(opened("wide_rows").encode, ROWS).code == "host.bad_answer"


def test_score_that_is_no_number_names_its_row(opened):
    error = failure(opened("nan").predict, ROWS)
    assert error.code == "model.not_finite"
    assert (error.params["row"], error.params["n"]) == (3, 2)


@pytest.mark.parametrize(("how", "told"), [("exits", "exit 3"), ("aborts", "SIGABRT")])
def test_crash_says_how(opened, how, told):
    error = failure(opened(how).predict, ROWS)
    assert (error.code, error.params["how"]) == ("host.crashed_twice", told)


def test_a_crash_on_opening_is_told_at_once(opened):
    assert failure(opened, "dies_at_once").code == "host.crashed"


def test_a_question_whose_host_dies_is_asked_once_more(opened):
    model = opened("dies_once")
    before = model._host.pid
    rows = pa.table({"x": np.arange(5000, dtype=float)})
    progress = StopAfter(60)
    scores, _ = model.predict(rows, progress)
    assert len(scores) == 5000
    assert progress.told[-1][:2] == (5000, 5000)
    assert model._host.pid != before


def test_a_host_that_dies_between_two_questions_costs_none(opened):
    model = opened("constant")
    for _ in range(2):
        before = model._host.pid
        os.kill(before, signal.SIGKILL)  # not by us, and heard of late
        assert len(model.predict(ROWS)[0]) == 40
        assert model._host.pid != before


def test_what_it_is_made_of_is_asked_once_more_too(opened):
    model = opened("constant")
    os.kill(model._host.pid, signal.SIGKILL)
    assert model.structure() is not None


def test_a_kill_at_the_user_s_wish_is_not_undone(opened):
    model = opened("hangs")
    threading.Timer(0.2, model.kill).start()
    assert failure(model.predict, ROWS).code == "host.stopped"
    assert not model._host.alive


def test_the_limits_are_those_of_the_policy_and_named_where_they_end_a_question(
    tmp_path, fake_host
):
    limits = Limits(load_seconds=0.3, batch_seconds=0.4, memory_gb=1.5)
    pool = HostPool(tmp_path, spare=False, target=fake_host.run, limits=limits)
    try:
        assert pool._memory <= 1.5 * 2**30
        for how, setting, seconds in (
            ("never", "load_seconds", 0.3),
            ("hangs", "batch_seconds", 0.4),
        ):
            (tmp_path / how).write_bytes(b"x")
            taken = take(tmp_path / how, "fake")

            def ask(taken=taken):
                pool.open(taken, report_on(taken)).predict(ROWS)

            error = failure(ask)
            assert error.code == "host.hangs"
            assert error.params == {"seconds": seconds, "setting": setting}
    finally:
        pool.close()


@pytest.mark.parametrize("how", ["hangs", "half"])
def test_silence_has_an_end(opened, how):
    model = opened(how)
    model.batch_timeout = 0.2
    assert failure(model.predict, ROWS).code == "host.hangs"


@pytest.mark.parametrize("how", ["hangs", "half"])
def test_cancel_in_the_middle_of_a_batch_takes_less_than_half_a_second(opened, how):
    model = opened(how)
    progress = StopAfter(0.1)
    with pytest.raises(Cancelled):
        model.predict(ROWS, progress)
    assert time.monotonic() - progress.until < 0.5


def test_after_a_cancel_in_a_short_batch_the_host_is_kept(opened):
    model = opened("slow")
    before = model._host.pid
    with pytest.raises(Cancelled):
        model.predict(pa.table({"x": np.zeros(1_000_000)}), StopAfter(0.12))
    assert len(model.predict(ROWS)[0]) == 40
    assert model._host.pid == before


def test_kill_from_another_thread_ends_a_hanging_question(opened):
    model = opened("hangs")
    timer = threading.Timer(0.2, model.kill)
    timer.start()
    assert failure(model.predict, ROWS).code == "host.stopped"
    timer.join()


def test_description_outlives_the_host_and_the_next_call_opens_it_again(opened):
    model = opened("honest")
    info, before = model.info, model._host.pid
    model.kill()
    assert model.info == info
    assert len(model.predict(ROWS)[0]) == 40
    assert model._host.pid != before


def test_closed_model_leaves_no_folder_and_no_process(opened):
    model = opened("honest")
    host = model._host
    model.close()
    assert not host.exchange.exists()
    assert not psutil.pid_exists(host.pid)
    assert failure(model.predict, ROWS).code == "host.stopped"


def test_spare_is_replaced_after_it_was_taken(tmp_path, fake_host):
    pool = HostPool(tmp_path, spare=True, target=fake_host.run)
    try:
        (tmp_path / "honest").write_bytes(b"x")
        taken = take(tmp_path / "honest", "fake")
        model = pool.open(taken, report_on(taken))
        assert pool._spare is not None
        model.kill()
        model.predict(ROWS)
        assert pool._spare is not None
    finally:
        pool.close()


def test_more_memory_than_allowed_ends_the_host(tmp_path, fake_host):
    pool = HostPool(tmp_path, spare=False, memory=1 << 20, target=fake_host.run)
    try:
        (tmp_path / "hangs").write_bytes(b"x")
        taken = take(tmp_path / "hangs", "fake")
        error = failure(pool.open, taken, report_on(taken))
        assert error.code == "host.memory"
    finally:
        pool.close()


def test_sampling_model_is_reported_as_not_deterministic(opened):
    model = opened("random")
    assert model.is_deterministic(ROWS) is False
    assert model.info.deterministic is False
    assert "model.not_deterministic" in {note.code for note in model.info.notes}


def test_model_that_depends_on_row_order_is_not_deterministic(opened):
    assert opened("honest").is_deterministic(ROWS) is False  # answers by position


def test_steady_model_is_deterministic(opened):
    model = opened("constant")
    assert model.is_deterministic(ROWS) is True
    assert model.info.deterministic is True


def test_forbidden_file_is_not_opened(pool, tmp_path):
    (tmp_path / "m").write_bytes(b"x")
    taken = take(tmp_path / "m", "fake")
    error = failure(pool.open, taken, report_on(taken, Light.FORBIDDEN))
    assert error.code == "host.forbidden"


def test_red_file_is_not_opened_where_nothing_holds_it_in(pool, tmp_path):
    (tmp_path / "m").write_bytes(b"x")
    taken = take(tmp_path / "m", "fake")
    error = failure(pool.open, taken, report_on(taken, Light.RED))
    assert error.code == "host.no_sandbox"
    assert not pool.sealed
