"""Every code that can be raised has words, and is given all that they need."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from engine.contracts import messages

ENGINE = Path(messages.__file__).parents[2]
CODE_MAKERS = {"EngineError": 0, "warn": 0}
# Codes put together from pieces; their modules' own tests look at them.
STAGE_CALLS = {"advance": 2}


def is_code(text) -> bool:
    area, dot, name = text.partition(".")
    plain = text.replace("_", "").replace(".", "")
    return bool(dot and area and name and plain.isalnum() and text.islower())


def constant(node):
    return node.value if isinstance(node, ast.Constant) else None


def name_of(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def given_of(call, skip=()):
    """Names of keyword arguments, or ``None`` where they are not written out."""
    names = {keyword.arg for keyword in call.keywords} - set(skip)
    return None if None in names else names


def params_of(call):
    """Keys of ``params={…}`` of a Note, or ``None`` where they are not written out."""
    for keyword in call.keywords:
        if keyword.arg == "params":
            if not isinstance(keyword.value, ast.Dict):
                return None
            keys = [constant(key) if key else None for key in keyword.value.keys]
            return None if None in keys else set(keys)
    return set()


def uses():
    """Yield ``(file:line, code, names given or None)`` for the whole engine."""
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            place = f"{path.relative_to(ENGINE)}:{node.lineno}"
            name = name_of(node)
            if name in CODE_MAKERS and node.args:
                code = constant(node.args[0])
                given = given_of(node)
            elif name in ("Note", "ErrorInfo"):
                named = {k.arg: k.value for k in node.keywords}
                code = constant(named["code"]) if "code" in named else None
                given = params_of(node)
            elif name == "advance" and len(node.args) == 3:
                code, given = constant(node.args[2]), set()
            else:
                continue
            if isinstance(code, str):
                yield place, code, given


USES = list(uses())


def needed(code):
    return {
        field
        for text in messages.table()[code]
        for _, field, _, _ in string.Formatter().parse(text)
        if field
    }


def test_that_the_engine_was_read():
    assert len(USES) > 200


def test_every_code_has_a_sentence():
    unknown = {code: place for place, code, _ in USES if code not in messages.table()}
    assert not unknown


def test_every_sentence_is_given_what_it_names():
    short = [
        (place, code, sorted(needed(code) - given))
        for place, code, given in USES
        if given is not None and code in messages.table() and needed(code) - given
    ]
    assert not short


def test_no_sentence_is_kept_that_nothing_says():
    """A literal somewhere in the program, not only as a call's first argument."""
    root = ENGINE.parent
    written = {
        node.value
        for folder in (ENGINE, root / "gui")
        for path in folder.rglob("*.py")
        if "messages" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not {code for code in messages.table() if code not in written}


@pytest.mark.parametrize("code", sorted(messages.table()))
def test_a_sentence_is_one(code):
    sentence, step = messages.table()[code]
    assert sentence
    for text in (sentence, step):
        assert text == text.strip()
        assert all(f is None or f.isidentifier() for _, f, _, _ in fields(text))


def fields(text):
    return string.Formatter().parse(text)


def test_values_are_written_for_people():
    said = messages.sentence(
        "scores.sum", {"row": 12345, "total": 1.23456789, "n": 1000}
    )
    assert "12,345" in said
    assert "1.23457" in said


def test_names_from_files_cannot_steer_a_terminal():
    said = messages.sentence("weights.missing_column", {"column": "a\x1b[2Jb\nc"})
    assert said.isprintable()


def test_an_endless_name_is_cut():
    said = messages.sentence("weights.missing_column", {"column": "x" * 10_000})
    assert len(said) < 500


def test_a_code_nobody_knows_is_shown_as_it_is():
    assert messages.sentence("what.ever") == "what.ever"
    assert messages.next_step("what.ever") == ""


def test_a_sentence_sent_without_its_values_is_still_shown():
    assert messages.sentence("weights.missing_column", {}) != ""


def test_values_of_enumerations_are_put_into_words():
    said = messages.sentence("command.no_threshold", {"task": "multiclass"})
    assert "several classes" in said
    step = messages.next_step(
        "evaluate.other_task",
        {"task": "regression", "needed": ("binary", "multiclass")},
    )
    assert "two classes, several classes" in step


def test_another_value_under_the_same_name_is_shown_as_it_is():
    said = messages.sentence("safety.broken_booster", {"part": "tree_info"})
    assert "tree_info" in said
