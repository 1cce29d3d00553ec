"""The *Match* sheet: nothing is accepted that forbids itself."""

from __future__ import annotations

import msgspec
import pytest

from engine.contracts.dataset import Kind, Note, Role
from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.requests import Match, Predict, UseRecordedScores
from gui.dialogs.match import MatchDialog
from gui.services.guessed_target import guessed_target
from tests.gui.panels.small_case import column, data_set
from tests.gui.support import MODEL, previewed


@pytest.fixture
def sheet(made, qtbot):
    made.window.questions._ask = False
    made.case.open_data(("/a.data",), then_match=False)
    made.case.open_model("/b.model", then_match=False)
    qtbot.waitUntil(lambda: made.case.model is not None)
    found = MatchDialog(made.context, made.window)
    found.show()
    qtbot.waitUntil(lambda: found.preview is not None)
    return found


def test_what_can_be_inferred_is_not_asked(sheet) -> None:
    assert sheet.target.currentText() == "status"
    assert sheet.positive.currentText() == "bad"
    assert sheet.method.currentData() == "name"
    assert not sheet.mapping.isVisible()


def test_the_target_is_no_input_but_a_column_with_the_models_labels(
    sheet, made
) -> None:
    data, model = made.case.data, made.case.model
    status = next(c for c in data.columns if c.name == "status")
    word = msgspec.structs.replace(status, name="word", role=Role.FEATURE)
    taken = msgspec.structs.replace(status, name="age", categories=("0", "1"))
    rest = [c for c in data.columns if c.name not in ("status", "age")]
    made.case.data = msgspec.structs.replace(data, columns=(taken, *rest, word))
    assert "age" in {field.name for field in model.inputs}
    assert guessed_target(made.case.data, model) == "word"


def free_column(name, role=Role.FEATURE, kind=Kind.NUMERIC, n_distinct=400):
    return column(name, kind, role, n_distinct=n_distinct)


@pytest.mark.parametrize(
    "free",
    [
        (),
        (free_column("id", Role.ENTITY),),
        (free_column("same", Role.IGNORE, n_distinct=1),),
        (free_column("yes", Role.TARGET, Kind.CATEGORICAL, n_distinct=1),),
        (free_column("fare"),),  # more numbers than there may be labels
    ],
)
def test_no_target_is_guessed_where_none_may_be_one(free, sheet, made) -> None:
    inputs = {field.name for field in made.case.model.inputs}
    kept = tuple(c for c in made.case.data.columns if c.name in inputs)
    data = msgspec.structs.replace(made.case.data, columns=(*kept, *free))
    assert guessed_target(data, made.case.model) == ""


def test_the_target_of_a_regression_is_a_number() -> None:
    columns = (
        free_column("id", Role.ENTITY),
        free_column("price"),
        free_column("town", kind=Kind.CATEGORICAL, n_distinct=8),
    )
    data = msgspec.structs.replace(data_set(), columns=columns)
    model = msgspec.structs.replace(MODEL, task=Task.REGRESSION, classes=())
    assert guessed_target(data, model) == "price"


def test_without_a_target_the_sheet_waits_and_says_so(made, qtbot) -> None:
    made.window.questions._ask = False
    made.case.open_data(("/a.data",), then_match=False)
    made.case.open_model("/b.model", then_match=False)
    qtbot.waitUntil(lambda: made.case.model is not None)
    inputs = {field.name for field in made.case.model.inputs}
    kept = tuple(c for c in made.case.data.columns if c.name in inputs)
    columns = (free_column("id", Role.ENTITY), *kept)
    made.case.data = msgspec.structs.replace(made.case.data, columns=columns)
    made.case.file = msgspec.structs.replace(made.case.file, target="of_other_data")
    problem = Note(code="match.no_target")
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request), problems=() if request.target else (problem,)
    )
    found = MatchDialog(made.context, made.window)
    found.show()
    qtbot.waitUntil(lambda: found.preview is not None)
    assert found.target.currentText() == ""
    assert made.process().requests(Match)[-1].target == ""
    assert not found.accept_button.isEnabled()
    assert found.problem.text().startswith("The target column could not be recognised")
    found.target.setCurrentText("id")  # a person may
    qtbot.waitUntil(found.accept_button.isEnabled)


