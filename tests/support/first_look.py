"""The rows that a model is matched with, and what is read from the notes of a match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.dataset import Part
from engine.contracts.messages import sentence

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.table import Table

N = 1000


def table(data: Dataset) -> Table:
    """The rows that are evaluated."""
    return data.parts[Part.EVALUATION]


def codes(notes):
    """The codes of notes, in their order."""
    return [note.code for note in notes]


def only(notes, code):
    """What the one note of this code says; it has a sentence."""
    (params,) = [note.params for note in notes if note.code == code]
    assert sentence(code, params) != code
    return params
