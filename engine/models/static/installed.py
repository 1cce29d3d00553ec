"""Versions a file names against those installed, without importing anything."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from engine.contracts.dataset import Note

if TYPE_CHECKING:
    from engine.models.static.outcome import Outcome

DISTRIBUTIONS = {
    "scikit-learn": ("scikit-learn",),
    "xgboost": ("xgboost-cpu", "xgboost"),
    "lightgbm": ("lightgbm",),
    "catboost": ("catboost",),
    "skops": ("skops",),
}


def installed(library: str) -> str:
    """Return the installed version of a library, ``""`` where there is none."""
    for name in DISTRIBUTIONS.get(library, (library,)):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""


def compare(library: str, found: str, outcome: Outcome) -> None:
    """Note a version that differs; louder where the file is the newer one."""
    own = installed(library)
    if not own or own == found:
        return
    code = "safety.newer_version" if _key(found) > _key(own) else "safety.older_version"
    params = {"library": library, "version": found, "installed": own}
    outcome.notes.append(Note(code=code, params=dict(params)))


def _key(text: str) -> tuple[int, ...]:
    numbers = []
    for part in text.split("."):
        digits = "".join(c for c in part if c.isdigit())
        numbers.append(int(digits[:9]) if digits else 0)
    return tuple(numbers)
