"""What every adapter returns, and the words all of them describe models with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import Input, Levels
from engine.model_host.native_text import first_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pyarrow as pa

    from engine.contracts.errors import Param
    from engine.contracts.model import ModelInfo
    from engine.contracts.structure import Structure

MAX_TEXT = 200
MAX_PARAMETERS = 100
MAX_LEVELS = 10_000
MAX_LEVEL = 1_000  # characters
# a truth value is a whole number to Python, so it is looked for first
_LEVELS: tuple[tuple[Levels, tuple[type, ...]], ...] = (
    (Levels.BOOLEAN, (bool, np.bool_)),
    (Levels.NUMBER, (int, float, np.number)),
    (Levels.TEXT, (str, bytes)),
    (Levels.DATE, (datetime.date, np.datetime64)),
)
NO_LABELS = np.empty(0, dtype=np.int32)


class Answer(NamedTuple):
    """Scores ``(n, k)`` and label codes ``(n,)`` for ``n`` rows."""

    scores: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A model that is open.

    Attributes
    ----------
    info
        What the file says of itself; name, hash and format are filled in later.
    predict
        Scores a table whose columns are the model's inputs, in their order.
    structure
        Takes the model apart, or raises ``model.no_structure``. ``None`` for a
        family of which nothing is known from the inside.
    encode
        The same table as ``structure`` speaks of it, ``(n, d)`` float64.
    """

    info: ModelInfo
    predict: Callable[[pa.Table], Answer]
    structure: Callable[[], Structure] | None = None
    encode: Callable[[pa.Table], np.ndarray] | None = None


def values(predicted: np.ndarray) -> Answer:
    """Return the answer of a regression: one value a row.

    Raises
    ------
    EngineError
        ``model.multi_output`` if there are several.
    """
    predicted = np.asarray(predicted)
    if predicted.ndim == 2 and predicted.shape[1] > 1:
        raise EngineError("model.multi_output", outputs=predicted.shape[1])
    if predicted.dtype not in (np.float32, np.float64):
        predicted = predicted.astype(np.float64)
    return Answer(predicted.reshape(len(predicted), -1), NO_LABELS)


def probabilities(scores: np.ndarray) -> Answer:
    """Return an answer whose labels are the most probable classes.

    Parameters
    ----------
    scores
        ``(n, k)``, or ``(n,)`` for the second of two classes.
    """
    if scores.ndim == 1:
        scores = np.column_stack([1 - scores, scores])
    return Answer(scores, np.argmax(scores, axis=1).astype(np.int32))


def margins(raw: np.ndarray) -> Answer:
    """Return an answer of unbounded scores, one a class.

    Parameters
    ----------
    raw
        ``(n, k)``, or ``(n,)`` where positive values speak for the second class.
    """
    if raw.ndim == 1:
        labels = (raw > 0).astype(np.int32)
        return Answer(np.column_stack([-raw, raw]), labels)
    return Answer(raw, np.argmax(raw, axis=1).astype(np.int32))


def damaged(name: str, told: str) -> EngineError:
    """Return the error for a native file that its library does not open.

    Parameters
    ----------
    name
        The file.
    told
        What the library said.
    """
    return EngineError("model.damaged", file=name, why=first_sentence(told) or "–")


def label_text(label: Any) -> str:
    """Return a class label or category as text: ``1`` for ``1.0``, ``np.int64(1)``."""
    if isinstance(label, np.generic):
        label = label.item()
    if isinstance(label, bytes):
        return label.decode("utf-8", "replace")
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    return str(label)


def level_input(
    name: str,
    dtype: str,
    levels: Iterable[Any],
    *,
    takes_missing: bool | None = None,
    of_texts: bool = False,
    blank_is_text: bool = False,
    used: bool = True,
) -> Input:
    """Describe an input of which levels are known, if any.

    A list too long to be told is left out, not cut: what stands beyond a cut would
    seem unknown to the model. Levels that nothing tells may yet be known to be texts.
    """
    known = list(levels)
    told = texts(known) if len(known) <= MAX_LEVELS else ()
    if any(len(text) > MAX_LEVEL for text in told):
        told = ()
    return Input(
        name=name,
        dtype=dtype,
        categories=tuple(dict.fromkeys(told)),
        levels=Levels.TEXT if of_texts and not known else kind_of_levels(known),
        takes_missing=takes_missing,
        blank_is_text=blank_is_text,
        used=used,
    )


def codes(levels: Iterable[Any]) -> dict[str, int]:
    """Return the code of each level, by its text."""
    return {text: code for code, text in enumerate(texts(levels))}


def kind_of_levels(levels: Sequence[Any]) -> Levels:
    """Return what levels are, ``UNKNOWN`` where they are of several kinds, or none."""
    kinds = {_kind_of_level(level) for level in levels}
    return kinds.pop() if len(kinds) == 1 else Levels.UNKNOWN


def _kind_of_level(level: Any) -> Levels:
    for kind, types in _LEVELS:
        if isinstance(level, types):
            return kind
    return Levels.UNKNOWN


def parameters(found: Mapping[str, Any]) -> dict[str, Param]:
    """Return hyper-parameters as plain, bounded values (defaults included)."""
    described: dict[str, Param] = {}
    for name, value in list(found.items())[:MAX_PARAMETERS]:
        plain = value.item() if isinstance(value, np.generic) else value
        if not isinstance(plain, (str, int, float, bool, type(None))):
            plain = repr(plain)
        if isinstance(plain, str):
            plain = " ".join(plain.split())[:MAX_TEXT]
        if isinstance(plain, int) and abs(plain) >= 1 << 63:
            plain = str(plain)[:MAX_TEXT]
        described[str(name)[:MAX_TEXT]] = plain
    return described


def installed(*packages: str) -> dict[str, str]:
    """Return the installed versions of distributions that are there."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def version_notes(saved: Mapping[str, str], here: Mapping[str, str]) -> list[Note]:
    """Return a warning for every library whose version differs from the file's."""
    notes = []
    for library, written in saved.items():
        present = here.get(library)
        if present is None or _release(written) == _release(present):
            continue
        newer = _release(written) > _release(present)
        notes.append(
            Note(
                code="model.saved_newer" if newer else "model.saved_older",
                params={"library": library, "saved": written, "installed": present},
            )
        )
    return notes


def _release(text: str) -> tuple[int, ...]:
    """Return the numbers of a version: ``1.9.1`` and ``1.9.1rc1`` are the same."""
    numbers = []
    for part in text.split(".")[:3]:
        digits = "".join(c for c in part if c.isdigit() or c == " ").split()
        numbers.append(int(digits[0][:9]) if digits else 0)
    return tuple(numbers)


def numbered(count: int) -> tuple[str, ...]:
    """Return names for inputs that have none: ``x0``, ``x1`` …."""
    return tuple(f"x{index}" for index in range(count))


def texts(labels: Iterable[Any]) -> tuple[str, ...]:
    """Return every label as text."""
    return tuple(label_text(label) for label in labels)
