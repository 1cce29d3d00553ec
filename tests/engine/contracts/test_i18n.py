"""Every visible string is found by the extraction, translated, and fits its source."""

from __future__ import annotations

import ast
import io
import string
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from engine.contracts import i18n
from engine.contracts.messages import sentence, table
from engine.contracts.readings import numbers

ROOT = Path(i18n.__file__).resolve().parents[2]
KEYWORDS = {"tr": None, "trn": (1, 2), "mark": None}
CALLS = {"tr": 1, "trn": 2, "mark": 1}
TRANSLATED = [language for language in i18n.LANGUAGES if language != "en"]
# What may be handed to tr instead of a literal: a name or a look-up, never a sum.
LOOK_UPS = (ast.Name, ast.Attribute, ast.Subscript)


def both(message):
    """Singular and plural of a message; two times the same where there is no plural."""
    return message if isinstance(message, tuple) else (message, message)


@cache
def extracted():
    found = {}
    for part in ("engine", "gui"):
        for file, line, message, *_ in extract_from_dir(
            ROOT / part, [("**.py", "python")], keywords=KEYWORDS
        ):
            found.setdefault(message, f"{part}/{file}:{line}")
    return found


@cache
def catalogue(language):
    path = i18n.CATALOGUES / language / "LC_MESSAGES" / "trasluz.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def entries(language):
    return [message for message in catalogue(language) if message.id]


def placeholders(text):
    return {
        (field, spec) for _, field, spec, _ in string.Formatter().parse(text) if field
    }


def edges(text):
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def sources():
    for part in ("engine", "gui"):
        for path in sorted((ROOT / part).rglob("*.py")):
            if path != Path(i18n.__file__):
                yield path, ast.parse(path.read_text(encoding="utf-8"))


@cache
def calls():
    """Return ``(place, module, function, arguments)`` of every call."""
    found = []
    for path, tree in sources():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                count = CALLS.get(node.func.id)
                if count is not None:
                    place = f"{path.relative_to(ROOT)}:{node.lineno}"
                    found.append((place, module, node.func.id, node.args[:count]))
    return found


def is_literal(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_look_up(node):
    if isinstance(node, ast.Call):  # a table asked with .get(key, default)
        return getattr(node.func, "attr", "") == "get"
    return isinstance(node, LOOK_UPS)


def table_of(node, module):
    """Return the module's table that is looked up; nothing where it is none."""
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func.value
    root, _, rest = ast.unparse(node).partition(".")
    if not (rest or root).isupper():
        return ()
    found = getattr(import_module(module), root, ())
    return getattr(found, rest, ()) if rest else found


def texts_in(value):
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        value = value.values()
    return set().union(*map(texts_in, value)) if value else set()


@pytest.fixture
def spanish(tmp_path, monkeypatch):
    """Install Spanish as it is written down, whether or not it has been compiled."""
    target = tmp_path / "es" / "LC_MESSAGES" / "trasluz.mo"
    target.parent.mkdir(parents=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue("es"))
    target.write_bytes(compiled.getvalue())
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    monkeypatch.setattr(i18n, "_translation", i18n._translation)
    monkeypatch.setattr(i18n, "_signs", i18n._signs)
    i18n.install("es")


def test_numbers_are_written_as_in_english():
    assert numbers.figure(-1234.5, -1300.5, -1200.5) == "−1,234"
    assert numbers.interval(-0.25, 0.5) == "−0.2 … 0.5"
    assert numbers.count(1234567) == "1,234,567"
    assert numbers.signed(-0.5, 2) == "−0.50"
    assert numbers.significant(-1e-7, 3) == "−1e−07"
    assert numbers.significant(-123.4, 2) == "−120"
    assert numbers.significant(3e12, 2) == "3e+12"


@pytest.mark.usefixtures("spanish")
def test_numbers_are_written_as_in_spanish():
    assert numbers.figure(-1234.5, -1234.6, -1234.4) == "−1\u202f234,50"
    assert numbers.percent_interval(0.047, 0.079) == "4,7–7,9\u202f%"
    assert numbers.count(1234567) == "1\u202f234\u202f567"
    assert i18n.trn("{n} row", "{n} rows", 1234) == "1\u202f234 filas"
    said = sentence("data.too_many_cells", {"file": "a", "rows": 12345, "columns": 2})
    assert "12\u202f345" in said


def test_only_literals_and_look_ups_are_translated():
    wrong = [
        f"{place}: {ast.unparse(argument)}"
        for place, _, function, arguments in calls()
        for argument in arguments
        if not is_literal(argument) and not (function == "tr" and is_look_up(argument))
    ]
    assert not wrong


def test_every_literal_is_found_by_the_extraction():
    """Inside an f-string it is not, before Python 3.12."""
    known = {text for message in extracted() for text in both(message)}
    assert not [
        f"{place}: {argument.value!r}"
        for place, _, _, arguments in calls()
        for argument in arguments
        if is_literal(argument) and argument.value not in known
    ]


def test_tables_that_are_looked_up_hold_marked_texts_only():
    known = {text for message in extracted() for text in both(message)}
    wrong = [
        f"{place}: {text!r}"
        for place, module, _, arguments in calls()
        for argument in arguments
        if not is_literal(argument)
        for text in texts_in(table_of(argument, module)) - known
    ]
    assert not wrong


def test_every_message_of_a_code_is_marked():
    known = set(extracted())
    texts = {text for pair in table().values() for text in pair if text}
    assert not texts - known


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_visible_string_is_translated(language):
    done = {
        message.id
        for message in entries(language)
        if not message.fuzzy and all(both(message.string))
    }
    missing = extracted().keys() - done
    assert not {message: extracted()[message] for message in missing}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_compiles_without_complaint(language):
    wrong = [
        (message.lineno, str(error))
        for message, errors in catalogue(language).check()
        for error in errors
    ]
    assert not wrong


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_kept_that_is_no_longer_said(language):
    assert not {message.id for message in entries(language)} - set(extracted())
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_what_is_filled_in(language):
    wrong = [
        (source, text)
        for message in entries(language)
        for source, text in zip(both(message.id), both(message.string), strict=True)
        if text and placeholders(source) != placeholders(text)
    ]
    assert not wrong


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_blanks_around_and_the_tabs_inside(language):
    wrong = [
        (source, text)
        for message in entries(language)
        for source, text in zip(both(message.id), both(message.string), strict=True)
        if text
        and (edges(source) != edges(text) or source.count("\t") != text.count("\t"))
    ]
    assert not wrong


def test_a_sentence_is_said_in_spanish(spanish):
    assert i18n.tr("There are too few rows for an interval.") == (
        "Hay demasiado pocas filas para un intervalo."
    )


@pytest.mark.parametrize(
    ("n", "said"), [(1, "Exportar 1 fila…"), (2, "Exportar 2 filas…")]
)
def test_the_number_decides_between_singular_and_plural(spanish, n, said):
    assert i18n.trn("Export {n} row…", "Export {n} rows…", n) == said


def test_no_text_stays_no_text(spanish):
    assert i18n.tr("") == ""


def test_an_unknown_language_falls_back_to_english(spanish):
    i18n.install("xx")
    assert i18n.tr("Confusion matrix") == "Confusion matrix"
