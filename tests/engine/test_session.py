"""One case in memory: what is asked, what is kept, what an error leaves alone."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from engine.contracts import requests as r
from engine.contracts.case import CaseFile
from engine.contracts.dataset import ColumnChoice, Role
from engine.contracts.decision import Decision
from engine.contracts.errors import Cancelled
from engine.contracts.events import HostState
from engine.contracts.model import Light, RecordedScores, ScoreKind, Task
from engine.contracts.progress import Portion, Silent
from engine.contracts.readings.row_names import row_text
from engine.contracts.results import Done
from engine.contracts.selection import Range, Rows, Saved, Values
from tests.support.sessions import Asker, frame_of

# Nothing open


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (r.ConfigureData(), "data.none"),
        (r.Match(target="y"), "data.none"),
        (r.Resolve(selection=Rows((0,))), "data.none"),
        (r.OpenView(), "data.none"),
        (r.Summarise(columns=("x",)), "data.none"),
        (r.Run(analysis="summary"), "predict.not_yet"),
        (r.ReadRows(view=1, start=0, stop=1, columns=()), "rows.view_gone"),
        (r.FindRow(view=1, row=0), "rows.view_gone"),
        (r.UseRecordedScores(scores=RecordedScores(scores=("p",))), "data.none"),
    ],
)
def test_what_needs_something_open_says_so(fresh, request_, code):
    assert fresh.refused(request_).code == code


def test_without_a_model_there_is_nothing_to_match(fresh, small):
    fresh(r.OpenData(paths=(str(small.table),)))
    assert fresh.refused(r.Match(target="outcome")).code == "predict.no_model"


# Data, model, predictions


def test_both_parts_are_predicted(predicted, small):
    rows = predicted(r.Predict(target="outcome"))
    assert rows.n_rows == len(frame_of(small))
    assert rows.positive == "yes"
    summary = predicted(r.Run(analysis="summary"))
    assert [part.part for part in summary.others] == ["reference"]
    assert summary.others[0].n_rows == len(frame_of(small, "train"))


def test_predictions_are_those_of_the_library(predicted, small):
    import skops.io

    model = skops.io.load(
        small.model, trusted=skops.io.get_untrusted_types(file=small.model)
    )
    frame = frame_of(small)
    rows = predicted(r.Predict(target="outcome"))
    expected = model.predict_proba(frame[["x1", "x2", "colour"]])[:, 1]
    assert np.array_equal(rows.score, expected)


def test_progress_runs_once_over_all_parts(predicted):
    told = []

    class Watch(Silent):
        def advance(self, done, total, stage):
            told.append((done, total, stage))

    predicted(r.Predict(target="outcome"), Watch())
    scored = [done for done, _, stage in told if stage == "model.scoring"]
    assert scored == sorted(scored)
    assert scored[-1] == 400
    assert {total for _, total, stage in told if stage == "model.scoring"} == {400}


def test_a_part_of_the_whole_is_told_in_units_of_the_whole():
    told = []

    class Watch(Silent):
        def advance(self, *what):
            told.append(what)

    portion = Portion(Watch(), 100, 50, 200)
    portion.advance(1, 2, "s")
    portion.advance(0, 0, "s")
    Portion(Watch(), 0, 1, 2, "whole").advance(1, 1, "s")
    assert told == [(125.0, 200, "s"), (150.0, 200, "s"), (1.0, 2, "whole")]


def test_a_red_file_is_refused_and_the_model_stays(predicted, tmp_path):
    import pickle

    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(print))
    error = predicted.refused(r.OpenModel(path=str(path)))
    assert error.code in ("safety.needs_consent", "safety.no_sandbox")
    assert predicted(r.Run(analysis="summary")).n_rows > 0


def test_a_vetted_pickle_opens_after_consent_to_its_bytes(opened, small):
    report = opened(r.Inspect(path=str(small.pickled)))
    assert report.light is Light.AMBER
    error = opened.refused(r.OpenModel(path=str(small.pickled)))
    assert error.code == "safety.needs_consent"
    assert error.params["sha256"] == report.sha256
    wrong = r.OpenModel(path=str(small.pickled), consent="0" * 64)
    assert opened.refused(wrong).code == "safety.needs_consent"
    agreed = r.OpenModel(path=str(small.pickled), consent=report.sha256)
    assert opened(agreed).classes == ("no", "yes")
    opened(r.OpenModel(path=str(small.model)))


def test_a_broken_file_leaves_the_last_good_state(predicted, tmp_path):
    before = predicted(r.Run(analysis="summary")).metrics
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 this is none")
    predicted.refused(r.OpenData(paths=(str(broken),)))
    assert predicted(r.Run(analysis="summary")).metrics == before


def test_a_failed_prediction_leaves_the_last_good_one(predicted):
    before = predicted(r.Run(analysis="summary")).metrics
    error = predicted.refused(r.Predict(target="group"))
    assert error.code == "target.no_known_class"
    assert predicted(r.Run(analysis="summary")).metrics == before


def test_a_cancelled_request_changes_nothing(predicted, small):
    class Stopped(Silent):
        def raise_if_cancelled(self):
            raise Cancelled

    for request in (
        r.OpenData(paths=(str(small.data),)),
        r.Predict(target="outcome", positive="no"),
    ):
        with pytest.raises(Cancelled):
            predicted(request, Stopped())
    assert predicted(r.Run(analysis="summary")).positive == "yes"
    assert predicted.session.data.info.name == "small.parquet"


def test_new_data_forget_the_predictions(recorded, small):
    recorded(r.OpenData(paths=(str(small.data),)))
    assert recorded.refused(r.Run(analysis="summary")).code == "predict.not_yet"


def test_a_positive_class_is_found_however_it_is_written(recorded):
    rows = recorded(r.Predict(target="outcome", positive="no"))
    assert rows.positive == "no"
    error = recorded.refused(r.Predict(target="outcome", positive="maybe"))
    assert error.code == "target.no_such_class"


def test_the_states_of_the_host_are_told(small, tmp_path):
    ask = Asker(tmp_path)
    told = []
    ask.session.watch_host(told.append)
    ask(r.OpenData(paths=(str(small.table),)))
    ask(r.OpenModel(path=str(small.model)))
    ask(r.Predict(target="outcome"))
    ask(r.UseRecordedScores(scores=RecordedScores(scores=("p_yes",))))
    ask.session.close()
    states = [state.state for state, _ in itertools.groupby(told)]
    assert states == ["none", "spare", "busy", "spare", "open", "busy", "open", "none"]
    assert all(state.sandbox for state in told if state.state == "open")
    assert isinstance(told[0], HostState)


# Recorded scores


def test_recorded_scores_need_no_model(recorded, small):
    summary = recorded(r.Run(analysis="summary"))
    frame = pd.read_parquet(small.table)
    right = (frame.p_yes >= 0.5) == (frame.outcome == "yes")
    assert summary.metrics["accuracy"].value == right.mean()


def test_a_number_to_be_predicted_makes_a_regression(fresh, small):
    fresh(r.OpenData(paths=(str(small.table),)))
    fresh(r.UseRecordedScores(scores=RecordedScores(prediction="x1")))
    assert fresh(r.Predict(target="amount")).task is Task.REGRESSION


def test_whole_numbers_to_be_predicted_make_a_regression(fresh, tmp_path):
    n = np.arange(500) % 90
    path = tmp_path / "counts.csv"
    pd.DataFrame({"cnt": n, "said": n + 1}).to_csv(path, index=False)
    fresh(r.OpenData(paths=(str(path),)))
    fresh(r.UseRecordedScores(scores=RecordedScores(prediction="said")))
    assert fresh(r.Predict(target="cnt")).task is Task.REGRESSION


def test_margins_are_known_as_such_once_they_are_read(fresh, tmp_path):
    path = tmp_path / "margins.csv"
    margins = pd.DataFrame({"y": ["a", "b"] * 50, "m": np.linspace(-3, 3, 100)})
    margins.to_csv(path, index=False)
    fresh(r.OpenData(paths=(str(path),)))
    fresh(r.UseRecordedScores(scores=RecordedScores(scores=("m",))))
    rows = fresh(r.Predict(target="y", positive="b"))
    assert rows.score_kind is ScoreKind.MARGIN
    error = fresh.refused(r.Run(analysis="reliability"))
    assert error.code == "evaluate.not_probabilities"
    confusion = fresh(r.Run(analysis="confusion"))
    decided = margins.m >= 0
    assert confusion.counts[1, 1] == (decided & (margins.y == "b")).sum()


def test_classes_of_numbers_stand_in_the_order_of_numbers(fresh, tmp_path):
    path = tmp_path / "many.csv"
    frame = pd.DataFrame({"y": np.arange(240) % 12, "said": (np.arange(240) + 1) % 12})
    frame.assign(y=frame.y.map("c{}".format)).to_csv(path, index=False)
    fresh(r.OpenData(paths=(str(path),)))
    fresh(r.ConfigureData(choices={"y": ColumnChoice(role=Role.TARGET)}))
    info = fresh(r.UseRecordedScores(scores=RecordedScores(prediction="said")))
    assert info.classes == tuple(sorted(info.classes))


# Analyses


def test_an_answer_carries_what_it_was_computed_on(predicted, small):
    result = predicted(r.Run(analysis="confusion", selection=Range("x1", 0, None)))
    found = result.provenance
    frame = frame_of(small)
    assert (found.n_used, found.n_total) == ((frame.x1 >= 0).sum(), len(frame))
    assert found.selection == "x1 >= 0"
    assert len(found.model_sha256) == 64
    assert len(found.data_sha256) == 64
    assert found.sandbox
    assert found.elapsed > 0
    assert {"python", "numpy", "platform"} <= set(found.versions)


def test_the_same_question_is_computed_once(recorded):
    ask = r.Run(analysis="summary", selection=Range("x1", 0, None))
    assert recorded(ask) is recorded(ask)
    own = Decision(positive="yes")
    spelled_out = r.Run(analysis="summary", decision=own)
    assert recorded(r.Run(analysis="summary")) is recorded(spelled_out)


def test_another_decision_seed_or_bucket_is_another_question(recorded):
    first = recorded(r.Run(analysis="buckets"))
    assert recorded(r.Run(analysis="buckets", seed=1)) is not first
    recorded(r.SetBuckets(buckets={"low": Range("x1", None, 0)}))
    second = recorded(r.Run(analysis="buckets"))
    assert [bucket.name for bucket in second.buckets] == ["low"]
    recorded(r.SetBuckets(buckets={"low": Range("x1", None, 1)}))
    assert recorded(r.Run(analysis="buckets")).buckets[0].n > second.buckets[0].n


def test_a_bucket_is_a_group_of_the_confusion_matrix(recorded):
    low = Range("x1", None, 0)
    recorded(r.SetBuckets(buckets={"low": low}))
    table = recorded(r.Run(analysis="confusion", params={"rows": "@bucket low"}))
    assert table.row_labels == ("in", "not in")
    inside = recorded(r.Run(analysis="confusion", selection=low))
    np.testing.assert_array_equal(table.counts[0], inside.counts.sum(axis=0))
    everyone = recorded(r.Run(analysis="confusion"))
    np.testing.assert_array_equal(table.counts.sum(axis=0), everyone.counts.sum(axis=0))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (r.Run(analysis="tea leaves"), "analysis.unknown"),
        (r.Run(analysis="summary", params={"cups": 3}), "analysis.unknown_parameter"),
        (
            r.Run(analysis="summary", params={"resamples": "many"}),
            "analysis.bad_parameter",
        ),
        (r.Run(analysis="residuals"), "evaluate.other_task"),
        (
            r.Run(analysis="summary", selection=Values("colour", ("pink",))),
            "evaluate.no_rows",
        ),
        (r.Run(analysis="summary", selection=Saved("nope")), "rows.no_such_bucket"),
        (
            r.Run(analysis="summary", selection=Range("nope", 0, 1)),
            "rows.no_such_column",
        ),
        (r.Run(analysis="summary", selection=Range("colour", 0, 1)), "rows.wrong_kind"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_words(recorded, request_, code):
    assert recorded.refused(request_).code == code


def test_buckets_made_of_themselves_are_refused(recorded):
    recorded(r.SetBuckets(buckets={"a": Saved("b"), "b": Saved("a")}))
    asked = r.Resolve(selection=Saved("a"))
    assert recorded.refused(asked).code == "rows.endless"


# Files


def test_dropped_files_are_told_apart(fresh, small):
    found = fresh(r.Recognise(paths=(str(small.folder),)))
    kinds = {file.path.rpartition("/")[2]: file.what for file in found.files}
    assert kinds["small.csv"] == "data"
    assert kinds["model.skops"] == "model"


def test_a_case_is_made_saved_and_opened_again(fresh, tmp_path):
    path = str(tmp_path / "a.trasluz")
    assert fresh(r.OpenCase(path=path, create=True)).case == CaseFile()
    other = str(tmp_path / "b.trasluz")
    case = CaseFile(target="outcome", notes="seen")
    for place in (path, other, path):
        assert fresh(r.SaveCase(path=place, case=case)) == Done()
    assert fresh(r.OpenCase(path=other)).case == case


def test_results_name_the_current_row_as_the_data_do(fresh, tmp_path):
    n = 60
    frame = pd.DataFrame(
        {
            "customer_id": [f"P-{place:03}" for place in range(n)],
            "y": ["no", "yes"] * (n // 2),
            "p_yes": [0.2, 0.7] * (n // 2),
        }
    )
    frame.to_parquet(tmp_path / "rows.parquet")
    fresh(r.OpenData(paths=(str(tmp_path / "rows.parquet"),)))
    fresh(r.ConfigureData())
    fresh(r.UseRecordedScores(scores=RecordedScores(scores=("p_yes",))))
    fresh(r.Predict(target="y"))
    found = fresh(r.Run(analysis="summary", row=3)).provenance
    assert found.row_name == "P-003"
    assert row_text(3, found) == "3 (P-003)"
    for row in (None, n):
        assert fresh(r.Run(analysis="summary", row=row)).provenance.row_name == ""
