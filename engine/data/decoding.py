"""Bytes as text, or the line that is not in the encoding."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.data.packed import Unpacked


def pieces(file: Unpacked, name: str, encoding: str, block: int) -> Iterator[str]:
    """Yield a file's text piece by piece; the last one is empty or ends it.

    Raises
    ------
    EngineError
        ``data.wrong_encoding_at`` with the line.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    while True:
        data = file.read(block) or b""
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding, "replace")
            row = line + before.count("\n")
            raise wrong(name, encoding, row) from error
        line += text.count("\n")
        yield text
        if not data:
            return


def check(encoding: str) -> str:
    """Return an encoding of texts.

    Raises
    ------
    EngineError
        ``data.no_such_encoding``.
    """
    try:
        known = codecs.lookup(encoding)
    except LookupError as error:
        raise EngineError("data.no_such_encoding", encoding=encoding) from error
    if not known._is_text_encoding:  # bytes to bytes, such as "hex"
        raise EngineError("data.no_such_encoding", encoding=encoding)
    return encoding


def wrong(name: str, encoding: str, line: int) -> EngineError:
    """Return the error that names the first line of another encoding."""
    return EngineError("data.wrong_encoding_at", file=name, encoding=encoding, row=line)
