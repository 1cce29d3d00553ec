"""What a message advises to type can be typed."""

from __future__ import annotations

import re

import msgspec
import pytest

from engine import analysis
from engine.cli.arguments import parser
from engine.cli.reading import reading
from engine.contracts import messages

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
PARAMETER = re.compile(r"-p (\w+|\{\w+\})=")
READING = re.compile(r"--read (\w+)=")


def options():
    """The options of every command."""
    top = parser()
    commands = next(a for a in top._actions if hasattr(a, "choices") and a.choices)
    return {
        option
        for command in commands.choices.values()
        for action in command._actions
        for option in action.option_strings
    } | {"--demo", "--theme", "--language", "--screenshots"}  # of the window


def parameters():
    return {
        field.name
        for name in analysis.TABLE
        for field in msgspec.structs.fields(analysis.load(name).Params)
    }


ADVICE = {
    code: " ".join(texts)
    for code, texts in messages.table().items()
    if "-p " in " ".join(texts) or "--" in " ".join(texts)
}


@pytest.mark.parametrize("code", ADVICE)
def test_options_that_messages_name_exist(code):
    assert set(OPTION.findall(ADVICE[code])) <= options()
    named = {name for name in PARAMETER.findall(ADVICE[code]) if name[0] != "{"}
    assert named <= parameters()


def test_keys_of_reading_that_messages_name_exist():
    values = {"day_first": "yes", "header": "2", "rows": "2", "separated": "texts"}
    keys = {key for text in ADVICE.values() for key in READING.findall(text)}
    assert keys >= {"encoding", "sheet", "header"}
    for key in keys:
        reading([f"{key}={values.get(key, 'x')}"])


def test_there_is_advice_to_check():
    assert len(ADVICE) > 40
