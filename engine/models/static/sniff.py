"""Which format a model's file is in, by its first bytes and its table of contents.

Names are those of :mod:`engine.formats`, and for what is compressed ``joblib_zlib``,
``joblib_gzip``, ``joblib_bz2``, ``joblib_lzma``, ``joblib_xz`` and ``joblib_lz4``. (A
joblib file that is not compressed is told from a pickle only by following it, so
:func:`engine.models.consent.safety_report.report_on` says ``joblib`` then.)
"""

from __future__ import annotations

from typing import IO

from engine import formats
from engine.models.static.outcome import NotUnderstoodError
from engine.models.static.pickle_machine import Listing, Machine

HEAD = 4096
SENSIBLE_OPERATIONS = 12
JOBLIB = frozenset(
    f"joblib_{method}" for method in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")
)
# what may be a pickle of the protocols 0 and 1, which are text
_PERHAPS = ("pickle", "torch_legacy", "unknown")


def sniff(file: IO[bytes]) -> formats.Format:
    """Return the format of an open file; the suffix is never looked at."""
    found = formats.of(file)
    file.seek(0)
    head = file.read(formats.HEAD)
    if f"joblib_{found.name}" in JOBLIB:
        inside = found.inside
        if inside is not None and inside.name == "text":
            start = formats.unpacked(found.name, head)
            if not _reads_as_pickle(start[:HEAD]):
                return found
        elif inside is not None and inside.name not in _PERHAPS:
            return inside
        return formats.Format(name=f"joblib_{found.name}", family="model")
    if found.name in ("text", "unknown") and _reads_as_pickle(head[:HEAD]):
        return formats.Format(name="pickle", family="model")
    return found


def _reads_as_pickle(head: bytes) -> bool:
    """Return whether the start makes sense to the pickle machine (protocol 0, 1)."""
    listing = Listing()
    try:
        Machine(head, listing).run()
    except NotUnderstoodError:
        return bool(listing.uses) or listing.operations > SENSIBLE_OPERATIONS
    return True
