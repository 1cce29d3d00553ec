"""What the program remembers of its user, in one place."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

SCHEMA = 1
MOST_RECENT = 10
_CODE = 32  # bytes of a code and of the key
_KEY = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Everything that is remembered across cases.

    Attributes
    ----------
    theme, language
        ``system`` or a forced choice.
    recent
        Case files, the last used first.
    contents
        What is in them, by path: the names of data and model.
    geometry
        Place of the window on the screen.
    perspectives
        Arrangements of docks by perspective, as Qt saves them.
    """

    theme: str = "system"
    language: str = "system"
    recent: tuple[str, ...] = ()
    contents: dict[str, str] | None = None
    geometry: bytes = b""
    perspectives: dict[str, bytes] | None = None


class Settings(QObject):
    """Frozen preferences over one ``QSettings``; written as they change."""

    changed = Signal()

    def __init__(
        self, store: QSettings | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store if store is not None else QSettings("Trasluz", "Trasluz")
        self._now = self._read()

    @property
    def preferences(self) -> Preferences:
        """The preferences in force."""
        return self._now

    def update(self, **changes: Any) -> None:
        """Change some preferences and write them."""
        now = replace(self._now, **changes)
        if now == self._now:
            return
        self._now = now
        self._store.setValue("schema", SCHEMA)
        for name in changes:
            self._store.setValue(name, _stored(getattr(now, name)))
        self.changed.emit()

    def signed(self, content: bytes) -> bytes:
        """Return bytes with a code that only this user's window can make."""
        return hmac.digest(self._key(), content, "sha256") + content

    def verified(self, content: bytes) -> bytes:
        """Return what was signed by this user's window; nothing of anything else.

        Qt ends the process over some arrangements of docks that it did not write
        itself, so one that comes in somebody else's case file must not reach it.
        """
        code, content = content[:_CODE], content[_CODE:]
        right = hmac.digest(self._key(), content, "sha256")
        return content if hmac.compare_digest(code, right) else b""

    def _key(self) -> bytes:
        text = str(self._store.value("key", ""))
        if not _KEY.fullmatch(text):
            text = secrets.token_hex(_CODE)
            self._store.setValue("key", text)
        return bytes.fromhex(text)

    def remember_case(self, path: str, contents: str = "") -> None:
        """Put a case first among the recent ones, with what is in it now."""
        others = (p for p in self._now.recent if p != path)
        recent = (path, *others)[:MOST_RECENT]
        known = {**(self._now.contents or {}), path: contents}
        kept = {p: known[p] for p in recent if known.get(p)}
        self.update(recent=recent, contents=kept)

    def recent_cases(self) -> list[tuple[str, str]]:
        """Return the recent cases that still exist: path, name and what is in them."""
        held = self._now.contents or {}
        found = []
        for path in self._now.recent:
            if Path(path).exists():
                name, contents = Path(path).stem, held.get(path, "")
                found.append((path, f"{name} — {contents}" if contents else name))
        return found

    def _read(self) -> Preferences:
        if int(str(self._store.value("schema", SCHEMA))) > SCHEMA:
            return Preferences()  # made by a newer version: leave it alone
        found: dict[str, Any] = {}
        for field in fields(Preferences):
            value = self._store.value(field.name)
            if value is not None:
                found[field.name] = _restored(field.name, value)
        return Preferences(**found)


def _stored(value: Any) -> Any:
    if isinstance(value, bytes):
        return QByteArray(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return {
            name: QByteArray(state) if isinstance(state, bytes) else state
            for name, state in value.items()
        }
    return value


def _restored(name: str, value: Any) -> Any:
    if name == "geometry":
        return bytes(value.data()) if isinstance(value, QByteArray) else b""
    if name == "recent":
        return tuple(value) if isinstance(value, list) else (str(value),)
    if name == "perspectives":
        states = value if isinstance(value, dict) else {}
        return {key: bytes(state) for key, state in states.items()}
    if name == "contents":
        texts = value if isinstance(value, dict) else {}
        return {str(key): str(text) for key, text in texts.items()}
    return str(value)
