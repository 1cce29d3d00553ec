"""What would change a decision, as tables: made rows side by side, real rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.contracts.i18n import mark, tr
from engine.contracts.readings import numbers
from engine.contracts.readings.class_names import answer as named
from engine.contracts.readings.counterfactual import (
    ODD,
    answer_text,
    cell_text,
    change_text,
    output_shown,
    share_text,
)
from gui.item_models.metrics import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.contracts.results import Counterfactual, Counterfactuals
    from engine.contracts.results.counterfactual import Cell as Given

    Rows = tuple[list[str], list[tuple[Figure, ...]]]

FREE, FIXED, UP, DOWN = "", "fixed", "up", "down"
RULES = {
    FREE: mark("may change"),
    FIXED: mark("fixed"),
    UP: mark("may increase"),
    DOWN: mark("may decrease"),
}


def told(shown: Counterfactuals) -> tuple[Counterfactual, ...]:
    """Return the rows that stand beside the current one: found, or the closest."""
    if shown.found or shown.closest is None:
        return shown.found
    return (shown.closest,)


def features_shown(
    shown: Counterfactuals, rules: Mapping[str, str], *, every: bool
) -> list[int]:
    """Return which features have a line: those that change first, then those kept.

    Parameters
    ----------
    every
        Whether the others have one too.
    """
    changed = [change.feature for one in told(shown) for change in one.changes]
    order = list(dict.fromkeys(changed))
    order += [n for n in shown.feature_names if rules.get(n) and n not in order]
    if every:
        order += [name for name in shown.feature_names if name not in order]
    return [shown.feature_names.index(name) for name in order]


def changes_table(
    shown: Counterfactuals, rules: Mapping[str, str], *, every: bool
) -> Rows:
    """Return the row and each counterfactual as a column; features as lines.

    The first lines tell of the whole: decision, answer, distance, plausibility.
    """
    beside = told(shown)
    titles = [tr("feature"), tr("this row")]
    if shown.found:
        titles += [numbers.count(i + 1) for i in range(len(beside))]
    else:
        titles += [tr("closest")] * len(beside)
    titles.append(tr("rule"))
    lines = summary_lines(shown, beside)
    for j in features_shown(shown, rules, every=every):
        lines.append(_feature_line(shown, beside, j, rules))
    return titles, lines


def n_summary_lines(shown: Counterfactuals) -> int:
    """Return how many lines stand above the features."""
    return len(summary_lines(shown, ()))


def summary_lines(
    shown: Counterfactuals, beside: tuple[Counterfactual, ...]
) -> list[tuple[Figure, ...]]:
    """Return the lines about the whole row."""
    place = output_shown(shown.outputs, shown.decided)
    answer = named(shown.outputs, place)
    lines: list[list[Figure]] = []
    if shown.decided:
        decided = (shown.decided, *(one.decided for one in beside))
        lines.append([Figure(tr("decision")), *map(Figure, decided)])
    answers = [shown.answer, *(one.answer for one in beside)]
    lines.append([Figure(answer), *(_answer(shown, float(a[place])) for a in answers)])
    if len(shown.outputs) > 1:
        own = [
            float(one.answer[output_shown(shown.outputs, one.decided)])
            for one in beside
        ]
        words = tr("prediction for the decision")
        lines.append(
            [
                Figure(words),
                _answer(shown, float(shown.answer[place])),
                *(_answer(shown, value) for value in own),
            ]
        )
    away = (Figure(_distance(one), value=one.distance) for one in beside)
    lines.append([Figure(tr("distance")), Figure(value=None), *away])
    found = [
        (replace(head, right=False, muted=True), *figures) for head, *figures in lines
    ]
    shares = [shown.plausibility, *(one.plausibility for one in beside)]
    plausible = [
        Figure(
            share_text(share, shown.n_judged),
            warns=share < ODD,
            tip=_plausible_tip(shown, share),
            value=share,
        )
        for share in shares
    ]
    found.append((Figure(tr("plausibility"), right=False, muted=True), *plausible))
    return [(*line, Figure(right=False)) for line in found]


def neighbours_table(shown: Counterfactuals) -> Rows:
    """Return the nearest real rows with a decision that is wanted, one a line."""
    titles = [
        tr("row"),
        named(shown.outputs, output_shown(shown.outputs, shown.decided)),
        tr("distance"),
        tr("plausibility"),
        tr("differs in"),
    ]
    place = output_shown(shown.outputs, shown.decided)
    lines: list[tuple[Figure, ...]] = []
    for one in shown.neighbours:
        changes = [change_text(change) for change in one.changes]
        lines.append(
            (
                Figure(numbers.count(one.row), strong=True, value=one.row),
                _answer(shown, float(one.answer[place])),
                Figure(_distance(one), value=one.distance),
                Figure(
                    share_text(one.plausibility, shown.n_judged),
                    value=one.plausibility,
                ),
                Figure("; ".join(changes), right=False, tip="\n".join(changes)),
            )
        )
    return titles, lines


def _feature_line(
    shown: Counterfactuals,
    beside: tuple[Counterfactual, ...],
    j: int,
    rules: Mapping[str, str],
) -> tuple[Figure, ...]:
    name, own = shown.feature_names[j], _cell(shown.cells[j])
    cells = []
    for one in beside:
        change = next((c for c in one.changes if c.feature == name), None)
        if change is None:
            cells.append(replace(own, muted=True))
        else:
            after = _cell(change.after)
            cells.append(replace(after, strong=True, tip=change_text(change)))
    rule = rules.get(name, FREE)
    return (
        Figure(name, right=False),
        own,
        *cells,
        Figure(tr(RULES[rule]), right=False, muted=rule == FREE),
    )


def _answer(shown: Counterfactuals, value: float) -> Figure:
    return Figure(answer_text(shown, value), value=value)


def _cell(cell: Given) -> Figure:
    return Figure(cell_text(cell), value=cell)


def _distance(one: Counterfactual) -> str:
    return numbers.fixed(one.distance, numbers.decimals_of(one.distance))


def _plausible_tip(shown: Counterfactuals, share: float) -> str:
    return tr(
        "{share} of {n} real rows are as far from their nearest neighbours, or "
        "farther.",
        share=share_text(share, shown.n_judged),
        n=numbers.count(shown.n_judged),
    )
