"""The window is closed in the middle of a job: quickly, and nothing written is lost."""

from __future__ import annotations

import os
import time

import psutil
import pytest

from engine.case.store import CaseStore
from engine.contracts import requests as r
from engine.contracts.model import RecordedScores
from gui.app import arguments_of, build
from tests.support.small_case import frame

CLOSES_WITHIN_S = 5.0
WAIT = 60_000
ALL = ("open", "predict", "view", "columns", "export", "inspect", "recognise")
ALL += ("summary", "thresholds", "reliability")
KINDS = ALL if os.environ.get("TRASLUZ_SOAK") else ("predict", "export", "thresholds")


def request(kind, folder):
    rows = str(folder / "rows.csv")
    made = {
        "open": r.OpenData(paths=(rows,)),
        "predict": r.Predict(target="outcome"),
        "view": r.OpenView(sort=(("x1", True),)),
        "columns": r.Summarise(columns=("x1", "x2")),
        "export": r.Export(view=1, columns=("x1",), path=str(folder / "out.xlsx")),
        "inspect": r.Inspect(path=rows),
        "recognise": r.Recognise(paths=(rows,)),
    }
    return made.get(kind) or r.Run(analysis=kind)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", KINDS)
def test_a_window_closes_in_the_middle_of_a_job(qtbot, tmp_path, monkeypatch, kind):
    monkeypatch.setenv("HOME", str(tmp_path))
    frame(60_000).to_csv(tmp_path / "rows.csv", index=False)
    window = build(arguments_of(["--language", "en"]), ask=False)
    qtbot.addWidget(window)
    window.show()
    case, engine = window.context.case, window.context.engine
    qtbot.waitUntil(lambda: engine.state == "ready", timeout=WAIT)
    case.path = str(tmp_path / "case.trasluz")
    case.open_data((str(tmp_path / "rows.csv"),), then_match=False)
    qtbot.waitUntil(lambda: case.data is not None, timeout=WAIT)
    case.path = str(tmp_path / "case.trasluz")
    case.use_scores(RecordedScores(scores=("p_yes",)))
    case.predict(target="outcome", positive="yes")
    qtbot.waitUntil(lambda: case.scores is not None, timeout=WAIT)
    view = []
    engine.submit(r.OpenView(), on_result=view.append)
    qtbot.waitUntil(lambda: bool(view), timeout=WAIT)
    children = [
        child
        for child in psutil.Process().children(recursive=True)
        if "resource_tracker" not in " ".join(child.cmdline())  # Python's own
    ]
    assert children
    case.add_note("written in the last moment")
    ended = []
    engine.submit(request(kind, tmp_path), on_result=ended.append)
    begun = time.monotonic()
    assert window.close()
    assert time.monotonic() - begun <= CLOSES_WITHIN_S * max(
        1.0, os.getloadavg()[0] / 2
    )
    _gone, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, "an engine or a model host outlived the window"
    store = CaseStore(tmp_path / "case.trasluz")
    assert not store.notes
    assert "written in the last moment" in store.load().notes
    store.close()
    out = tmp_path / "out.xlsx"
    assert not out.exists() or out.read_bytes()[-22:-18] == b"PK\x05\x06"
