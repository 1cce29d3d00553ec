"""Hostile pickles: never run, never imported, never called vetted."""

from __future__ import annotations

import sys

import pytest

from engine.contracts.model import Light, Verdict
from engine.models.consent.safety_report import inspect
from tests.engine.models.safety_cases import call, containers, gadgets, tricks

MARKER = "marker-that-must-not-exist"
NAMES = sorted(gadgets(MARKER))
WRAPPINGS = sorted(containers(b"N."))
SAMPLE = NAMES[::5]


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A module that leaves a mark when it is imported."""
    marker = tmp_path / "marker"
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "trap_on_import.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
    monkeypatch.syspath_prepend(str(folder))
    return marker


def examine(tmp_path, raw):
    file = tmp_path / "model.bin"
    file.write_bytes(raw)
    return inspect(file)


def check_refused(report):
    assert report.light in (Light.RED, Light.FORBIDDEN)
    if report.light is Light.RED:
        assert any(f.verdict is not Verdict.VETTED for f in report.findings)


@pytest.mark.parametrize("name", NAMES)
def test_that_a_gadget_is_red_and_leaves_no_trace(tmp_path, trap, name):
    before = set(sys.modules)
    report = examine(tmp_path, gadgets(trap)[name])
    check_refused(report)
    assert not trap.exists()
    new = set(sys.modules) - before
    assert all(m.startswith(("engine.", "numpy")) for m in new), new


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("name", SAMPLE)
def test_that_no_wrapping_hides_a_gadget(tmp_path, trap, name, wrapping):
    report = examine(tmp_path, containers(gadgets(trap)[name])[wrapping])
    check_refused(report)
    assert not trap.exists()


@pytest.mark.parametrize("name", sorted(tricks()))
def test_that_a_trick_is_never_amber(tmp_path, name):
    check_refused(examine(tmp_path, tricks()[name]))


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_that_every_protocol_names_what_it_calls(tmp_path, protocol):
    report = examine(tmp_path, call("os", "system", "x", protocol=protocol))
    found = {f.name: f.verdict for f in report.findings}
    assert found["os.system"] is Verdict.DANGEROUS
    assert report.reason.code == "safety.dangerous"


def test_that_only_exact_names_are_vetted(tmp_path):
    report = examine(tmp_path, call("sklearn.svm._classes", "SVCX"))
    assert report.light is not Light.AMBER


def test_that_names_python_2_wrote_are_shown_as_they_would_be_imported(tmp_path):
    report = examine(tmp_path, b"c__builtin__\neval\n(Vx\ntR.")
    assert "builtins.eval" in {f.name for f in report.findings}


def test_that_ten_million_instructions_end_in_time(tmp_path):
    report = examine(tmp_path, b"\x80\x04" + b"N0" * 5_000_000 + b".")
    assert report.reason.code == "safety.too_many_operations"


def test_that_sixty_nested_arrays_are_not_followed(tmp_path):
    import numpy as np

    from tests.engine.models.safety_cases import joblib_bytes

    inner = joblib_bytes(np.array([None], dtype=object))
    head, stop = inner.rindex(b"\x80\x05"), len(inner) - 1
    prefix = inner[:head]
    report = examine(tmp_path, prefix * 60 + inner[head:stop] + b".")
    assert report.light is not Light.AMBER


def test_that_more_names_than_any_model_needs_are_not_followed(tmp_path):
    body = b"".join(b"cx\nn%d\n0" % n for n in range(25_000))
    report = examine(tmp_path, b"\x80\x02" + body + b"N.")
    assert report.light is Light.RED
    assert len(report.findings) < 25_000


def test_that_arguments_that_hold_themselves_do_not_hold_us_up(tmp_path):
    nested = b"(K\x01t" + b"(" + b"".join(b"2" * 30 + b"t(" for _ in range(12)) + b"t"
    wide = b"\x80\x02ccollections\nOrderedDict\n(K\x01t" + (b"22\x87" * 30) + b"R."
    circle = b"\x80\x02cnumpy\ndtype\n}q\x00Vx\nh\x00s\x85R."
    for raw in (b"\x80\x02ccollections\nOrderedDict\n" + nested + b"R.", wide, circle):
        examine(tmp_path, raw)
