"""The sentence above Friedman's H."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.numbers import count, decimals_of, fixed, percent

if TYPE_CHECKING:
    from engine.contracts.results import FriedmanH


def read(result: FriedmanH, output: int = 0) -> str:
    """Return which two do most together, in the answer's unit and as a share."""
    m = len(result.features)
    if m < 2:
        return tr("The model has only one feature, so there are no interactions.")
    strength = np.triu(result.strength[:, :, output], 1)
    first, second = np.unravel_index(int(np.argmax(strength)), strength.shape)
    said = [
        tr("No interaction between any two of {m} features.", m=count(m))
        if not strength[first, second] > 0
        else pair_text(result, int(first), int(second), output)
    ]
    d = len(result.feature_names)
    if m < d:
        said.append(
            tr(
                "Computed for the pairs of {m} of the {d} features.",
                m=count(m),
                d=count(d),
            )
        )
    said += sentences(result.notes)
    return " ".join(said)


def pair_text(result: FriedmanH, first: int, second: int, output: int) -> str:
    """Return what two of the features do together."""
    size = float(result.strength[first, second, output])
    digits = decimals_of(size or 1.0)
    told = tr(
        "Strongest interaction: {first} × {second}, H {h}; it changes {answer} by "
        "{size} (root mean square).",
        first=result.features[first],
        second=result.features[second],
        answer=answer(result.outputs, output, result.space),
        size=fixed(size, digits),
        h=share_text(float(result.h[first, second, output])),
    )
    if result.n_samples == 1:
        return told
    spread = tr(
        "Standard deviation over {n} samples of {rows} rows: {h} and {size}.",
        n=count(result.n_samples),
        rows=count(result.n_rows),
        size=fixed(float(result.strength_spread[first, second, output]), digits),
        h=share_text(float(result.h_spread[first, second, output])),
    )
    return f"{told} {spread}"


def share_text(share: float) -> str:
    """Return a share, a dash where there is none."""
    return "–" if np.isnan(share) else percent(share)
