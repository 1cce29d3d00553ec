"""Cells as their file has them, whatever a reader took them for.

A reader turns ``NA`` into a missing value, ``01`` into 1 and ``2020-01-01`` into a
date before anybody knows the model. Where a model knows such texts, they are read
again from the file, and only those columns.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from engine.contracts.progress import SILENT
from engine.data.missing import without

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.contracts.dataset import ReadOptions
    from engine.contracts.progress import Progress
    from engine.data.readers import Read

_TEXT = pa.dictionary(pa.int32(), pa.string())


class Written:
    """The texts of one part's files, read when asked for. Thread-safe.

    Parameters
    ----------
    groups
        Files of the same columns, one group for each block of columns.
    origins
        Column name → its group, and what it is called there.
    rows
        For each group the row that each row of the part has in it, or ``None``.
    tokens
        By column the texts that the user has called missing; they are no values,
        whatever the model knows.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[Read]],
        origins: Mapping[str, tuple[int, str]],
        rows: Sequence[pa.Array | None],
        tokens: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._groups, self._origins, self._rows = groups, origins, rows
        self._tokens = tokens or {}
        self._columns: dict[str, pa.ChunkedArray | None] = {}
        self._lock = threading.Lock()

    def without(self, tokens: Mapping[str, tuple[str, ...]]) -> Written:
        """Return the same texts, of which the user calls some missing."""
        if not tokens:
            return self
        made = Written(self._groups, self._origins, self._rows, tokens)
        made._columns = {n: c for n, c in self._columns.items() if n not in tokens}
        return made

    def read(self, names: Sequence[str], progress: Progress = SILENT) -> None:
        """Read columns, each file once for all of them.

        Raises
        ------
        EngineError
            ``data.changed_since`` if a file is no longer what was read.
        """
        with self._lock:
            wanted = [n for n in names if n in self._origins and n not in self._columns]
            for place, group in enumerate(self._groups):
                here = {
                    name: self._origins[name][1]
                    for name in wanted
                    if self._origins[name][0] == place
                }
                if here:
                    self._columns |= self._of_group(place, group, here, progress)

    def column(self, name: str) -> pa.ChunkedArray | None:
        """Return a column's texts, ``None`` if its files hold none.

        Missing where nothing is known of a cell's text. Blanks are ``""``.
        """
        self.read([name])
        return self._columns.get(name)

    def options(self, name: str) -> tuple[ReadOptions, ...]:
        """Return how the files of a column were read."""
        place, _ = self._origins.get(name, (-1, ""))
        reads = self._groups[place] if place >= 0 else ()
        return tuple(read.source.options for read in reads)

    def _of_group(
        self,
        place: int,
        group: Sequence[Read],
        names: Mapping[str, str],
        progress: Progress,
    ) -> dict[str, pa.ChunkedArray | None]:
        parts = [read.as_written(list(names.values()), progress) for read in group]
        found: dict[str, pa.ChunkedArray | None] = {}
        for name, own in names.items():
            if not any(own in part for part in parts):
                found[name] = None
                continue
            chunks: list[pa.Array] = []
            for read, part in zip(group, parts, strict=True):
                nothing = pa.chunked_array([pa.nulls(read.table.num_rows, pa.string())])
                texts = part.get(own, nothing)
                said = read.source.options.missing_tokens or ()
                texts = without(texts, (*said, *self._tokens.get(name, ())))
                chunks += texts.chunks
            column = pa.chunked_array(chunks, pa.string())
            rows = self._rows[place]
            column = column if rows is None else column.take(rows)
            found[name] = pc.dictionary_encode(column).unify_dictionaries().cast(_TEXT)
        return found


@dataclass(frozen=True)
class WrittenRows:
    """The texts of some rows of a part.

    Attributes
    ----------
    rows
        Which rows of ``of``; ``None`` for all.
    """

    of: Written
    rows: pa.Array | None = None

    def take(self, rows: pa.Array) -> WrittenRows:
        """Return the texts of some of these rows."""
        return WrittenRows(self.of, rows if self.rows is None else self.rows.take(rows))

    def column(self, name: str) -> pa.ChunkedArray | None:
        """Return the texts of these rows, see :meth:`Written.column`."""
        found = self.of.column(name)
        return found if found is None or self.rows is None else found.take(self.rows)
