from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from gui.services import counting
from gui.services.counting import Counter


class Rows:
    def __init__(self, n_rows):
        self.n_rows, self.seen = n_rows, []

    def count(self, rows):
        self.seen += range(self.n_rows)[rows]


@pytest.fixture
def counter(monkeypatch, qapp):
    monkeypatch.setattr(counting, "SLICE", 10)
    parent = QObject()
    made = Counter(parent)
    made.parent_kept = parent
    return made


def test_few_rows_are_counted_at_once(counter):
    told = []
    counter.counted.connect(told.append)
    rows = Rows(10)
    counter.start(rows)
    assert told == [rows]
    assert rows.seen == list(range(10))


def test_many_rows_are_counted_once_each_over_several_turns(counter, qtbot):
    told = []
    counter.counted.connect(told.append)
    rows = Rows(35)
    counter.start(rows)
    assert not told
    qtbot.waitUntil(lambda: told == [rows])
    assert rows.seen == list(range(35))


def test_the_last_one_wins(counter, qtbot):
    told = []
    counter.counted.connect(told.append)
    first, second = Rows(95), Rows(25)
    counter.start(first)
    counter.start(second)
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(20)
    assert told == [second]
    assert second.seen == list(range(25))


def test_stopping_leaves_nothing_to_be_told(counter, qtbot):
    told = []
    counter.counted.connect(told.append)
    counter.start(Rows(95))
    counter.stop()
    qtbot.wait(20)
    assert not told
