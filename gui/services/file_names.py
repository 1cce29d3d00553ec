"""Names of files that are offered: made of texts of files, and safe in any folder."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath

from engine.contracts.printable import printable

# A name has 255 bytes at most in nearly all file systems; some of them keep copies
# beside the file under a longer name.
_MOST_BYTES = 200
_UNFIT = re.compile(r"[^\w.-]+")


def offered_name(parts: tuple[str, ...], suffix: str) -> str:
    """Return a name for a new file: parts joined by hyphens, and a suffix.

    Parts hold letters, digits, ``_``, ``.`` and ``-`` alone, so that no part names a
    folder, is hidden, or is turned about where it is shown. Names that Windows keeps
    for devices get a sign in front.

    Examples
    --------
    >>> offered_name(("../etc/passwd", "summary"), ".png")
    'etc_passwd-summary.png'
    >>> offered_name(("CON",), ".csv")
    '_CON.csv'
    """
    stem = "-".join(filter(None, map(_fit, parts))) or "_"
    room = _MOST_BYTES - len(suffix.encode())
    stem = stem.encode()[:room].decode(errors="ignore").rstrip("._-") or "_"
    if PureWindowsPath(stem).is_reserved():
        stem = f"_{stem}"
    return stem + suffix


def _fit(part: str) -> str:
    """Return a part without what is unfit, shortened so that the others have room."""
    short = printable(part[:_MOST_BYTES]).replace("\N{REPLACEMENT CHARACTER}", "")
    short = short.encode()[: _MOST_BYTES // 2].decode(errors="ignore")
    return _UNFIT.sub("_", short).strip("._-")
