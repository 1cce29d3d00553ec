"""The conditions of a row as bars, with how steady their weights are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import lime as reading_of
from engine.contracts.readings import numbers
from engine.contracts.readings.output_units import unit
from engine.contracts.results.lime import FLIPS
from gui.plots.ranking import Rank, Ranking

if TYPE_CHECKING:
    from engine.contracts.results import Lime


class Conditions(Ranking):
    """Bars to the right raise the answer."""

    def __init__(self) -> None:
        super().__init__(tr("Conditions of the row"), "")

    def show_line(self, shown: Lime | None) -> None:
        """Show the conditions of a row, or none."""
        if shown is None:
            self.set_ranks(())
            return
        self.set_across(tr("weight of the condition, {unit}", unit=unit(shown.space)))
        self.set_ranks(ranks(shown))


def ranks(shown: Lime) -> list[Rank]:
    """Return a bar for each condition, with one spread to either side."""
    digits = numbers.decimals_of(float(np.abs(shown.weights).max(initial=0.0)) or 1.0)
    spread = np.nan_to_num(shown.stability.spread)
    found = []
    for m, weight in enumerate(shown.weights.tolist()):
        text = numbers.signed(weight, digits)
        if shown.stability.sign_flips[m] > FLIPS:
            text += " ≠"
        found.append(
            Rank(
                reading_of.condition_text(shown.terms[m], shown.feature_names),
                (weight,),
                weight - float(spread[m]),
                weight + float(spread[m]),
                text,
                _tip(shown, m, digits),
            )
        )
    return found


def _tip(shown: Lime, m: int, digits: int) -> str:
    steady = shown.stability
    name = reading_of.condition_text(shown.terms[m], shown.feature_names)
    weight = numbers.signed(float(shown.weights[m]), digits)
    if len(steady.seeds) == 1:
        return f"{name}: {weight}"
    return tr(
        "{condition}: {weight}; over {n} seeds: standard deviation {spread}, rank "
        "{first} to {last}, other sign in {flips}, chosen in {chosen}.",
        condition=name,
        weight=weight,
        n=numbers.count(len(steady.seeds)),
        spread=numbers.fixed(float(steady.spread[m]), digits),
        first=numbers.count(int(steady.rank_low[m])),
        last=numbers.count(int(steady.rank_high[m])),
        flips=numbers.percent(float(steady.sign_flips[m])),
        chosen=numbers.percent(float(steady.chosen[m])),
    )
