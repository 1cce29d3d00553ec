"""The shell: what is dropped, shown, arranged, restored, and what survives a crash."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox

from engine.contracts.case import CaseFile, CaseOpened, FileRecipe
from engine.contracts.dataset import Note, Part
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError, ErrorInfo
from engine.contracts.events import HostState, Started, Warned
from engine.contracts.layers import LAYERS
from engine.contracts.predictions import RowScores
from engine.contracts.requests import (
    Inspect,
    LocateFiles,
    OpenCase,
    OpenData,
    OpenModel,
    Predict,
    Recognise,
    SaveCase,
    SetBuckets,
)
from engine.contracts.results import Recognised, RecognisedFile
from engine.contracts.selection import Range, cell
from gui.dialogs.match import MatchDialog
from gui.dialogs.reading_options import ReadingOptions
from gui.main_window import MainWindow
from gui.services import autosave
from tests.gui.support import AnsweringProcess, open_small, shown


def drop(window, *paths: str) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    event = QDropEvent(
        QPointF(100, 100),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def test_an_empty_window_offers_a_place_to_drop_and_nothing_else(made) -> None:
    assert made.window.pages.currentWidget() is made.window.empty
    assert not made.window.docks.panels
    chips = (made.window.case_bar.model, made.window.case_bar.data)
    assert not any(chip.isVisible() for chip in chips)


def test_a_recent_case_is_listed_with_the_files_it_has_now(made, qtbot) -> None:
    open_small(made, qtbot)
    path = made.case.suggested_path()
    qtbot.waitUntil(lambda: path in (made.context.settings.preferences.contents or {}))
    known = made.context.settings.preferences.contents
    assert known[path] == "a.data · b.model"
    made.case.open_model("/other.model", then_match=False)
    qtbot.waitUntil(
        lambda: (
            made.context.settings.preferences.contents[path] == "a.data · other.model"
        )
    )


def test_files_that_are_nothing_leave_the_place_to_drop(made, qtbot) -> None:
    made.engine.store.answers[Recognise] = lambda request: Recognised(
        files=tuple(
            RecognisedFile(path=path, what="none", format="") for path in request.paths
        )
    )
    made.window.open_paths(["/a.txt"])
    assert made.window.empty.words.text() == "Opening a.txt…"
    qtbot.waitUntil(lambda: made.window.empty.words.text().startswith("Drop"))
    assert not made.window.empty.busy.isVisible()


def test_enter_presses_the_button_that_has_the_focus(made, qtbot) -> None:
    window = made.window
    window.show()
    window.activateWindow()
    pressed = []
    window.empty.demo_requested.disconnect()
    window.empty.demo_requested.connect(lambda: pressed.append("demo"))
    window.empty.demo_button.setFocus()
    qtbot.keyClick(window.empty.demo_button, Qt.Key.Key_Return)
    assert pressed == ["demo"]


def test_redo_has_the_keys_of_both_habits(made) -> None:
    action = made.window.findChild(QAction, "edit.redo")
    keys = [key.toString() for key in action.shortcuts()]
    assert keys == ["Ctrl+Shift+Z", "Ctrl+Y"]


def test_dropped_files_end_in_the_match_sheet(made, qtbot) -> None:
    drop(made.window, "/some/a.data", "/some/b.model")
    qtbot.waitUntil(lambda: bool(made.window.findChildren(MatchDialog)))
    assert made.process().requests(Recognise)[0].paths == (
        "/some/a.data",
        "/some/b.model",
    )
    sheet = made.window.findChildren(MatchDialog)[-1]
    qtbot.waitUntil(sheet.accept_button.isEnabled)
    sheet.accept_button.click()
    qtbot.waitUntil(lambda: made.case.scores is not None)
    assert made.window.docks.current == "errors"


def test_a_file_that_could_be_read_otherwise_is_asked_about(made, qtbot) -> None:
    window, error = made.window, ErrorInfo(code="data.ragged_rows")
    refused = []
    made.context.engine.submit = lambda request, **on: refused.append((request, on))
    made.case.open_data(("/a.csv",), Part.REFERENCE)
    refused.pop()[1]["on_error"](error)
    assert window.notices.offer.text() == "Reading options…"
    window.notices.offer.click()
    assert not window.notices.isVisible()
    dialog = window.findChildren(ReadingOptions)[-1]
    dialog.separator.setCurrentIndex(dialog.separator.findData(";"))
    dialog.accept()
    request = refused.pop()[0]
    assert (request.paths, request.part) == (("/a.csv",), Part.REFERENCE)
    assert request.options.separator == ";"
    window.context.notify.info("something else")
    assert not window.notices.offer.isVisible()


def test_after_the_first_predictions_the_errors_are_shown(made, qtbot) -> None:
    open_small(made, qtbot)
    qtbot.waitUntil(lambda: "predictions" in shown(made.window))
    assert shown(made.window) == {
        "confusion",
        "buckets",
        "predictions",
        "threshold",
        "reliability",
    }


def test_a_perspective_that_does_not_apply_says_why(made, qtbot) -> None:
    buttons = made.window.rail._buttons
    assert not buttons["errors"].isEnabled()
    assert "Open a data set" in buttons["errors"].toolTip()
    open_small(made, qtbot)
    assert buttons["thresholds"].isEnabled()
    assert buttons["thresholds"].toolTip() == ""


def test_a_crash_restores_the_case_and_says_so(made, qtbot) -> None:
    open_small(made, qtbot)
    made.context.decision.set(Decision(positive="bad", threshold=0.3), "test")
    first = made.process()
    AnsweringProcess.silent = (Predict,)  # something is running when it dies
    made.case.predict(target="status", positive="bad")
    AnsweringProcess.silent = ()
    with qtbot.waitSignal(made.case.predictions_changed):
        first.crash()
    recipe_of_it = (OpenData, OpenModel, Predict)
    asked = [type(getattr(m, "request", m)) for m in made.process().sent]
    assert [kind for kind in asked if kind in recipe_of_it] == list(recipe_of_it)
    assert [n.level for n in made.notices] == ["error", "error", "info"]
    assert made.case.data is not None
    assert made.context.decision.decision.threshold == 0.3
    assert made.window.notices.isVisible()


def test_a_job_without_news_is_said_to_be_still_working_and_can_be_cancelled(
    made, qtbot
) -> None:
    open_small(made, qtbot)
    AnsweringProcess.silent = (Predict,)
    job = made.context.engine.submit(Predict(target="status"), label="Predicting")
    AnsweringProcess.silent = ()
    made.process().tell(Started(job.id))
    status = made.window.status
    qtbot.waitUntil(lambda: status.text.text() != "" and status.cancel.isVisible())
    assert "still working" not in status.text.text()
    engine = made.context.engine  # what the administrator's policy says
    engine.ready = msgspec.structs.replace(engine.ready, silent_seconds=0.5)
    qtbot.waitUntil(lambda: "still working" in status.text.text())
    assert status.cancel.isVisible()


def test_a_crash_between_jobs_is_said_too(made, qtbot) -> None:
    with qtbot.waitSignal(made.context.engine.restarted):
        made.process().crash()
    assert [notice.level for notice in made.notices] == ["error"]


def test_what_changes_is_saved_in_one_state(made, qtbot, monkeypatch) -> None:
    open_small(made, qtbot)
    made.context.selection.select(cell("bad", "good"), "test")
    made.context.decision.set(Decision(positive="bad", threshold=0.4), "test")
    made.case.set_current_row(5)
    with qtbot.waitSignal(made.window.autosave.saved):
        made.window.autosave.save()
    state = made.process().requests(SaveCase)[-1].case
    assert state.selection == cell("bad", "good")
    assert (state.decision.threshold, state.current_row) == (0.4, 5)
    assert state.perspective == made.window.docks.current
    assert state.layout
    assert made.window.status.saved.text()


def test_a_case_opened_for_reading_is_never_written(made, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(autosave, "DELAY_MS", 1)
    opened = CaseOpened(path="/c", case=CaseFile(data=(recipe(),)), read_only=True)
    made.case.accept_case(opened)
    made.window.autosave.save()
    assert not made.process().requests(SaveCase)


def recipe() -> FileRecipe:
    return FileRecipe(paths=("/a.data",), sha256=("cd" * 32,))


def test_a_case_comes_back_as_it_was_left(made, qtbot) -> None:
    state = CaseFile(
        data=(recipe(),),
        model=FileRecipe(paths=("/b.model",), sha256=("ab" * 32,)),
        target="status",
        positive="bad",
        decision=Decision(positive="bad", threshold=0.2),
        selection=cell("bad", "good"),
        current_row=7,
        perspective="calibration",
    )
    made.engine.store.answers[OpenCase] = lambda request: CaseOpened(
        path=request.path, case=state
    )
    made.case.open_case("/c.trasluz")
    qtbot.waitUntil(lambda: made.case.scores is not None)
    qtbot.waitUntil(lambda: made.context.selection.mask is not None)
    assert made.window.docks.current == "calibration"
    assert made.context.decision.decision == state.decision
    assert made.context.selection.recipe == state.selection
    assert made.case.current_row == 7
    assert not made.context.undo.canUndo()
    assert made.context.settings.preferences.recent == ("/c.trasluz",)


def test_changed_files_can_be_looked_at_only(made, qtbot, monkeypatch) -> None:
    note = Note(
        code="case.file_changed",
        params={"file": "/a.data", "saved": "cdcdcd", "found": "efefef"},
    )
    made.engine.store.answers[OpenCase] = lambda request: CaseOpened(
        path=request.path, case=CaseFile(data=(recipe(),)), changed=(note,)
    )

    def look(box: QMessageBox) -> int:
        assert "/a.data" in box.text()
        button = next(b for b in box.buttons() if "Look" in b.text())
        button.click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", look)
    with qtbot.waitSignal(made.case.restored):
        made.case.open_case("/c.trasluz")
    assert made.case.read_only


def test_a_located_file_of_other_bytes_is_asked_about_again(
    made, qtbot, monkeypatch
) -> None:
    gone = Note(code="case.file_gone", params={"file": "/a.data"})
    opened = CaseOpened(
        path="/c.trasluz", case=CaseFile(data=(recipe(),)), changed=(gone,)
    )
    differs = Note(
        code="case.file_changed",
        params={"file": "/b.data", "saved": "cdcdcd", "found": "efefef"},
    )
    made.engine.store.answers[OpenCase] = lambda _request: opened
    made.engine.store.answers[LocateFiles] = lambda request: msgspec.structs.replace(
        request.opened, changed=(differs,)
    )
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_: ("/b.data", "all files")
    )
    said = []

    def answer(box: QMessageBox) -> int:
        said.append(box.text())
        again, locate = (
            next(b for b in box.buttons() if word in b.text())
            for word in ("Compute again", "Locate")
        )
        assert again.isEnabled() is bool(len(said) - 1)
        (again if len(said) > 1 else locate).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    with qtbot.waitSignal(made.case.restored):
        made.case.open_case("/c.trasluz")
    assert made.process().requests(LocateFiles)[-1].places == {"/a.data": "/b.data"}
    assert "/b.data" in said[1]
    assert "cdcdcd" in said[1]
    assert "efefef" in said[1]
    assert not made.case.read_only


def test_a_case_open_for_reading_says_so_and_can_be_saved_elsewhere(
    made, qtbot
) -> None:
    opened = CaseOpened(path="/c", case=CaseFile(data=(recipe(),)), read_only=True)
    made.case.accept_case(opened)
    assert "read-only" in made.window.status.saved.text()
    with qtbot.waitSignal(made.window.autosave.saved):
        made.window.autosave.save_as("/copy.trasluz")
    assert made.process().requests(SaveCase)[-1].path == "/copy.trasluz"


def test_further_data_are_asked_about(made, qtbot, monkeypatch) -> None:
    open_small(made, qtbot)
    before = len(made.process().requests(Predict))

    def reference(box: QMessageBox) -> int:
        next(b for b in box.buttons() if "Training" in b.text()).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", reference)
    drop(made.window, "/train.data")
    qtbot.waitUntil(lambda: len(made.process().requests(Predict)) > before)
    assert made.process().requests(OpenData)[-1].part is Part.REFERENCE
    assert [file.part for file in made.case.file.data] == [
        Part.EVALUATION,
        Part.REFERENCE,
    ]


def test_one_look_at_a_menu_does_not_kill_a_shortcut(made, qtbot) -> None:
    undo = made.window.findChild(QAction, "edit.undo")
    made.window._enable_actions()
    assert not undo.isEnabled()
    made.window._enable_actions(every=True)
    open_small(made, qtbot)
    made.context.decision.set(Decision(positive="bad", threshold=0.1), "test")
    undo.trigger()
    assert made.context.decision.decision.threshold is None


def test_the_chips_say_what_is_open_and_selected(made, qtbot) -> None:
    open_small(made, qtbot)
    bar = made.window.case_bar
    assert "m.skops" in bar.model.accessibleDescription()
    assert "400 evaluation" in bar.data.accessibleDescription()
    assert "bad if p ≥ 0.5" in bar.decision.accessibleDescription()
    assert not bar.selection.isVisible()
    made.context.selection.select(cell("bad", "good"), "test")
    qtbot.waitUntil(bar.selection.isVisible)
    assert "true bad, predicted good" in bar.selection._label.text()
    bar.selection.click()
    qtbot.waitUntil(lambda: not bar.selection.isVisible())


def test_names_of_files_are_shown_as_text(made, qtbot) -> None:
    hostile = "<img src=x>"
    made.case.data = msgspec.structs.replace(
        AnsweringProcess.case.store.result(OpenData(paths=("/a",))), name=hostile
    )
    made.case.data_changed.emit()
    assert "&lt;img" in made.window.case_bar.data._label.text()


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (("landlock 7", "seccomp"), "· sandboxed"),
        (("landlock 7",), "partly sandboxed"),
        ((), "offline"),
    ],
)
def test_the_status_says_what_keeps_the_model_in(made, qtbot, layers, words) -> None:
    with qtbot.waitSignal(made.context.engine.host_changed):
        made.process().tell(HostState("open", layers))
    assert made.window.status.state.text().endswith(words)
    told = made.window.status.state.toolTip()
    assert ("rlimits" in told) is bool(layers)
    assert "landlock" not in told
    made.process().tell(HostState("open", ("landlock 7", *LAYERS[1:])))
    qtbot.waitUntil(lambda: not made.window.status.state.toolTip())


def test_what_the_engine_says_of_no_job_is_shown(made, qtbot) -> None:
    with qtbot.waitSignal(made.context.engine.warned):
        made.process().tell(Warned(0, "host.works_unasked"))
    assert "without any request" in made.notices[-1].text


def test_regression_has_other_panels_and_no_threshold(made, qtbot) -> None:
    from engine.contracts.model import ScoreKind, Task

    scores = made.engine.scores
    numbers = scores.score.copy()
    made.engine.store.answers[Predict] = lambda _request: RowScores(
        task=Task.REGRESSION,
        classes=(),
        positive="",
        score_kind=ScoreKind.VALUE,
        truth=numbers,
        labels=numbers + 0.1,
        score=numbers + 0.1,
        provenance=scores.provenance,
    )
    open_small(made, qtbot)
    assert not made.window.rail._buttons["thresholds"].isEnabled()
    qtbot.waitUntil(lambda: "residuals" in shown(made.window))
    assert "confusion" not in shown(made.window)
    assert not made.window.case_bar.decision.isVisible()
    made.window.show_perspective("errors")
    qtbot.waitUntil(lambda: "buckets" in shown(made.window))
    assert not {"threshold", "reliability"} & set(shown(made.window))


def test_a_trial_brings_its_panel_to_the_front(made, qtbot) -> None:
    open_small(made, qtbot)
    qtbot.waitUntil(lambda: made.window.docks.current == "errors")
    made.case.set_current_row(0)
    made.case.try_out(0, {"x": 1.0})
    panel = made.window.docks.panels["what_if"]
    qtbot.waitUntil(panel.isVisible)
    assert panel._edits == {"x": 1.0}
    assert made.case.trial is None


def answering(monkeypatch, word):
    """Have every question answered with the button of a word; return the questions."""
    asked = []

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        next(b for b in box.buttons() if word in b.text()).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return asked


def sheets(window) -> int:
    return len([d for d in window.findChildren(MatchDialog) if d.isVisible()])


def test_data_and_a_model_on_an_open_case_begin_a_new_one_asked_once(
    made, qtbot, monkeypatch
) -> None:
    open_small(made, qtbot)
    qtbot.waitUntil(lambda: bool(made.case.path))
    first = made.case.path
    made.case.save_bucket("young", Range("age", None, 25))
    asked = answering(monkeypatch, "New case")
    seen = []
    made.case.match_needed.connect(lambda: seen.append(made.case.model.name))
    drop(made.window, "/new.data", "/new.model")
    qtbot.waitUntil(lambda: sheets(made.window) == 1)
    assert asked == ["Begin a new case with new.data, new.model?"]
    assert len(seen) == 1  # one sheet, once both are there
    assert [file.paths for file in made.case.file.data] == [("/new.data",)]
    assert made.case.file.model.paths == ("/new.model",)
    assert made.case.path != first
    assert made.case.scores is None
    assert made.case.buckets == {}
    assert not made.context.undo.canUndo()
    assert made.process().requests(SetBuckets)[-1].buckets == {}


def test_who_says_no_keeps_the_case_as_it_is(made, qtbot, monkeypatch) -> None:
    open_small(made, qtbot)
    before = made.case.file
    for files in (("/new.data", "/new.model"), ("/new.model",)):
        asked = answering(monkeypatch, "Cancel")
        n = len(made.process().requests(OpenModel))
        drop(made.window, *files)
        qtbot.waitUntil(lambda asked=asked: len(asked) == 1)
        qtbot.wait(20)
        assert len(made.process().requests(OpenModel)) == n
        assert made.case.file == before
        assert made.case.scores is not None


@pytest.mark.parametrize("kind", [OpenData, Inspect])
def test_what_cannot_be_opened_takes_nothing_away(
    made, qtbot, monkeypatch, kind
) -> None:
    open_small(made, qtbot)
    qtbot.waitUntil(lambda: bool(made.case.path))
    before = made.case.file, made.case.path, made.case.scores

    def refused(_request):
        raise EngineError("engine.disk_full", folder="/cache")

    monkeypatch.setitem(made.engine.store.answers, kind, refused)
    answering(monkeypatch, "New case")
    made.notices.clear()
    drop(made.window, "/new.data", "/new.model")
    qtbot.waitUntil(lambda: bool(made.notices))
    assert "The disk is full" in made.notices[0].text
    assert (made.case.file, made.case.path, made.case.scores) == before


def test_another_model_alone_keeps_the_data_and_the_case_so_far(
    made, qtbot, monkeypatch
) -> None:
    open_small(made, qtbot)
    qtbot.waitUntil(lambda: bool(made.case.path))
    first = made.case.path
    asked = answering(monkeypatch, "Replace the model")
    drop(made.window, "/new.model")
    qtbot.waitUntil(lambda: sheets(made.window) == 1)
    assert asked == ["Use new.model in the place of m.skops?"]
    assert made.case.file.model.paths == ("/new.model",)
    assert [file.paths for file in made.case.file.data] == [("/a.data",)]
    assert made.case.path != first


def test_a_window_of_a_screen_that_is_gone_comes_up_on_one_that_is_there(
    made, qtbot
) -> None:
    window = made.window
    window.move(40_000, 40_000)
    window.context.settings.update(geometry=bytes(window.saveGeometry().data()))
    window.move(0, 0)
    again = MainWindow(window.context, ask=False)
    qtbot.addWidget(again)
    again.show()
    room = again.screen().availableGeometry()
    assert room.contains(again.geometry().topLeft())
