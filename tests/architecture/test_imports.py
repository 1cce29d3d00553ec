"""What may be loaded where, seen in fresh processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "pandas", "pyarrow", "scipy", "sklearn", "torch", "onnxruntime", "xgboost", "numba",
)  # fmt: skip


def loaded_after(statement: str) -> set[str]:
    command = f"{statement}\nimport sys\nprint(' '.join(sorted(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in found.stdout.split()}


@pytest.mark.parametrize(
    "module", ["engine.cli", "engine.session", "engine.process", "engine.analysis"]
)
def test_the_engine_loads_no_qt(module: str) -> None:
    assert not loaded_after(f"import {module}") & {"PySide6", "shiboken6", "pyqtgraph"}


def test_contracts_load_nothing_but_numpy_and_msgspec() -> None:
    every = "import engine.contracts.requests, engine.contracts.events"
    assert not loaded_after(every) & {*HEAVY, "PySide6"}


def test_the_window_loads_nothing_heavy() -> None:
    every_panel = (
        "import os; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "import importlib, gui.main_window, gui.panels\n"
        "for place in gui.panels.TABLE.values():\n"
        "    importlib.import_module(place.partition(':')[0])"
    )
    assert not loaded_after(every_panel) & set(HEAVY)


def test_asking_for_help_on_the_command_line_loads_nothing_heavy() -> None:
    assert not loaded_after("import engine.cli") & {"torch", "sklearn", "xgboost"}
