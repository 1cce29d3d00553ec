"""Zip archives whose list of members is of a bearable size.

Python reads that list whole when it opens an archive: a file of some hundred megabytes
that is nothing but list costs gigabytes before its members can be counted.
"""

from __future__ import annotations

import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import IO

MAX_DIRECTORY = 32 << 20  # bytes; of 60,000 members with long names
_SIZE = 5  # where the end of the list holds its size


def open_zip(source: Path | IO[bytes]) -> zipfile.ZipFile:
    """Open a zip archive for reading.

    Raises
    ------
    zipfile.BadZipFile
        If it is damaged, or its list of members takes too many bytes.
    OSError
        If it cannot be read.
    """
    opening = source.open("rb") if isinstance(source, Path) else nullcontext(source)
    with opening as file:
        # the reader's own search: another one could be shown another end
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        file.seek(0)
    if end is not None and end[_SIZE] > MAX_DIRECTORY:
        raise zipfile.BadZipFile(f"the list of members takes {end[_SIZE]} bytes")
    return zipfile.ZipFile(source)
