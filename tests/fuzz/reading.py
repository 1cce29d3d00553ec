"""Reads damaged data files: each must end in a table or in an error with a name.

Run as a program by ``make fuzz``, so that a reader that ends its process, or does
not end, is told from one that raises: ``python -m tests.fuzz.reading FORMAT N SEED``.
"""

from __future__ import annotations

import bz2
import faulthandler
import json
import lzma
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.data.dataset import Dataset
from tests.fuzz.mutations import mutants
from tests.support.table_files import (
    WRITERS,
    as_arrow,
    as_delimited,
    as_json_lines,
    columns,
)

LONGEST_S = 20.0
_UNFILLED = re.compile(r"\{[a-z_]+\}")
_FROM_OUR_HOUSE = ("Traceback", 'File "', ".py", ".cc:", ".cpp", "<class", "dtype(")


def _json_array(path: Path, table: Any) -> None:
    lines = as_json_lines(table).splitlines()
    path.write_text("[" + ",".join(lines) + "]", encoding="utf-8")


def _rich_parquet(path: Path, table: Any) -> None:
    import pyarrow.parquet as pq

    arrow = as_arrow(table)
    arrow = arrow.append_column("tags", [[[i] for i in range(arrow.num_rows)]])
    pq.write_table(arrow, path, row_group_size=15, compression="zstd")


FORMATS = {
    name: WRITERS[name]
    for name in (
        "comma.csv", "semicolon.csv", "wide.csv", "gzip.csv.gz", "zip.csv.zip",
        "zstd.csv.zst", "table.parquet", "table.feather", "file.arrow",
        "stream.arrows", "book.xlsx", "old.xls", "open.ods", "lines.jsonl",
    )
} | {
    "array.json": _json_array,
    "rich.parquet": _rich_parquet,
    "bzip2.csv.bz2": lambda path, table: path.write_bytes(
        bz2.compress(as_delimited(table).encode())
    ),
    "xz.csv.xz": lambda path, table: path.write_bytes(
        lzma.compress(as_delimited(table).encode())
    ),
}  # fmt: skip


def original(name: str, folder: Path) -> bytes:
    """Return the sound file: a small one, so that changes meet its structure."""
    path = folder / name
    FORMATS[name](path, columns(30))
    return path.read_bytes()


def outcome(path: Path) -> str:
    """Return how reading a file ends: ``table``, a code, or what is wrong."""
    try:
        data = Dataset.open([str(path)])
    except EngineError as error:
        said = sentence(error.code, error.params)
        if not error.code.startswith("data.") or _UNFILLED.search(said):
            return f"WRONG {error.code}: {said}"
        if any(word in said for word in _FROM_OUR_HOUSE):
            return f"WRONG words: {said}"
        if not next_step(error.code, error.params):
            return f"WRONG {error.code} has no next step"
        return error.code
    except Exception as error:
        return f"WRONG {type(error).__name__}: {error}"
    for column in data.info.columns:  # what a window shows first
        for part in data.parts.values():
            part.texts(column.name, range(min(3, part.n_rows)))
    return "table"


def outcomes(name: str, n: int, seed: int, folder: Path) -> list[str]:
    """Return how reading ``n`` mutants of a format ends."""
    sound = original(name, folder)
    path = folder / f"mutant-{name}"
    found = []
    for number, mutant in enumerate(mutants(sound, n, seed)):
        path.write_bytes(mutant)
        begun = time.monotonic()
        faulthandler.dump_traceback_later(LONGEST_S, exit=True)
        try:
            ended = outcome(path)
        except Exception as error:
            ended = f"WRONG afterwards {type(error).__name__}: {error}"
        faulthandler.cancel_dump_traceback_later()
        if time.monotonic() - begun > LONGEST_S:
            ended = "WRONG took too long"
        found.append(ended if not ended.startswith("WRONG") else f"{number}: {ended}")
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        ended = outcomes(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(home))
    sys.stdout.write(json.dumps(ended))
