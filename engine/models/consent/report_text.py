"""The static report as text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import mark, tr, trn
from engine.contracts.messages import next_step, sentence
from engine.contracts.model import Light, Verdict
from engine.contracts.printable import printable

if TYPE_CHECKING:
    from engine.contracts.model import SafetyFinding, SafetyReport

LIGHTS = {
    Light.GREEN: mark("green: opens at once"),
    Light.AMBER: mark("amber: opens with your consent"),
    Light.RED: mark("red: opens only with your explicit consent, in the sandbox"),
    Light.FORBIDDEN: mark("forbidden: is not opened"),
}
VERDICTS = {
    Verdict.DANGEROUS: mark("dangerous"),
    Verdict.UNKNOWN: mark("unknown"),
    Verdict.NOT_UNDERSTOOD: mark("not understood"),
    Verdict.VETTED: mark("vetted"),
}
ORDER = (Verdict.DANGEROUS, Verdict.UNKNOWN, Verdict.NOT_UNDERSTOOD, Verdict.VETTED)
WIDTH = 12


def as_text(report: SafetyReport) -> str:
    """Return what ``main.py inspect`` prints.

    Everything that comes from the file is shown without control characters, so
    that a name cannot write to the terminal.
    """
    lines = [plain(report.path), *_facts(report), ""]
    lines.append(f"{tr(LIGHTS[report.light])}")
    lines.append(plain(sentence(report.reason.code, report.reason.params)))
    lines.append(plain(next_step(report.reason.code, report.reason.params)))
    lines += [plain(sentence(note.code, note.params)) for note in report.notes]
    if report.findings:
        lines += [
            "",
            tr("Findings against the list of vetted names {v}:", v=report.allow_list),
        ]
    for verdict in ORDER:
        found = [f for f in report.findings if f.verdict is verdict]
        if found:
            count = trn("{n} thing", "{n} things", len(found))
            lines += ["", f"{tr(VERDICTS[verdict])} ({count})"]
            lines += [_row(finding) for finding in found]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Return text in which nothing but printable characters is left."""
    return printable(text)


def _facts(report: SafetyReport) -> list[str]:
    facts = {
        tr("format"): report.format,
        tr("size"): trn("{n} byte", "{n} bytes", report.size),
        "SHA-256": report.sha256,
        tr("written by"): report.producer,
        tr("versions"): ", ".join(f"{k} {v}" for k, v in report.versions.items()),
    }
    return [f"  {k:<{WIDTH}}{plain(v)}" for k, v in facts.items() if v]


def _row(finding: SafetyFinding) -> str:
    note = finding.note
    why = f"  ({sentence(note.code, note.params)})" if note is not None else ""
    return plain(f"  {finding.name}{why}")
