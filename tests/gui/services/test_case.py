"""Files become a case; the case comes back by its recipe."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtGui import QUndoStack

from engine.contracts.case import CaseFile, CaseOpened, FileRecipe
from engine.contracts.consent import Consent
from engine.contracts.dataset import Note, Part, ReadOptions, Source
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.model import (
    Light,
    ModelInfo,
    RecordedScores,
    SafetyReport,
    ScoreKind,
    Task,
)
from engine.contracts.requests import (
    Inspect,
    OpenCase,
    OpenData,
    OpenModel,
    Predict,
    Recognise,
    SetBuckets,
)
from engine.contracts.results import Recognised, RecognisedFile
from engine.contracts.selection import Range
from gui.services.case import CaseService
from gui.services.decision import DecisionModel
from gui.services.notify import Notify
from tests.gui.panels.small_case import SmallEngine, data_set

MODEL = ModelInfo(
    name="m.skops",
    sha256="ab" * 32,
    format="skops",
    kind="sklearn.pipeline.Pipeline",
    task=Task.BINARY,
    score_kind=ScoreKind.PROBABILITY,
    classes=("good", "bad"),
)
RULE = Range("age", None, 25)


def read_data(request: OpenData):
    source = Source(
        path=request.paths[0],
        sha256="cd" * 32,
        size=1,
        n_rows=400,
        options=ReadOptions(),
    )
    info = data_set()
    parts = tuple(msgspec.structs.replace(p, sources=(source,)) for p in info.parts)
    return msgspec.structs.replace(info, parts=parts)


def report(light: Light, **more) -> SafetyReport:
    return SafetyReport(
        **more,
        path="/m.skops",
        sha256=MODEL.sha256,
        size=1,
        format="skops",
        light=light,
        reason=Note(code="safety.green"),
    )


@pytest.fixture
def engine(qapp):
    engine = SmallEngine()
    engine.store.immediate = True
    engine.store.answers |= {
        OpenData: read_data,
        Inspect: lambda _request: report(Light.GREEN),
        OpenModel: lambda _request: MODEL,
        Recognise: lambda request: Recognised(
            files=tuple(
                RecognisedFile(path=path, what=path.rpartition(".")[2], format="")
                for path in request.paths
            )
        ),
    }
    return engine


@pytest.fixture
def decision():
    return DecisionModel(QUndoStack())


@pytest.fixture
def notices():
    return []


@pytest.fixture
def case(engine, decision, notices):
    notify = Notify()
    notify.raised.connect(notices.append)
    made = CaseService(engine, decision, QUndoStack(), notify)
    made._kept_alive = notify
    return made


def test_dropped_files_are_opened_by_what_they_are(case, engine, qtbot) -> None:
    with qtbot.waitSignal(case.match_needed):
        case.open_paths(["/a.data", "/b.model"])
    assert [type(request) for request in engine.asked] == [
        Recognise,
        OpenData,
        Inspect,
        OpenModel,
    ]
    assert case.file.model.paths == ("/b.model",)
    assert case.file.data[0].sha256 == ("cd" * 32,)


def test_a_file_that_is_nothing_is_named(case, engine, notices) -> None:
    found = RecognisedFile(
        path="/x.bin", what="none", format="", note=Note(code="data.none")
    )
    engine.store.answers[Recognise] = lambda _request: Recognised(files=(found,))
    case.open_paths(["/x.bin"])
    assert [notice.level for notice in notices] == ["error"]
    assert case.is_empty


@pytest.mark.parametrize("light", [Light.AMBER, Light.RED, Light.FORBIDDEN])
def test_nothing_but_green_is_opened_unasked(case, engine, qtbot, light) -> None:
    engine.store.answers[Inspect] = lambda _request: report(light)
    with qtbot.waitSignal(case.consent_needed):
        case.open_model("/m.skops")
    assert not engine.asked_for(OpenModel)
    case.open_model("/m.skops", MODEL.sha256)
    assert engine.asked_for(OpenModel)[0].consent == MODEL.sha256
    assert case.file.consent == MODEL.sha256


def test_answers_of_another_model_are_let_go(case, qtbot) -> None:
    case.open_data(("/a.csv",))
    case.open_model("/m.skops")
    case.predict(target="status")
    assert case.scores is not None
    with qtbot.waitSignal(case.predictions_changed):
        case.open_model("/other.skops")
    assert case.scores is None


def test_other_data_do_not_replace_a_case_that_was_saved(case, notices) -> None:
    case.open_data(("/a.csv",))
    case.path = "/cases/a-1.trasluz"
    case.open_data(("/a.csv",), options=ReadOptions(separator=";"))  # read anew
    case.open_data(("/train.csv",), Part.REFERENCE)
    assert case.path == "/cases/a-1.trasluz"
    case.open_data(("/b.csv",))
    assert case.path == ""
    assert notices[-1].text == "The case so far is kept as a-1."


def test_predicting_sets_the_natural_decision_once(case, decision) -> None:
    case.open_data(("/a.csv",))
    case.predict(target="status")
    assert decision.decision == Decision(positive="bad")
    chosen = Decision(positive="bad", threshold=0.3)
    decision.replace(chosen)
    case.predict(target="status")
    assert decision.decision == chosen


def test_a_recipe_is_replayed_in_order_after_a_crash(case, engine) -> None:
    case.open_data(("/a.csv",))
    case.open_model("/m.skops", MODEL.sha256)
    case.predict(target="status", positive="bad")
    case.save_bucket("young", RULE)
    before = case.file
    engine.asked.clear()
    engine.restarted.emit()
    assert [type(request) for request in engine.asked] == [
        OpenData,
        OpenModel,
        SetBuckets,
        Predict,
    ]
    assert case.file == before
    assert case.scores is not None


def foreign_case(engine, case, light=Light.RED, **model) -> None:
    """A case from elsewhere, whose author says to have agreed to the file beside it."""
    recipe = FileRecipe(paths=("/m.pkl",), sha256=(MODEL.sha256,))
    file = CaseFile(
        data=(FileRecipe(paths=("/a.csv",), sha256=("cd" * 32,)),),
        model=recipe,
        consent=MODEL.sha256,
        target="status",
    )

    def opens(request: OpenModel):
        if request.consent == MODEL.sha256:
            return MODEL
        raise EngineError("safety.needs_consent", path="/m.pkl", light="red", sha256="")

    engine.store.answers |= {
        OpenCase: lambda request: CaseOpened(path=request.path, case=file),
        Inspect: lambda _request: report(light, **model),
        OpenModel: opens,
    }
    case.open_case("/c.trasluz")


def test_what_a_case_says_of_consent_opens_nothing(case, engine, qtbot) -> None:
    with qtbot.waitSignal(case.consent_needed):
        foreign_case(engine, case)
    assert {request.consent for request in engine.asked_for(OpenModel)} == {""}
    assert case.model is None
    assert not engine.asked_for(Predict)  # of another model that may still be open


def test_after_one_s_own_consent_the_case_goes_on_where_it_was(
    case, engine, qtbot
) -> None:
    foreign_case(engine, case)
    matches = []
    case.match_needed.connect(lambda: matches.append(1))
    case.open_model("/m.pkl", MODEL.sha256, reason="known author")
    assert engine.asked_for(OpenModel)[-1].reason == "known author"
    assert [request.target for request in engine.asked_for(Predict)] == ["status"]
    assert case.scores is not None
    assert not matches


@pytest.mark.parametrize(
    ("light", "kept", "asked"),
    [
        (Light.RED, {}, False),
        (Light.AMBER, {"light": "amber"}, False),
        (Light.RED, {"holds": False}, True),
        (Light.RED, {"light": "amber"}, True),
        (Light.RED, {"sha256": "0" * 64}, True),
        (Light.FORBIDDEN, {"light": "forbidden"}, True),
    ],
)
def test_one_s_own_consent_is_not_asked_for_twice(
    case, engine, light, kept, asked
) -> None:
    wanted = []
    case.consent_needed.connect(wanted.append)
    consent = Consent(
        **{
            "sha256": MODEL.sha256,
            "name": "m",
            "light": "red",
            "version": "1",
            "given": "",
            "holds": True,
            **kept,
        }
    )
    engine.store.answers[Inspect] = lambda _request: report(light, consent=consent)
    case.open_model("/m.skops")
    assert bool(wanted) is asked
    assert bool(engine.asked_for(OpenModel)) is not asked


def test_a_model_whose_consent_is_withdrawn_is_let_go(case, notices) -> None:
    case.open_data(("/a.csv",))
    case.open_model("/m.skops", MODEL.sha256)
    case.predict(target="status")
    case.withdrawn("0" * 64)
    assert case.model is not None
    case.withdrawn(MODEL.sha256)
    assert case.model is None
    assert case.scores is None
    assert "withdrawn" in notices[-1].text


def test_an_opened_case_replaces_everything(case, engine, qtbot) -> None:
    case.open_data(("/a.csv",))
    case.save_bucket("old", RULE)
    file = CaseFile(
        data=(FileRecipe(paths=("/b.csv",), sha256=("ef" * 32,)),),
        target="status",
        current_row=7,
        buckets={"young": RULE},
    )
    engine.store.answers[OpenCase] = lambda request: CaseOpened(
        path=request.path, case=file
    )
    with qtbot.waitSignals([case.restored, case.buckets_changed]):
        case.open_case("/c.trasluz")
    assert case.path == "/c.trasluz"
    assert (case.current_row, list(case.buckets)) == (7, ["young"])
    assert not case._undo.canUndo()


def test_changed_files_are_asked_about_first(case, engine, qtbot) -> None:
    opened = CaseOpened(path="/c", case=CaseFile(), changed=(Note(code="data.none"),))
    engine.store.answers[OpenCase] = lambda _request: opened
    with qtbot.waitSignal(case.files_changed):
        case.open_case("/c")
    assert case.path == ""
    case.accept_case(opened, read_only=True)
    assert case.read_only


def test_buckets_can_be_undone_by_name(case, engine) -> None:
    undo = case._undo
    case.save_bucket("young", RULE)
    case.rename_bucket("young", "under 25")
    case.remove_bucket("under 25")
    assert case.buckets == {}
    undo.undo()
    assert list(case.buckets) == ["under 25"]
    undo.undo()
    assert list(case.buckets) == ["young"]
    assert engine.asked_for(SetBuckets)[-1].buckets == {"young": RULE}


def test_one_current_row(case, qtbot) -> None:
    with qtbot.waitSignal(case.current_row_changed):
        case.set_current_row(3)
    with qtbot.assertNotEmitted(case.current_row_changed):
        case.set_current_row(3)
    assert case.file.current_row == 3


def failing(code, **params):
    def answer(_request):
        raise EngineError(code, **params)

    return answer


def predicted_case(case, engine) -> None:
    case.open_data(("/a.csv",), then_match=False)
    case.open_model("/m.skops", then_match=False)
    case.predict(target="status")
    assert case.scores is not None


@pytest.mark.parametrize("kind", [OpenData, OpenModel, Predict])
def test_after_a_crash_the_first_failure_is_said_and_what_it_led_to_is_not(
    case, engine, notices, kind
) -> None:
    predicted_case(case, engine)
    good = dict(engine.store.answers)
    full = failing("engine.disk_full", folder="/cache")
    engine.store.answers[kind] = full
    if kind is OpenData:
        engine.store.answers[Predict] = failing("data.none")
    notices.clear()
    engine.restarted.emit()
    assert [notice.level for notice in notices] == ["error"]
    assert "The disk is full" in notices[0].text
    assert "/cache" in notices[0].text
    assert "Free some space" in notices[0].advice
    assert case.failure.code == "engine.disk_full"
    assert case.scores is None
    assert not case.predicting
    engine.store.answers = good
    case.replay()
    assert case.failure is None
    assert case.scores is not None


def test_a_match_that_fails_leaves_the_answers_there_are(case, engine, notices) -> None:
    predicted_case(case, engine)
    engine.store.answers[Predict] = failing("target.missing_column", column="x")
    case.predict(target="x")
    assert case.failure is None
    assert case.scores is not None
    assert "no target column called x" in notices[-1].text


def test_new_roles_take_the_answers_along_if_nothing_can_be_predicted(
    case, engine, notices
) -> None:
    predicted_case(case, engine)
    engine.store.answers[Predict] = failing("engine.disk_full", folder="/cache")
    case.configure_data({})
    assert case.scores is None
    assert case.failure.code == "engine.disk_full"


@pytest.mark.parametrize("scores", [("p",), ()])
def test_recorded_scores_are_said_to_be_unexplainable_not_tried(case, scores) -> None:
    case.open_data(("/a.csv",), then_match=False)
    case.predict(target="status")
    assert case.unexplainable() is None
    recorded = RecordedScores(scores=scores, prediction=None if scores else "q")
    case.remember(recorded=recorded, model=None)
    assert "Recorded scores cannot predict other rows" in case.unexplainable()
