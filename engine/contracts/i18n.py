"""Translation of every visible string, for the window and the command line alike.

The standard library's gettext is used instead of Qt's, because half of what a
user reads (errors, readings, report, command line) is made without Qt.
Only literal strings are passed, so that ``pybabel extract`` finds them all.
"""

from __future__ import annotations

import gettext
from pathlib import Path

from engine.contracts.printable import shortened

LANGUAGES = ("en", "es")
CATALOGUES = Path(__file__).resolve().parents[2] / "resources" / "i18n"
_LONGEST = 5_000  # of a text in a sentence
_translation: gettext.NullTranslations = gettext.NullTranslations()
# How a language writes the signs of a number that Python wrote: a true minus; in
# Spanish a decimal comma, and a thin space that does not break between thousands.
_SIGNS = {
    "en": {"-": "\u2212"},
    "es": {"-": "\u2212", ",": "\u202f", ".": ","},
}
_signs = str.maketrans(_SIGNS["en"])


def install(language: str) -> None:
    """Choose the language of all later calls; unknown ones fall back to English.

    Parameters
    ----------
    language
        Two-letter code, for example ``"es"``.
    """
    global _translation, _signs  # noqa: PLW0603 - one language per process
    _signs = str.maketrans(_SIGNS.get(language, _SIGNS["en"]))
    _translation = gettext.translation(
        "trasluz", CATALOGUES, languages=[language], fallback=True
    )


def tr(message: str, **params: object) -> str:
    """Translate ``message`` and fill its ``{placeholders}``.

    A name may be a megabyte long: a sentence holds the beginning of it.
    """
    # gettext keeps the catalogue's own header under the empty message.
    text = _translation.gettext(message) if message else ""
    return text.format(**_bounded(params)) if params else text


def trn(singular: str, plural: str, n: int, **params: object) -> str:
    """Translate with the plural form for ``n``; ``{n}`` is filled with thousands."""
    text = _translation.ngettext(singular, plural, n)
    return text.format(n=written(f"{n:,}"), **_bounded(params))


def _bounded(params: dict[str, object]) -> dict[str, object]:
    return {
        name: shortened(value, _LONGEST) if isinstance(value, str) else value
        for name, value in params.items()
    }


def written(number: str) -> str:
    """Return a number as the language writes it.

    Examples
    --------
    >>> written("-1,234.5") == "\u22121,234.5"
    True
    """
    return number.translate(_signs)


def mark(message: str) -> str:
    """Mark a string in a table for extraction; it is translated when shown."""
    return message
