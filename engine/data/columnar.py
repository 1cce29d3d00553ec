"""Parquet, Feather and Arrow IPC, a block of rows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    from engine.contracts.progress import Progress

_ROWS = 128 << 10
_Rows = TypeVar("_Rows", pa.Table, pa.RecordBatch)

# None of these files is mapped: one that shrinks under a mapping ends the process.


def read_parquet(path: Path, progress: Progress) -> pa.Table:
    """Return the rows of a Parquet file, however large its row groups are."""
    with pq.ParquetFile(path, memory_map=False) as file:
        n, done = max(1, file.metadata.num_rows), 0
        batches = []
        progress.advance(0, n, "data.reading")
        for batch in file.iter_batches(batch_size=_ROWS):
            batches.append(_sound(batch))
            done += batch.num_rows
            progress.advance(min(done, n), n, "data.reading")
        progress.advance(n, n, "data.reading")
        return pa.Table.from_batches(batches, file.schema_arrow)


def read_ipc_file(path: Path, progress: Progress) -> pa.Table:
    """Return the rows of a Feather (version 2) or Arrow IPC file."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        n = reader.num_record_batches
        batches = []
        for number in range(n):
            progress.advance(number, n, "data.reading")
            batches.append(_sound(reader.get_batch(number)))
        progress.advance(1, 1, "data.reading")
        return pa.Table.from_batches(batches, reader.schema)


def read_ipc_stream(path: Path, progress: Progress) -> pa.Table:
    """Return the rows of an Arrow IPC stream, which knows its end only there."""
    size = path.stat().st_size
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as reader:
        batches = []
        progress.advance(0, size, "data.reading")
        for batch in reader:
            batches.append(_sound(batch))
            progress.advance(min(file.tell(), size), size, "data.reading")
        progress.advance(size, size, "data.reading")
        return pa.Table.from_batches(batches, reader.schema)


def _sound(rows: _Rows) -> _Rows:
    """Return rows whose texts and places in dictionaries lie where they should.

    The libraries take them on trust, and whoever follows them ends the process.
    """
    rows.validate(full=True)
    _ = rows.schema.names  # read here, where a name that is no text is damage
    return rows
