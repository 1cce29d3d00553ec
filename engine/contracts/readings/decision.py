"""How decisions come about, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.model import ScoreKind
from engine.contracts.readings.numbers import threshold

if TYPE_CHECKING:
    from engine.contracts.dataset import Note
    from engine.contracts.decision import Rule


def in_short(rule: Rule, kind: ScoreKind) -> str:
    """Return the rule as it stands on a chip: ``bad if p ≥ 0.5``."""
    if rule.cut is None:
        return tr("the model's own rule")
    values = {
        "positive": rule.positive,
        "sign": "p" if kind is ScoreKind.PROBABILITY else tr("score"),
        "threshold": threshold(rule.boundary),
    }
    if rule.strict:
        return tr("{positive} if {sign} > {threshold}", **values)
    return tr("{positive} if {sign} ≥ {threshold}", **values)


def who(rule: Rule, kind: ScoreKind) -> str:
    """Return who decides: a threshold that was set, or the model itself."""
    if not rule.own:
        return tr("Decision by the threshold set: {rule}.", rule=in_short(rule, kind))
    if rule.cut is None:
        return tr("Decision by the model's own rule.")
    return tr(
        "Decision by the model's own rule; on these rows: {rule}.",
        rule=in_short(rule, kind),
    )


def read(rule: Rule, kind: ScoreKind) -> str:
    """Return who decides, and of rows on the threshold how."""
    return " ".join([who(rule, kind), *sentences(rule.notes())])


def ties(notes: tuple[Note, ...]) -> list[str]:
    """Return what the notes of a result say of its decisions."""
    return sentences(note for note in notes if note.code.startswith("decision."))
