"""Every code that the program can name has its sentence, and gets what it needs."""

from __future__ import annotations

import ast
import string
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from engine.contracts.messages import AREAS, next_step, sentence, table

ROOT = Path(__file__).resolve().parents[3]
# Callables whose first argument (or ``code=``) is a code, and how they take
# the parameters of its sentence: as keywords, or as one dictionary.
_BY_KEYWORD = {"EngineError", "warn"}
_BY_DICT = {"Note", "ErrorInfo"}


@dataclass(frozen=True)
class Use:
    """One place that names a code; ``given`` is None where it cannot be read."""

    place: str
    code: str
    given: frozenset[str] | None


def _trees():
    for part in ("engine", "gui"):
        for path in sorted((ROOT / part).rglob("*.py")):
            if "messages" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def _keywords(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(n for n in names if n)


def _dictionary(call: ast.Call) -> frozenset[str] | None:
    given = next((k.value for k in call.keywords if k.arg == "params"), None)
    if given is None:
        return frozenset() if len(call.args) < 2 else None
    if not isinstance(given, ast.Dict):
        return None
    keys = [k.value if isinstance(k, ast.Constant) else None for k in given.keys]
    return None if None in keys else frozenset(map(str, keys))


def _uses() -> list[Use]:
    found = []
    for path, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = f"{path}:{node.lineno}"
            code: ast.expr | None
            if name in _BY_KEYWORD | _BY_DICT:
                named = (k.value for k in node.keywords if k.arg == "code")
                code = node.args[0] if node.args else next(named, None)
                given = _keywords(node) if name in _BY_KEYWORD else _dictionary(node)
            elif name == "advance" and len(node.args) == 3:
                code, given = node.args[2], frozenset()
            else:
                continue
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                found.append(Use(place, code.value, given))
    return found


def _placeholders(code: str) -> set[str]:
    texts = table()[code]
    fields = [
        field for text in texts for _, field, _, _ in string.Formatter().parse(text)
    ]
    return {field.split(".")[0] for field in fields if field}


USES = _uses()


def test_the_walk_finds_the_codes_of_engine_and_window():
    assert len(USES) > 150
    assert {use.place.split("/")[0] for use in USES} >= {"engine"}


def test_every_code_has_a_sentence():
    assert [use for use in USES if use.code not in table()] == []


def test_every_placeholder_is_supplied_where_the_code_is_named():
    lacking = [
        (use.place, use.code, sorted(_placeholders(use.code) - use.given))
        for use in USES
        if use.given is not None
        and use.code in table()
        and _placeholders(use.code) - use.given
    ]
    assert lacking == []


def test_no_sentence_is_kept_for_a_code_that_nobody_names():
    named = {
        node.value
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(table().keys() - named) == []


def test_no_code_is_in_two_areas():
    counts = Counter(
        code
        for area in AREAS
        for code in import_module(f"engine.contracts.messages.{area}").MESSAGES
    )
    assert [code for code, n in counts.items() if n > 1] == []


def test_every_area_is_merged():
    folder = ROOT / "engine" / "contracts" / "messages"
    areas = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert areas == set(AREAS)


@pytest.mark.parametrize("code", sorted(table()))
def test_a_sentence_ends_and_its_placeholders_are_names(code):
    said, _advice = table()[code]
    assert said.strip() == said
    assert said
    assert all(name.isidentifier() for name in _placeholders(code))


def test_a_code_nobody_knows_is_shown_as_it_is():
    assert sentence("no.such_code") == "no.such_code"
    assert next_step("no.such_code") == ""


def test_text_of_a_file_cannot_steer_a_terminal_or_fill_a_window():
    said = sentence("rows.no_such_column", {"column": "a\x1b[2J" + "b" * 9_999})
    assert "\x1b" not in said
    assert len(said) < 400
