"""Every layer contract is kept, and none of them is hollow."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# contract id -> (file, import that it forbids); the file is made if need be
PLANTED = {
    "direction": ("engine/predict.py", "import PySide6.QtCore"),
    "engine-layers": ("engine/predict.py", "import engine.session"),
    "explain-layers": ("engine/explain/subject.py", "import engine.explain.scope"),
    "model-host": ("engine/model_host/planted.py", "import engine.predict"),
    "model-host-alone": ("engine/predict.py", "import engine.model_host.planted"),
    "light-contracts": ("engine/contracts/decision.py", "import pandas"),
    "gui-names-contracts": ("gui/panel.py", "import engine.process"),
    "services-name-process": ("gui/services/planted.py", "import engine.session"),
    "plots-alone-draw": ("gui/widgets/planted.py", "import pyqtgraph"),
    "gui-layers": ("gui/context.py", "import gui.panel"),
    "panels-apart": ("gui/panels/planted.py", "import gui.panels.confusion.confusion"),
}


def lint_imports(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = (
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--contract", contract],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the two packages, without the tests."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("engine", "gui"):
        shutil.copytree(
            ROOT / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    return folder


def test_every_contract_has_a_planted_violation() -> None:
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} == set(PLANTED)


@pytest.mark.parametrize(
    ("contract", "name", "line"),
    [(contract, *planted) for contract, planted in PLANTED.items()]
    + [
        ("engine-layers", "engine/formats.py", "import engine.data.sniff"),
        ("engine-layers", "engine/in_no_layer.py", ""),
        ("explain-layers", "engine/explain/in_no_layer.py", ""),
        (
            "explain-layers",
            "engine/explain/shapley/planted.py",
            "import engine.explain.agreement.ablation",
        ),
        (
            "explain-layers",
            "engine/explain/lime/planted.py",
            "import engine.explain.effects.grid",
        ),
        ("engine-layers", "engine/known_values.py", "import engine.predict"),
    ],
)
def test_a_planted_violation_breaks_its_contract(
    copy: Path, contract: str, name: str, line: str
) -> None:
    file = copy / name
    before = file.read_text() if file.exists() else None
    file.write_text(f"{before or ''}\n{line}\n")
    extra = copy / "engine/model_host/planted.py"
    made_extra = not extra.exists()
    if made_extra:
        extra.write_text("")
    try:
        found = lint_imports(copy, contract)
    finally:
        if made_extra:
            extra.unlink()
        if before is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(before)
    assert found.returncode == 1, found.stdout
    assert "BROKEN" in found.stdout
