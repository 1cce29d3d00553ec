"""Reports on hostile files, made by a process of its own that is watched.

It says of each file what the report says, how long that took, what was asked of Python
on the way that only an opened file asks for, and in the end how much memory it took.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_RUNS = {"pickle.find_class", "os.system", "os.exec", "os.posix_spawn", "os.fork",
         "subprocess.Popen", "socket.connect"}  # fmt: skip
_LIBRARIES = ("torch", "skops", "sklearn", "joblib", "keras", "xgboost", "lightgbm",
              "catboost", "onnxruntime")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of one file."""

    light: str
    format: str
    code: str
    said: str
    findings: dict[str, str]
    let_in: bool
    ran: list[str]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Table:
    """What became of all, and the most memory the process had."""

    told: dict[str, Told]
    peak: int
    loaded: list[str]


def reported(files: dict[str, bytes], folder: Path) -> Table:
    """Report on files in a child process."""
    names = list(files)
    for number, name in enumerate(names):
        (folder / str(number)).write_bytes(files[name])
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.reported", str(folder), str(len(names))],
        capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    *rows, last = (json.loads(line) for line in done.stdout.splitlines())
    told = {name: Told(**row) for name, row in zip(names, rows, strict=True)}
    return Table(told=told, **last)


def _main(folder: Path, n: int) -> None:
    from engine.contracts.errors import EngineError
    from engine.contracts.messages import sentence
    from engine.models.consent.safety_report import check_consent, inspect

    ran: list[str] = []
    sys.addaudithook(lambda event, _: ran.append(event) if event in _RUNS else None)
    for number in range(n):
        ran.clear()
        begun = time.monotonic()
        report = inspect(folder / str(number))
        seconds = time.monotonic() - begun
        try:
            check_consent(report, "", sandboxed=True)
            let_in = True
        except EngineError:
            let_in = False
        row: dict[str, Any] = {
            "light": report.light.value,
            "format": report.format,
            "code": report.reason.code,
            "said": sentence(report.reason.code, report.reason.params),
            "findings": {f.name: f.verdict.value for f in report.findings[:200]},
            "let_in": let_in,
            "ran": list(ran),
            "seconds": seconds,
        }
        sys.stdout.write(json.dumps(row) + "\n")
    loaded = [name for name in _LIBRARIES if name in sys.modules]
    # of this program alone: what getrusage says begins with the parent's
    status = Path("/proc/self/status").read_text().split()
    peak = int(status[status.index("VmHWM:") + 1]) << 10
    sys.stdout.write(json.dumps({"peak": peak, "loaded": loaded}) + "\n")


class Watched:
    """Tells whether anybody opened a file, native code included (Linux)."""

    _OPENED = 0x20 | 0x1  # IN_OPEN, IN_ACCESS

    def __init__(self, path: Path) -> None:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        self._queue = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self._queue, bytes(path), self._OPENED) > 0

    def was_opened(self) -> bool:
        """Return whether it was, since the last question."""
        try:
            return bool(os.read(self._queue, 4096))
        except BlockingIOError:
            return False


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]))
