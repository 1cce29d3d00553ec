"""The six states of a panel, and answers that come too late."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import ClassVar

import pytest
from PySide6.QtWidgets import QLabel

from engine.contracts.case import CaseFile, FileRecipe
from engine.contracts.decision import Decision
from engine.contracts.errors import ErrorInfo
from engine.contracts.events import Progressed
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from gui.panel import Panel, State
from gui.panel_frame import About
from tests.gui.panels.small_case import small_case


class Waiting:
    """An engine that answers when the test says so; keeps every job."""

    def __init__(self, engine) -> None:
        self.restarted = engine.restarted
        self.jobs = []

    def submit(self, request, **callbacks):
        job = SimpleNamespace(
            request=request,
            cancelling=False,
            held=False,
            progress=None,
            started=True,
            **callbacks,
        )
        job.cancel = lambda: setattr(job, "cancelling", True)
        self.jobs.append(job)
        return job

    def set_priority(self, job, *, in_background):
        job.in_background = in_background

    def hold(self, job, *, held):
        job.held = held


class Example(Panel):
    ID = "example"
    TITLE = "Example"
    ABOUT = About(what="What", how="How", misleads="<b>When</b>", source="Source")
    FOLLOWS: ClassVar = frozenset({"predictions", "decision", "selection", "row"})

    why: ClassVar[str | None] = None

    def build_body(self):
        self.label = QLabel()
        self.calls = []
        return self.label

    def reason(self):
        return self.why

    def request(self):
        return Run(analysis="summary")

    def show_result(self, result):
        self.calls.append("result")
        self.label.setText(result.words)

    def follow_decision(self, decision):
        self.calls.append("decision")

    def follow_selection(self):
        self.calls.append("selection")

    def reading(self):
        return f"It says <b>{self.label.text()}</b>."


def answer(words):
    return SimpleNamespace(
        words=words, provenance=Provenance(n_used=7, n_total=9, elapsed=0.25)
    )


@pytest.fixture
def made(qtbot):
    case = small_case()
    engine = Waiting(case.engine)
    case.panel = Example(dataclasses.replace(case.context, engine=engine))
    case.engine = engine
    qtbot.addWidget(case.panel)
    case.panel.resize(400, 300)
    case.panel.show()
    qtbot.waitUntil(lambda: bool(engine.jobs))
    yield case
    Example.why = None


def shows(panel) -> str:
    page = panel._page
    return "body" if panel._stack.currentWidget() is panel._body else page._text.text()


def test_a_short_job_just_appears(made) -> None:
    assert made.panel.state is State.EMPTY
    made.engine.jobs[0].on_result(answer("four"))
    assert made.panel.state is State.READY
    assert made.panel._reading.text() == "It says <b>four</b>."
    assert "7 of 9 rows" in made.panel._badge.text()
    assert made.panel.calls == ["result", "decision", "selection"]


def test_a_long_job_shows_that_it_runs_and_how_far(made, qtbot) -> None:
    qtbot.waitUntil(lambda: made.panel.state is State.RUNNING)
    made.panel.progressed(
        made.engine.jobs[0], Progressed(1, 30, 100, "case.comparing", 6.0)
    )
    page = made.panel._page
    assert (page._bar.value(), page._advice.text()) == (300, "6 s left")
    page._cancel.click()
    assert made.engine.jobs[0].cancelling
    made.engine.jobs[0].on_cancelled()
    assert made.panel.state is State.EMPTY
    assert "Stopped" in shows(made.panel)


def test_a_job_that_waits_for_others_says_so_until_it_has_begun(made, qtbot) -> None:
    job = made.engine.jobs[0]
    job.started = False
    qtbot.waitUntil(lambda: made.panel.state is State.RUNNING)
    assert shows(made.panel) == "Queued…"
    job.started = True
    made.panel.started(job)
    assert shows(made.panel) == "Working…"


def test_a_time_left_that_has_passed_is_not_said_any_more(made, qtbot) -> None:
    qtbot.waitUntil(lambda: made.panel.state is State.RUNNING)
    job = made.engine.jobs[0]
    made.panel.progressed(job, Progressed(1, 30, 100, "case.comparing", -1.45))
    page = made.panel._page
    assert page._advice.text() == "1 s left"
    qtbot.waitUntil(lambda: page._advice.text() == "")
    assert page._bar.value() == 300


def test_a_panel_that_does_not_apply_says_why(made, qtbot) -> None:
    Example.why = "It needs two classes."
    made.case.file = CaseFile(data=(FileRecipe(paths=("/a",), sha256=("",)),))
    made.panel.ask()
    qtbot.waitUntil(lambda: made.panel.state is State.UNSUPPORTED)
    assert shows(made.panel) == "It needs two classes."
    assert made.panel._badge.text() == ""


def test_a_failure_says_what_happened_and_can_be_tried_again(made, qtbot) -> None:
    made.engine.jobs[0].on_error(ErrorInfo(code="predict.not_yet", details="trace"))
    assert made.panel.state is State.FAILED
    assert "Nothing has been predicted" in shows(made.panel)
    assert "trace" not in shows(made.panel)
    made.panel._page._retry.click()
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 2)
    made.engine.jobs[1].on_result(answer("four"))
    assert made.panel.state is State.READY


def test_what_is_shown_stays_while_it_is_refreshed(made, qtbot) -> None:
    made.engine.jobs[0].on_result(answer("four"))
    made.panel.ask()
    qtbot.waitUntil(lambda: made.panel.state is State.STALE)
    assert shows(made.panel) == "body"
    made.engine.jobs[1].on_result(answer("five"))
    assert (made.panel.state, made.panel.label.text()) == (State.READY, "five")


def test_a_body_without_an_answer_does_not_hide_that_one_is_worked_out(
    made, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(Example, "request", lambda _: None)
    made.panel.ask()
    qtbot.waitUntil(lambda: shows(made.panel) == "body")
    monkeypatch.undo()
    made.panel.ask()
    qtbot.waitUntil(lambda: made.panel.state is State.RUNNING)
    assert shows(made.panel) == "Working…"


def test_a_new_question_cancels_the_old_one(made, qtbot) -> None:
    made.panel.ask()
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 2)
    assert made.engine.jobs[0].cancelling
    made.engine.jobs[0].on_cancelled()
    made.engine.jobs[1].on_result(answer("five"))
    assert made.panel.label.text() == "five"


def test_a_first_result_is_shown_and_then_refined(made) -> None:
    made.engine.jobs[0].on_partial(answer("about four"))
    assert made.panel.label.text() == "about four"
    made.engine.jobs[0].on_result(answer("four"))
    assert made.panel.label.text() == "four"


def test_a_drag_is_followed_at_once_and_asked_about_once(made, qtbot) -> None:
    made.engine.jobs[0].on_result(answer("four"))
    made.panel.calls.clear()
    for step in range(1, 6):
        made.decision.drag(Decision(positive="bad", threshold=step / 10), "slider")
    assert made.panel.calls == ["decision"] * 5
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 2)


def test_rows_that_are_only_passed_over_are_not_asked_about(made, qtbot) -> None:
    made.engine.jobs[0].on_result(answer("four"))
    for row in (1, 2, 3):
        made.case.set_current_row(row)
    qtbot.waitUntil(lambda: len(made.engine.jobs) > 1)
    assert not made.panel._settled.isActive()
    assert len(made.engine.jobs) == 2


def test_a_panel_out_of_sight_asks_nothing_until_it_is_back(made, qtbot) -> None:
    made.engine.jobs[0].on_result(answer("four"))
    made.panel.set_live(False)
    made.decision.drag(Decision(positive="bad", threshold=0.1), "slider")
    made.case.predictions_changed.emit()
    made.panel.ask()
    qtbot.waitUntil(lambda: not made.panel._soon.isActive())
    assert len(made.engine.jobs) == 1
    made.panel.set_live(True)
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 2)


def test_the_job_of_a_panel_out_of_sight_lets_others_go_first(made) -> None:
    (job,) = made.engine.jobs
    made.panel.set_live(False)
    assert job.in_background
    made.panel.set_live(True)
    assert not job.in_background
    job.on_result(answer("four"))
    made.panel.set_live(False)
    assert not job.in_background  # it has ended


@pytest.mark.parametrize("seen", [True, False])
def test_a_job_that_ended_because_the_case_changed_is_asked_again(
    made, qtbot, seen
) -> None:
    (job,) = made.engine.jobs
    made.panel.set_live(False)
    if seen:
        made.panel.set_live(True)
    job.on_cancelled()
    assert len(made.engine.jobs) == 1 + seen
    made.panel.set_live(True)
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 2)


def test_every_button_has_a_name(made) -> None:
    names = [button.accessibleName() for button in made.panel._buttons.values()]
    assert all(names)
    assert len(set(names)) == len(names)
    assert made.panel.accessibleName() == "Example"


def test_the_page_about_a_method_is_text_and_nothing_else(made) -> None:
    from gui.dialogs.about_method import about_text

    text = about_text(Example.ABOUT)
    assert "&lt;b&gt;When&lt;/b&gt;" in text
    assert "What it shows" in text


def explained(n, wanted):
    """Some of the rows that are to be explained."""
    provenance = Provenance(n_used=n, n_total=1000)
    return SimpleNamespace(
        words="", row_ids=range(n), n_wanted=wanted, provenance=provenance
    )


def test_first_figures_say_so_and_can_be_stopped_and_gone_on_with(made, qtbot) -> None:
    panel, job = made.panel, made.engine.jobs[-1]
    job.on_partial(explained(40, 1000))
    assert "so far 40 of 1,000 rows" in panel._badge.text()
    assert panel._foot.button.text() == "Stop"
    panel._foot.button.click()
    assert job.held
    panel.held(job)
    assert "Stopped at 40 of 1,000 rows." in panel._reading.text()
    assert "so far" not in panel._badge.text()
    assert panel._foot.button.text() == "Continue"
    job.on_partial(explained(60, 1000))  # the batch that was on its way
    assert "Stopped at 60 of 1,000 rows." in panel._reading.text()
    panel._foot.button.click()
    panel.held(job)
    assert not job.held
    assert "Stopped" not in panel._reading.text()
    job.on_result(explained(1000, 1000))
    assert "so far" not in panel._badge.text()
    assert panel._foot.button.isHidden()
    assert len(made.engine.jobs) == 1  # nothing began anew


def test_work_that_could_not_stand_still_is_stopped_and_begins_anew(
    made, qtbot
) -> None:
    panel, job = made.panel, made.engine.jobs[-1]
    job.on_partial(explained(40, 1000))
    job.held = True
    job.on_cancelled()
    assert "Stopped at 40 of 1,000 rows." in panel._reading.text()
    panel._foot.button.click()
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 2)


def test_figures_of_before_say_so_while_and_after_others_are_worked_out(
    made, qtbot
) -> None:
    panel = made.panel
    made.engine.jobs[-1].on_result(explained(1000, 1000))
    panel.ask()
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 2)
    assert "anew" not in panel._badge.text()  # a short job just appears
    assert "Stopped" not in panel._reading.text()  # nobody stopped it
    assert panel._foot.button.isHidden()
    qtbot.waitUntil(lambda: "being recomputed" in panel._badge.text())
    job = made.engine.jobs[-1]
    job.cancelling = True
    job.on_cancelled()
    assert "Stopped: the previous result is shown." in panel._reading.text()
    assert panel._foot.button.text() == "Continue"
    panel._foot.button.click()
    qtbot.waitUntil(lambda: len(made.engine.jobs) == 3)
    made.engine.jobs[-1].on_result(explained(1000, 1000))
    assert "Stopped" not in panel._reading.text()


def test_what_failed_first_is_said_in_the_panel_and_all_is_tried_again(
    made, qtbot, monkeypatch
) -> None:
    panel, case = made.panel, made.case
    case.failure = ErrorInfo(code="engine.disk_full", params={"folder": "/cache"})
    monkeypatch.setattr(Example, "why", "There are no predictions yet.")
    panel.ask()
    qtbot.waitUntil(lambda: panel.state is State.FAILED)
    assert panel._page._text.text().startswith("The disk is full")
    replayed = []
    monkeypatch.setattr(case, "replay", lambda: replayed.append(1))
    panel._page._retry.click()
    assert replayed


@pytest.mark.parametrize("predicting", [True, False])
def test_answers_that_are_being_worked_out_are_waited_for(made, predicting) -> None:
    made.engine.jobs[-1].on_result(explained(1000, 1000))
    made.case.predicting = predicting
    made.panel.ask()
    made.panel._ask_now()
    error = ErrorInfo(code="rows.not_predicted", params={"column": "@loss"})
    made.engine.jobs[-1].on_error(error)
    assert (made.panel.state is State.FAILED) is not predicting
