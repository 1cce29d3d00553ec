"""What stands below a saved picture: of which case, model, data and rows it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.contracts.dataset import Part
from engine.contracts.i18n import tr, trn
from engine.contracts.readings import decision as decision_words
from engine.contracts.readings import numbers
from gui.services.file_names import offered_name
from gui.services.program import program_version

if TYPE_CHECKING:
    from datetime import datetime

    from gui.panel import Panel

_HASH = 8


def caption_of(panel: Panel, now: datetime) -> str:
    """Return the origin of what a panel shows, in one line.

    Title, case, model and data with the first digits of their hashes, decision, rows
    used of all, selection, date, and version of the program.
    """
    provenance = getattr(panel.result, "provenance", None)
    parts = [tr(panel.TITLE), tr("case {name}", name=_case_name(panel))]
    case = panel.context.case
    model, data = case.model, case.data
    if model is not None:
        parts.append(tr("model {name}", name=_with_hash(model.name, model.sha256)))
    if data is not None:
        part = data.part(Part.EVALUATION)
        mark = part.fingerprint if part is not None else ""
        parts.append(tr("data {name}", name=_with_hash(data.name, mark)))
    parts.append(_decision(panel))
    if provenance is not None and provenance.n_total:
        parts.append(
            trn(
                "{n} of {total} rows",
                "{n} of {total} rows",
                provenance.n_used,
                total=numbers.count(provenance.n_total),
            )
        )
        parts.append(provenance.selection)
    parts.append(now.strftime("%Y-%m-%d %H:%M"))
    parts.append(f"Trasluz {program_version()}".strip())
    return " · ".join(filter(None, parts))


def file_name(panel: Panel, now: datetime, suffix: str) -> str:
    """Return a name for a file: case, panel and date."""
    parts = (_case_name(panel), panel.ID, now.strftime("%Y-%m-%d"))
    return offered_name(parts, suffix)


def _case_name(panel: Panel) -> str:
    path = panel.context.case.path
    return Path(path).stem if path else tr("not saved")


def _with_hash(name: str, sha256: str) -> str:
    return f"{name} ({sha256[:_HASH]})" if sha256 else name


def _decision(panel: Panel) -> str:
    """Return the rule by which classes are told, ``""`` where there is none."""
    scores, rule = panel.context.case.scores, panel.context.case.rule
    if scores is None or rule is None:
        return ""
    return decision_words.in_short(rule, scores.score_kind)
