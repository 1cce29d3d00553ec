"""Consent: shown what, asked how, bound to which bytes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel

from engine.contracts.consent import Consent, Consents
from engine.contracts.dataset import Note
from engine.contracts.model import Light, SafetyFinding, SafetyReport, Verdict
from engine.contracts.requests import WithdrawConsent
from gui.dialogs.consent import ConsentDialog
from gui.dialogs.consents import ConsentsDialog
from gui.services.theme import DARK, LIGHT

SHA = "6e1d9fef" + "0" * 56
LAYERS = ("landlock 7", "seccomp")


def report(light, **changes):
    findings = (
        SafetyFinding(
            what="global",
            name="numpy.dtype",
            verdict=Verdict.VETTED,
            note=Note(code="safety.called"),
        ),
        SafetyFinding(
            what="global",
            name="os.system",
            verdict=Verdict.DANGEROUS,
            note=Note(code="safety.called"),
        ),
    )
    facts = {
        "path": "/home/a/model.pkl",
        "sha256": SHA,
        "size": 47,
        "format": "pickle",
        "light": light,
        "reason": Note(code="safety.dangerous", params={"n": 1, "names": "os.system"}),
        "findings": findings,
    }
    return SafetyReport(**{**facts, **changes})


@pytest.fixture
def ask(qtbot):
    def make(light, tokens=LIGHT, sandbox=LAYERS, **changes):
        dialog = ConsentDialog(report(light, **changes), tokens, sandbox=sandbox)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


def test_that_amber_takes_one_click(qtbot, ask):
    dialog = ask(Light.AMBER)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert dialog.consent() == SHA


def test_that_red_takes_the_start_of_the_hash(qtbot, ask):
    dialog = ask(Light.RED)
    assert not dialog.open_button.isEnabled()
    for typed in ("6e1d9fe", "6e1d9fe0"):
        dialog.typed.setText(typed)
        assert not dialog.open_button.isEnabled()
    dialog.typed.setText("6E1D9FEF")
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert dialog.consent() == SHA


@pytest.mark.parametrize("layers", [(), ("rlimits",), ("seccomp",)])
def test_that_red_without_a_sandbox_cannot_be_agreed_to(ask, layers):
    dialog = ask(Light.RED, sandbox=layers)
    dialog.typed.setText(SHA[:8])
    assert not dialog.can_agree
    assert not dialog.open_button.isEnabled()


def test_that_forbidden_only_closes(ask):
    dialog = ask(Light.FORBIDDEN)
    assert not dialog.can_agree
    dialog.reject()
    assert dialog.consent() == ""


def test_that_return_and_escape_do_not_open(qtbot, ask):
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        dialog = ask(Light.AMBER)
        qtbot.keyClick(dialog, key)
        assert dialog.result() == QDialog.DialogCode.Rejected.value
        assert dialog.consent() == ""


def test_that_the_worst_stands_first_and_can_be_filtered(ask):
    dialog = ask(Light.RED)
    findings = dialog.findings
    assert findings.model.cells(0)[2] == "os.system"
    findings.search.setText("NUMPY")
    assert findings.filter.rowCount() == 1
    assert findings.count.text() == "1 of 2 findings"
    findings.search.clear()
    findings.which.setCurrentIndex(1)
    assert findings.filter.rowCount() == 1


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_that_text_from_the_file_is_never_markup(ask, tokens):
    evil = "<b>x</b><img src=file:///etc/passwd>"
    dialog = ask(Light.AMBER, tokens, path=f"/a/{evil.replace('/', '')}")
    labels = dialog.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)


def test_that_the_list_of_vetted_names_can_be_read(qtbot, ask):
    from PySide6.QtWidgets import QLineEdit, QTableWidget

    dialog = ask(Light.AMBER, allow_list="v1")
    dialog.findings.list_wanted.emit()
    (window,) = (d for d in dialog.findChildren(QDialog) if d is not dialog)
    table = window.findChild(QTableWidget)
    assert table.rowCount() > 900
    window.findChild(QLineEdit).setText("functools.partial")
    shown = [r for r in range(table.rowCount()) if not table.isRowHidden(r)]
    assert [table.item(r, 2).text() for r in shown] == ["kept off the list"]
    window.close()


def test_that_every_light_has_a_shape_of_its_own():
    from gui.dialogs.consent import HEADINGS, MEANINGS

    assert set(HEADINGS) == set(MEANINGS) == set(Light)
    assert len({sign for sign, _ in HEADINGS.values()}) == len(Light)


def texts(dialog):
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_that_the_author_s_consent_is_told_and_counts_for_nothing(qtbot):
    dialog = ConsentDialog(report(Light.RED), LIGHT, sandbox=LAYERS, author_agreed=True)
    qtbot.addWidget(dialog)
    assert "does not count here" in texts(dialog)
    assert not dialog.open_button.isEnabled()


@pytest.mark.parametrize(
    ("holds", "told"), [(False, "another version asks again"), (True, "otherwise")]
)
def test_that_a_consent_which_holds_no_more_is_told(ask, holds, told):
    before = Consent(
        sha256=SHA,
        name="m",
        light="amber",
        version="0.9",
        given="2026-05-04T10:00:00+00:00",
        holds=holds,
    )
    dialog = ask(Light.RED, consent=before)
    assert "2026-05-04" in texts(dialog)
    assert told in texts(dialog)
    assert not dialog.open_button.isEnabled()
    assert told not in texts(ask(Light.RED))


class Answering:
    """An engine with one consent, which can be withdrawn."""

    def __init__(self):
        self.kept = (
            Consent(
                sha256=SHA,
                name="model.pkl",
                light="red",
                version="1.0",
                given="2026-05-04T10:00:00+00:00",
                reason="our own",
                holds=True,
            ),
        )
        self.withdrawn = []

    def submit(self, request, *, on_result, on_error):
        if isinstance(request, WithdrawConsent):
            self.withdrawn.append(request.sha256)
            self.kept = tuple(c for c in self.kept if c.sha256 != request.sha256)
        on_result(Consents(kept=self.kept, folder="/home/a/consents"))


def test_that_consents_are_listed_and_can_be_withdrawn(qtbot):
    engine, closed = Answering(), []
    case = SimpleNamespace(withdrawn=closed.append)
    notify = SimpleNamespace(error=None)
    context = SimpleNamespace(engine=engine, case=case, notify=notify)
    dialog = ConsentsDialog(context)
    qtbot.addWidget(dialog)
    shown = [dialog.table.item(0, column).text() for column in range(5)]
    assert shown == ["model.pkl", SHA[:12], "2026-05-04", "yes", "our own"]
    assert not dialog.withdraw_button.isEnabled()
    dialog.table.selectRow(0)
    qtbot.mouseClick(dialog.withdraw_button, Qt.MouseButton.LeftButton)
    assert engine.withdrawn == closed == [SHA]
    assert dialog.table.rowCount() == 0
    assert not dialog.withdraw_button.isEnabled()
