"""What the layers of a sandbox are good for."""

from __future__ import annotations


def is_sealed(layers: tuple[str, ...]) -> bool:
    """Return whether the layers keep a hostile file in: files and system calls."""
    return "seccomp" in layers and any(layer.startswith("landlock") for layer in layers)
