"""The layers round a model host, and what those in force are good for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DEATH_SIGNAL = "parent-death signal"
WATCHDOG = "watchdog"
# Landlock's version follows its name.
LAYERS = (
    "landlock",
    "seccomp",
    "rlimits",
    "no_new_privs",
    DEATH_SIGNAL,
    "empty environment",
)


def is_sealed(layers: Sequence[str]) -> bool:
    """Return whether the layers keep a hostile file in: files and system calls."""
    return "seccomp" in layers and any(layer.startswith("landlock") for layer in layers)


def ends_with_us(layers: Sequence[str]) -> bool:
    """Return whether a host ends with the engine, whatever its model does."""
    return DEATH_SIGNAL in layers or WATCHDOG in layers


def missing(layers: Sequence[str]) -> list[str]:
    """Return what is not in force; a watchdog stands in for the kernel's signal."""
    return [
        name
        for name in LAYERS
        if not any(layer.startswith(name) for layer in layers)
        and not (name == DEATH_SIGNAL and WATCHDOG in layers)
    ]
