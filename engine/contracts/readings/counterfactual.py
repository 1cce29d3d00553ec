"""The sentence above what would change a decision."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.contracts.i18n import tr, trn
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer as named
from engine.contracts.readings.class_names import class_name
from engine.contracts.readings.numbers import (
    count,
    decimals_of,
    fixed,
    percent,
    significant,
)

if TYPE_CHECKING:
    from engine.contracts.results import (
        Change,
        Counterfactuals,
        WhatIf,
    )
    from engine.contracts.results.counterfactual import Cell

_MOST_TOLD = 3
ODD = 0.05  # share of real rows that lie as far out, below which a row is odd


def read(result: Counterfactuals) -> str:
    """Return the smallest change that changes the decision, or that none was found."""
    told = [_found(result) if result.found else _none(result)]
    if result.unfinished:
        told.insert(0, tr("The search is not finished."))
    if result.found:
        told.append(odd_text(result.found[0].plausibility, result.n_judged))
        told.append(
            tr(
                "This would change the model's prediction; it is neither advice nor a "
                "cause."
            )
        )
    told += sentences(result.notes)
    return " ".join(part for part in told if part)


def cell_text(cell: Cell) -> str:
    """Return a cell as a person writes it."""
    if cell is None:
        return tr("missing")
    if isinstance(cell, str):
        return cell
    if float(cell).is_integer():
        return count(cell)
    decimals = len(f"{cell:.9f}".rstrip("0").partition(".")[2])
    return fixed(cell, min(decimals, 6)) if abs(cell) >= 1e-6 else significant(cell, 3)


def change_text(change: Change) -> str:
    """Return one change in words."""
    return tr(
        "{feature} from {before} to {after}",
        feature=change.feature,
        before=cell_text(change.before),
        after=cell_text(change.after),
    )


def changes_text(changes: tuple[Change, ...]) -> str:
    """Return changes in words, of many the largest."""
    told = ", ".join(map(change_text, changes[:_MOST_TOLD]))
    rest = len(changes) - _MOST_TOLD
    if rest <= 0:
        return told
    return trn("{told} and {n} more", "{told} and {n} more", rest, told=told)


def answer_text(result: Counterfactuals | WhatIf, answer: float) -> str:
    """Return an answer as a share where it is a probability, else as a number.

    An answer near the threshold has the decimals that tell the two apart.
    """
    if result.space != "probability":
        return fixed(answer, decimals_of(answer))
    cut = result.threshold
    if cut is None or percent(answer) != percent(cut) or answer == cut:
        return percent(answer)
    apart = decimals_of(100 * (answer - cut), 1)
    return f"{fixed(100 * answer, apart)}\u202f%"


def output_shown(outputs: tuple[str, ...], decided: str) -> int:
    """Return which answer is told: the decided class's, or the only one."""
    return 0 if len(outputs) == 1 else outputs.index(decided)


def _found(result: Counterfactuals) -> str:
    best = result.found[0]
    place = output_shown(result.outputs, best.decided)
    n = len(best.changes)
    params = {
        "total": count(len(result.feature_names)),
        "changes": changes_text(best.changes),
        "answer": named(result.outputs, place),
        "before": answer_text(result, float(result.answer[place])),
        "after": answer_text(result, float(best.answer[place])),
    }
    if not best.decided:
        said = trn(
            "Changing {n} of {total} features is enough for a prediction {aim}: "
            "{changes} ({answer} goes from {before} to {after}).",
            "Changing {n} of {total} features is enough for a prediction {aim}: "
            "{changes} ({answer} goes from {before} to {after}).",
            n,
            aim=_aim(result),
            **params,
        )
    else:
        said = trn(
            "Changing {n} of {total} features changes the decision from {old} to "
            "{new}: {changes} ({answer} goes from {before} to {after}).",
            "Changing {n} of {total} features changes the decision from {old} to "
            "{new}: {changes} ({answer} goes from {before} to {after}).",
            n,
            old=class_name(result.decided),
            new=class_name(best.decided),
            **params,
        )
    return said


def _aim(result: Counterfactuals) -> str:
    """Return which answers of a regression were looked for."""
    ends = [end for end in (result.low, result.high) if end is not None]
    digits = max(map(decimals_of, ends), default=0)
    low, high = (
        "" if end is None else fixed(end, digits) for end in (result.low, result.high)
    )
    if result.outside:
        return tr("below {low} or above {high}", low=low, high=high)
    if not high:
        return tr("of at least {low}", low=low)
    if not low:
        return tr("of at most {high}", high=high)
    return tr("between {low} and {high}", low=low, high=high)


def _none(result: Counterfactuals) -> str:
    if result.notes and result.notes[0].code in (
        "explain.as_wanted",
        "explain.nothing_may_change",
    ):
        return ""
    if result.unfinished:
        said = tr("None found yet among {n} candidate rows.", n=count(result.n_asked))
    else:
        said = _none_at_all(result)
    if result.closest is None:
        return said
    place = output_shown(result.outputs, result.decided)
    near = tr(
        "The closest: {changes} ({answer} goes from {before} to {after}).",
        changes=changes_text(result.closest.changes),
        answer=named(result.outputs, place),
        before=answer_text(result, float(result.answer[place])),
        after=answer_text(result, float(result.closest.answer[place])),
    )
    return f"{said} {near}"


def _none_at_all(result: Counterfactuals) -> str:
    return tr(
        "None of the {n} candidate rows within the allowed changes gets another "
        "decision.",
        n=count(result.n_asked),
    )


def share_text(share: float, n_judged: int) -> str:
    """Return a plausibility; 0 of so many real rows is a bound, no certainty."""
    if math.isnan(share):
        return "–"
    if share > 0:
        return percent(share)
    return tr("less than {share}", share=percent(1 / n_judged))


def odd_text(share: float, n_judged: int) -> str:
    """Return that a made row is odd, if it is."""
    if math.isnan(share) or share >= ODD:
        return ""
    n = count(n_judged)
    if share > 0:
        return tr(
            "Such a row is unusual: only {share} of {n} real rows lie as far from "
            "the others.",
            share=percent(share),
            n=n,
        )
    return tr(
        "Such a row is unusual: none of {n} real rows lies as far from the others.",
        n=n,
    )
