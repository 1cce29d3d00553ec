"""What an administrator allows on this machine, beyond what the user may choose.

The file is ``policy.json`` in the site configuration folder (Linux:
``/etc/xdg/trasluz``; Windows: ``%ProgramData%``; macOS: ``/Library/Application
Support``)::

    {"forbid": ["red"], "contact": "model risk, ext. 4711",
     "limits": {"memory_gb": 8, "load_seconds": 60, "batch_seconds": 60,
                "structure_seconds": 60, "silent_seconds": 20}}

A policy that cannot be read forbids what needs consent: a typing error must not
open a door.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.contracts.dataset import Note
from engine.contracts.events import SILENT_SECONDS
from engine.contracts.model import Light

APPLICATION = "trasluz"
MAX_SIZE = 1 << 20
_LIMITS = {
    "memory_gb",
    "load_seconds",
    "structure_seconds",
    "batch_seconds",
    "silent_seconds",
}
_MOST = 1e6
_FORBIDDABLE = {light.value: light for light in (Light.AMBER, Light.RED)}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a model may take of this computer and of a person's patience.

    Attributes
    ----------
    memory_gb
        At most; ``None`` for most of what is available.
    load_seconds, structure_seconds
        For opening a model, and for taking it apart.
    batch_seconds
        For one batch of rows, or fifty times as long as its pace so far promises.
    silent_seconds
        Without news of a job before the window says that it is still working.
    """

    memory_gb: float | None = None
    load_seconds: float = 60.0
    structure_seconds: float = 60.0
    batch_seconds: float = 60.0
    silent_seconds: float = SILENT_SECONDS

    @property
    def memory(self) -> int | None:
        """Bytes of memory, if anything is said."""
        return None if self.memory_gb is None else int(self.memory_gb * (1 << 30))


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Lights that no consent can pass, and what a model may take.

    Attributes
    ----------
    allowed_hashes
        SHA-256 of files the administrator has looked at himself: never forbidden.
    """

    forbid: frozenset[Light] = frozenset()
    allowed_hashes: frozenset[str] = frozenset()
    contact: str = ""
    path: str = ""
    damaged: bool = False
    limits: Limits = Limits()

    def apply(self, light: Light, reason: Note, sha256: str) -> tuple[Light, Note]:
        """Return the light under this policy, and its reason."""
        if light not in self.forbid or sha256 in self.allowed_hashes:
            return light, reason
        code = "policy.damaged" if self.damaged else "policy.forbids"
        return Light.FORBIDDEN, Note(
            code=code,
            params={"light": light.value, "file": self.path, "contact": self.contact},
        )


def site_policy() -> Path:
    """Return where the policy file would be."""
    return Path(platformdirs.site_config_dir(APPLICATION, appauthor=False)) / (
        "policy.json"
    )


def read_policy(path: Path | None = None) -> Policy:
    """Read the administrator's policy; none is the open one.

    Parameters
    ----------
    path
        File to read instead of the site's.
    """
    file = site_policy() if path is None else path
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return Policy()
    except OSError:
        return _damaged(file)
    try:
        found = json.loads(raw) if len(raw) <= MAX_SIZE else None
    except (ValueError, RecursionError):
        return _damaged(file)
    return _from_json(found, file)


def _from_json(found: object, file: Path) -> Policy:
    if not isinstance(found, dict):
        return _damaged(file)
    forbid = found.get("forbid", [])
    hashes = found.get("allow_sha256", [])
    contact = found.get("contact", "")
    limits = _limits(found.get("limits", {}))
    sound = (
        isinstance(forbid, list)
        and all(isinstance(f, str) and f in _FORBIDDABLE for f in forbid)
        and isinstance(hashes, list)
        and all(isinstance(h, str) for h in hashes)
        and isinstance(contact, str)
        and set(found) <= {"forbid", "allow_sha256", "contact", "limits"}
    )
    if not sound or limits is None:
        return _damaged(file)
    lights = frozenset(_FORBIDDABLE[name] for name in forbid)
    if Light.AMBER in lights:
        lights |= {Light.RED}
    return Policy(
        forbid=lights,
        allowed_hashes=frozenset(h.lower() for h in hashes),
        contact=contact[:200],
        path=str(file),
        limits=limits,
    )


def _limits(found: object) -> Limits | None:
    """Return the limits that are told, ``None`` where they make no sense."""
    if not isinstance(found, dict) or not set(found) <= _LIMITS:
        return None
    for value in found.values():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value <= _MOST:
            return None
    return Limits(**found)


def _damaged(file: Path) -> Policy:
    return Policy(
        forbid=frozenset({Light.AMBER, Light.RED}), path=str(file), damaged=True
    )
