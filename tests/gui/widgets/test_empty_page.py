"""The start page: a place to drop files, and what is being opened."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QPushButton

from gui.widgets.empty_page import EmptyPage


class Engine(QObject):
    """Comes up when the test says so."""

    job_ended = Signal(object)
    state = "starting"
    jobs: tuple[object, ...] = ("looking",)

    def end(self, *left):
        self.jobs = left
        self.job_ended.emit(None)
        QApplication.processEvents()


@pytest.fixture
def page(qtbot):
    engine = Engine()
    made = EmptyPage(SimpleNamespace(engine=engine))
    made.engine = engine
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_opened_is_said_while_the_engine_comes_up(page):
    page.show_opening(["a.csv", "b.skops"])
    assert page.words.text() == "Opening a.csv, b.skops…"
    assert page.hint.text() == "The engine is starting."
    assert page.busy.isVisible()
    page.engine.state = "ready"
    page.engine.end("reading")  # the next job follows from the first
    assert page.words.text() == "Opening a.csv, b.skops…"
    page.engine.end()
    assert page.words.text() == "Drop a model and a data set here"
    assert not page.busy.isVisible()


def test_of_many_files_the_first_are_named(page):
    page.show_opening(["a", "b", "c", "d", "e"])
    assert page.words.text() == "Opening a, b, c and 2 more…"


def test_a_recent_case_is_said_to_be_opened(page, qtbot):
    page.show_recent([("/x/credit-1.trasluz", "credit-1 — R&D.csv · m.skops")])
    (button,) = (b for b in page.findChildren(QPushButton) if b.toolTip())
    assert button.text() == "credit-1 — R&&D.csv · m.skops"
    with qtbot.waitSignal(page.case_requested) as asked:
        button.click()
    assert asked.args == ["/x/credit-1.trasluz"]
    assert page.words.text() == "Opening credit-1…"
