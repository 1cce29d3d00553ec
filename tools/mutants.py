"""Plant known faults one by one and see whether the tests notice.

``mutants.toml`` lists each fault as a replacement of text in one file and the tests
that have to fail for it. The work is done on a copy, never in the checkout.

    .venv/bin/python tools/mutants.py            # all
    .venv/bin/python tools/mutants.py interval   # those with this word in their name
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = Path(__file__).with_suffix(".toml")
_TESTS_FAILED = 1  # pytest's exit code; others mean that no test was run
_LIMIT = 900


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One planted fault.

    Attributes
    ----------
    file
        Path from the root of the repository.
    old, new
        Text that stands once in the file, and what takes its place.
    tests
        Arguments of pytest.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def planted(self, text: str) -> str:
        """Return the text of the file with the fault in it.

        Raises
        ------
        ValueError
            If what is to be replaced does not stand there exactly once.
        """
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.name}: {self.file} holds {text.count(self.old)} times: "
                f"{self.old!r}"
            )
        return text.replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """Return the faults listed in the table."""
    listed = tomllib.loads(TABLE.read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**{**entry, "tests": tuple(entry["tests"])}) for entry in listed]


def is_noticed(mutant: Mutant, copy: Path) -> bool:
    """Return whether a test fails with the fault planted in a copy of the checkout.

    Raises
    ------
    RuntimeError
        If no test was run.
    """
    file = copy / mutant.file
    before = file.read_text(encoding="utf-8")
    file.write_text(mutant.planted(before), encoding="utf-8")
    try:
        return not passes(mutant.tests, copy)
    finally:
        file.write_text(before, encoding="utf-8")


def passes(tests: tuple[str, ...], copy: Path) -> bool:
    """Return whether tests pass in a copy of the checkout.

    Raises
    ------
    RuntimeError
        If no test was run.
    """
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # a fault must not outlive its text
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", *tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False  # the suite has a limit of its own, and fails there too
    if done.returncode not in (0, _TESTS_FAILED):
        raise RuntimeError(f"{tests}: no test was run\n{done.stdout[-2000:]}")
    return done.returncode == 0


def copied(folder: Path) -> Path:
    """Copy the files that git knows, or would, into a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for catalogue in (ROOT / "resources").rglob("*.mo"):
        shutil.copy2(catalogue, folder / catalogue.relative_to(ROOT))
    return folder


def main(words: list[str]) -> int:
    """Plant every fault with all the words in its name; return how many survive.

    The tests have to pass without the fault, or their failure says nothing.
    """
    survivors = []
    sound: dict[tuple[str, ...], bool] = {}
    chosen = [m for m in mutants() if all(word in m.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="trasluz-mutants-") as folder:
        copy = copied(Path(folder))
        for mutant in chosen:
            began = time.monotonic()
            if mutant.tests not in sound:
                sound[mutant.tests] = passes(mutant.tests, copy)
            noticed = sound[mutant.tests] and is_noticed(mutant, copy)
            seconds = time.monotonic() - began
            word = "noticed " if noticed else "SURVIVES"
            print(f"{word} {seconds:5.0f} s  {mutant.name}", flush=True)
            survivors += [] if noticed else [mutant.name]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} noticed")
    return len(survivors)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
