"""Hostile tables read by a process of its own, of which time and memory are known."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def tables_read(paths: list[Path]) -> tuple[list[dict[str, Any]], int]:
    """Return how reading each ended, and the most memory the process had."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.tables_read", *map(str, paths)],
        capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    *rows, peak = (json.loads(line) for line in done.stdout.splitlines())
    return rows, peak


def _main(paths: list[str]) -> None:
    from engine.contracts.errors import EngineError
    from engine.contracts.messages import sentence
    from engine.data.dataset import Dataset

    for path in paths:
        begun = time.monotonic()
        try:
            found = Dataset.open([path])
            names = [column.name for column in found.info.columns]
            texts = [p.texts(n, range(3)) for p in found.parts.values() for n in names]
            row = {"code": "", "said": repr(texts)}
        except EngineError as error:
            row = {"code": error.code, "said": sentence(error.code, error.params)}
        row["seconds"] = time.monotonic() - begun
        sys.stdout.write(json.dumps(row) + "\n")
    # of this program alone: what getrusage says begins with the parent's
    status = Path("/proc/self/status").read_text().split()
    sys.stdout.write(f"{int(status[status.index('VmHWM:') + 1]) << 10}\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
