"""Damaged and forged case files: noticed, named, never written, never an error of ours.

At a small size in the suite; ``make fuzz`` tries thousands.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.case import sections
from engine.case.store import CaseStore
from engine.contracts.errors import EngineError
from tests.fuzz.mutations import mutants
from tests.support.case_files import FULL, REFUSALS, forged, outcome, write_case

if TYPE_CHECKING:
    from engine.contracts.case import CaseFile

MUTANTS = int(os.environ.get("FUZZ_MUTANTS", "0"))
SEED = 20261202
PAST = Path(__file__).parents[1] / "engine" / "case" / "past" / "version-1.trasluz"

pytestmark = pytest.mark.timeout(300 if not MUTANTS else 6 * 3600)


def test_a_damaged_case_never_shows_something_else_in_silence(tmp_path: Path) -> None:
    whole = write_case(tmp_path / "a.trasluz")
    ended = Counter(
        outcome(tmp_path / "b.trasluz", damaged)
        for damaged in mutants(whole, MUTANTS or 200, SEED)
    )
    assert ended["read-only"] > ended["unharmed"]


def opens_or_is_refused(path: Path, content: bytes) -> CaseFile | None:
    path.write_bytes(content)
    try:
        store = CaseStore(path)
    except EngineError as error:
        if error.code not in REFUSALS:
            raise
        return None
    finally:
        assert path.read_bytes() == content
    store.close()
    return store.load()


def test_a_damaged_case_of_version_1_opens_or_is_refused(tmp_path: Path) -> None:
    past = PAST.read_bytes()
    for damaged in mutants(past, MUTANTS or 100, SEED):
        opens_or_is_refused(tmp_path / "a.trasluz", damaged)


@pytest.mark.parametrize("name", sections.NAMES)
def test_a_forged_section_is_understood_or_lost_and_can_be_saved(
    tmp_path: Path, name: str
) -> None:
    """Checksums are right, so that all that stands between is the decoding."""
    bodies = sections.encode(FULL)
    for body in mutants(bodies[name], MUTANTS // 10 or 12, SEED):
        try:
            body.decode()
        except UnicodeDecodeError:
            continue
        case = opens_or_is_refused(
            tmp_path / "a.trasluz", forged(bodies | {name: body})
        )
        assert case is not None
        assert sections.encode(case), "what was understood can be written"