def test_a_regressions_prediction_is_shown_once(sheet, made, qtbot) -> None:
    assert not sheet.table.isColumnHidden(3)
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request), task=Task.REGRESSION, classes=()
    )
    sheet._look()
    qtbot.waitUntil(lambda: sheet.table.isColumnHidden(3))
    assert not sheet.table.isColumnHidden(2)


def test_the_first_predictions_and_how_good_they_are(sheet) -> None:
    assert sheet.table.rowCount() == 2
    assert sheet.table.item(1, 2).text() == "good"
    assert "79%" in sheet.sanity.text().replace("\u202f", "")
    assert "72%" in sheet.sanity.text().replace("\u202f", "")


def test_why_a_class_was_taken_is_said_until_another_is_chosen(
    sheet, made, qtbot
) -> None:
    reason = Note(code="match.positive_by_name", params={"name": "bad"})
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request), positive_reason=reason
    )
    sheet._look()
    qtbot.waitUntil(sheet.why_positive.isVisible)
    assert "because of its name" in sheet.why_positive.text()
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request), positive="good"
    )
    sheet.positive.setCurrentText("good")
    qtbot.waitUntil(lambda: not sheet.why_positive.isVisible())


def test_a_problem_closes_accept_and_is_named(sheet, made, qtbot) -> None:
    problem = Note(code="match.target_is_input", params={"column": "age"})
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request), problems=(problem,)
    )
    sheet.target.setCurrentText("age")
    qtbot.waitUntil(sheet.problem.isVisible)
    assert not sheet.accept_button.isEnabled()
    assert "age is the target and also an input" in sheet.problem.text()
    del made.engine.store.answers[Match]
    made.engine.store.answers[Match] = previewed
    sheet.target.setCurrentText("status")
    qtbot.waitUntil(sheet.accept_button.isEnabled)
    assert not sheet.problem.isVisible()


def test_inputs_can_be_matched_by_hand(sheet, made, qtbot) -> None:
    sheet.method.setCurrentIndex(2)
    assert sheet.mapping.isVisible()
    sheet.mapping.choose(0, sheet.mapping.offered.index("income"))
    qtbot.waitUntil(
        lambda: (
            made.process().requests(Match)[-1].mapping.columns.get("age") == "income"
        )
    )
    qtbot.waitUntil(sheet.accept_button.isEnabled)
    sheet.accept_button.click()
    qtbot.waitUntil(lambda: bool(made.process().requests(Predict)))
    asked = made.process().requests(Predict)[0]
    assert asked.mapping.columns["age"] == "income"
    assert (asked.target, asked.positive) == ("status", "bad")


def test_closing_it_changes_nothing(sheet, made) -> None:
    sheet.reject()
    assert not made.process().requests(Predict)
    assert made.case.file.target == ""


def test_labels_that_are_no_class_can_be_given_one(sheet, made, qtbot) -> None:
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request),
        unmatched_labels=() if request.class_map else ("BAD",),
    )
    sheet.target.setCurrentText("home")
    qtbot.waitUntil(sheet.class_map.isVisible)
    assert sheet.class_map.names == ("BAD",)
    sheet.class_map.choose(0, sheet.class_map.offered.index("bad"))
    qtbot.waitUntil(
        lambda: made.process().requests(Match)[-1].class_map == {"BAD": "bad"}
    )
    qtbot.waitUntil(sheet.accept_button.isEnabled)
    sheet.accept_button.click()
    qtbot.waitUntil(lambda: bool(made.process().requests(Predict)))
    assert made.process().requests(Predict)[0].class_map == {"BAD": "bad"}


def of_no_class(sheet):
    """The place of the choice that leaves rows of a label out."""
    return sheet.class_map.offered.index("no class: leave these rows out")


def test_a_label_can_be_said_to_be_no_class(sheet, made, qtbot) -> None:
    note = Note(
        code="match.labels_left_out",
        params={"column": "home", "labels": ("unknown",), "n_rows": 12, "mapping": ""},
    )
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request),
        unmatched_labels=("unknown",),
        warnings=(note,) if request.class_map == {"unknown": ""} else (),
    )
    sheet.target.setCurrentText("home")
    qtbot.waitUntil(sheet.class_map.isVisible)
    assert sheet.class_map.choices() == {}  # nothing was said yet
    sheet.class_map.choose(0, of_no_class(sheet))
    qtbot.waitUntil(lambda: "12" in sheet.problem.text())
    assert sheet.class_map.item(0, 1).text() == "no class: leave these rows out"
    sheet.accept_button.click()
    qtbot.waitUntil(lambda: bool(made.process().requests(Predict)))
    assert made.process().requests(Predict)[0].class_map == {"unknown": ""}
    qtbot.waitUntil(lambda: made.case.file.class_map == {"unknown": ""})
    again = MatchDialog(made.context, made.window)
    again.show()
    again.target.setCurrentText("home")
    asked = made.process().requests
    qtbot.waitUntil(lambda: asked(Match)[-1].class_map == {"unknown": ""})


