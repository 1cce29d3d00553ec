"""The question whether a model file may be opened, with what was found in it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.consent import MAX_REASON
from engine.contracts.i18n import mark, tr, trn
from engine.contracts.layers import is_sealed
from engine.contracts.messages import next_step, sentence
from engine.contracts.model import Light
from gui.dialogs.allow_list import show_allow_list
from gui.widgets.findings_table import FindingsTable
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.consent import Consent
    from engine.contracts.model import SafetyReport
    from gui.services.theme import Tokens

TYPED = 8
HEADINGS = {
    Light.GREEN: ("●", mark("This file opens at once")),
    Light.AMBER: ("▲", mark("This file needs your consent")),
    Light.RED: ("◆", mark("This file may run code of its own")),
    Light.FORBIDDEN: ("✕", mark("This file is not opened")),
}
MEANINGS = {
    Light.GREEN: mark("It contains numbers and vetted types only."),
    Light.AMBER: mark(
        "Open it if you know where it comes from. Your consent is kept for you on this "
        "computer, and can be withdrawn."
    ),
    Light.RED: mark(
        "Opening it would run things that nobody has vetted. It would run in a locked "
        "process without your data's labels, the network or your files; no lock is "
        "perfect. Your consent holds for exactly these bytes, for you on this computer "
        "and for this version of the program; it is kept, and can be withdrawn."
    ),
    Light.FORBIDDEN: mark("No consent can open it."),
}


class ConsentDialog(QDialog):
    """Shows the static report of one file and asks.

    Parameters
    ----------
    sandbox
        Layers round the model host; without any a red file cannot be agreed to.
    author_agreed
        Whether the case says that whoever saved it had agreed to the same file. It is
        told, and counts for nothing.
    """

    def __init__(
        self,
        report: SafetyReport,
        tokens: Tokens,
        parent: QWidget | None = None,
        *,
        sandbox: Sequence[str] = (),
        author_agreed: bool = False,
    ) -> None:
        super().__init__(parent)
        self.report = report
        self.author_agreed = author_agreed
        self.sandbox = tuple(sandbox)
        self.setWindowTitle(tr("Open a model file"))
        self.setModal(True)
        self.typed = QLineEdit()
        self.reason = QLineEdit()
        self.open_button = QPushButton(self._open_text())
        self.findings = FindingsTable()
        self.findings.apply_theme(tokens)
        self.findings.show_findings(report.findings)
        self.findings.list_wanted.connect(
            lambda: show_allow_list(report.allow_list, self)
        )
        self._lay_out(tokens)
        self._check()
        self.resize(760, 580)

    def consent(self) -> str:
        """Return the SHA-256 agreed to, or ``""``."""
        accepted = self.result() == QDialog.DialogCode.Accepted.value
        return self.report.sha256 if accepted else ""

    @property
    def wants_typing(self) -> bool:
        """Whether a click is not enough."""
        return self.report.light is Light.RED

    @property
    def can_agree(self) -> bool:
        """Whether any consent opens the file on this computer."""
        if self.report.light is Light.FORBIDDEN:
            return False
        return not self.wants_typing or self.is_sealed

    @property
    def is_sealed(self) -> bool:
        """Whether the layers keep a program in; limits alone do not."""
        return is_sealed(self.sandbox)

    def _open_text(self) -> str:
        return tr("Open in the sandbox") if self.wants_typing else tr("Open")

    def _lay_out(self, tokens: Tokens) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._title())
        column.addWidget(self._facts(tokens))
        column.addWidget(self._banner(tokens))
        for text in self.earlier():
            column.addWidget(_plain(text, tokens.text))
        for note in self.report.notes:
            text = sentence(note.code, note.params)
            column.addWidget(_plain(text, tokens.muted))
        if self.report.findings:
            column.addWidget(self.findings, 1)
        else:
            column.addStretch(1)
        column.addWidget(self._hash(tokens))
        if self.can_agree:
            column.addLayout(self._why())
        if self.can_agree and self.wants_typing:
            column.addLayout(self._typing())
        column.addWidget(self._buttons())

    def _title(self) -> PlainLabel:
        name = PurePath(self.report.path.replace("\\", "/")).name
        title = _plain(name)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        title.setFont(font)
        return title

    def _facts(self, tokens: Tokens) -> PlainLabel:
        parts = [
            self.report.format,
            trn("{n} byte", "{n} bytes", self.report.size),
            *(f"{k} {v}" for k, v in self.report.versions.items()),
        ]
        if self.report.producer not in parts:
            parts.insert(2, self.report.producer)
        return _plain(" · ".join(part for part in parts if part), tokens.muted)

    def _banner(self, tokens: Tokens) -> QFrame:
        light = self.report.light
        sign, heading = HEADINGS[light]
        calm = light is Light.GREEN
        ground = tokens.accent_soft if calm else tokens.selection
        edge = tokens.accent if calm else tokens.warning
        banner = QFrame()
        banner.setObjectName("banner")
        banner.setStyleSheet(
            f"#banner {{ background: {ground}; border-left: 3px solid {edge}; }}"
        )
        head = _plain(f"{sign} {tr(heading)}", tokens.text)
        font = head.font()
        font.setBold(True)
        head.setFont(font)
        inside = QVBoxLayout(banner)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.setSpacing(4)
        inside.addWidget(head)
        reason = self.report.reason
        for text in (
            sentence(reason.code, reason.params),
            self._meaning(),
            next_step(reason.code, reason.params) if light is not Light.AMBER else "",
        ):
            if text:
                inside.addWidget(_plain(text, tokens.text))
        return banner

    def _meaning(self) -> str:
        if self.wants_typing and not self.is_sealed:
            return tr(
                "This computer offers no way to lock its process in, so it is not "
                "opened here."
            )
        return tr(MEANINGS[self.report.light])

    def _hash(self, tokens: Tokens) -> PlainLabel:
        label = _plain(tr("SHA-256: {hash}", hash=self.report.sha256), tokens.muted)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return label

    def earlier(self) -> list[str]:
        """Return what was agreed to before, none of which opens the file now."""
        lines = []
        if self.report.consent is not None:
            lines.append(_no_longer(self.report.consent))
        if self.author_agreed:
            lines.append(
                tr(
                    "The case says that whoever saved it had agreed to this file. That "
                    "does not count here: the consent has to be yours."
                )
            )
        return lines

    def _why(self) -> QHBoxLayout:
        ask = _plain(tr("Reason (kept with your consent):"))
        ask.setWordWrap(False)
        self.reason.setMaxLength(MAX_REASON)
        self.reason.setAccessibleName(ask.text())
        ask.setBuddy(self.reason)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(ask)
        row.addWidget(self.reason, 1)
        return row

    def _typing(self) -> QHBoxLayout:
        ask = _plain(
            tr(
                "To agree, type the first {n} characters of the SHA-256 ({start}):",
                n=TYPED,
                start=self.report.sha256[:TYPED],
            )
        )
        self.typed.setMaxLength(TYPED)
        self.typed.setAccessibleName(ask.text())
        self.typed.setMaximumWidth(120)
        self.typed.textChanged.connect(self._check)
        ask.setBuddy(self.typed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(ask, 1)
        row.addWidget(self.typed)
        return row

    def _buttons(self) -> QDialogButtonBox:
        kind = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kind.Cancel if self.can_agree else kind.Close)
        closing = buttons.button(kind.Cancel if self.can_agree else kind.Close)
        closing.setText(tr("Do not open") if self.can_agree else tr("Close"))
        closing.setDefault(True)
        if self.can_agree:
            self.open_button.setAutoDefault(False)
            role = QDialogButtonBox.ButtonRole.AcceptRole
            buttons.addButton(self.open_button, role)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _check(self) -> None:
        typed = self.typed.text().strip().lower()
        agreed = not self.wants_typing or typed == self.report.sha256[:TYPED]
        self.open_button.setEnabled(self.can_agree and agreed)


def _no_longer(consent: Consent) -> str:
    """Return why a consent that was given once does not open the file any more."""
    if consent.holds:
        return tr(
            "You agreed to this file on {date}, when it was judged otherwise.",
            date=consent.given[:10],
        )
    return tr(
        "You agreed to this file on {date}, with version {version} of the program; "
        "another version asks again.",
        date=consent.given[:10],
        version=consent.version,
    )


def _plain(text: str, colour: str = "") -> PlainLabel:
    label = PlainLabel(text)
    label.setWordWrap(True)
    if colour:
        label.setStyleSheet(f"color: {colour};")
    return label


def ask_consent(
    report: SafetyReport,
    tokens: Tokens,
    parent: QWidget | None = None,
    *,
    sandbox: Sequence[str] = (),
    author_agreed: bool = False,
) -> tuple[str, str]:
    """Ask and wait; return the SHA-256 agreed to, or ``""``, and the reason."""
    dialog = ConsentDialog(
        report, tokens, parent, sandbox=sandbox, author_agreed=author_agreed
    )
    dialog.exec()
    consent, reason = dialog.consent(), dialog.reason.text()
    dialog.deleteLater()
    return consent, reason
