"""What this person has agreed to open on this computer."""

from __future__ import annotations

import msgspec

MAX_REASON = 500


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One file that this person agreed to open.

    Attributes
    ----------
    sha256
        The bytes that are meant; of any others nothing was said.
    name, light
        What the file was called then, and what it was judged to be.
    version
        The version of the program whose judgement was agreed to.
    given
        When, in UTC, as ISO 8601.
    reason
        Why, in the person's own words; may be empty.
    holds
        Whether it opens the file now: another version of the program asks anew.
    """

    sha256: str
    name: str
    light: str
    version: str
    given: str
    reason: str = ""
    holds: bool = False


class Consents(msgspec.Struct, frozen=True, kw_only=True, tag="consents"):
    """All that this person agreed to open on this computer, the newest first."""

    kept: tuple[Consent, ...]
    folder: str
