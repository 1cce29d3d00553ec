"""Boosters inside pickles: their native bytes pass the same check as their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.contracts.dataset import Note
from engine.contracts.model import Verdict
from engine.models.static import catboost_files, lightgbm_files, xgboost_files
from engine.models.static.outcome import BrokenError, NotUnderstoodError
from engine.models.static.pickle_values import Blob, Made

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.static.outcome import Outcome
    from engine.models.static.pickle_machine import Listing

MAX_NATIVE = 2 << 30


def check_boosters(listing: Listing, data: Any, outcome: Outcome) -> None:
    """Check each booster's bytes; one that cannot be checked is not vetted."""
    for name, state in listing.built:
        key, check = _READERS[name.partition(".")[0]]
        if key in state and state[key] is None:
            continue  # never fitted
        raw = _bytes(_unwrapped(state.get(key)), data)
        if raw is None:
            hidden = NotUnderstoodError("safety.booster_hidden", name=name)
            outcome.not_understood(hidden, "native")
            continue
        try:
            check(raw)
        except BrokenError as error:
            outcome.not_understood(error)
        except NotUnderstoodError as error:
            outcome.add("native", name, Verdict.NOT_UNDERSTOOD, error.note)
        else:
            note = Note(code="safety.native_checked")
            outcome.add("native", name, Verdict.VETTED, note)


def _unwrapped(value: Any) -> Any:
    if isinstance(value, Made) and value.full == "builtins.bytearray":
        args = value.args if isinstance(value.args, tuple) else ()
        return args[0] if args else None
    return value


def _bytes(value: Any, data: Any) -> bytes | None:
    if isinstance(value, Blob) and value.length <= MAX_NATIVE:
        return bytes(data[value.start : value.start + value.length])
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return None


_READERS: dict[str, tuple[str, Callable[[bytes], object]]] = {
    "xgboost": ("handle", xgboost_files.check_serialised),
    "lightgbm": ("_handle", lightgbm_files.check_text),
    "catboost": ("__model", catboost_files.check_blob),
}
