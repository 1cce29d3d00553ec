"""The case file that is open, if any."""

from __future__ import annotations

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
        store = CaseStore(Path(request.path), create=request.create)
        case = store.load()
        with self._lock:
            self._replace(store)
        return CaseOpened(
            path=str(store.path),
            case=case,
            read_only=store.read_only,
            changed=changed_files(case, progress),
        )

    def save(self, request: requests.SaveCase) -> Done:
        """Write the state of the case in one transaction."""
        path = Path(request.path).absolute()
        with self._lock:
            if self._store is None or self._store.path != path:
                store = CaseStore(path, create=not path.exists())
                store.load()
                self._replace(store)
            if self._store is not None:
                self._store.save(request.case)
        return Done()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._replace(None)

    def _replace(self, store: CaseStore | None) -> None:
        if self._store is not None:
            self._store.close()
        self._store = store
