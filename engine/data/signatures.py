"""Files that hold no table that is read here: what they are, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from engine.formats import Format

_CODES = {
    "pdf": "data.pdf",
    "image": "data.image",
    "web_page": "data.web_page",
    "xml": "data.xml",
    "feather_1": "data.old_feather",
    "parquet_encrypted": "data.encrypted",
    "r": "data.of_r",
    "sas": "data.of_sas",
    "spss": "data.of_spss",
    "stata": "data.of_stata",
    "hdf5": "data.of_hdf5",
    "npy": "data.of_numpy",
    "npz": "data.of_numpy",
    "matlab": "data.of_matlab",
    "database": "data.of_database",
    "archive": "data.of_archive",
}


def refused(found: Format, name: str) -> EngineError:
    """Return the error that says what a file is that holds no table read here."""
    if found.model:
        return EngineError("data.is_model", file=name, format=found.model)
    if found.family == "case":
        return EngineError("data.is_case", file=name)
    code = _CODES.get(found.name, "data.of_program")
    if code.startswith("data.of_"):
        return EngineError(code, file=name, program=found.program)
    return EngineError(code, file=name)
