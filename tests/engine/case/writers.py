"""Processes that write cases, to be killed or to have their system calls fail.

Python and the program are imported once; each run is a fork. A run acknowledges a
save on its standard output once the save has returned.
"""

from __future__ import annotations

import fcntl
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.contracts.case import CaseFile
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.contracts.requests import OpenCase, SaveCase
from engine.session.case_file import OpenCaseFile

if TYPE_CHECKING:
    from collections.abc import Callable

BURNT = 24  # number of the call that fails, counted from the fork
CALLS = ("write", "fsync", "rename", "link", "openat", "chmod", "unlink", "flock")


def tell(line: str) -> None:
    """Write a line to standard output, in one call."""
    os.write(1, f"{line}\n".encode())


def state(number: int) -> CaseFile:
    """Return the state of one save, which can be told from any part of it."""
    text = f"{number}:"
    return CaseFile(notes=text * 400, current_row=number, settings={"number": text})


def number_of(case: CaseFile) -> int:
    """Return which save a case holds, whole."""
    number = case.current_row or 0
    if number:
        assert case == state(number), "a case of two saves"
    return number


def write_for_ever(folder: Path) -> None:
    """Fork a writer for each line on standard input: the name of its case."""
    tell("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            path = folder / line.strip()
            case = OpenCaseFile()
            number = number_of(case.open(OpenCase(path=str(path)), SILENT).case)
            while True:
                number += 1
                case.save(SaveCase(path=str(path), case=state(number)))
                tell(f"saved {number}")
        tell(f"started {child}")
        _, status = os.waitpid(child, 0)
        tell(f"ended {os.waitstatus_to_exitcode(status)}")


def burn(call: str, times: int, folder: Path) -> int:
    """Make so many harmless calls of a kind; return how many were made to fail."""
    scrap, none = folder / "scrap", folder / "none"
    calls: dict[str, Callable[[], object]] = {
        "write": lambda: os.write(_NOWHERE, b"x"),
        "fsync": lambda: os.fsync(_SCRAP),
        "rename": lambda: os.rename(none, none),
        "link": lambda: os.link(none, none),
        "openat": lambda: os.close(os.open(scrap, os.O_RDONLY)),
        "chmod": lambda: os.chmod(scrap, 0o600),
        "unlink": lambda: os.unlink(none),
        "flock": lambda: fcntl.flock(_SCRAP, fcntl.LOCK_EX),
    }
    failed = 0
    for _ in range(times):
        try:
            calls[call]()
        except FileNotFoundError:
            pass  # what these calls say when nothing fails
        except OSError:
            failed += 1
    return failed


def fail_in_turn(folder: Path) -> None:
    """Save with the n-th call failing, for every n; tell how it went.

    Each line on standard input names a call and an error. By then this process is
    traced so that the ``BURNT``-th such call of each of its children fails; so many
    harmless ones are made first that the n-th of the save is that one.
    """
    tell("ready")
    for number, line in enumerate(sys.stdin):
        call, error = line.split()
        # Python repeats most calls that a signal interrupts: no failure is seen
        most = 8 if error == "EINTR" else BURNT
        path = folder / f"{number}.trasluz"
        codes = []
        for n in range(1, most):
            codes.append(_in_a_fork(_fail_once, path, call, n))
            if codes[-1] == CLEAN:
                break
        tell(" ".join(map(str, codes)))


def _in_a_fork(run: Callable[[Path, str, int], int], *arguments: Any) -> int:
    child = os.fork()
    if child == 0:
        code = WRONG
        try:
            code = run(*arguments)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


# No call was left to fail; one failed and that was told; one failed and did no harm.
CLEAN, TOLD, BORNE, WRONG = 0, 1, 2, 3


def _fail_once(path: Path, call: str, n: int) -> int:
    """Return how a save went in which one call fails."""
    burn(call, BURNT - n, path.parent)
    told = False
    case, before = OpenCaseFile(), 0
    try:
        opened = case.open(OpenCase(path=str(path), create=not path.exists()), SILENT)
        before = number_of(opened.case)
        case.save(SaveCase(path=str(path), case=state(before + 1)))
    except EngineError as error:
        told = error.code == "case.unwritable" and bool(error.params["why"])
        if not told:
            sys.stderr.write(f"{call} {n}: {error.code} {error.params}\n")
            return WRONG
    came_too_late = burn(call, BURNT, path.parent)
    # the next try succeeds, in the same window
    case.save(SaveCase(path=str(path), case=state(before + 2)))
    case.close()
    again = OpenCaseFile().open(OpenCase(path=str(path)), SILENT)
    if again.case != state(before + 2) or again.notes:
        sys.stderr.write(f"{call} {n}: {again.notes} {again.case.current_row}\n")
        return WRONG
    if came_too_late:
        return WRONG if told else CLEAN
    return TOLD if told else BORNE


def fill_up(folder: Path) -> None:
    """Save on a disk that is full at several steps; free it; save again."""
    path, ballast = folder / "a.trasluz", folder / "ballast"
    case, number = OpenCaseFile(), 1
    case.open(OpenCase(path=str(path), create=True), SILENT)
    case.save(SaveCase(path=str(path), case=state(number)))
    steps = (0, 1, 4096, 8192, 12288, 20480, 32768, 65536)
    for room in steps:
        left = os.statvfs(folder)
        free = left.f_bavail * left.f_frsize
        ballast.write_bytes(bytes(max(0, free - room)))
        big = msgspec.structs.replace(state(number + 1), layout=os.urandom(60_000))
        told = ""
        try:
            case.save(SaveCase(path=str(path), case=big))
        except EngineError as error:
            told = f"{error.code}: {error.params['why']}"
            assert number_of(OpenCaseFile().open(OpenCase(path=str(path)), SILENT).case)
        ballast.unlink()
        number += 2
        case.save(SaveCase(path=str(path), case=state(number)))
        left_over = sorted(entry.name for entry in folder.iterdir())
        assert left_over == [".a.trasluz.lock", "a.trasluz"], left_over
        tell(f"{room} {told}")


if __name__ == "__main__":
    _folder = Path(sys.argv[2])
    match sys.argv[1]:
        case "write":
            write_for_ever(_folder)
        case "fail":
            _NOWHERE = os.open(os.devnull, os.O_WRONLY)
            _SCRAP = os.open(_folder / "scrap", os.O_RDWR | os.O_CREAT, 0o600)
            fail_in_turn(_folder)
        case "fill":
            fill_up(_folder)
