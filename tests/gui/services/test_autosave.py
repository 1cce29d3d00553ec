from __future__ import annotations

import msgspec
import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox

from engine.contracts.case import CaseFile, CaseOpened, FileRecipe
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.requests import OpenCase, OpenData, SaveCase
from engine.contracts.results import Done
from gui.services import autosave
from tests.gui.support import make_window, open_small

FULL = EngineError("case.unwritable", file="/c.trasluz", why="No space left on device")


@pytest.fixture
def made(qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(autosave, "DELAY_MS", 20)
    monkeypatch.setattr(autosave, "FIRST_RETRY_MS", 30)
    made = make_window(qtbot, monkeypatch, tmp_path)
    open_small(made, qtbot)
    return made


class Disk:
    """Answers saves: refused while it is full."""

    def __init__(self, made) -> None:
        self.error: EngineError | None = None
        self.tries = 0
        self.kept: dict[str, CaseFile] = {}
        made.engine.store.answers[SaveCase] = self.save

    def save(self, request: SaveCase) -> Done:
        self.tries += 1
        if self.error is not None:
            raise self.error
        self.kept[request.path] = request.case
        return Done()


def shown_on_closing(monkeypatch, *words: str) -> list[str]:
    """Answer the boxes that come one after the other; return what they said."""
    said: list[str] = []

    def answer(box: QMessageBox) -> int:
        said.append(f"{box.text()} {box.informativeText()}")
        word = words[len(said) - 1]
        next(b for b in box.buttons() if word in b.text()).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return said


def closed(made) -> bool:
    event = QCloseEvent()
    made.window.closeEvent(event)
    return event.isAccepted()


def test_a_failed_save_is_tried_again_without_another_change(made, qtbot) -> None:
    disk = Disk(made)
    disk.error = FULL
    made.case.remember(notes="seen")
    qtbot.waitUntil(lambda: disk.tries >= 3)
    assert made.window.autosave.is_unsaved
    assert "not saved" in made.window.status.saved.text()
    assert "No space left" in made.window.status.saved.toolTip()
    assert [n.level for n in made.notices] == ["error"], "said once, not at every try"
    assert made.notices[0].offer
    disk.error = None
    with qtbot.waitSignal(made.window.autosave.saved):
        pass
    assert disk.kept[made.case.path].notes == "seen"
    assert not made.window.autosave.is_unsaved
    assert made.notices[-1].level == "info"
    assert made.window.status.saved.text().startswith("saved")


def test_tries_come_at_longer_and_longer_intervals(made, qtbot, monkeypatch) -> None:
    waits: list[int] = []
    disk = Disk(made)
    disk.error = FULL
    monkeypatch.setattr(autosave, "FIRST_RETRY_MS", 2_000)
    again = made.window.autosave._again
    monkeypatch.setattr(again, "start", waits.append)
    while len(waits) < 8:  # a save asked for during another is part of that one
        made.window.autosave.save()
        qtbot.waitUntil(lambda: made.window.autosave._job is None)
    assert waits == [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]


def test_a_change_during_a_save_is_written_too(made, qtbot) -> None:
    disk = Disk(made)
    made.case.remember(notes="one")
    made.window.autosave.save()
    made.case.remember(notes="two")
    assert made.window.autosave.finish()
    assert disk.kept[made.case.path].notes == "two"


def test_what_waits_for_long_is_said(made, qtbot, monkeypatch) -> None:
    made.window.autosave._late.setInterval(5)
    made.window.autosave._soon.setInterval(10_000)
    made.case.remember(notes="seen")
    qtbot.waitUntil(lambda: "not saved yet" in made.window.status.saved.text())


def test_closing_offers_another_place_and_saves_there(made, qtbot, monkeypatch) -> None:
    disk = Disk(made)
    disk.error = FULL
    made.case.remember(notes="seen")
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: ("/other.trasluz", "")
    )

    def free_elsewhere(request: SaveCase) -> Done:
        if request.path != "/other.trasluz":
            raise FULL
        disk.kept[request.path] = request.case
        return Done()

    made.engine.store.answers[SaveCase] = free_elsewhere
    said = shown_on_closing(monkeypatch, "Save as")
    assert closed(made)
    assert "No space left on device" in said[0]
    assert disk.kept["/other.trasluz"].notes == "seen"
    assert made.case.path == "/other.trasluz"


def test_closing_can_be_cancelled_tried_again_or_lose_the_changes(
    made, monkeypatch
) -> None:
    disk = Disk(made)
    disk.error = FULL
    made.case.remember(notes="seen")
    said = shown_on_closing(monkeypatch, "Try again", "Cancel")
    assert not closed(made)
    assert len(said) == 2
    assert made.context.engine.state == "ready"
    assert made.window.autosave.is_unsaved
    shown_on_closing(monkeypatch, "Close without")
    assert closed(made)


