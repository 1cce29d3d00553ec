"""What a model says of itself has an end before anybody hears it."""

from __future__ import annotations

import msgspec

from engine.contracts import bounds
from engine.contracts.bounds import bounded, bounded_error, for_window, size_of
from engine.contracts.dataset import Note
from engine.contracts.errors import ErrorInfo
from engine.contracts.messages import sentence
from engine.contracts.model import Input, ModelInfo, ScoreKind, Task

MEGABYTE = 1_000_000


def described(**changes) -> ModelInfo:
    facts = {
        "name": "m",
        "sha256": "f" * 64,
        "format": "skops",
        "kind": "sklearn.pipeline.Pipeline",
        "task": Task.REGRESSION,
        "score_kind": ScoreKind.VALUE,
    }
    return ModelInfo(**{**facts, **changes})


def noted(info) -> dict[str, int]:
    return {note.code: note.params.get("n") for note in info.notes}


def test_an_honest_description_is_left_as_it_is():
    info = described(
        steps=("scale", "größe · 2"),
        parameters={"max_depth": 3, "names": ("a", "b"), "C": 0.5, "x": None},
        inputs=(Input(name="a\tb\n", categories=("\x00", "ok")),),
        notes=(Note(code="model.not_deterministic"),),
    )
    assert bounded(info) == info
    assert for_window(info) == info


def test_a_million_steps_settings_and_notes_are_counted_not_carried():
    info = bounded(
        described(
            steps=("a step",) * MEGABYTE,
            parameters={str(i): i for i in range(10_000)},
            notes=(Note(code="model.not_deterministic"),) * 5_000,
        )
    )
    assert len(info.steps) == bounds.MAX_STEPS
    assert len(info.parameters) == bounds.MAX_SETTINGS
    assert noted(info) | {"model.not_deterministic": None} == {
        "model.more_steps": MEGABYTE - bounds.MAX_STEPS,
        "model.more_settings": 10_000 - bounds.MAX_SETTINGS,
        "model.more_notes": 5_000 - bounds.MAX_NOTES,
        "model.not_deterministic": None,
    }
    assert "999,900" in sentence("model.more_steps", {"n": 999_900})


def test_texts_of_every_kind_are_cut_and_cannot_steer_a_terminal():
    long = "\x1b]0;title\x07" + "x" * MEGABYTE
    info = bounded(
        described(
            kind=long,
            estimator=long,
            steps=(long,),
            parameters={long: long, "several": (long,) * 1_000},
            saved_with={long: long, **{str(i): "1" for i in range(500)}},
            installed={long: long},
            notes=(Note(code=long, params={long: (long,) * 1_000}),),
        )
    )
    data = msgspec.json.encode(info)
    assert len(data) < MEGABYTE
    assert b"\\u001b" not in data
    assert len(info.saved_with) == bounds.MAX_VERSIONS


def test_cutting_twice_is_cutting_once():
    info = bounded(described(steps=("x" * 5_000,) * 50, kind="a\nb"))
    assert bounded(info) == info
    assert info.kind == "a b"


def test_an_error_is_cut_at_its_end_s_side():
    error = bounded_error(
        ErrorInfo(
            code="model.raised",
            params={"why": "w" * MEGABYTE, **{str(i): i for i in range(1_000)}},
            details="d" * MEGABYTE + "the last line",
        )
    )
    assert len(error.params["why"]) == bounds.MAX_TEXT
    assert len(error.params) == bounds.MAX_ITEMS
    assert error.details.endswith("the last line")
    assert len(error.details) == bounds.MAX_DETAILS


def test_the_window_is_given_a_megabyte_at_most_and_told_of_the_rest():
    levels = tuple(f"level {i}" for i in range(5_000))
    wide = tuple(Input(name=f"input {i} {'é' * 40}") for i in range(30_000))
    info = described(inputs=(Input(name="first", categories=levels), *wide))
    shown = for_window(info)
    assert len(msgspec.json.encode(shown)) < 2 * MEGABYTE
    assert len(msgspec.msgpack.encode([i.name for i in shown.inputs])) < MEGABYTE
    assert shown.inputs[0].categories == levels[: bounds.SHOWN_CATEGORIES]
    found = noted(shown)
    assert found["model.more_categories"] == 5_000 - bounds.SHOWN_CATEGORIES
    assert found["model.more_inputs"] == 30_001 - len(shown.inputs) > 0


def test_the_names_that_answers_depend_on_are_counted_in_bytes():
    info = described(classes=("é", "n"), inputs=(Input(name="x", categories=("abc",)),))
    assert size_of(info) == 3 + 1 + len("any") + 3
