"""The n-th system call fails (test plan B3), the disk is full (B4)."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.case.writers import BURNT, CALLS, CLEAN, TOLD, WRONG
from tests.support.case_files import SOAK

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
WRITERS = "tests.engine.case.writers"
ERRORS = ("ENOSPC", "EIO", "EACCES", "EMFILE", "EINTR")[: 5 if SOAK > 1 else 3]


@contextlib.contextmanager
def begun(kind: str, folder: Path, *before: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*before, sys.executable, "-m", WRITERS, kind, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as writer:
        try:
            yield writer
        finally:
            writer.kill()


def traced(writer: subprocess.Popen[str], call: str, error: str) -> list[int]:
    """Return the outcome of each run in which such a call fails so."""
    assert writer.stdin is not None
    assert writer.stdout is not None
    options = ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={BURNT}"]
    command = ["strace", "-f", "-o", os.devnull, "-p", str(writer.pid), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        try:
            assert tracer.stderr is not None
            ready, _, _ = select.select([tracer.stderr], [], [], 10)
            said = tracer.stderr.readline() if ready else ""
            if "attached" not in said:
                pytest.skip(f"strace cannot attach: {said.strip()}")
            writer.stdin.write(f"{call} {error}\n")
            writer.stdin.flush()
            return [int(code) for code in writer.stdout.readline().split()]
        finally:
            tracer.terminate()


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_whichever_call_fails_the_case_is_whole_and_the_next_save_succeeds(
    tmp_path: Path,
) -> None:
    with begun("fail", tmp_path) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for error in ERRORS:
            runs = {call: traced(writer, call, error) for call in CALLS}
            codes = Counter(code for several in runs.values() for code in several)
            if WRONG in codes:
                writer.kill()
                pytest.fail(f"{error}: {runs} {writer.stderr and writer.stderr.read()}")
            if error != "EINTR":
                assert codes[CLEAN] == len(CALLS), "tried until no call was left"
                assert codes[TOLD] >= 5, runs


def in_memory(folder: Path, megabytes: int) -> list[str]:
    """Return a command that runs another with a small file system at ``folder``."""
    mount = f'mount -t tmpfs -o size={megabytes}m none "{folder}" && exec "$0" "$@"'
    return ["unshare", "-rm", "sh", "-c", mount]


def can_mount(folder: Path) -> bool:
    if not shutil.which("unshare"):
        return False
    tried = subprocess.run(
        [*in_memory(folder, 2), "true"], check=False, capture_output=True
    )
    return tried.returncode == 0


@pytest.mark.parametrize("megabytes", (2,) if SOAK == 1 else (2, 5, 20))
def test_a_full_disk_is_told_and_the_next_save_after_it_was_freed_succeeds(
    tmp_path: Path, megabytes: int
) -> None:
    if not can_mount(tmp_path):
        pytest.skip("needs to mount a small file system")
    with begun("fill", tmp_path, *in_memory(tmp_path, megabytes)) as writer:
        told, complaints = writer.communicate(timeout=60)
    assert not writer.returncode, complaints
    lines = told.splitlines()
    assert len(lines) == 8
    assert re.fullmatch(r"0 case\.unwritable: No space left on device", lines[0])
    assert lines[-1] == "65536 " or "No space" in lines[-1]
