"""Check Python and the system's libraries, and install the libraries that are missing.

Runs on the bare system Python, so only the standard library is used.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gui.system_libraries import install_command, missing_packages, on_x11

OLDEST, NEWEST = (3, 11), (3, 13)
UPDATE_S, INSTALL_S = 300, 900
# Programs that only the tests start: program -> Debian package.
TEST_PROGRAMS = {"strace": "strace"}


def main() -> int:
    """Check what was asked for; return 1 where something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="store_true", help="check the version")
    parser.add_argument("--libraries", action="store_true", help="check, and install")
    parser.add_argument("--tests", action="store_true", help="what the tests need too")
    asked = parser.parse_args()
    if asked.python and not python_fits():
        return 1
    if asked.libraries or asked.tests:
        return bring_libraries(tests=asked.tests)
    return 0


def python_fits() -> bool:
    """Return whether this Python is new and old enough; say so where it is not."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return True
    print(
        f"Trasluz needs Python 3.11 to 3.13; this is {platform.python_version()}."
        " Choose another with: make PYTHON=python3.11 run",
        file=sys.stderr,
    )
    return False


def bring_libraries(*, tests: bool) -> int:
    """Install what is missing where that needs no password; else name it."""
    display = on_x11() and not tests  # the tests open no window on a display
    missing = missing_packages(display=display)
    programs = absent_programs() if tests else []
    if not missing and not programs:
        return 0
    root = prefix_for_root()
    if root is not None:
        install([*missing, *programs], root)
        missing = missing_packages(display=display)
    if not missing:
        return 0  # a test that lacks its program is skipped, and says why
    print(
        "Some system libraries are missing. This installs them:\n"
        f"    {install_command(missing)}",
        file=sys.stderr,
    )
    return 1


def absent_programs() -> list[str]:
    """Return the packages of programs that only tests start and that are missing."""
    return [
        name for program, name in TEST_PROGRAMS.items() if not shutil.which(program)
    ]


def prefix_for_root() -> list[str] | None:
    """Return what makes a command run as root without a password, if anything does."""
    if platform.system() != "Linux" or shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    try:
        asked = subprocess.run(
            ["sudo", "-n", "true"], capture_output=True, check=False, timeout=20
        )
    except subprocess.TimeoutExpired:
        return None
    return ["sudo", "-n"] if asked.returncode == 0 else None


def install(packages: list[str], root: list[str]) -> None:
    """Install Debian packages, printing the command first; never raises."""
    print(
        "Some system libraries are missing. Installing them:\n"
        f"    {install_command(packages)}",
        flush=True,
    )
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    try:
        subprocess.run([*root, *quiet, "update"], check=False, timeout=UPDATE_S)
        subprocess.run(
            [*root, *quiet, "install", "-y", *packages], check=False, timeout=INSTALL_S
        )
    except subprocess.TimeoutExpired as late:
        print(f"Gave up after {late.timeout:.0f} s.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
