"""Rows of a session: selections, views, pseudo-columns, and what is written of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.contracts import requests as r
from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.results import Done
from engine.contracts.selection import Range, Rows, cell
from tests.support.sessions import frame_of, mask_of, rows_of


def test_a_cell_of_the_matrix_is_exactly_its_rows(recorded, small):
    frame = pd.read_parquet(small.table)
    mask = mask_of(recorded, cell("yes", "no"))
    assert np.array_equal(mask, (frame.outcome == "yes") & (frame.p_yes < 0.5))
    lower = Decision(positive="yes", threshold=0.2)
    moved = mask_of(recorded, cell("yes", "no"), lower)
    assert np.array_equal(moved, (frame.outcome == "yes") & (frame.p_yes < 0.2))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("@row", lambda f: f.index < 50),
        ("@score", lambda f: f.p_yes < 0.5),
        ("@confidence", lambda f: np.maximum(f.p_yes, 1 - f.p_yes) < 0.7),
        ("@error", lambda f: (f.p_yes >= 0.5) == (f.outcome == "yes")),
        ("@loss", lambda f: np.where(f.outcome == "yes", f.p_yes, 1 - f.p_yes) > 0.5),
    ],
)
def test_pseudo_columns_stand_beside_the_columns_of_the_data(
    recorded, small, name, expected
):
    high = {
        "@row": 50,
        "@score": 0.5,
        "@confidence": 0.7,
        "@error": 1,
        "@loss": np.log(2),
    }
    mask = mask_of(recorded, Range(name, None, high[name]))
    assert np.array_equal(mask, expected(pd.read_parquet(small.table)))


def test_pseudo_columns_wait_for_predictions(fresh, small):
    fresh(r.OpenData(paths=(str(small.table),)))
    fresh(r.ConfigureData())
    asked = r.Resolve(selection=Range("@score", 0, 1))
    assert fresh.refused(asked).code == "rows.not_predicted"
    assert mask_of(fresh, Range("@row", 0, 10)).sum() == 10


def test_the_first_row_of_the_errors_is_the_most_confidently_wrong(recorded, small):
    frame = pd.read_parquet(small.table)
    rows = rows_of(recorded, sort=(("@error", True), ("@confidence", True)))
    wrong = (frame.p_yes >= 0.5) != (frame.outcome == "yes")
    confidence = np.maximum(frame.p_yes, 1 - frame.p_yes)
    assert rows[0] == confidence.where(wrong).idxmax()
    assert wrong[rows[: wrong.sum()]].all()


@pytest.mark.parametrize("threshold", [0.05, 0.5, 0.9])
def test_the_worst_rows_are_wrong_ones_at_any_threshold(recorded, small, threshold):
    frame = pd.read_parquet(small.table)
    decision = Decision(positive="yes", threshold=threshold)
    scores = recorded(r.Predict(target="outcome"))
    rows = rows_of(recorded, sort=scores.worst_first, decision=decision)
    wrong = ((frame.p_yes >= threshold) != (frame.outcome == "yes")).to_numpy()
    loss = -np.log(np.where(frame.outcome == "yes", frame.p_yes, 1 - frame.p_yes))
    n = int(wrong.sum())
    assert 0 < n < len(frame)
    assert wrong[rows[:n]].all()
    assert (np.diff(loss[rows[:n]]) <= 1e-12).all()


def test_a_view_shows_pseudo_columns_as_columns(recorded, small):
    frame = pd.read_parquet(small.table)
    view = recorded(r.OpenView(where=Range("x1", 0, None)))
    assert view.n_rows == (frame.x1 >= 0).sum()
    assert view.n_total == len(frame)
    names = ("@truth", "@prediction", "@score", "colour", "x1")
    window = recorded(r.ReadRows(view=view.view, start=2, stop=5, columns=names))
    shown = frame[frame.x1 >= 0].iloc[2:5]
    assert window.rows.tolist() == shown.index.tolist()
    truth, guess, score, colour, x1 = window.columns
    assert truth.texts == tuple(shown.outcome)
    assert guess.texts == tuple(np.where(shown.p_yes >= 0.5, "yes", "no"))
    assert score.numbers.tolist() == shown.p_yes.tolist()
    assert colour.texts == tuple(shown.colour)
    assert x1.numbers.tolist() == shown.x1.tolist()


def test_a_row_is_found_in_a_view_or_not(recorded):
    view = recorded(r.OpenView(sort=(("x1", False),))).view
    rows = recorded(r.ReadRows(view=view, start=0, stop=400, columns=())).rows
    assert recorded(r.FindRow(view=view, row=int(rows[123]))).position == 123
    none = recorded(r.OpenView(where=Rows((5,)))).view
    assert recorded(r.FindRow(view=none, row=6)).position == -1


@pytest.mark.parametrize(("start", "stop"), [(-5, 3), (399, 9999), (500, 600), (5, 2)])
def test_a_window_beyond_the_rows_is_cut(recorded, start, stop):
    view = recorded(r.OpenView()).view
    found = recorded(r.ReadRows(view=view, start=start, stop=stop, columns=("x1",)))
    assert len(found.rows) == len(range(400)[max(0, start) : max(0, stop)])
    assert len(found.columns[0].numbers) == len(found.rows)


def test_old_views_make_room_and_say_so(recorded):
    first = recorded(r.OpenView()).view
    for _ in range(64):
        last = recorded(r.OpenView()).view
    gone = r.ReadRows(view=first, start=0, stop=1, columns=())
    assert recorded.refused(gone).code == "rows.view_gone"
    assert len(recorded(r.ReadRows(view=last, start=0, stop=1, columns=())).rows) == 1


def test_rows_of_another_part(opened, small):
    rows = rows_of(opened, part=Part.REFERENCE)
    assert len(rows) == len(frame_of(small, "train"))
    assert opened.refused(r.OpenView(part=Part.CALIBRATION)).code == "data.no_such_part"


def test_the_rows_of_a_view_can_be_written(recorded, tmp_path):
    view = recorded(r.OpenView(where=Rows((3, 1)))).view
    path = tmp_path / "rows.csv"
    columns = ("x1", "@prediction")
    assert recorded(r.Export(view=view, columns=columns, path=str(path))) == Done()
    assert list(pd.read_csv(path).columns) == ["x1", "prediction"]
    assert len(pd.read_csv(path)) == 2


def test_columns_are_summarised(opened):
    found = opened(r.Summarise(columns=("x1", "colour")))
    assert [column.name for column in found.columns] == ["x1", "colour"]
