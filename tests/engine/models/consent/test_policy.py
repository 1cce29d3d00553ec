"""What an administrator may say of limits, and what a typing error does."""

from __future__ import annotations

import json

import pytest

from engine.contracts.model import Light
from engine.models.consent.policy import Limits, read_policy


def read(folder, **rules):
    (folder / "policy.json").write_text(json.dumps(rules))
    return read_policy(folder / "policy.json")


def test_limits_are_taken_one_by_one(tmp_path):
    policy = read(tmp_path, limits={"memory_gb": 8, "load_seconds": 0.5})
    assert policy.limits == Limits(memory_gb=8, load_seconds=0.5)
    assert policy.limits.memory == 8 << 30
    assert not policy.forbid


def test_without_a_word_a_person_waits_a_minute(tmp_path):
    limits = read_policy(tmp_path / "none.json").limits
    assert limits == read(tmp_path).limits
    assert {limits.load_seconds, limits.batch_seconds, limits.structure_seconds} == {60}
    assert limits.memory is None
    assert limits.silent_seconds == 20


@pytest.mark.parametrize(
    "limits",
    [
        {"load_seconds": 0},
        {"load_seconds": -1},
        {"load_seconds": "60"},
        {"load_seconds": True},
        {"load_seconds": None},
        {"load_second": 60},
        {"silent_seconds": 0},
        {"silent_seconds": "20"},
        {"memory_gb": 1e300},
        {"memory_gb": float("nan")},
        [60],
        None,
    ],
)
def test_a_limit_that_makes_no_sense_damages_the_policy(tmp_path, limits):
    policy = read(tmp_path, limits=limits)
    assert policy.damaged
    assert policy.forbid == {Light.AMBER, Light.RED}
    assert policy.limits == Limits()
