"""Write the versions installed in this environment to ``requirements.lock``.

``torch`` is pinned without its local build label, and XGBoost under the name it
has on each system, so that the same file installs everywhere.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
HEAD = (
    "# Every install uses exactly these versions (`make setup`). Made by `make lock`."
)


def pinned(line: str) -> list[str]:
    """Return the lock's lines for one line of ``pip freeze``."""
    name, _, version = line.partition("==")
    if name in ("xgboost", "xgboost-cpu"):
        return [
            f"xgboost-cpu=={version} ; sys_platform != 'darwin'",
            f"xgboost=={version} ; sys_platform == 'darwin'",
        ]
    return [f"{name}=={version.partition('+')[0]}"]


def main() -> None:
    """Write the lock file."""
    freeze = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [HEAD]
    for line in freeze.stdout.splitlines():
        if "==" in line:
            lines += pinned(line)
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