def recorded_sheet(made, qtbot) -> MatchDialog:
    made.window.questions._ask = False
    made.case.open_data(("/a.data",), then_match=False)
    qtbot.waitUntil(lambda: made.case.data is not None)
    score = free_column("p", role=Role.SCORE)
    made.case.data = msgspec.structs.replace(
        made.case.data, columns=(*made.case.data.columns, score)
    )
    made.engine.store.answers[UseRecordedScores] = lambda _request: MODEL
    found = MatchDialog(made.context, made.window)
    found.show()
    return found


def test_labels_beside_recorded_answers_can_be_left_out_too(made, qtbot) -> None:
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request),
        classes=("bad", "good") if request.class_map else ("bad", "good", "unknown"),
    )
    sheet = recorded_sheet(made, qtbot)
    qtbot.waitUntil(sheet.class_map.isVisible)
    assert sheet.class_map.names == ("bad", "good", "unknown")
    sheet.class_map.choose(2, of_no_class(sheet))
    qtbot.waitUntil(lambda: sheet.preview.classes == ("bad", "good"))
    assert made.process().requests(Match)[-1].class_map == {"unknown": ""}


def test_one_score_for_three_labels_offers_to_leave_one_out(made, qtbot) -> None:
    def answer(request):
        if not request.class_map:
            raise EngineError(
                "scores.columns", n_columns=1, classes=("bad", "good", "unknown")
            )
        return previewed(request)

    made.engine.store.answers[Match] = answer
    sheet = recorded_sheet(made, qtbot)
    qtbot.waitUntil(sheet.class_map.isVisible)
    assert sheet.class_map.names == ("bad", "good", "unknown")
    assert "LABEL=" in sheet.problem.text()
    sheet.class_map.choose(2, of_no_class(sheet))
    qtbot.waitUntil(sheet.accept_button.isEnabled)


def test_what_scores_were_taken_for_is_shown_and_can_be_changed(made, qtbot) -> None:
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request), scores_as="margin"
    )
    sheet = recorded_sheet(made, qtbot)
    said = "inferred from the values: margins, with the threshold at 0"
    qtbot.waitUntil(lambda: sheet.score_kind.currentText() == said)
    sheet.score_kind.setCurrentIndex(sheet.score_kind.findData("probability"))
    asked = made.process().requests
    qtbot.waitUntil(lambda: asked(UseRecordedScores)[-1].scores.kind == "probability")


def test_shifted_labels_are_all_offered_a_class(sheet, made, qtbot) -> None:
    problem = Note(
        code="target.shifted_labels",
        params={
            "column": "home",
            "found": ("1", "2"),
            "classes": ("0", "1"),
            "mapping": "1=0,2=1",
        },
    )
    made.engine.store.answers[Match] = lambda request: msgspec.structs.replace(
        previewed(request), problems=(problem,), unmatched_labels=("2",)
    )
    sheet.target.setCurrentText("home")
    qtbot.waitUntil(sheet.class_map.isVisible)
    assert set(sheet.class_map.names) == {"1", "2"}
    assert not sheet.accept_button.isEnabled()


def test_what_recorded_scores_are_can_be_said(made, qtbot) -> None:
    found = recorded_sheet(made, qtbot)
    assert found.score_kind.isVisible()
    asked = made.process().requests
    qtbot.waitUntil(lambda: bool(asked(UseRecordedScores)))
    assert asked(UseRecordedScores)[-1].scores.kind == ""
    found.score_kind.setCurrentIndex(found.score_kind.findData("percent"))
    qtbot.waitUntil(lambda: asked(UseRecordedScores)[-1].scores.kind == "percent")
    assert found.scores.kind == "percent"


def test_a_model_is_not_asked_what_its_scores_are(sheet) -> None:
    assert not sheet.score_kind.isVisible()
