"""The model panel: every fact that came with the model, as plain text."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from engine.contracts.dataset import Note
from engine.contracts.model import (
    Capability,
    Input,
    Light,
    Mapping,
    ModelInfo,
    RecordedScores,
    SafetyFinding,
    SafetyReport,
    ScoreKind,
    Task,
    Verdict,
)
from engine.models.recorded_scores import describe
from gui.panel import State
from gui.panels.model.model import ModelPanel
from gui.panels.model.wrapped_text import WrappedText
from gui.widgets.findings_table import NAME, REASON
from tests.gui.panels.small_case import small_case

REPORT = SafetyReport(
    path="/a/m.joblib",
    sha256="ab" * 32,
    size=100,
    format="joblib",
    light=Light.AMBER,
    reason=Note(code="safety.pickle_vetted"),
    findings=(
        SafetyFinding(what="global", name="numpy.dtype", verdict=Verdict.VETTED),
    ),
)
INFO = ModelInfo(
    name="m.joblib",
    sha256="ab" * 32,
    format="joblib",
    kind="sklearn.pipeline.Pipeline",
    task=Task.BINARY,
    score_kind=ScoreKind.PROBABILITY,
    classes=("bad", "good"),
    inputs=(
        Input(name="age", dtype="float"),
        Input(name="home", dtype="category", categories=tuple("abcdefgh")),
    ),
    steps=("ColumnTransformer", "RandomForestClassifier"),
    parameters={"n_estimators": 100, "max_depth": None},
    saved_with={"scikit-learn": "1.4.2", "numpy": "2.4.6"},
    installed={"scikit-learn": "1.9.1", "numpy": "2.4.6"},
    capabilities=(Capability.PROBABILITY, Capability.TREE_ENSEMBLE),
    sandbox=("landlock 7", "seccomp"),
    safety=REPORT,
)


@pytest.fixture
def panel(qtbot):
    made = []

    def make(info=INFO):
        small = small_case()
        small.context.case.model = info
        small.context.case.file = msgspec.structs.replace(
            small.context.case.file, mapping=Mapping(columns={"age": "Age in years"})
        )
        built = ModelPanel(small.context)
        qtbot.addWidget(built)
        built.resize(560, 420)
        built.show()
        qtbot.waitUntil(lambda: not built._soon.isActive())
        made.append((small, built))
        return built

    return make


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel)] + [
        value.text for value in widget.findChildren(WrappedText)
    ]


def test_that_without_a_model_it_says_what_to_do(qtbot, panel):
    built = panel(None)
    assert built.state is State.EMPTY
    assert "Drop a model" in built.reason()


def test_that_another_version_is_a_warning_and_the_same_is_not(panel):
    facts = {name: (text, warns) for name, text, warns in panel().facts(INFO)}
    assert facts["scikit-learn"] == ("saved with 1.4.2, installed 1.9.1", True)
    assert facts["numpy"][1] is False


def test_that_inputs_show_type_column_and_levels(panel):
    rows = panel().inputs(INFO)
    assert rows[0] == ["age", "float", "Age in years", ""]
    assert rows[1][3] == "a, b, c, d, e, f and 2 more"


def test_that_each_capability_says_what_it_is_good_for(panel):
    names = [name for name, _, _ in panel().abilities(INFO)]
    assert names == ["Probabilities", "Trees", "Any model"]


def test_that_every_capability_has_words():
    from engine.contracts.readings.model import CAPABILITIES, SCORES, TASKS

    assert set(CAPABILITIES) == set(Capability)
    assert set(SCORES) == set(ScoreKind)
    assert set(TASKS) == set(Task)


def test_that_the_table_holds_every_page(panel):
    header, rows = panel().as_table()
    assert len(header) == 3
    assert {row[0] for row in rows} == {
        "Overview",
        "Inputs",
        "Hyper-parameters",
        "Capabilities",
        "Safety",
    }


def test_that_the_badge_names_the_bytes_and_the_lock(panel):
    built = panel()
    assert built.badge_text() == (
        "joblib · SHA-256 abababababab… · sandbox: landlock 7, seccomp"
    )


def test_that_names_from_the_file_are_never_markup(panel):
    evil = "<img src=x><b>x</b>"
    info = msgspec.structs.replace(INFO, name=evil, kind=evil, classes=(evil, "b"))
    built = panel(info)
    assert evil in texts(built)
    assert "<img" not in built.reading()


def test_that_long_values_are_whole_in_a_narrow_panel_and_can_be_copied(panel, qtbot):
    built = panel()
    built.resize(300, 600)
    value = next(v for v in built.findChildren(WrappedText) if v.text == INFO.sha256)
    qtbot.waitUntil(lambda: value.height() >= 2 * value.fontMetrics().height())
    page = built._overview.widget()
    assert page.width() <= built._overview.viewport().width()
    value.setFocus()
    qtbot.keyClick(value, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == INFO.sha256


def test_that_names_of_findings_keep_their_room_in_a_narrow_panel(panel, qtbot):
    built = panel()
    built.tabs.setCurrentIndex(3)
    table = built.findings.table
    built.resize(340, 600)
    qtbot.waitUntil(lambda: table.isColumnHidden(REASON))
    assert table.columnWidth(NAME) > table.viewport().width() // 2
    tip = built.findings.model.data(
        built.findings.model.index(0, NAME), Qt.ItemDataRole.ToolTipRole
    )
    assert "numpy.dtype" in tip
    table.selectRow(0)
    built.findings.copy()
    assert "numpy.dtype" in QGuiApplication.clipboard().text()


def test_that_no_sandbox_is_a_warning_in_its_own_words(panel):
    info = msgspec.structs.replace(INFO, sandbox=())
    assert ("Sandbox", "none in force", True) in panel(info).facts(info)


def test_that_recorded_scores_have_no_file_to_fear(panel):
    info = msgspec.structs.replace(INFO, safety=None, sha256="", sandbox=())
    built = panel(info)
    assert any("Recorded scores" in text for text in texts(built))


def test_that_a_selection_does_not_fill_the_pages_again(panel):
    built = panel()
    before = built._overview.widget()
    built.follow_selection()
    assert built._overview.widget() is before


def test_recorded_scores_lack_no_sandbox(panel) -> None:
    recorded = describe(RecordedScores(scores=("p",)), ("no", "yes"))
    built = panel(recorded)
    assert "no model is run" in built.reading()
    assert "sandbox" not in built.badge_text()
    assert not any(warns for _name, _value, warns in built.facts(recorded))
