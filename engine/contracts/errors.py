"""Errors a person will read: a code, its parameters, a sentence and a next step.

The engine raises ``EngineError("data.ragged_rows", file="a.csv", row=17)`` and
never writes prose; the sentence is looked up in :mod:`engine.contracts.messages`
in the language of whoever reads it.
"""

from __future__ import annotations

import msgspec

from engine.contracts import causes

_OF_LIBRARIES = {"why", "cause"}
Param = str | int | float | bool | tuple[str, ...] | None


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An error in the form in which it crosses a process border.

    Attributes
    ----------
    code
        Dotted name, a key of the table in :mod:`engine.contracts.messages`.
    params
        Values for the placeholders of that sentence.
    details
        Text for the *Copy details* button (a traceback); never shown unasked.
    """

    code: str
    params: dict[str, Param] = {}
    details: str = ""


class EngineError(Exception):
    """Something the user can understand and act on.

    Parameters
    ----------
    code
        Dotted name such as ``"data.no_rows"``.
    **params
        What is wrong and where: file, row, column, layer, expected, found. ``why``
        and ``cause`` may be what a library says; they are kept without its sources
        and traces (:mod:`engine.contracts.causes`).
    """

    def __init__(self, code: str, **params: Param) -> None:
        for name in _OF_LIBRARIES & params.keys():
            if isinstance(said := params[name], str):
                params[name] = causes.plain(said)
        super().__init__(code, params)
        self.code = code
        self.params = params

    def info(self, details: str = "") -> ErrorInfo:
        """Return the error as a message that can be sent."""
        return ErrorInfo(code=self.code, params=self.params, details=details)


class Cancelled(BaseException):
    """The user asked to stop.

    Derives from ``BaseException`` so that a library's ``except Exception``
    cannot swallow it (as ``asyncio.CancelledError`` does).
    """
