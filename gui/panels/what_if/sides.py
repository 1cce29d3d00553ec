"""The contributions to the answer as it is and to the changed one, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings.counterfactual import cell_text
from gui.item_models.attributions import Attributions
from gui.plots.side_by_side import Said

if TYPE_CHECKING:
    from engine.contracts.results import WhatIf

    Sides = tuple[list[str], list[str], list[list[Said]]]
    from engine.contracts.tables import Table


def sides(shown: WhatIf, output: int) -> Sides:
    """Return the contributions to both answers, in one unit, the largest first."""
    assert shown.contributions is not None
    told = Attributions(shown.contributions, output)
    weight = np.abs(told.values).max(axis=0)
    unit = float(weight.max(initial=0.0)) or 1.0
    order = np.argsort(-weight, kind="stable").tolist()
    signs = np.sign(np.round(told.values, told.digits))
    turned = signs[0] * signs[1] < 0
    cells = [
        [
            Said(
                float(told.values[place, j]) / unit,
                0.0,
                told.signed(float(told.values[place, j])),
                bool(turned[j]),
            )
            for place in (0, 1)
        ]
        for j in order
    ]
    names = [_feature(shown, j) for j in order]
    return names, [tr("as it is"), tr("changed")], cells


def contributions_table(shown: WhatIf, output: int) -> Table:
    """Return the contributions to both answers."""
    header = [tr("feature"), tr("as it is"), tr("changed")]
    if shown.contributions is None:
        return header, []
    values = Attributions(shown.contributions, output).values
    order = np.argsort(-np.abs(values).max(axis=0), kind="stable").tolist()
    return header, [
        [_feature(shown, j), *(float(value) for value in values[:2, j])] for j in order
    ]


def _feature(shown: WhatIf, j: int) -> str:
    name = shown.feature_names[j]
    change = next((c for c in shown.changes if c.feature == name), None)
    if change is None:
        return f"{name} = {cell_text(shown.cells[j])}"
    return f"{name}: {cell_text(change.before)} → {cell_text(change.after)}"
