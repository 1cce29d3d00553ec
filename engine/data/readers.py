"""From a file to an Arrow table of raw columns."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from engine.contracts.dataset import Note, ReadOptions, Source
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.contracts.shortage import is_shortage, needed
from engine.data import columnar, spreadsheets, texts
from engine.data.decoding import check
from engine.data.json_texts import read_json
from engine.data.packed import Unpacked
from engine.data.schema import plain
from engine.data.sniff import HEAD, encoding_of, format_inside, format_of, text_layout
from engine.data.usable import usable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress

_MOST_MEMORY, _MOST_GROWTH = 1 << 30, 1000
_BLOCK = 8 << 20
_TEXTS = ("text", "jsonl", "json")


@dataclass(frozen=True)
class Read:
    """One file as it was read: raw columns, how, and what was noticed."""

    table: pa.Table
    source: Source
    notes: tuple[Note, ...] = ()
    stat: os.stat_result | None = None
    raw_names: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of the same columns here, those left out too

    def as_written(
        self, names: Sequence[str], progress: Progress = SILENT
    ) -> dict[str, pa.ChunkedArray]:
        """Return the cells of columns as texts, exactly as the file has them.

        The file is read again: few models ask for it, and then about few columns.

        Returns
        -------
        dict
            A column of texts for each that holds texts; missing where a cell has no
            text of its own (a number in a workbook, ``null`` in JSON). Empty cells of
            files of text are ``""``.

        Raises
        ------
        EngineError
            ``data.changed_since`` if the file is no longer what was read.
        """
        path = Path(self.source.path)
        known = [name for name in names if name in self.table.column_names]
        places = [self.names.index(name) for name in known]
        raw = [self.raw_names[place] for place in places]
        try:
            changed = self.stat is None or _changed(path, self.stat)
            found = _as_written(path, self.source.options, places, raw, progress)
        except (EngineError, OSError) as error:
            raise EngineError("data.changed_since", file=path.name) from error
        columns = {
            name: column.cast(pa.string())
            for name, column in zip(known, found, strict=True)
            if column is not None
        }
        n = self.table.num_rows
        if changed or any(len(column) != n for column in columns.values()):
            raise EngineError("data.changed_since", file=path.name)
        return columns


def read(path: Path, options: ReadOptions, progress: Progress = SILENT) -> Read:
    """Read one file, whatever it is.

    Raises
    ------
    EngineError
        ``data.*``: what is wrong, in which file, row and column.
    """
    before = _look(path)
    try:
        sha256 = fingerprint(path, progress)
        table, used, notes, sheets = _of_any_format(path, options, progress)
        raw_names = tuple(table.column_names)
        table, renamed = _named(table, path.name)
        columns = tuple(table.column_names)
        table, unusable = usable(table, path.name)
    except EngineError as error:
        if _changed(path, before):  # what is wrong with it may come of that
            raise EngineError("data.still_written", file=path.name) from error
        raise
    except OSError as error:  # it went away meanwhile, or its drive did
        why = error.strerror or str(error)
        raise EngineError("data.unreadable", file=str(path), why=why) from error
    if _changed(path, before):
        raise EngineError("data.still_written", file=path.name)
    source = Source(
        path=str(path),
        sha256=sha256,
        size=before.st_size,
        n_rows=table.num_rows,
        options=used,
        sheets=sheets,
    )
    return Read(table, source, notes + renamed + unusable, before, raw_names, columns)


def _changed(path: Path, before: os.stat_result) -> bool:
    now = _look(path)
    return (before.st_size, before.st_mtime_ns) != (now.st_size, now.st_mtime_ns)


def fingerprint(path: Path, progress: Progress = SILENT) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    size = path.stat().st_size
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            progress.advance(done, size, "data.hashing")
    return digest.hexdigest()


def _look(path: Path) -> os.stat_result:
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise EngineError("data.no_file", file=str(path)) from error
    except OSError as error:
        raise EngineError(
            "data.unreadable", file=str(path), why=error.strerror or ""
        ) from error
    if not stat.S_ISREG(found.st_mode):
        raise EngineError("data.not_a_file", file=str(path))
    if not os.access(path, os.R_OK):
        raise EngineError("data.unreadable", file=str(path), why="permission denied")
    return found


def _of_any_format(
    path: Path, options: ReadOptions, progress: Progress
) -> tuple[pa.Table, ReadOptions, tuple[Note, ...], tuple[str, ...]]:
    kind = options.format or format_of(path)
    try:
        return _by_format(path, kind, options, progress)
    except EngineError:
        raise
    # over damaged files libraries raise nearly anything, also what is none of theirs
    except Exception as error:
        if is_shortage(error) and not _is_absurd(error, path):
            raise  # there is too little memory; the file may be sound
        why = str(error) or type(error).__name__
        raise EngineError(
            "data.damaged", file=path.name, format=kind, why=why
        ) from error


def _is_absurd(error: Exception, path: Path) -> bool:
    """Return whether more was asked for than any sound file of this size holds."""
    need = needed(error)
    return need is not None and need > _MOST_MEMORY + _MOST_GROWTH * path.stat().st_size


def _by_format(
    path: Path, kind: str, options: ReadOptions, progress: Progress
) -> tuple[pa.Table, ReadOptions, tuple[Note, ...], tuple[str, ...]]:
    used = msgspec.structs.replace(options, format=kind)
    match kind:
        case "parquet":
            return columnar.read_parquet(path, progress), used, (), ()
        case "arrow":
            return columnar.read_ipc_file(path, progress), used, (), ()
        case "arrow stream":
            return columnar.read_ipc_stream(path, progress), used, (), ()
        case "excel":
            table, used, sheets, notes = spreadsheets.read(path, used, progress)
            return table, used, notes, sheets
    start, whole = _start(path, kind)
    inner = kind if kind in _TEXTS else format_inside(start, path.name)
    if inner not in _TEXTS:
        raise EngineError("data.unknown_inside", file=path.name, format=inner)
    with ExitStack() as opened:

        def reopen() -> Unpacked:
            opened.close()  # one reading at a time
            return opened.enter_context(Unpacked(path, kind))

        if inner != "text":
            encoding = check(options.encoding or encoding_of(start, path.name))
            used = msgspec.structs.replace(used, encoding=encoding)
            table, notes = read_json(reopen, path.name, inner, encoding, progress)
            return table, used, notes, ()
        layout = text_layout(start, path.name, options, whole=whole)
        table, notes = texts.read_delimited(reopen, path.name, layout, progress)
        used = msgspec.structs.replace(layout.options, format=kind)
        return table, used, notes, ()


def _as_written(
    path: Path,
    options: ReadOptions,
    places: Sequence[int],
    raw: Sequence[str],
    progress: Progress,
) -> list[pa.ChunkedArray | None]:
    """Return columns of a file that has been read with these very options."""
    kind, encoding = options.format or "text", options.encoding or "utf-8"
    if kind == "excel":
        return [*spreadsheets.read_as_written(path, options, places, progress)]
    if kind in ("parquet", "arrow", "arrow stream"):
        table, *_ = _by_format(path, kind, options, progress)
        columns = [plain(table.column(place)) for place in places]
        return [c if pa.types.is_string(c.type) else None for c in columns]
    start, whole = _start(path, kind)
    inner = kind if kind in _TEXTS else format_inside(start, path.name)
    with ExitStack() as opened:

        def reopen() -> Unpacked:
            opened.close()
            return opened.enter_context(Unpacked(path, kind))

        if inner == "text":
            layout = text_layout(start, path.name, options, whole=whole)
            return [*texts.read_as_written(reopen, path.name, layout, places, progress)]
        table, _ = read_json(reopen, path.name, inner, encoding, progress, raw)
        return [table.column(name) for name in raw]


def _start(path: Path, kind: str) -> tuple[bytes, bool]:
    """Return the first bytes, unpacked, and whether they are all."""
    with Unpacked(path, kind) as file:
        start = file.read(HEAD) or b""
        while len(start) < HEAD and (more := file.read(HEAD - len(start))):
            start += more
    return start, len(start) < HEAD


def _named(table: pa.Table, name: str) -> tuple[pa.Table, tuple[Note, ...]]:
    if table.num_columns == 0:
        raise EngineError("data.no_columns", file=name)
    if table.num_rows == 0:
        raise EngineError("data.no_rows", file=name)
    given = [str(column).strip() for column in table.column_names]
    given = [column or f"column {i}" for i, column in enumerate(given, start=1)]
    names: list[str] = []
    notes = []
    taken = set(given)
    for place, column in enumerate(given, start=1):
        if column not in names:
            names.append(column)
            continue
        number = 2
        while f"{column} ({number})" in taken:
            number += 1
        new = f"{column} ({number})"
        taken.add(new)
        names.append(new)
        params: dict[str, Param] = {
            "file": name,
            "column": column,
            "first": given.index(column) + 1,
            "second": place,
            "name": new,
        }
        notes.append(Note(code="data.renamed_column", params=params))
    return table.rename_columns(names), tuple(notes)
