"""The case file that is open, if any."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from engine.case.changed import changed_files
from engine.case.store import CaseStore
from engine.contracts.case import CaseOpened
from engine.contracts.results import Done

if TYPE_CHECKING:
    from engine.contracts import requests
    from engine.contracts.progress import Progress


class OpenCaseFile:
    """At most one case file at a time. May be asked from several threads."""

    def __init__(self) -> None:
        self._store: CaseStore | None = None
        self._lock = threading.Lock()

    def open(self, request: requests.OpenCase, progress: Progress) -> CaseOpened:
        """Open or create a case file and say which of its files changed."""
        path = Path(request.path)
        with self._lock:
            if self._store is not None and _is_same(self._store.path, path):
                self._replace(None)  # it would be found open already
            store = CaseStore(path, create=request.create)
            self._replace(store)
        case = store.load()
        return CaseOpened(
            path=str(store.path),
            case=case,
            read_only=store.read_only,
            changed=changed_files(case, progress),
            notes=store.notes,
        )

    def save(self, request: requests.SaveCase) -> Done:
        """Write the state of the case in one step."""
        path = Path(request.path).absolute()
        with self._lock:
            store = self._store
            if store is None or store.path != path or store.read_only:
                store = CaseStore(path, create=not os.path.lexists(path))
                self._replace(store)
            store.save(request.case)
        return Done()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._replace(None)

    def _replace(self, store: CaseStore | None) -> None:
        if self._store is not None:
            self._store.close()
        self._store = store


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return one == other.absolute()
