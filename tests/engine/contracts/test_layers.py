"""What locks a model host in, and what of it is missing."""

from __future__ import annotations

from engine.contracts.layers import LAYERS, ends_with_us, is_sealed, missing

ALL = ("landlock 7", *LAYERS[1:])


def test_files_and_calls_together_seal_a_host():
    assert is_sealed(ALL)
    assert not is_sealed(ALL[1:])
    assert not is_sealed([layer for layer in ALL if layer != "seccomp"])


def test_nothing_is_missing_where_all_layers_hold():
    assert missing(ALL) == []


def test_each_layer_that_does_not_hold_is_named():
    for place, name in enumerate(LAYERS):
        assert missing(ALL[:place] + ALL[place + 1 :]) == [name]


def test_a_watchdog_stands_in_for_the_kernel_s_signal():
    others = [layer for layer in ALL if layer != "parent-death signal"]
    assert not ends_with_us(others)
    assert ends_with_us([*others, "watchdog"])
    assert missing([*others, "watchdog"]) == []
