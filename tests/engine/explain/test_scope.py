"""Options have limits, and what lies beyond them is named with them."""

from __future__ import annotations

import msgspec
import pytest

from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.explain.scope import check_counts


class Options(msgspec.Struct, frozen=True):
    depth: int = 3
    seconds: float = 10.0


LIMITS = {"depth": (1, 8), "seconds": (0.1, 86_400)}


def test_options_within_their_limits_pass():
    check_counts(Options(), LIMITS)
    check_counts(Options(depth=8, seconds=0.1), LIMITS)


@pytest.mark.parametrize(
    ("given", "said", "advice"),
    [
        ({"depth": 0}, "depth cannot be 0.", "Give a number from 1 to 8 (-p depth=…)."),
        ({"depth": 9}, "depth cannot be 9.", "Give a number from 1 to 8 (-p depth=…)."),
        (
            {"seconds": float("nan")},
            "seconds cannot be nan.",
            "Give a number from 0.1 to 86,400 (-p seconds=…).",
        ),
    ],
)
def test_an_option_beyond_them_is_named_with_its_value_and_limits(given, said, advice):
    with pytest.raises(EngineError) as raised:
        check_counts(Options(**given), LIMITS)
    error = raised.value
    assert error.code == "explain.bad_count"
    assert sentence(error.code, error.params) == said
    assert next_step(error.code, error.params) == advice
