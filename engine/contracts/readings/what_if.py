"""The sentence above a row that is changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer as named
from engine.contracts.readings.class_names import class_name
from engine.contracts.readings.counterfactual import (
    answer_text,
    changes_text,
    odd_text,
    output_shown,
)

if TYPE_CHECKING:
    from engine.contracts.results import WhatIf


def read(result: WhatIf) -> str:
    """Return what becomes of the answer and of the decision."""
    place = output_shown(result.outputs, result.decided[0])
    before, after = (
        answer_text(result, float(answer)) for answer in result.answers[:, place]
    )
    answer = named(result.outputs, place)
    if not result.changes:
        told = [
            tr("Without changes, {answer} is {value}.", answer=answer, value=after),
            tr("Change a value to see the new prediction."),
        ]
    else:
        told = [
            tr(
                "With {changes}, {answer} goes from {before} to {after}.",
                changes=changes_text(result.changes),
                answer=answer,
                before=before,
                after=after,
            ),
            _decision(result),
        ]
        told.append(odd_text(float(result.plausibility[1]), result.n_judged))
        told.append(tr("This is what the model does, not a cause."))
    told += sentences(result.notes)
    return " ".join(part for part in told if part)


def _decision(result: WhatIf) -> str:
    old, new = map(class_name, result.decided)
    if not new:
        return ""
    if old == new:
        return tr("The decision stays {decision}.", decision=old)
    return tr("The decision changes from {old} to {new}.", old=old, new=new)
