"""A damaged model file is refused, or it opens and predicts; none hangs or crashes.

``make fuzz`` tries thousands of mutants of every file.
"""

from __future__ import annotations

import os
import sys
import warnings

import pytest

from tests.fuzz.model_mutants import outcome_of, tally
from tests.fuzz.model_originals import ORIGINALS

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX"),
    pytest.mark.timeout(6 * 3600 if "FUZZ_MUTANTS" in os.environ else 300),
]
N = int(os.environ.get("FUZZ_MUTANTS", "0")) or 40
SEED = 20261130
# Their bytes are never opened without consent, whatever they hold.
NEVER_GREEN = {"joblib", "joblib_zlib", "pickle"}


@pytest.fixture(scope="module")
def originals():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the training's, not the files'
        return {name: make() for name, make in ORIGINALS.items()}


@pytest.fixture(scope="module")
def tallies(originals, tmp_path_factory):
    return tally(originals, N, SEED, tmp_path_factory.mktemp("mutants"))


@pytest.mark.parametrize("name", ORIGINALS)
def test_every_mutant_is_refused_or_predicts(tallies, name):
    found = tallies[name]
    assert not found.failed
    assert found.refused + found.sound == N


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_file_itself_is_sound(originals, tmp_path, name):
    expected = "refused" if name in NEVER_GREEN else "sound"
    assert outcome_of(originals[name], tmp_path) == expected


def test_some_mutants_of_every_native_format_are_sound(tallies):
    """Else a reader that refuses everything would pass."""
    total = {}
    for name, found in tallies.items():
        family = name.partition("_")[0]
        total[family] = total.get(family, 0) + found.sound
    assert all(total[family] for family in ("xgboost", "lightgbm", "catboost", "onnx"))
