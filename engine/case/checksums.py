"""SHA-256 of every section, and a chain of them over the revisions.

A checksum tells damage, not forgery: whoever rewrites a whole case can compute
all of them anew.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST = "0" * 64  # what the first revision follows


class Revision(NamedTuple):
    """One saved state: its number, and what it follows and holds, as SHA-256.

    Attributes
    ----------
    number
        Counted from 1.
    previous
        ``chain`` of the revision before.
    sections
        Digest of the names and digests of all sections, and of the format's version.
    chain
        Digest of ``previous``, ``number`` and ``sections``.
    """

    number: int
    previous: str
    sections: str
    chain: str


def digest_of(name: str, body: bytes) -> str:
    """Return the checksum of one section."""
    return hashlib.sha256(name.encode() + b"\0" + body).hexdigest()


def digest_of_all(digests: Mapping[str, str], version: int) -> str:
    """Return the checksum of all sections together, from those of each."""
    lines = "".join(f"{name}\0{digests[name]}\n" for name in sorted(digests))
    return hashlib.sha256(f"{version}\n{lines}".encode()).hexdigest()


def revision_after(last: Revision | None, sections: str) -> Revision:
    """Return the revision that follows another; the first one follows none."""
    number, previous = (last.number + 1, last.chain) if last else (1, FIRST)
    return Revision(number, previous, sections, _chain(number, previous, sections))


def is_chain(revisions: Sequence[Revision]) -> bool:
    """Whether each revision follows the one before, and none was changed.

    Of a long history only the latest revisions are kept; the first of them then
    follows one that is not there any more.
    """
    if not revisions:
        return False
    for before, after in itertools.pairwise(revisions):
        if after.number != before.number + 1 or after.previous != before.chain:
            return False
    first = revisions[0]
    if first.number < 1 or (first.number == 1 and first.previous != FIRST):
        return False
    return all(r.chain == _chain(r.number, r.previous, r.sections) for r in revisions)


def _chain(number: int, previous: str, sections: str) -> str:
    return hashlib.sha256(f"{previous}\n{number}\n{sections}\n".encode()).hexdigest()
