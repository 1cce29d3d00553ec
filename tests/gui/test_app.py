"""Starting: light, quick, and with a net under everything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.arguments import parser
from engine.contracts.i18n import LANGUAGES
from gui.services.theme import Mode

ROOT = Path(__file__).resolve().parents[2]
BUILT = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
QSettings.setPath(QSettings.defaultFormat(), QSettings.Scope.UserScope, sys.argv[1])
application = QApplication([])
from gui.app import arguments_of, build
window = build(arguments_of([]))
window.show()
window.grab()
print(" ".join(sorted(name.partition(".")[0] for name in sys.modules)))
"""
FIELD = """
from PySide6.QtWidgets import QDoubleSpinBox
print(QDoubleSpinBox().textFromValue(0.5))
"""
HEAVY = {"pandas", "pyarrow", "scipy", "sklearn", "torch", "onnxruntime", "joblib"}


def test_the_first_painted_window_has_loaded_nothing_heavy(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", BUILT, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(found.stdout.split())
    assert not loaded & HEAVY
    assert "pyqtgraph" not in loaded  # 0.3 s, which the first paint is spared


def test_panels_are_made_before_anyone_needs_them(tmp_path: Path) -> None:
    rest = """
from PySide6.QtTest import QTest
from gui import panels
context = window.context
assert not {place.partition(":")[0] for place in panels.TABLE.values()} & {*sys.modules}
for _ in range(500):
    if set(window.docks.panels) == set(panels.TABLE):
        break
    QTest.qWait(20)
print(set(window.docks.panels) == set(panels.TABLE))
context.engine.stop()
"""
    found = subprocess.run(
        [sys.executable, "-c", BUILT + rest, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split()[-1] == "True"
    assert not set(found.stdout.split()) & HEAVY


@pytest.mark.parametrize(("language", "half"), [("en", "0.50"), ("es", "0,50")])
def test_fields_write_numbers_as_readings_do_on_any_computer(
    tmp_path: Path, language: str, half: str
) -> None:
    chosen = BUILT.replace("of([])", f"of(['--language', {language!r}])")
    found = subprocess.run(
        [sys.executable, "-c", chosen + FIELD, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "de_DE.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split()[-1] == half


def test_the_help_names_what_the_window_takes() -> None:
    told = parser().format_help()
    for option in ("--demo", "--theme", "--language", "--screenshots"):
        assert option in told
    for value in (*Mode, *LANGUAGES):
        assert value in told
