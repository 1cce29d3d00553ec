"""What one reader of one format found, and how a light follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.contracts.dataset import Note
from engine.contracts.model import Light, SafetyFinding, Verdict

# a file that ends early opens nowhere, whatever anybody agrees to
INCOMPLETE = ("safety.cut_off", "safety.bad_archive")


class NotUnderstoodError(Exception):
    """The file says something this reader cannot follow, so nothing is vouched for.

    Parameters
    ----------
    code
        A ``safety.*`` message code.
    **params
        Values for its placeholders.
    """

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(code, params)
        self.note = Note(code=code, params=dict(params))


class BrokenError(NotUnderstoodError):
    """The structure contradicts itself: a native loader could crash on it."""


@dataclass
class Outcome:
    """Findings on one file; the light is derived, never set by a finder.

    Attributes
    ----------
    best
        The light if every finding is vetted.
    reason
        Why, if every finding is vetted.
    refusal
        Set where the file cannot be opened at all, whatever the user agrees to.
    """

    best: Light
    reason: Note
    findings: list[SafetyFinding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    producer: str = ""
    refusal: Note | None = None

    def add(
        self, what: str, name: str, verdict: Verdict, note: Note | None = None
    ) -> None:
        """Add a finding."""
        self.findings.append(
            SafetyFinding(what=what, name=name, verdict=verdict, note=note)
        )

    def not_understood(
        self, error: NotUnderstoodError, what: str = "structure"
    ) -> None:
        """Record where the reader lost the thread."""
        name = error.note.code.rpartition(".")[2].replace("_", " ")
        self.add(what, name, Verdict.NOT_UNDERSTOOD, error.note)
        dangerous = any(f.verdict is Verdict.DANGEROUS for f in self.findings)
        cut = error.note.code in INCOMPLETE and not dangerous
        if cut or isinstance(error, BrokenError):
            self.refusal = error.note

    def take(self, other: Outcome) -> None:
        """Take over what was found in a part of the file."""
        self.findings += other.findings
        self.notes += other.notes
        self.versions.update(other.versions)
        self.refusal = self.refusal or other.refusal

    def light(self) -> tuple[Light, Note]:
        """Return the light and the reason for it, before any policy."""
        if self.refusal is not None:
            return Light.FORBIDDEN, self.refusal
        worst = [f for f in self.findings if f.verdict is not Verdict.VETTED]
        if not worst:
            return self.best, self.reason
        for verdict, code in (
            (Verdict.DANGEROUS, "safety.dangerous"),
            (Verdict.UNKNOWN, "safety.unknown"),
        ):
            names = tuple(dict.fromkeys(f.name for f in worst if f.verdict is verdict))
            if names:
                return Light.RED, Note(
                    code=code,
                    params={"n": len(names), "names": ", ".join(names[:5])},
                )
        return Light.RED, worst[0].note or Note(code="safety.not_understood")
