"""No process of a session ever opens a socket: seen from outside, by the kernel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "resources" / "demo"
SOCKET_CALL = re.compile(r"\b(socket|connect|bind|socketpair)\((AF_\w+)?")
# A locked-down host asks for one, to see that it is refused.
REFUSED = re.compile(r"^\d+ +socket\(AF_UNIX.* = -1 EPERM .*\n", re.MULTILINE)
CUT = re.compile(
    r"^(\d+) +(socket\(.*) <unfinished \.\.\.>\n((?:.*\n)*?)"
    r"\1 +<\.\.\. socket resumed>(.*)\n",
    re.MULTILINE,
)

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed"
)


def trace(command: list[str], log: Path, **environment: str) -> str:
    """Run ``command`` with all its children; return its network system calls.

    Without the sockets that were refused to a locked-down process.
    """
    found = subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=%network", "-o", str(log), *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    whole = CUT.sub(r"\1 \2\4\n\3", log.read_text())
    return REFUSED.sub("", whole)


def test_the_trace_sees_a_socket_when_there_is_one(tmp_path: Path) -> None:
    opening = "import socket; socket.socket(socket.AF_INET).close()"
    calls = trace([sys.executable, "-c", opening], tmp_path / "log")
    assert "AF_INET" in calls


def test_an_evaluation_opens_no_socket(tmp_path: Path) -> None:
    files = [
        "--model",
        str(DEMO / "model.skops"),
        "--data",
        str(DEMO / "credit.parquet"),
    ]
    roles = ["--target", "status", "--split", "part=evaluation"]
    command = [sys.executable, "main.py", "evaluate", *files, *roles]
    calls = trace(command, tmp_path / "log")
    assert not SOCKET_CALL.search(calls), calls


def test_a_session_in_the_window_opens_no_network_socket(tmp_path: Path) -> None:
    calls = trace(
        [sys.executable, "main.py", "--demo", "--screenshots", str(tmp_path / "demo")],
        tmp_path / "log",
        QT_QPA_PLATFORM="offscreen",
        HOME=str(tmp_path),
    )
    families = {family for _, family in SOCKET_CALL.findall(calls) if family}
    assert families <= {"AF_UNIX"}, families  # Qt may look for the session bus