def test_closing_asks_nothing_where_all_is_saved(made, monkeypatch) -> None:
    Disk(made)
    made.case.remember(notes="seen")
    said = shown_on_closing(monkeypatch)
    assert closed(made)
    assert not said


def test_another_place_that_fails_leaves_the_case_where_it_was(made, qtbot) -> None:
    disk = Disk(made)
    made.window.autosave.save()
    qtbot.waitUntil(lambda: not made.window.autosave.is_unsaved)
    before = made.case.path
    disk.error = FULL
    made.window.autosave.save_as("/nowhere/copy.trasluz")
    qtbot.waitUntil(lambda: made.window.autosave.error is not None)
    assert made.case.path == before
    disk.error = None
    with qtbot.waitSignal(made.window.autosave.saved):
        pass
    assert set(disk.kept) == {before}


def test_another_case_is_not_opened_over_changes_that_would_be_lost(
    made, qtbot, monkeypatch
) -> None:
    disk = Disk(made)
    disk.error = FULL
    made.case.remember(notes="seen")
    shown_on_closing(monkeypatch, "Cancel")
    made.case.open_case("/other.trasluz")
    assert not made.process().requests(OpenCase)
    shown_on_closing(monkeypatch, "Close without")
    with qtbot.waitSignal(made.case.restored):
        made.case.open_case("/other.trasluz")
    assert made.window.autosave.error is None


def test_other_data_are_not_opened_over_changes_that_would_be_lost(
    made, monkeypatch
) -> None:
    disk = Disk(made)
    disk.error = FULL
    made.case.remember(notes="seen")
    before = len(made.process().requests(OpenData))
    shown_on_closing(monkeypatch, "Cancel", "Close without")
    made.case.open_data(("/other.data",))
    assert len(made.process().requests(OpenData)) == before
    made.case.open_data(("/other.data",))
    assert len(made.process().requests(OpenData)) == before + 1


def read_only_case(*codes: str) -> CaseOpened:
    recipe = FileRecipe(paths=("/a.data",), sha256=("cd" * 32,))
    return CaseOpened(
        path="/c.trasluz",
        case=CaseFile(data=(recipe,)),
        read_only=True,
        notes=tuple(Note(code=code, params={"file": "c.trasluz"}) for code in codes),
    )


def test_why_a_case_is_read_only_and_what_is_lost_is_said(made) -> None:
    made.case.accept_case(read_only_case("case.damaged_read_only", "case.lost.notes"))
    notice = next(n for n in made.notices if "c.trasluz" in n.text)
    assert "damaged" in notice.text
    assert "Lost: the notes." in notice.text
    assert "backup" in notice.advice
    assert notice.taken is not None
    assert "read-only" in made.window.status.saved.text()


def test_changes_to_a_read_only_case_are_not_lost_silently(
    made, qtbot, monkeypatch
) -> None:
    made.case.accept_case(read_only_case("case.open_elsewhere"))
    assert not made.window.autosave.is_unsaved
    said = shown_on_closing(monkeypatch, "Cancel")
    made.case.remember(perspective="errors")
    assert not made.window.autosave.is_unsaved, "nothing that anybody would miss"
    made.case.remember(notes="mine")
    assert not closed(made)
    assert "reading only" in said[0]
    made.window.autosave.save_as("/copy.trasluz")
    qtbot.waitUntil(lambda: made.case.path == "/copy.trasluz")
    assert not made.case.read_only


def test_a_name_that_another_window_took_first_is_replaced_by_a_free_one(
    made, qtbot, monkeypatch
) -> None:
    names = iter(["/one.trasluz", "/two.trasluz"])
    monkeypatch.setattr(made.case, "suggested_path", lambda: next(names))
    disk = Disk(made)
    made.case.path = ""

    def save(request: SaveCase) -> Done:
        if request.path == "/one.trasluz":
            raise EngineError("case.read_only", file="one.trasluz")
        return disk.save(request)

    made.engine.store.answers[SaveCase] = save
    made.case.remember(notes="seen")
    qtbot.waitUntil(lambda: "/two.trasluz" in disk.kept)
    assert made.case.path == "/two.trasluz"
    assert not made.notices


def test_an_answer_about_a_case_that_was_left_changes_nothing(made) -> None:
    left = made.window.autosave._n_opened
    made.case.accept_case(msgspec.structs.replace(read_only_case(), read_only=False))
    made.window.autosave._elsewhere = "/old.trasluz"
    made.window.autosave._written("/old.trasluz", left)
    assert made.case.path == "/c.trasluz"
