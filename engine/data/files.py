"""Several files, or a folder of them, as one table."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT, Portion
from engine.data import beside, readers, schema
from engine.data.widening import widened, wider
from engine.data.written import Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.contracts.dataset import Note, ReadOptions
    from engine.contracts.progress import Progress
    from engine.data.readers import Read

_MOST_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class Files:
    """What was read for one part.

    Attributes
    ----------
    notes
        By column.
    joined
        How files of other columns were joined.
    written
        The cells as the files have them.
    """

    arrow: pa.Table
    reads: tuple[Read, ...]
    notes: Mapping[str, tuple[Note, ...]]
    joined: tuple[Note, ...] = ()
    written: Written | None = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the file, or of those of several files."""
        joined = "".join(read.source.sha256 for read in self.reads)
        if len(self.reads) == 1:
            return joined
        return hashlib.sha256(joined.encode()).hexdigest()

    @property
    def date_formats(self) -> dict[str, str]:
        """How the dates of each column that was text are written."""
        return {
            column: str(note.params["format"])
            for column, notes in self.notes.items()
            for note in notes
            if note.code == "schema.parsed_dates"
        }


def read_together(
    paths: Sequence[str],
    options: ReadOptions,
    progress: Progress = SILENT,
    formats: Mapping[str, str] | None = None,
) -> Files:
    """Read files as one table: those of one schema one after the other.

    Files of other columns are joined to them where they hold the same rows.

    Parameters
    ----------
    formats
        How the dates of columns are written in the files of other parts.

    Raises
    ------
    EngineError
        ``data.files_differ``, ``data.files_types``, ``data.no_common_column`` or
        ``data.keys_missing`` with file and column, and whatever is wrong with one.
    """
    files = unfolded(paths)
    sizes = [path.stat().st_size if path.is_file() else 0 for path in files]
    reads = [
        readers.read(
            path, options, Portion(progress, sum(sizes[:i]), sizes[i], sum(sizes))
        )
        for i, path in enumerate(files)
    ]
    said = {
        str(note.params.get("column")): note.code
        for read in reads
        for note in read.notes
    }
    groups: dict[frozenset[str], list[Read]] = {}
    for read in reads:
        groups.setdefault(frozenset(read.table.column_names), []).append(read)
    blocks, rounded = [], []
    for group in groups.values():
        table, found = _one_after_the_other(group)
        named = group[0].source.options.header is not False
        blocks.append(beside.Block(table=table, name=_name(group[0]), named=named))
        rounded += found
    joined = beside.joined(blocks)
    written = Written(list(groups.values()), joined.origins, joined.rows)
    how = msgspec.structs.replace(options, decimal=reads[0].source.options.decimal)
    arrow, notes = schema.typed(joined.table, said, how, formats)
    reads = [_told_anew(read, notes) for read in reads]
    for note in rounded:
        column = str(note.params["column"])
        notes[column] = (*notes.get(column, ()), note)
    return Files(
        arrow=arrow,
        reads=tuple(reads),
        notes=notes,
        joined=joined.notes,
        written=written,
    )


def _told_anew(read: Read, notes: Mapping[str, tuple[Note, ...]]) -> Read:
    """Forget why columns were texts that have turned out to be numbers."""
    numbers = {
        column
        for column, of_column in notes.items()
        if any(note.code == "schema.separated_numbers" for note in of_column)
    }
    kept = tuple(n for n in read.notes if str(n.params.get("column")) not in numbers)
    return replace(read, notes=kept)


def unfolded(paths: Sequence[str]) -> list[Path]:
    """Return files, folders replaced by the visible files in them, in order."""
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                p
                for p in path.iterdir()
                if not p.name.startswith((".", "_")) and stat.S_ISREG(p.stat().st_mode)
            )
            if not inside:
                raise EngineError("data.empty_folder", file=str(path))
            files += inside
        else:
            files.append(path)
    if not files:
        raise EngineError("data.none")
    return files


def _one_after_the_other(reads: Sequence[Read]) -> tuple[pa.Table, list[Note]]:
    first = reads[0].table
    if len(reads) == 1:
        return first, []
    names = first.column_names
    columns, notes = [], []
    for name in names:
        column, found = _column(reads, name)
        columns.append(column)
        notes += found
    return pa.Table.from_arrays(columns, names=names), notes


def _column(reads: Sequence[Read], name: str) -> tuple[pa.ChunkedArray, list[Note]]:
    """Return a column of all files, in the widest of its types."""
    parts = [schema.plain(read.table.column(name)) for read in reads]
    kind, of = pa.null(), reads[0]
    for read, part in zip(reads, parts, strict=True):
        wide = wider(kind, part)
        if wide is None:
            raise EngineError(
                "data.files_types",
                file=_name(read),
                first=_name(of),
                column=name,
                found=str(part.type),
                expected=str(kind),
            )
        if wide != kind:
            kind, of = wide, read
    chunks, notes = [], []
    for part in parts:
        column, note = widened(part, kind, name)
        chunks += column.chunks
        notes += [note] if note is not None else []
    return pa.chunked_array(chunks, kind), notes[:1]


def _name(read: Read) -> str:
    return Path(read.source.path).name
