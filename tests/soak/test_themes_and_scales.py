"""The window in every theme at every usual scale: nothing is said on the side."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.small_case import frame

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import sys
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

def main():
    application = QApplication([])
    QSettings.setPath(QSettings.defaultFormat(), QSettings.Scope.UserScope, sys.argv[1])
    from gui.app import arguments_of, build
    from gui.panels import TABLE
    from gui.services.theme import Mode
    window = build(arguments_of(["--language", "en"]), ask=False)
    window.show()
    window.context.case.open_data((sys.argv[1] + "/rows.csv",), then_match=False)

    def look():
        if window.context.case.data is None or len(window.docks.panels) < len(TABLE):
            return
        timer.stop()
        ratio = window.devicePixelRatioF()
        for mode in Mode:
            window.context.theme.set_mode(mode)
            application.processEvents()
            picture = window.grab().toImage()
            wanted = window.context.theme.tokens.ground
            corner = picture.pixelColor(picture.width() - 3, picture.height() // 2)
            print(mode.value, ratio, corner.name().lower() == wanted.lower())
        window.close()
        application.quit()

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    application.exec()

if __name__ == "__main__":
    main()
"""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2"])
def test_every_theme_is_shown_at_every_scale(tmp_path, scale):
    frame(200).to_csv(tmp_path / "rows.csv", index=False)
    script = tmp_path / "show.py"
    script.write_text(SHOW)
    found = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        cwd=ROOT,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": scale,
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=150,
    )
    said = [line for line in found.stderr.splitlines() if "propagateSize" not in line]
    assert not said
    shown = [line.split() for line in found.stdout.splitlines()]
    assert [mode for mode, *_ in shown] == ["system", "light", "dark", "high-contrast"]
    assert {float(ratio) for _, ratio, _ in shown} == {float(scale)}
    assert {fits for *_, fits in shown} == {"True"}
