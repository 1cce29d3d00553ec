"""Damaged data files end in a table or in an error with a name, and never in silence.

At a small size in the suite; ``make fuzz`` reads thousands of mutants of a format, in
processes of their own, so that one that is ended or hangs is told as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.fuzz import reading

MUTANTS = int(os.environ.get("FUZZ_MUTANTS", "0"))
FEW = 60
A_PROCESS = 250
SEED = 20261201


@pytest.mark.parametrize("name", reading.FORMATS)
def test_a_damaged_file_is_read_or_refused_by_name(tmp_path, name):
    ended = reading.outcomes(name, FEW, SEED, tmp_path)
    assert len(ended) == FEW
    assert [one for one in ended if "WRONG" in one] == []
    assert ended.count("table") < FEW / 2  # most damage is noticed


@pytest.mark.skipif(not MUTANTS, reason="make fuzz reads them")
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("name", reading.FORMATS)
def test_thousands_of_damaged_files_are_read_or_refused_by_name(name):
    wrong = []
    for seed in range(SEED, SEED + -(-MUTANTS // A_PROCESS)):
        arguments = ["-m", "tests.fuzz.reading", name, str(A_PROCESS), str(seed)]
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            wrong.append(f"seed {seed}: the process ended with {done.returncode}")
            continue
        ended = json.loads(done.stdout)
        wrong += [f"seed {seed}, {one}" for one in ended if "WRONG" in one]
    assert wrong == []
