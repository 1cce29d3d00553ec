"""Which versions an answer was made with."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

REPORTED = ("numpy", "pandas", "pyarrow", "scikit-learn", "scipy")


def program_version() -> str:
    """Return the version of this program; empty where it was never installed."""
    try:
        return version("trasluz")
    except PackageNotFoundError:
        return ""


def installed_versions() -> dict[str, str]:
    """Return the versions of the interpreter, the system and the libraries."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in REPORTED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # a bundle without metadata
            continue
    return found
