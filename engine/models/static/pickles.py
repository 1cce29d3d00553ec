"""Pickles of every kind against the allow-list: what loading would import and do."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.models.static.allow_list import AllowList, shipped
from engine.models.static.boosters_inside import check_boosters
from engine.models.static.joblib_arrays import read_array
from engine.models.static.outcome import NotUnderstoodError, Outcome
from engine.models.static.pickle_machine import Listing, Machine
from engine.models.static.pickle_values import Global, Made
from engine.models.static.streams import unpacked, whole
from engine.models.static.tree_arrays import honest_dtype, item_size

if TYPE_CHECKING:
    from engine.contracts.progress import Progress

MAX_PICKLES = 100
# arrays of joblib before 0.10, which lie in files beside this one
_OLD_JOBLIB = ("numpy_pickle.NDArrayWrapper", "numpy_pickle.ZNDArrayWrapper")
COMPRESSED = {
    "joblib_zlib": "zlib",
    "joblib_gzip": "gzip",
    "joblib_bz2": "bz2",
    "joblib_lzma": "lzma",
    "joblib_xz": "xz",
    "joblib_lz4": "lz4",
}


def examine(
    file: IO[bytes], size: int, kind: str, progress: Progress
) -> tuple[Outcome, str]:
    """Report on a pickle or joblib file, and say which of the two it is.

    Parameters
    ----------
    kind
        ``pickle`` or one of :data:`COMPRESSED`.
    """
    outcome = Outcome(
        best=Light.AMBER, reason=Note(code="safety.pickle_vetted"), producer="Python"
    )
    listing = Listing()
    data: Any = b""
    try:
        if kind in COMPRESSED:
            with unpacked(file, size, COMPRESSED[kind], progress) as data:
                follow(data, listing, progress)
                conclude(listing, data, outcome)
        else:
            with whole(file) as data:
                follow(data, listing, progress)
                conclude(listing, data, outcome)
    except NotUnderstoodError as error:
        outcome.findings.clear()
        judge(listing, shipped(), outcome)
        outcome.not_understood(error)
    describe(listing, outcome)
    is_joblib = kind in COMPRESSED or listing.arrays > 0
    return outcome, "joblib" if is_joblib else "pickle"


def follow(data: Any, listing: Listing, progress: Progress, start: int = 0) -> None:
    """Follow all the pickles that stand one after the other in ``data``.

    Loading reads the first alone; what stands behind it is listed all the same.

    Raises
    ------
    NotUnderstoodError
        Where the machine loses the thread; ``listing`` holds what came before.
    """
    position = start
    root = None
    for n in range(MAX_PICKLES + 1):
        machine = Machine(
            data, listing, position=position, on_build=read_array, progress=progress
        )
        machine.run()
        root = listing.root if n == 0 else root
        position = machine.position
        if position == len(data):
            break
        listing.odd.setdefault("safety.more_behind", str(position))
    else:
        raise NotUnderstoodError("safety.too_many_pickles", limit=MAX_PICKLES)
    listing.root = root


def conclude(listing: Listing, data: Any, outcome: Outcome) -> None:
    """Judge everything listed, native boosters' bytes included."""
    judge(listing, shipped(), outcome)
    check_boosters(listing, data, outcome)


def judge(listing: Listing, allowed: AllowList, outcome: Outcome) -> None:
    """Put every name, use and argument against the allow-list."""
    for name, uses in sorted(listing.uses.items()):
        code = "safety.only_named"
        if "patch" in uses:
            code = "safety.patched"
        elif uses - {"name"}:
            code = "safety.called"
        outcome.add("global", name, allowed.verdict(name, uses), Note(code=code))
    for name, arguments in sorted(listing.arguments.items()):
        if name in allowed.globals:
            odd = arguments - allowed.arguments.get(name, frozenset())
            for argument in sorted(odd):
                outcome.add(
                    "argument",
                    argument,
                    Verdict.UNKNOWN,
                    Note(code="safety.odd_argument", params={"name": name}),
                )
    for made in listing.calls:
        if not _honest(made):
            outcome.add(
                "argument",
                made.full,
                Verdict.UNKNOWN,
                Note(code="safety.odd_call", params={"name": made.full}),
            )
    for code, position in listing.odd.items():
        note = Note(code=code, params={"position": position})
        verdict = Verdict.NOT_UNDERSTOOD
        outcome.add(
            "structure", code.partition(".")[2].replace("_", " "), verdict, note
        )
    _refuse_old(listing, allowed, outcome)
    if any(name.endswith(_OLD_JOBLIB) for name in listing.uses):
        outcome.refusal = Note(code="safety.joblib_old")


def _honest(made: Made) -> bool:
    args = made.args if isinstance(made.args, tuple) else ()
    if made.full == "_codecs.encode":
        return len(args) == 2 and args[1] in ("latin1", "latin-1")
    if made.full == "numpy.dtype":
        return honest_dtype(args)
    try:
        return 1 <= len(args) <= 2 and not item_size(args[0])[1]
    except NotUnderstoodError:
        return False


def _refuse_old(listing: Listing, allowed: AllowList, outcome: Outcome) -> None:
    """Name the way out for files of another scikit-learn: they cannot be opened."""
    unknown = [name for name in listing.uses if name not in allowed.globals]
    if any(not name.startswith("sklearn.") for name in unknown):
        return
    gone = [name for name in unknown if name.rpartition(".")[0] not in allowed.modules]
    if gone:
        version = ", ".join(sorted(listing.watched.get("_sklearn_version", ()))) or "?"
        outcome.refusal = Note(
            code="safety.old_sklearn",
            params={
                "name": sorted(gone)[0],
                "version": version,
                "installed": allowed.made_with.get("scikit-learn", "?"),
            },
        )


def describe(listing: Listing, outcome: Outcome) -> None:
    """Add what the pickle says of who wrote it."""
    versions = sorted(listing.watched.get("_sklearn_version", ()))
    if versions:
        outcome.versions["scikit-learn"] = ", ".join(versions)
        outcome.producer = f"scikit-learn {outcome.versions['scikit-learn']}"
    outcome.versions["pickle protocol"] = str(listing.protocol)
    root = listing.root
    if isinstance(root, Made) and root.full == "copyreg._reconstructor":
        first = root.args[0] if isinstance(root.args, tuple) and root.args else None
        root = Made(first, (), "new") if isinstance(first, Global) else root
    if isinstance(root, Made) and root.full:
        outcome.notes.append(
            Note(code="safety.holds", params={"name": root.full[:200]})
        )
