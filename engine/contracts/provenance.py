"""Where a number comes from: the *computed on* badge of every panel."""

from __future__ import annotations

import msgspec

from engine.contracts.dataset import Note
from engine.contracts.errors import Param


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What a result was computed on, how, and from which bytes.

    Attributes
    ----------
    n_used, n_total
        Rows used, and rows there were. They differ only where the badge says so.
    part
        ``evaluation``, ``reference`` or ``calibration``.
    sampling
        Code of how the used rows were chosen; ``"all"`` when none was left out.
    seed
        Root seed of the request.
    method
        Code and variant of the method, for example ``"bootstrap"``.
    parameters
        The request's parameters.
    selection, decision
        Text of the selection and the decision in force (``""``: all rows, none).
    data_sha256, model_sha256
        Fingerprints of the bytes read.
    versions
        Library name to version, and ``platform``.
    sandbox
        Layers in force round the model host.
    warnings
        Of the model's versions: saved by another than the one that opened it.
    elapsed
        Seconds of wall clock.
    row_name
        What the identifying column holds for the current row, if both are there.
    """

    n_used: int
    n_total: int
    part: str = "evaluation"
    sampling: str = "all"
    seed: int = 0
    method: str = ""
    parameters: dict[str, Param] = {}
    selection: str = ""
    decision: str = ""
    data_sha256: str = ""
    model_sha256: str = ""
    versions: dict[str, str] = {}
    sandbox: tuple[str, ...] = ()
    warnings: tuple[Note, ...] = ()
    elapsed: float = 0.0
    row_name: str = ""
