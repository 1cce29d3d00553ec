"""Starting: light, quick, and with a net under everything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QDialogButtonBox

from gui.app import arguments_of, translate_qt

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
    assert not set(found.stdout.split()) & HEAVY


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


def test_fields_write_a_point_on_a_computer_that_writes_a_comma(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", BUILT + FIELD, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "es_ES.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split()[-1] == "0.50"


def test_files_and_switches_are_understood() -> None:
    asked = arguments_of(["a.csv", "b.skops", "--theme", "dark", "--language", "es"])
    assert asked.files == ["a.csv", "b.skops"]
    assert (asked.theme, asked.language, asked.demo) == ("dark", "es", False)


def test_qt_names_its_own_buttons_in_spanish(qapp, qtbot) -> None:
    translator = translate_qt("es")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    QCoreApplication.removeTranslator(translator)
    assert "Cancelar" in box.buttons()[0].text().replace("&", "")


def test_a_language_that_qt_does_not_know_is_left_out(qapp) -> None:
    assert translate_qt("xx") is None


def test_a_signal_gives_back_what_it_takes(qapp) -> None:
    """Some releases of the binding lose one reference to ``None`` an emit."""

    class Sender(QObject):
        told = Signal(object)

    sender = Sender()
    sender.told.connect(lambda _value: None)
    before = sys.getrefcount(None)
    for _ in range(1000):
        sender.told.emit(None)
    assert sys.getrefcount(None) > before - 200
