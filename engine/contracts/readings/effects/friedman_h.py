"""The sentence above Friedman's H."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.numbers import count, decimals_of, fixed, percent
from engine.contracts.readings.output_units import unit

if TYPE_CHECKING:
    from engine.contracts.results import FriedmanH


def read(result: FriedmanH, output: int = 0) -> str:
    """Return which two do most together, in the answer's unit and as a share."""
    m = len(result.features)
    if m < 2:
        return tr("The model has one feature: there is nothing to do together.")
    strength = np.triu(result.strength[:, :, output], 1)
    first, second = np.unravel_index(int(np.argmax(strength)), strength.shape)
    said = [
        tr("No two of {m} features do anything together.", m=count(m))
        if not strength[first, second] > 0
        else pair_text(result, int(first), int(second), output)
    ]
    d = len(result.feature_names)
    if m < d:
        said.append(
            tr(
                "Looked at: the pairs of {m} of the {d} features.",
                m=count(m),
                d=count(d),
            )
        )
    said += [tr("This is what the model does, not a cause."), *sentences(result.notes)]
    return " ".join(said)


def pair_text(result: FriedmanH, first: int, second: int, output: int) -> str:
    """Return what two of the features do together."""
    size = float(result.strength[first, second, output])
    digits = decimals_of(size or 1.0)
    told = tr(
        "Beyond what each does alone, {first} and {second} move {answer}, {unit}, by "
        "{size} on average (root mean square): {h} of all that the two do (H).",
        first=result.features[first],
        second=result.features[second],
        answer=answer(result.outputs, output),
        unit=unit(result.space),
        size=fixed(size, digits),
        h=share_text(float(result.h[first, second, output])),
    )
    if result.n_samples == 1:
        return told
    spread = tr(
        "Over {n} samples of {rows} rows these move by {size} and {h}.",
        n=count(result.n_samples),
        rows=count(result.n_rows),
        size=fixed(float(result.strength_spread[first, second, output]), digits),
        h=share_text(float(result.h_spread[first, second, output])),
    )
    return f"{told} {spread}"


def share_text(share: float) -> str:
    """Return a share, a dash where there is none."""
    return "–" if np.isnan(share) else percent(share)
