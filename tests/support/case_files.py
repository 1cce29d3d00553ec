"""Case files for tests: a full one, forged ones, and what a damaged one may show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from engine.case import checksums, image
from engine.case.store import CaseStore
from engine.contracts.case import SCHEMA, CaseFile, FileRecipe
from engine.contracts.dataset import ColumnChoice, Part, Role
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.selection import Range, Saved, cell

if TYPE_CHECKING:
    from pathlib import Path

# How much more `make soak` does than the suite.
SOAK = int(os.environ.get("TRASLUZ_SOAK") or 1)

FULL = CaseFile(
    data=(
        FileRecipe(paths=("/data/credit.csv", "/data/more.csv"), sha256=("a1", "b2")),
        FileRecipe(paths=("/data/train.csv",), sha256=("c3",), part=Part.REFERENCE),
    ),
    choices={
        "age": ColumnChoice(role=Role.FEATURE),
        "id": ColumnChoice(role=Role.ENTITY),
    },
    model=FileRecipe(paths=("/data/model.skops",), sha256=("d4",)),
    target="status",
    positive="bad",
    weights="weight",
    class_map={"0": "good", "1": "bad"},
    decision=Decision(positive="bad", threshold=0.3125, cost_fn=5.0),
    selection=cell("bad", "good") & ~Saved("young"),
    buckets={"young": Range("age", None, 25.0), "old": Range("age", 65.0, None)},
    layout=bytes(range(256)) * 20,
    notes="seen by two people — ñ\n" * 300,
    settings={"thresholds": '{"shown":["f1"]}'},
    current_row=17,
    perspective="errors",
)

# What a case that does not open at all may say.
REFUSALS = frozenset({"case.not_a_case", "case.damaged", "case.newer_unreadable"})


def write_case(path: Path, state: CaseFile = FULL) -> bytes:
    """Make a case at ``path``; return its bytes."""
    store = CaseStore(path, create=True)
    store.save(state)
    store.close()
    return path.read_bytes()


def forged(bodies: dict[str, bytes]) -> bytes:
    """Return a case whose checksums are right, whatever its sections say."""
    digests = {name: checksums.digest_of(name, body) for name, body in bodies.items()}
    together = checksums.digest_of_all(digests, SCHEMA)
    return image.pack(bodies, [checksums.revision_after(None, together)])


def outcome(path: Path, content: bytes, truth: CaseFile = FULL) -> str:
    """Open damaged bytes as a case; return how it went, or fail if it went wrong.

    Returns
    -------
    str
        ``"refused"``, ``"read-only"`` or ``"unharmed"``.
    """
    path.write_bytes(content)
    try:
        store = CaseStore(path)
    except EngineError as error:
        if error.code not in REFUSALS:
            raise
        return "refused"
    finally:
        assert path.read_bytes() == content, "a damaged case was written"
    found, codes = store.load(), {note.code for note in store.notes}
    store.close()
    differing = {
        name
        for name in CaseFile.__struct_fields__
        if getattr(found, name) != getattr(truth, name)
    }
    unnamed = {name for name in differing if f"case.lost.{name}" not in codes}
    assert not unnamed, f"changed and not named: {unnamed}"
    assert store.read_only == bool(codes)
    return "read-only" if store.read_only else "unharmed"
