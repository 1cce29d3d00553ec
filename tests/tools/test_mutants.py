"""The table of faults that the tests have to notice says what stands in the code."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[2] / "tools" / "mutants.py"


def loaded():
    spec = importlib.util.spec_from_file_location("mutants", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


mutants = loaded()


@pytest.mark.parametrize("mutant", mutants.mutants(), ids=lambda m: m.name)
def test_a_fault_can_be_planted_and_changes_the_code(mutant):
    before = (mutants.ROOT / mutant.file).read_text(encoding="utf-8")
    assert mutant.planted(before) != before
    for test in mutant.tests:
        file, _, name = test.partition("::")
        text = (mutants.ROOT / file).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}" in text


def test_a_fault_that_stands_nowhere_is_an_error():
    gone = mutants.Mutant(name="gone", file="x", old="a", new="b", tests=())
    with pytest.raises(ValueError, match="holds 0 times"):
        gone.planted("c")


def test_a_fault_that_no_test_looks_for_survives(tmp_path):
    (tmp_path / "code.py").write_text("limit = 1\n")
    (tmp_path / "test_code.py").write_text(
        "import code_under_test as code\ndef test_limit(): assert code.limit < 3\n"
    )
    (tmp_path / "code.py").rename(tmp_path / "code_under_test.py")
    (tmp_path / "conftest.py").write_text(
        "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent))\n"
    )
    harmless, harmful = (
        mutants.Mutant(
            name="limit",
            file="code_under_test.py",
            old="= 1",
            new=new,
            tests=("test_code.py",),
        )
        for new in ("= 2", "= 3")
    )
    assert not mutants.is_noticed(harmless, tmp_path)
    assert mutants.is_noticed(harmful, tmp_path)
    assert (tmp_path / "code_under_test.py").read_text() == "limit = 1\n"
