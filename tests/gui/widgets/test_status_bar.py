"""The line at the bottom: which job it tells of."""

from __future__ import annotations

from engine.contracts.events import PREEMPTED, Progressed, Started
from engine.contracts.requests import Run
from tests.gui.support import make_window


def test_a_job_that_stepped_aside_is_not_told_in_the_place_of_the_one_at_work(
    qtbot, monkeypatch, tmp_path
):
    made = make_window(qtbot, monkeypatch, tmp_path)
    status, process = made.window.status, made.process()
    process.silent = (Run,)
    first, second = (
        made.context.engine.submit(Run(analysis=name), label=name)
        for name in ("slow", "quick")
    )
    process.tell(
        Started(first.id),
        Progressed(first.id, 0, 0, PREEMPTED),
        Started(second.id),
        Progressed(second.id, 1, 2, "model.scoring"),
    )
    qtbot.waitUntil(lambda: status.text.text().startswith("quick"))
    assert "Scoring rows" in status.text.text()
    status.cancel.click()
    assert second.cancelling
    assert not first.cancelling
