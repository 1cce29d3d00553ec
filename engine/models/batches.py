"""A table on its way to a host: cut into files, always one ahead."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from engine import scratch
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

_FIRST_ROWS = 512
_PATIENCE = 50.0  # times what the pace so far promises
_TARGET_SECONDS = 0.4
_MAX_GROWTH = 8
_MAX_BATCH_BYTES = 32 << 20
_MAX_ANSWER_BYTES = 16 << 20
_MAX_BATCH_ROWS = 1 << 18
_numbers = itertools.count()


class Batch(NamedTuple):
    """Rows ``start`` to ``start + n`` of the table, written to ``path``."""

    path: Path
    start: int
    n: int


class Batches:
    """Writes batches that take a host a fraction of a second each.

    Parameters
    ----------
    table
        Rows to send.
    folder
        Where the host reads.
    answer_bytes
        Size of the answer for one row.
    start
        The first row to send.
    """

    def __init__(
        self, table: pa.Table, folder: Path, answer_bytes: int, start: int = 0
    ) -> None:
        self._table = table
        self.folder = folder
        # names of their own: other batches may go to the host between two of these
        number = next(_numbers)
        self._both = (folder / f"{number}a.arrow", folder / f"{number}b.arrow")
        self._paths = itertools.cycle(self._both)
        row_bytes = max(1, table.nbytes // max(1, table.num_rows))
        self._most = max(
            1,
            min(
                _MAX_BATCH_ROWS,
                _MAX_BATCH_BYTES // row_bytes,
                _MAX_ANSWER_BYTES // max(1, answer_bytes),
            ),
        )
        self._start = start
        self._rows = min(_FIRST_ROWS, self._most)
        self._timed = False
        self._seconds_a_row = 0.0
        self._ahead: Batch | None = None

    def next(self) -> Batch:
        """Return the next batch, of which there has to be one."""
        batch, self._ahead = self._ahead or self._write(), None
        assert batch is not None
        return batch

    def prepare(self) -> None:
        """Write the next batch in advance, once it is known how large it should be."""
        if self._timed:
            self._ahead = self._write()

    def took(self, batch: Batch, seconds: float) -> None:
        """Learn how long the host needed for a batch."""
        batch.path.unlink(missing_ok=True)
        wanted = int(batch.n * _TARGET_SECONDS / max(seconds, 1e-4))
        self._rows = max(1, min(wanted, batch.n * _MAX_GROWTH, self._most))
        self._seconds_a_row = seconds / batch.n
        self._timed = True

    def patience(self, batch: Batch, least: float) -> float:
        """Return after how many seconds a batch is taken to hang."""
        return max(least, _PATIENCE * self._seconds_a_row * batch.n)

    def drop(self) -> None:
        """Remove what was written for the host."""
        for path in self._both:
            path.unlink(missing_ok=True)

    def _write(self) -> Batch | None:
        rows = self._table.slice(self._start, self._rows)
        if not rows.num_rows:
            return None
        batch = Batch(next(self._paths), self._start, rows.num_rows)
        try:
            # a new file each time: the host may still have the last one mapped
            batch.path.unlink(missing_ok=True)
            with (
                pa.OSFile(str(batch.path), "wb") as sink,
                pa.ipc.new_file(sink, rows.schema) as out,
            ):
                out.write_table(rows.unify_dictionaries())
        except FileNotFoundError as error:  # the folder went with the host
            raise EngineError("host.stopped") from error
        except OSError as error:
            if full := scratch.disk_full(error, batch.path.parent):
                raise full from error
            raise EngineError("host.no_room", why=str(error)) from error
        self._start += rows.num_rows
        return batch
