"""A threshold is written in one way, wherever it stands."""

from __future__ import annotations

import numpy as np
import pytest

from engine.contracts import i18n
from engine.contracts.decision import rule_of
from engine.contracts.messages import sentence
from engine.contracts.model import ScoreKind
from engine.contracts.readings import decision
from engine.contracts.readings.numbers import threshold, threshold_digits


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.5, "0.5"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.12345, "0.12345"),
        (0.1234567891, "0.1234567891"),
        (1 / 3, "0.3333"),
        (0.30000001192092896, "0.3"),
        (0.99999666, "0.99999666"),
        (1 - 1 / 300_000, "0.9999967"),
        (12345.678901234, "12346"),
        (-2.25, "-2.25"),
        (1e-7 / 3, "3.333e-08"),
        (float("inf"), "inf"),
    ],
)
def test_what_was_typed_is_whole_and_what_was_found_is_short(value, written):
    assert threshold_digits(value) == written


@pytest.mark.parametrize("typed", [0.5, 0.7, 0.123456])
def test_chips_and_messages_write_it_alike(typed):
    scores = np.array([0.1, typed, 0.9])
    rule = rule_of(scores, scores >= typed, ("yes", "no"), typed, 0.5)
    assert f"≥ {typed}" in decision.in_short(rule, ScoreKind.PROBABILITY)
    told = sentence("command.threshold_range", {"threshold": typed})
    assert str(typed) in told


def test_it_has_the_comma_of_the_language():
    i18n.install("es")
    try:
        assert threshold(0.25) == "0,25"
    finally:
        i18n.install("en")
