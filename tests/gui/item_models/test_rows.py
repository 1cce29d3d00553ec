from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.contracts.dataset import Kind
from engine.contracts.errors import EngineError
from engine.contracts.requests import ReadRows
from gui.item_models.blocks import MAX_BLOCKS
from gui.item_models.rows import RowsModel
from gui.item_models.shown_columns import Look, ShownColumn
from tests.gui.item_models.stub_engine import StubEngine


def numbers(*names: str) -> tuple[ShownColumn, ...]:
    return tuple(
        ShownColumn(name=n, title=n, kind=Kind.NUMERIC, largest=1e6) for n in names
    )


@pytest.fixture
def engine() -> StubEngine:
    return StubEngine(n_rows=1_000_000)


def filled(engine: StubEngine, *names: str) -> RowsModel:
    model = RowsModel(engine)
    model.set_columns(numbers(*(names or ("a", "b"))))
    model.show_view(engine.view())
    engine.answer()
    return model


def test_that_the_model_obeys_qts_rules(engine, qtmodeltester):
    engine.n_rows = 50
    qtmodeltester.check(filled(engine), force_py=True)


def test_that_rows_in_sight_show_their_values(engine):
    model = filled(engine)
    assert model.rowCount() == 1_000_000
    assert model.cell(17, 0).text == "17"
    assert model.row_number(17) == 17
    assert model.data(model.index(17, 1)) == "17"


def test_that_rows_not_read_show_a_placeholder_until_they_arrive(engine):
    model = filled(engine)
    assert model.cell(500_000, 0).text == "…"
    model.need(500_000, 500_030, 0, 1)
    assert model.cell(500_000, 0).text == "…"
    engine.answer()
    assert model.cell(500_000, 0).text == "500,000"


def test_that_at_most_one_request_is_under_way_and_the_last_place_comes_next(engine):
    model = filled(engine)
    engine.asked.clear()
    for top in range(100_000, 200_000, 1_000):
        model.need(top, top + 30, 0, 1)
    assert len(engine.asked) == 1
    engine.answer()
    starts = [request.start for request in engine.asked]
    assert len(starts) <= 4
    assert all(abs(start - 199_000) < 500 for start in starts[1:])


def test_that_only_a_window_of_rows_and_columns_is_read(engine):
    filled(engine, *(f"c{i}" for i in range(100)))
    reads = [request for request in engine.asked if isinstance(request, ReadRows)]
    assert max(read.stop - read.start for read in reads) <= 512
    assert max(len(read.columns) for read in reads) <= 48


def test_that_memory_stays_bounded_on_a_long_scroll(engine):
    model = filled(engine)
    for top in range(0, 900_000, 3_000):
        model.need(top, top + 30, 0, 1)
        engine.answer()
    assert len(model._blocks) <= MAX_BLOCKS


def test_that_old_rows_stay_until_the_new_view_has_arrived(engine):
    model = filled(engine)
    model.show_view(engine.view(order=np.arange(999_999, -1, -1)))
    assert model.cell(0, 0).text == "0"
    engine.answer()
    assert model.cell(0, 0).text == "999,999"


def test_that_a_view_that_came_too_late_is_dropped(engine):
    model = filled(engine)
    model.show_view(engine.view(n_rows=10))
    model.show_view(engine.view(n_rows=20))
    engine.answer()
    assert model.rowCount() == 20


def test_that_an_empty_view_is_shown_as_empty(engine):
    model = filled(engine)
    model.show_view(engine.view(n_rows=0))
    assert model.rowCount() == 0


def test_that_a_failed_read_is_told_and_does_not_block(engine, qtbot):
    model = filled(engine)

    def refuse(_request):
        raise EngineError("data.gone")

    engine.answers[ReadRows] = refuse
    model.need(300_000, 300_030, 0, 1)
    with qtbot.waitSignal(model.failed):
        engine.answer()
    del engine.answers[ReadRows]
    model.need(300_000, 300_030, 0, 1)
    engine.answer()
    assert model.cell(300_000, 0).text == "300,000"


def test_that_missing_values_are_marked_and_muted(engine):
    engine.n_rows = 2
    engine.columns = {"a": np.array([np.nan, 1.5]), "b": [None, "x\ny"]}
    model = filled(engine)
    assert model.cell(0, 0) == (
        "missing", True, True, False, False, None, None,
    )  # fmt: skip
    assert model.cell(1, 0).text == "1.5"
    assert model.cell(1, 1).text == "x y"


class Answers:
    def __init__(self, wrong):
        self._wrong = wrong

    def truth(self, row):
        return "bad"

    def prediction(self, row):
        return "good" if self._wrong else "bad"

    def wrong(self, row):
        return self._wrong

    def confidence(self, row):
        return 0.97

    def score(self, row):
        return "0.970"


def test_that_answers_follow_at_once_without_the_engine(engine):
    model = RowsModel(engine)
    model.set_answers(Answers(wrong=True))
    model.set_columns(
        tuple(
            ShownColumn(name=n, title=n, kind=Kind.CATEGORICAL, look=look)
            for n, look in (
                ("@truth", Look.TRUTH),
                ("@prediction", Look.PREDICTION),
                ("@confidence", Look.CONFIDENCE),
            )
        )
    )
    model.show_view(engine.view())
    engine.answer()
    assert model.cell(3, 1).text == "good"
    assert model.cell(3, 1).wrong
    assert model.cell(3, 2).bar == pytest.approx(0.97)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.data(model.index(3, 1), role) == "good, wrong"
    before = len(engine.asked)
    model.set_answers(Answers(wrong=False))
    assert model.cell(3, 1).text == "bad"
    assert not model.cell(3, 1).wrong
    assert len(engine.asked) == before
