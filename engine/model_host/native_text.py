"""What native libraries say of an error, without their insides."""

from __future__ import annotations

import re

MAX_TEXT = 200
_MOST = 8000
# Before and in a message: the time, codes of their own, a file of theirs with the
# function in it.
_INSIDES = re.compile(
    r"\[\d\d:\d\d:\d\d\]\s*"
    r"|\[ONNXRuntimeError\] : \d+ : \w+ : "
    r"|Exception during initialization: |Status Message: "
    r"|\S*\.(?:cc|cpp|cu|h|hpp|cxx):\d+:?"
    r"(?: [\w:<>,&*~ ]+\([^()]*\)(?: const)?(?: \[with [^\]]*\])?)?"
)
_FILE_AT_END = re.compile(r" at \S*\.(?:cc|cpp|cu|h|hpp|cxx), line \d+ ?\.?$")


def first_sentence(told: str) -> str:
    """Return what an error says in one line: no source files, no calls.

    Parameters
    ----------
    told
        The text of the library's error, perhaps followed by the calls that led there.
    """
    calls = re.split(r"\bStack trace:|\n\s*\[bt\]", told[:_MOST], maxsplit=1)[0]
    plain = " ".join(_INSIDES.sub(" ", calls).split())
    plain = _FILE_AT_END.sub("", plain)
    return plain[:MAX_TEXT].rstrip(".: ")
