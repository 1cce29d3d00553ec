"""A window whose engine is a small case in the test's own process."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
from PySide6.QtCore import QSettings

from engine.contracts.case import CaseFile, CaseOpened
from engine.contracts.dataset import Note, Part, ReadOptions, Source
from engine.contracts.errors import EngineError
from engine.contracts.events import Failed, Finished, HostState, Started
from engine.contracts.model import (
    Input,
    Light,
    Mapping,
    ModelInfo,
    SafetyReport,
    ScoreKind,
    Task,
)
from engine.contracts.requests import (
    Inspect,
    Match,
    OpenCase,
    OpenData,
    OpenModel,
    Recognise,
    Run,
    SaveCase,
    Submit,
)
from engine.contracts.results import Done, MatchPreview, Recognised, RecognisedFile
from gui.app import make_context
from gui.main_window import MainWindow
from gui.services import engine_client
from gui.services.settings import Settings
from gui.services.theme import Mode, Theme
from tests.gui.panels.small_case import SmallEngine, data_set
from tests.gui.services.fake_process import FakeProcess

MODEL = ModelInfo(
    name="m.skops",
    sha256="ab" * 32,
    format="skops",
    kind="sklearn.pipeline.Pipeline",
    task=Task.BINARY,
    score_kind=ScoreKind.PROBABILITY,
    classes=("good", "bad"),
    inputs=(Input(name="age", dtype="float"), Input(name="home", dtype="category")),
)


class AnsweringProcess(FakeProcess):
    """Answers every request at once, from the small case; a test may change how."""

    case: SmallEngine
    silent: tuple[type, ...] = ()

    def send(self, message) -> None:
        super().send(message)
        if not isinstance(message, Submit) or isinstance(message.request, self.silent):
            return
        self.tell(Started(message.job))
        try:
            result = self.case.store.result(message.request)
        except EngineError as error:
            self.tell(Failed(message.job, error.info()))
        else:
            self.tell(Finished(message.job, result))


def read_data(request: OpenData):
    """Answer with the small data set, said to come from the files asked for."""
    info = data_set()
    sources = tuple(
        Source(path=path, sha256="cd" * 32, size=1, n_rows=400, options=ReadOptions())
        for path in request.paths
    )
    parts = tuple(
        msgspec.structs.replace(part, sources=sources)
        for part in info.parts
        if part.part in (Part.EVALUATION, request.part)
    )
    return msgspec.structs.replace(info, parts=parts)


def inspected(request: Inspect) -> SafetyReport:
    """Answer that the file may be opened at once."""
    return SafetyReport(
        path=request.path,
        sha256=MODEL.sha256,
        size=1,
        format="skops",
        light=Light.GREEN,
        reason=Note(code="safety.green"),
    )


def recognised(request: Recognise) -> Recognised:
    """Take the suffix for the truth: ``a.data``, ``b.model``, ``c.case``."""
    return Recognised(
        files=tuple(
            RecognisedFile(path=path, what=path.rpartition(".")[2], format="")
            for path in request.paths
        )
    )


def previewed(request: Match) -> MatchPreview:
    """Answer a match that makes sense."""
    return MatchPreview(
        mapping=request.mapping
        if request.mapping is not None and request.mapping.columns
        else Mapping(columns={"age": "age", "home": "home"}),
        task=Task.BINARY,
        classes=MODEL.classes,
        positive=request.positive or "bad",
        n_tried=200,
        rows=(0, 1),
        truth=("good", "bad"),
        prediction=("good", "good"),
        score=(0.1, 0.4),
        sanity=0.79,
        baseline=0.72,
    )


def small_engine() -> SmallEngine:
    """Return the small case with an answer to every request of the window."""
    case = SmallEngine()
    buckets = case.store.answers[Run]

    def run(request: Run):
        if request.analysis != "buckets":  # the others have tests of their own
            raise EngineError("predict.not_yet")
        return buckets(request)

    case.store.answers |= {
        Run: run,
        OpenData: read_data,
        Inspect: inspected,
        OpenModel: lambda _request: MODEL,
        Recognise: recognised,
        Match: previewed,
        SaveCase: lambda _request: Done(),
        OpenCase: lambda request: CaseOpened(path=request.path, case=CaseFile()),
    }
    return case


def _let_go(window: MainWindow) -> None:
    """At the end of a test nobody is there to be asked what to do with its changes."""
    window.questions._ask = False
    window.autosave.forget()


def make_window(qtbot, monkeypatch, folder, *, ask: bool = True) -> SimpleNamespace:
    """Return a shown window, the case behind its engine, and its settings."""
    monkeypatch.setattr(engine_client, "EngineProcess", AnsweringProcess)
    AnsweringProcess.case = small_engine()
    AnsweringProcess.silent = ()
    FakeProcess.made.clear()
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    settings = Settings(store)
    context = make_context(settings, Theme(Mode.LIGHT))
    context.case.suggested_path = lambda: str(folder / "case.trasluz")
    window = MainWindow(context, ask=ask)
    qtbot.addWidget(window, before_close_func=_let_go)
    notices = []
    context.notify.raised.connect(notices.append)
    window.resize(1440, 900)
    window.show()
    context.engine.start()
    qtbot.waitUntil(lambda: context.engine.state == "ready")
    return SimpleNamespace(
        window=window,
        context=context,
        case=context.case,
        engine=AnsweringProcess.case,
        notices=notices,
        process=lambda: FakeProcess.made[-1],
        host=lambda state: FakeProcess.made[-1].tell(HostState("open", state)),
    )


def open_small(made, qtbot) -> None:
    """Open data and model and predict, without asking."""
    made.case.open_data(("/a.data",), then_match=False)
    made.case.open_model("/b.model", then_match=False)
    made.case.predict(target="status", positive="bad")
    qtbot.waitUntil(lambda: made.case.scores is not None)


def shown(window) -> set[str]:
    """The panels in sight."""
    return {panel.ID for panel in window.docks.visible_panels()}
