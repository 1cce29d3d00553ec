"""Ctrl+C during a computation: what was found until then, marked as partial."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAIT = 60
# The program itself, which says when it has first figures, and then takes its time.
PROGRAM = """
import sys, time
from engine import cli, runner
show = runner.JobProgress.partial
def shown(progress, result):
    show(progress, result)
    print("FIRST", file=sys.stderr, flush=True)
    time.sleep(60)
runner.JobProgress.partial = shown
sys.exit(cli.main(sys.argv[1:]))
"""


def stopped(small, *more):
    """Press Ctrl+C once there are first figures; return code, output and errors."""
    arguments = [
        "run", *more, "--model", small.model, "--data", small.table,
        "--target", "outcome",
    ]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        lines = []
        while "FIRST\n" not in lines:
            lines.append(child.stderr.readline())
            assert lines[-1], lines
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=WAIT)
    assert err.strip().splitlines()[-1] == "trasluz: stopped"
    return child.returncode, out, err


def test_first_figures_are_printed_as_partial_with_the_way_to_go_on(small, tmp_path):
    target = tmp_path / "found.npz"
    code, out, _ = stopped(small, "friedman_h", "--out", target)
    assert code == 130
    first, *others = out.strip().splitlines()
    found = re.match(r"PARTIAL: Stopped at ([\d,]+) of ([\d,]+) rows\.", first)
    n, total = (int(number.replace(",", "")) for number in found.groups())
    assert 1 <= n < total
    assert re.search(r"^n_samples +1$", out, re.MULTILINE)
    assert "same command again" in others[-1]
    assert not target.exists()


def test_partial_figures_are_never_in_the_json(small):
    code, out, err = stopped(small, "friedman_h", "--json", "-")
    assert (code, out) == (130, "")
    assert "PARTIAL: Stopped at " in err
