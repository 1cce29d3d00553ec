"""A case in a few words, and where it is kept."""

from __future__ import annotations

import pytest

from engine.contracts.case import CaseFile, FileRecipe
from engine.contracts.dataset import Part
from gui.services.case_recipe import contents_of


def files(*paths, part=Part.EVALUATION):
    return FileRecipe(paths=paths, sha256=(), part=part)


MODEL = files("/m/model.skops")


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (CaseFile(), ""),
        (CaseFile(model=MODEL), "model.skops"),
        (
            CaseFile(
                data=(
                    files("/d/old.csv", part=Part.REFERENCE),
                    files("/d/a.csv", "/d/b.csv", "/d/c.csv"),
                ),
                model=MODEL,
            ),
            "a.csv +2 · model.skops",
        ),
    ],
)
def test_a_case_is_told_by_its_files(recipe, words):
    assert contents_of(recipe) == words
