"""What this person agreed to open, beside what is found in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.contracts.consent import Consents
from engine.contracts.dataset import Note
from engine.contracts.model import Light

if TYPE_CHECKING:
    from engine.contracts.model import SafetyReport
    from engine.contracts.requests import OpenModel
    from engine.models.consent.given import ConsentStore


class OwnConsents:
    """The consents of this person, if they are kept at all.

    Parameters
    ----------
    store
        Where; the command line has none, there each command says what it agrees to.
    """

    def __init__(self, store: ConsentStore | None) -> None:
        self._store = store

    def beside(self, report: SafetyReport) -> SafetyReport:
        """Return the report with what was agreed to before about the same bytes."""
        if self._store is None or report.light is Light.GREEN:
            return report
        found = self._store.find(report.sha256)
        return msgspec.structs.replace(report, consent=found)

    def keep(self, report: SafetyReport, request: OpenModel) -> SafetyReport:
        """Keep a consent that was given now and let the file pass."""
        given_now = report.asks and request.consent == report.sha256
        if self._store is None or not given_now:
            return report
        if report.is_agreed_to and not request.reason:
            return report
        try:
            given = self._store.give(report, request.reason)
        except OSError as error:
            why, folder = error.strerror or str(error), self._store.folder
            note = Note(code="consent.not_kept", params={"why": why, "folder": folder})
            return msgspec.structs.replace(report, notes=(*report.notes, note))
        return msgspec.structs.replace(report, consent=given)

    def listed(self) -> Consents:
        """Return all of them."""
        if self._store is None:
            return Consents(kept=(), folder="")
        return self._store.listed()

    def withdraw(self, sha256: str) -> Consents:
        """Forget one and return those left.

        Raises
        ------
        EngineError
            ``consent.not_withdrawn``.
        """
        if self._store is not None:
            self._store.withdraw(sha256)
        return self.listed()
