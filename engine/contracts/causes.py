"""What a library says went wrong, in words that a user may read.

Libraries name their own source files, addresses and types, and append stack traces.
None of that helps who reads the message; the details of an error keep it.
"""

from __future__ import annotations

import re

LONGEST = 1000
_TRACE = re.compile(
    r"Traceback \(most recent call last\)|Stack ?trace:|\[bt\] \(\d+\)|"
    r"stack backtrace:|#\d+ 0x[0-9a-f]+",
    re.IGNORECASE,
)
_LAST_OF_TRACE = re.compile(r"^[A-Za-z_][\w.]*(?:: (.+))?$", re.MULTILINE)
_LONG = "pyx?|pyc|cc|cpp|cxx|cuh|hpp"
_SHORT = "c|cu|h|hh|rs|so"  # which may also end the name of a column
_BEFORE = r"[(\[]?(?:\b(?:at|in|file:?)\s+)?"
_PATH = r"(?:[A-Za-z]:)?[\w./\\@+~-]*\w"
_AFTER = r"\b(?:[.\d]*)(?:[:(]\d+\)?)*[)\]]?(?:\s*\([^()]*\))?:?"
_RULES = (
    # Python's and C++'s places in sources, with or without brackets round them
    (re.compile(r'File "[^"]*"(?:, line \d+)?(?:, in [\w.<>]+)?:?'), ""),
    (re.compile(r"\[\d\d:\d\d:\d\d\]\s*"), ""),
    (re.compile(rf"{_BEFORE}{_PATH}\.(?:{_LONG}){_AFTER}"), ""),
    (re.compile(rf"{_BEFORE}{_PATH}\.(?:{_SHORT})(?:[.\d]*)[:(]\d+{_AFTER}"), ""),
    (re.compile(rf"{_BEFORE}[\w.@+~-]*/{_PATH}\.(?:{_SHORT}){_AFTER}"), ""),
    (re.compile(r"(?:,\s*)?\bline \d+(?= in\b|,|$)"), ""),
    (re.compile(r"<class '(?:\w+\.)*(\w+)'>"), r"\1"),
    (re.compile(r"<(?:\w+\.)*(\w+)(?: object)? at 0x[0-9A-Fa-f]+>"), r"\1"),
    (re.compile(r"(?:at |address )?0x[0-9A-Fa-f]{6,}"), ""),
    (re.compile(r"(?:np|numpy)\.(?:\w+_|\w+\d+)\(([^()]*)\)"), r"\1"),
    (re.compile(r"\b(?:[\w.]+::)+"), ""),
    (re.compile(r"'?\b\w+\(Bytes\w+ \{.*$", re.DOTALL), "something else"),
    (re.compile(r"\b(?:Borrowed|Owned)\((\"[^\"]*\")\)"), r"\1"),
)
_TYPE = re.compile(
    r"\b(?:numpy\.)?dtype\(\s*(?:'([^']*)'|\"([^\"]*)\"|([^()]*))[^()]*\)"
)
_TYPES = {"O": "objects", "U": "text", "S": "bytes", "M": "dates", "m": "durations",
          "b": "truth values", "i": "whole numbers", "u": "whole numbers",
          "f": "numbers", "c": "complex numbers", "V": "records"}  # fmt: skip
_BLANKS = re.compile(r"\s+")
_LOOSE = re.compile(r"\s+([.,;:)\]])|(?:^|(?<=\s))[:;,](?=\s|$)|\(\s*\)|\[\s*\]")


def plain(text: str) -> str:
    """Return a library's words without sources, addresses, traces and types.

    Examples
    --------
    >>> plain("[12:00:00] /src/learner.cc:99: Check failed: a == b (1 vs. 2)")
    'Check failed: a == b (1 vs. 2)'
    """
    found = _TRACE.search(text)
    if found:
        said = _LAST_OF_TRACE.findall(text[found.start() :])
        text = text[: found.start()].strip() or next(filter(None, said[::-1]), "")
    for rule, instead in _RULES:
        text = rule.sub(instead, text)
    text = _TYPE.sub(_named, text)
    text = _BLANKS.sub(" ", text)
    text = _LOOSE.sub(r"\1", text)
    text = _BLANKS.sub(" ", text).strip(" .,;:")
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _named(found: re.Match[str]) -> str:
    name = next((group for group in found.groups() if group), "").lstrip("<>=|")
    return _TYPES.get(name[:1], name) if not name[1:2].isalpha() else name
