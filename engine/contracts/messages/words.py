"""Words for what codes send as a value of an enumeration, by the parameter's name.

A parameter of the same name may hold anything else; that is shown as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.dataset import Kind, Part
from engine.contracts.i18n import mark
from engine.contracts.model import Light, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

_TASKS: dict[str, str] = {
    Task.BINARY: mark("two classes"),
    Task.MULTICLASS: mark("several classes"),
    Task.REGRESSION: mark("regression"),
}
WORDS: dict[str, Mapping[str, str]] = {
    "part": {
        Part.EVALUATION: mark("evaluation"),
        Part.REFERENCE: mark("training"),
        Part.CALIBRATION: mark("calibration"),
    },
    "kind": {
        Kind.NUMERIC: mark("numeric"),
        Kind.CATEGORICAL: mark("categorical"),
        Kind.ORDINAL: mark("ordinal"),
        Kind.BOOLEAN: mark("boolean"),
        Kind.DATETIME: mark("a date"),
        Kind.TEXT: mark("text"),
        Kind.IMAGE: mark("an image"),
    },
    "light": {
        Light.GREEN: mark("green"),
        Light.AMBER: mark("amber"),
        Light.RED: mark("red"),
        Light.FORBIDDEN: mark("forbidden"),
    },
    "explanation": {
        "shapley": mark("SHAP values"),
        "gradients": mark("Gradient attributions"),
        "lime": mark("LIME"),
        "ablation": mark("Ablation"),
        "permutation": mark("Permutation"),
        "own_terms": mark("The model's own terms"),
    },
    "content": {
        "lists": mark("lists"),
        "records": mark("lists or records of several values"),
        "maps": mark("maps from keys to values"),
        "mixed": mark("values of several types"),
        "intervals": mark("intervals of the calendar"),
        "bytes": mark("bytes that are not text"),
        "dates": mark("dates outside the years 1 to 9999"),
    },
    "known": {
        "a line, from 1": mark("the number of a line, counted from 1"),
        "one sign": mark("one sign, or a word such as comma, semicolon, tab or space"),
    },
    "task": _TASKS,
    "needed": _TASKS,
}
