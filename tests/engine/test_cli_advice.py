"""What a message advises to type can be typed."""

from __future__ import annotations

import json
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


def test_notes_on_the_command_line_say_what_to_do_about_them(typed, tmp_path):
    rows = "".join(f"{k % 2},{k % 2}\n" for k in range(40))
    (tmp_path / "rows.csv").write_text(f"y,q\n{rows}")
    asked = ("evaluate", "--data", tmp_path / "rows.csv", "--prediction", "q")
    code, _, err = typed(*asked, "--target", "y")
    assert code == 0
    line = next(line for line in err.splitlines() if "positive class" in line)
    assert line.endswith("Choose the other one if that is wrong (--positive).")


def test_notes_of_a_result_carry_their_next_step(typed, tmp_path):
    rows = "".join(f"{k % 2},{k % 2}\n" for k in range(40))
    (tmp_path / "rows.csv").write_text(f"y,q\n{rows},1\n")
    asked = ("evaluate", "--data", tmp_path / "rows.csv", "--target", "y")
    code, out, err = typed(*asked, "--prediction", "q", "--json", "-")
    assert code == 0, err
    (note,) = json.loads(out)["notes"]
    assert note["code"] == "evaluate.rows_left_out"
    assert note["next_step"] == "They are left out of every figure here."
    _, out, _ = typed(*asked, "--prediction", "q")
    assert f"{note['text']} {note['next_step']}" in out


def test_nothing_to_do_is_no_advice():
    assert messages.next_step("model.more_notes") == "Nothing to do."
    said = messages.in_full("model.more_notes", {"n": 3})
    assert said == "There are 3 more notes, which are not shown."


SELECTION = re.compile(
    r"[Ss]election|[Tt]hreshold|recorded scores|route to the program"
)


@pytest.mark.parametrize(
    "code",
    [code for code, texts in messages.table().items() if SELECTION.search(texts[1])],
)
def test_what_the_window_offers_is_named_as_an_option_too(code):
    step = messages.next_step(code)
    assert re.search(r"--(where|threshold|scores|score-kind|split)|-p \w+", step), step
