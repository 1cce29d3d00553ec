"""Saved models, taken in and reported on as the engine would."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from engine.contracts.dataset import Note
from engine.contracts.model import Light, SafetyFinding, SafetyReport, Verdict

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Taken:
    """What intake returns: the copy in the store and what is known of it."""

    path_in_store: Path
    sha256: str
    size: int
    format: str


def take(path: Path, format_: str) -> Taken:
    data = path.read_bytes()
    return Taken(path, hashlib.sha256(data).hexdigest(), len(data), format_)


def report_on(taken: Taken, light: Light = Light.AMBER, types=()) -> SafetyReport:
    return SafetyReport(
        path=str(taken.path_in_store),
        sha256=taken.sha256,
        size=taken.size,
        format=taken.format,
        light=light,
        reason=Note(code="test"),
        findings=tuple(
            SafetyFinding(what="skops_type", name=name, verdict=Verdict.VETTED)
            for name in types
        ),
    )


def arrow(frame) -> pa.Table:
    """Return a pandas frame or matrix as the data layer holds it."""
    if hasattr(frame, "columns"):
        return pa.table(
            {name: pa.array(frame[name], from_pandas=True) for name in frame.columns}
        )
    return pa.table({f"x{i}": frame[:, i] for i in range(frame.shape[1])})
