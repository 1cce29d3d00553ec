"""Take the README's pictures anew: the real window on the embedded demo."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images"
KEPT = {
    "errors-light-1440.png": "errors-light.png",
    "errors-dark-1440.png": "errors-dark.png",
    "performance-light-1440.png": "performance-light.png",
    "thresholds-light-1440.png": "thresholds-light.png",
    "calibration-dark-1440.png": "calibration-dark.png",
    "data-light-1440.png": "data-light.png",
    "explain-light-1440.png": "explain-light.png",
    "row-light-1440.png": "row-light.png",
}


def main() -> None:
    """Draw every perspective and keep the pictures that the documents show."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "main.py", "--demo", "--screenshots", folder]
        subprocess.run(command, cwd=ROOT, check=True)
        for drawn, kept in KEPT.items():
            shutil.copy(Path(folder) / drawn, PICTURES / kept)


if __name__ == "__main__":
    main()
