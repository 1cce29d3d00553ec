"""torch's containers: state dicts by name, everything that carries code as such."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from engine.contracts.dataset import Note
from engine.contracts.model import Light, Verdict
from engine.models.static.allow_list import is_dangerous
from engine.models.static.archives import (
    CODE,
    members,
    open_archive,
    read_member,
)
from engine.models.static.outcome import NotUnderstoodError, Outcome
from engine.models.static.pickle_machine import Listing, Machine
from engine.models.static.streams import whole

if TYPE_CHECKING:
    from engine.contracts.progress import Progress

MAX_PICKLE = 1 << 30
LEGACY_PICKLES = 5
KINDS = ("torch_zip", "torch_legacy", "torchscript", "torch_package", "pt2")
_PROGRAMS = ("torchscript", "torch_package", "pt2")
_STORAGES = (
    *("Double", "Float", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"),
    *("BFloat16", "ComplexFloat", "ComplexDouble", "Untyped"),
)
VETTED = frozenset(
    {
        "collections.OrderedDict",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_parameter",
        "torch.Size",
        "torch.device",
        *(f"torch.{name}Storage" for name in _STORAGES),
        *(f"torch.{name}Tensor" for name in _STORAGES),
    }
)
"""The core of what ``torch.load(weights_only=True)`` accepts."""


def examine(file: IO[bytes], kind: str, progress: Progress) -> Outcome:
    """Report on a torch file.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    """
    outcome = Outcome(
        best=Light.AMBER, reason=Note(code="safety.state_dict"), producer="PyTorch"
    )
    listing = Listing()
    try:
        if kind == "torch_legacy":
            _follow_legacy(file, listing, progress)
        else:
            _follow_archive(file, kind, listing, outcome, progress)
    except NotUnderstoodError as error:
        outcome.not_understood(error)
    for name, uses in sorted(listing.uses.items()):
        verdict = Verdict.DANGEROUS if is_dangerous(name) else Verdict.UNKNOWN
        if name in VETTED and "patch" not in uses:
            verdict = Verdict.VETTED
        code = "safety.called" if uses - {"name"} else "safety.only_named"
        outcome.add("global", name, verdict, Note(code=code))
    for code, position in listing.odd.items():
        if code != "safety.more_behind":
            note = Note(code=code, params={"position": position})
            outcome.add(
                "structure", code[7:].replace("_", " "), Verdict.NOT_UNDERSTOOD, note
            )
    return outcome


def _follow_archive(
    file: IO[bytes],
    kind: str,
    listing: Listing,
    outcome: Outcome,
    progress: Progress,
) -> None:
    with open_archive(file) as archive:
        for name in members(archive):
            if name.endswith(CODE) or (kind in _PROGRAMS and "/code/" in f"/{name}"):
                note = Note(code="safety.code_member")
                outcome.add("archive_member", name, Verdict.UNKNOWN, note)
            elif name.endswith((".pkl", ".pt", ".pickle")):
                _run(read_member(archive, name, MAX_PICKLE), listing, progress)
    if kind in _PROGRAMS:
        note = Note(code="safety.program")
        outcome.add("format", kind, Verdict.UNKNOWN, note)


def _run(data: bytes, listing: Listing, progress: Progress) -> None:
    if data[:4] == b"PK\x03\x04":
        raise NotUnderstoodError("safety.archive_in_archive")
    machine = Machine(data, listing, persistent=True, progress=progress)
    machine.run()
    if machine.position != len(data):
        raise NotUnderstoodError("safety.after_stop", position=machine.position)


def _follow_legacy(file: IO[bytes], listing: Listing, progress: Progress) -> None:
    """Follow the five pickles of torch before 1.6; raw storages stand behind."""
    with whole(file) as data:
        position = 0
        for _ in range(LEGACY_PICKLES):
            machine = Machine(
                data, listing, position=position, persistent=True, progress=progress
            )
            machine.run()
            position = machine.position
