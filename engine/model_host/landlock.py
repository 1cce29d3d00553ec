"""Landlock: the process keeps only the files it is granted (Linux 5.13 and later).

See ``landlock(7)``. Unprivileged, one-way, inherited by every thread that starts
afterwards.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_QUERY = 1
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# Access rights handled by each ABI version; a right not granted is refused.
_FILE_BITS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_BITS = 16
_FIRST_WITH_NET, _FIRST_WITH_SCOPE = 4, 6
_ALL_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


def abi() -> int:
    """Return the kernel's Landlock version, ``0`` where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, _syscall(_CREATE_RULESET, None, 0, _VERSION_QUERY))


def restrict(readable: Iterable[Path]) -> int:
    """Leave this process read access below ``readable`` and nothing else.

    Parameters
    ----------
    readable
        Files and folders; those that do not exist are passed over.

    Returns
    -------
    int
        The version in force, ``0`` if the kernel has no Landlock.

    Raises
    ------
    OSError
        If the kernel has Landlock but refuses the rules.
    """
    version = abi()
    if not version:
        return 0
    ruleset = _create(version)
    try:
        for path in readable:
            _grant(ruleset, path)
        _checked(_syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)
    return version


def _create(version: int) -> int:
    files = (1 << _FILE_BITS.get(version, _NEWEST_FILE_BITS)) - 1
    fields = [files]
    if version >= _FIRST_WITH_NET:
        fields.append(_ALL_TCP)
    if version >= _FIRST_WITH_SCOPE:
        fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = _syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    return _checked(ruleset, "landlock_create_ruleset")


def _grant(ruleset: int, path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        rule = struct.pack("=Qi", rights, descriptor)
        added = _syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
        _checked(added, "landlock_add_rule")
    finally:
        os.close(descriptor)


def _syscall(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(libc.syscall(ctypes.c_long(number), *wide))


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
