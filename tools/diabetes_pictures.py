"""Take the pictures of docs/diabetes.md anew: ``diabetes_pictures.py TABLE``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QSettings  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from engine.contracts.dataset import Part  # noqa: E402
from gui import app, headless  # noqa: E402
from gui.services.theme import Mode  # noqa: E402
from tests.support import diabetes  # noqa: E402

if TYPE_CHECKING:
    from gui.main_window import MainWindow

PICTURES = ROOT / "docs" / "images"
# Picture: perspective, panel, the view of it, and the feature that is looked at.
TAKEN = {
    "diabetes-importance": ("explain", "contributions", "", ""),
    "diabetes-age": ("explain", "contributions", "dependence", "age"),
    "diabetes-glucose": ("explain", "dependence", "lines", "glucose"),
    "diabetes-lime": ("row", "lime", "", ""),
    "diabetes-change": ("row", "counterfactual", "", ""),
    "diabetes-agreement": ("row", "agreement", "", ""),
}


def main(table: Path) -> None:
    """Open the case and keep the pictures that the document shows."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        diabetes.write_files(table, place)
        QSettings.setPath(
            QSettings.defaultFormat(), QSettings.Scope.UserScope, str(place / "home")
        )
        application = QApplication(sys.argv[:1])
        application.setApplicationName("Trasluz")
        window = app.build(app.arguments_of(["--language", "en"]), ask=False)
        window.resize(1440, 900)
        window.show()
        window.context.theme.set_mode(Mode.LIGHT)
        _open(window, place)
        for name, (perspective, panel, view, feature) in TAKEN.items():
            _take(window, name, perspective, panel, view, feature)
        window.close()


def _open(window: MainWindow, place: Path) -> None:
    case = window.context.case
    case.open_data((str(place / "test.csv"),), then_match=False)
    case.open_data((str(place / "train.parquet"),), Part.REFERENCE, then_match=False)
    case.open_model(str(place / "forest.skops"), then_match=False)
    case.predict(target=diabetes.TARGET, positive="1")
    headless.until(lambda: case.scores is not None)
    assert case.scores is not None
    case.set_current_row(int(case.scores.score.argmax()))


def _take(
    window: MainWindow, name: str, perspective: str, panel: str, view: str, feature: str
) -> None:
    window.show_perspective(perspective)
    window.docks.show_panel(panel)
    headless.rest(500)
    headless.until(lambda: headless.settled(window))
    shown: Any = window.docks.panels[panel]
    if view:
        shown.view.choose(view)
        shown.view.chosen.emit(view)
    if feature and panel == "dependence":
        shown.choice.choose(feature, "")
    elif feature:
        shown.dependence.show_feature(feature)
    headless.rest(500)
    headless.until(lambda: headless.settled(window))
    shown.grab().save(str(PICTURES / f"{name}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
