"""Which version of its program wrote a file, where its first bytes tell."""

from __future__ import annotations

import re
import struct

_STATA = {113: "8", 114: "10", 115: "12", 117: "13", 118: "14", 119: "15"}
_PATTERNS = {
    "spss": re.compile(rb"SPSS[^\x00]{0,50}?(\d+\.\d+(?:\.\d+)*)"),
    "pmml": re.compile(rb'<PMML[^>]*?\bversion="([\d.]{1,10})"', re.IGNORECASE),
    "matlab": re.compile(rb"MATLAB (\d+\.\d+)"),
    "sas": re.compile(rb"\b(9\.\d{4}M\d|[89]\.\d{1,4})"),
    "saved_model": re.compile(rb"\x00?(\d\.\d{1,2}\.\d{1,2})\x12?\x07unknown|"
                              rb"\*.(\d\.\d{1,2}\.\d{1,2})"),
}  # fmt: skip
_HDF5_WRITERS = (
    (b"keras_version", "by Keras"),
    (b"model_config", "by Keras"),
    (b"layer_names", "by Keras"),
    (b"pandas_type", "by pandas"),
    (b"PYTABLES_FORMAT_VERSION", "by PyTables"),
    (b"rhdf5", "by R"),
    (b"MATLAB 7.3", "by MATLAB 7.3"),
    (b"anndata", "by anndata"),
)


def version_of(name: str, head: bytes) -> str:
    """Return the version, or who wrote it, as far as it is known; else nothing."""
    if name == "r":
        return _of_r(head)
    if name == "stata":
        return _of_stata(head)
    if name == "hdf5":
        return next((who for mark, who in _HDF5_WRITERS if mark in head), "")
    pattern = _PATTERNS.get(name)
    found = pattern.search(head[:65536]) if pattern else None
    return "" if found is None else next(filter(None, found.groups()), b"").decode()


def _of_r(head: bytes) -> str:
    """Return the version of R: three numbers in four bytes, big-endian."""
    start = head.find(b"X\n")
    if start < 0 or len(head) < start + 14:
        return ""
    major, minor, patch = struct.unpack_from(">HBB", head, start + 6)
    return f"{major}.{minor}.{patch}" if 0 < major < 10 else ""


def _of_stata(head: bytes) -> str:
    found = re.search(rb"<release>(\d{3})</release>", head[:200])
    number = int(found[1]) if found else head[0]
    return _STATA.get(number, "")
