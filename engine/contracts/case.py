"""The state of a case: all that is needed to be exactly here again."""

from __future__ import annotations

import msgspec

from engine.contracts.dataset import ColumnChoice, Note, Part, ReadOptions, Split
from engine.contracts.decision import Decision
from engine.contracts.model import Mapping, RecordedScores
from engine.contracts.selection import Selection

SCHEMA = 2


class FileRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """Files and how they were read, so that they can be read again.

    ``paths`` are relative to the case file where they can be.
    """

    paths: tuple[str, ...]
    sha256: tuple[str, ...]
    part: Part = Part.EVALUATION
    options: ReadOptions = ReadOptions()


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """Recipe, choices and state of one case.

    ``consent`` is the SHA-256 of a model file that whoever saved the case had agreed to
    open. It is told and opens nothing: consent is not part of a case.
    """

    data: tuple[FileRecipe, ...] = ()
    choices: dict[str, ColumnChoice] = {}
    split: Split | None = None
    model: FileRecipe | None = None
    consent: str = ""
    recorded: RecordedScores | None = None
    target: str = ""
    positive: str = ""
    weights: str = ""
    mapping: Mapping | None = None
    class_map: dict[str, str] = {}
    decision: Decision = Decision()
    selection: Selection | None = None
    current_row: int | None = None
    buckets: dict[str, Selection] = {}
    notes: str = ""
    settings: dict[str, str] = {}
    layout: bytes = b""
    perspective: str = ""


class CaseOpened(msgspec.Struct, frozen=True, kw_only=True, tag="case_opened"):
    """A case file as it was found.

    ``changed`` lists files whose bytes differ from the recipe or that are gone;
    ``notes`` say what is damaged or unknown in the case, and why it is read-only.
    """

    path: str
    case: CaseFile
    read_only: bool = False
    changed: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
