"""A row changed by hand, in words and tables: line and variants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.counterfactual import (
    answer_text,
    changes_text,
    share_text,
)
from engine.contracts.readings.effects.pdp_and_ale import value_text
from engine.contracts.results.counterfactual import Change
from gui.item_models.effect_tables import axis_value
from gui.item_models.metrics import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.contracts.results import WhatIf
    from engine.contracts.results.counterfactual import Cell
    from engine.contracts.tables import Table


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A changed row that was pinned, as the case keeps it.

    Attributes
    ----------
    row
        The row of the evaluation part that was changed.
    changes
        What was changed.
    answer, decided, plausible
        What the model said then, in words.
    figures
        The answer and the plausibility as numbers, where they are known.
    """

    row: int
    changes: tuple[Change, ...]
    answer: str
    decided: str
    plausible: str
    figures: tuple[float | None, float | None] = (None, None)


def change_texts(changes: Mapping[str, Cell]) -> tuple[str, ...]:
    """Return changes as the engine takes them: ``name=value``."""
    return tuple(f"{name}={_plain(cell)}" for name, cell in sorted(changes.items()))


def variant_of(shown: WhatIf, output: int) -> Variant:
    """Return what is shown as a variant to be kept."""
    return Variant(
        row=shown.row,
        changes=shown.changes,
        answer=answer_text(shown, float(shown.answers[1, output])),
        decided=shown.decided[1],
        plausible=share_text(float(shown.plausibility[1]), shown.n_judged),
        figures=(
            _finite(float(shown.answers[1, output])),
            _finite(float(shown.plausibility[1])),
        ),
    )


def variants_table(
    variants: Sequence[Variant],
) -> tuple[list[str], list[tuple[Figure, ...]]]:
    """Return pinned variants, one a line."""
    titles = [tr("row"), tr("prediction"), tr("decision"), tr("plausibility")]
    titles.append(tr("changes"))
    lines: list[tuple[Figure, ...]] = []
    for variant in variants:
        told = changes_text(variant.changes) or tr("as it is")
        # variants of older cases were kept in words alone
        answer, plausible = ("" if f is None else f for f in variant.figures)
        lines.append(
            (
                Figure(numbers.count(variant.row), strong=True, value=variant.row),
                Figure(variant.answer, value=answer),
                Figure(variant.decided or "–", right=False),
                Figure(variant.plausible, value=plausible),
                Figure(told, right=False, tip=told),
            )
        )
    return titles, lines


def _finite(figure: float) -> float | None:
    return figure if math.isfinite(figure) else None


def line_table(shown: WhatIf, output: int) -> Table:
    """Return the answers along a feature as text."""
    header = [shown.axis.name, tr("as it is"), tr("changed")]
    return header, [
        [
            axis_value(shown.axis, place),
            *(float(v) for v in shown.line[:, place, output]),
        ]
        for place in range(len(shown.axis.values))
    ]


def line_tip(shown: WhatIf, output: int, place: int) -> str:
    """Return what the answers are at a place along a feature."""
    own, made = (
        answer_text(shown, float(value)) for value in shown.line[:, place, output]
    )
    return tr(
        "{feature} = {value}: {own} as it is, {made} changed",
        feature=shown.axis.name,
        value=value_text(shown.axis, place),
        own=own,
        made=made,
    )


def made_value(shown: WhatIf) -> float:
    """Return where the changed row lies along the feature of the line."""
    name = shown.axis.name
    cell = shown.cells[shown.feature_names.index(name)]
    for change in shown.changes:
        if change.feature == name:
            cell = change.after
    if isinstance(cell, str):
        labels = shown.axis.labels
        return float(labels.index(cell)) if cell in labels else float("nan")
    return float("nan") if cell is None else float(cell)


def _plain(cell: Cell) -> str:
    return "" if cell is None else str(cell)
