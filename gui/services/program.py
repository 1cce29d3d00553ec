"""Which version of the program this is."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@cache
def program_version() -> str:
    """Return the version that is installed, or that of the folder it is run from."""
    try:
        return version("trasluz")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        try:
            found = tomllib.loads(project.read_text(encoding="utf-8"))
            return str(found["project"]["version"])
        except (OSError, KeyError, tomllib.TOMLDecodeError):
            return ""
