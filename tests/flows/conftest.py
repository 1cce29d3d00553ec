"""Windows with a real engine, and the demo's files in a folder of their own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The demo's files under names and in a folder of their own."""
    folder = tmp_path / "work"
    folder.mkdir()
    return [
        Path(shutil.copy(DEMO / "credit.parquet", folder)),
        Path(shutil.copy(DEMO / "model.skops", folder)),
    ]


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Opens real windows with a real engine; every one is closed again."""
    from gui.app import arguments_of, build

    QSettings.setPath(
        QSettings.defaultFormat(), QSettings.Scope.UserScope, str(tmp_path / "settings")
    )
    opened = []

    def make() -> Any:
        window = build(arguments_of(["--theme", "light", "--language", "en"]))
        qtbot.addWidget(window)
        window.resize(1440, 900)
        window.show()
        opened.append(window)
        return window

    yield make
    for window in opened:
        if window.isVisible():
            window.close()
