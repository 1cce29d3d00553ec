"""The data set of a case: parts with the same columns."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import (
    Column,
    ColumnChoice,
    DatasetInfo,
    Part,
    PartInfo,
    ReadOptions,
    Role,
    Split,
)
from engine.contracts.errors import EngineError
from engine.contracts.progress import SILENT
from engine.data import schema
from engine.data.files import read_together
from engine.data.parts import align
from engine.data.table import Table
from engine.data.written import WrittenRows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.data.files import Files

_PART_OF = {
    Part.EVALUATION: {"test", "testing", "eval", "evaluation", "holdout"},
    Part.REFERENCE: {"train", "training", "reference"},
    Part.CALIBRATION: {"calibration", "valid", "validation", "dev"},
}
_MOST_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Parts, columns, and the choices made on them. Immutable.

    Attributes
    ----------
    parts
        Rows by part; the split column, where there is one, divides the file that
        was opened as the evaluation part.
    info
        What others see.
    """

    parts: Mapping[Part, Table]
    info: DatasetInfo
    _files: Mapping[Part, Files]
    _inferred: tuple[Column, ...]
    _choices: Mapping[str, ColumnChoice]

    @classmethod
    def open(
        cls,
        paths: Sequence[str],
        part: Part = Part.EVALUATION,
        options: ReadOptions | None = None,
        progress: Progress = SILENT,
    ) -> Dataset:
        """Read files as a new data set.

        Raises
        ------
        EngineError
            ``data.*``: what is wrong, where, and in which file.
        """
        file = read_together(paths, options or ReadOptions(), progress)
        columns = schema.infer(file.arrow, file.notes, progress)
        split = _guessed_split(columns)
        return _built({part: file}, columns, {}, split)

    def with_part(
        self,
        paths: Sequence[str],
        part: Part,
        options: ReadOptions | None = None,
        progress: Progress = SILENT,
    ) -> Dataset:
        """Return the data set with another part read from its own files.

        Raises
        ------
        EngineError
            ``data.other_columns`` if its columns are not those of the others.
        """
        formats: dict[str, str] = {}
        for other in self._files.values():
            formats |= other.date_formats
        options = options or ReadOptions()
        file = read_together(paths, options, progress, formats)
        self._check_dates(file, part, formats)
        known = [column.name for column in self._inferred]
        missing = [name for name in known if name not in file.arrow.column_names]
        needed = [
            n
            for n in missing
            if (c := self.info.column(n)) and c.role is not Role.SPLIT
        ]
        if needed:
            raise EngineError(
                "data.other_columns",
                part=part.value,
                columns=tuple(needed[:_MOST_NAMED]),
                n=len(needed),
            )
        files = {**self._files, part: file}
        return _built(files, self._inferred, self._choices, self.info.split)

    def configure(
        self, choices: Mapping[str, ColumnChoice], split: Split | None
    ) -> Dataset:
        """Return the data set with other kinds, roles or split.

        Raises
        ------
        EngineError
            If a column does not exist or cannot be of that kind.
        """
        return _built(self._files, self._inferred, dict(choices), split)

    def _check_dates(self, file: Files, part: Part, formats: Mapping[str, str]) -> None:
        """Refuse dates written otherwise than those of which we are not sure."""
        for name, found in file.date_formats.items():
            column = self.info.column(name)
            unsure = column is not None and any(
                note.code == "schema.ambiguous_dates" for note in column.notes
            )
            if unsure and found != formats[name]:
                raise EngineError(
                    "data.other_dates",
                    column=name,
                    part=part.value,
                    found=found,
                    expected=formats[name],
                )


def _built(
    files: Mapping[Part, Files],
    inferred: tuple[Column, ...],
    choices: Mapping[str, ColumnChoice],
    split: Split | None,
) -> Dataset:
    aligned = align(files, inferred, choices)
    columns = schema.choose(aligned.columns, choices)
    tokens = {name: c.missing_tokens for name, c in choices.items() if c.missing_tokens}
    tables = {
        part: Table(arrow, _written(files[part], tokens))
        for part, arrow in aligned.tables.items()
    }
    if split is not None:
        tables |= _split(tables[Part.EVALUATION], split, set(files))
    if len(tables) > 1 or split is not None:
        counted = tables.get(Part.EVALUATION) or next(iter(tables.values()))
        columns = schema.recounted(columns, counted.arrow)
    infos = []
    for part, table in tables.items():
        file = files.get(part) or files[Part.EVALUATION]
        mark = file.fingerprint
        if split is not None and (part not in files or part is Part.EVALUATION):
            mark = hashlib.sha256(f"{mark} {part} {split!r}".encode()).hexdigest()
        infos.append(
            PartInfo(
                part=part,
                n_rows=table.n_rows,
                sources=tuple(read.source for read in file.reads),
                fingerprint=mark,
            )
        )
    notes = tuple(
        note
        for file in files.values()
        for notes in (*(read.notes for read in file.reads), file.joined)
        for note in notes
    )
    name = Path(next(iter(files.values())).reads[0].source.path).name
    info = DatasetInfo(
        name=name, columns=columns, parts=tuple(infos), split=split, notes=notes
    )
    return Dataset(
        parts=tables, info=info, _files=files, _inferred=inferred, _choices=choices
    )


def _written(files: Files, tokens: Mapping[str, tuple[str, ...]]) -> WrittenRows | None:
    return None if files.written is None else WrittenRows(files.written.without(tokens))


def _split(table: Table, split: Split, own: set[Part]) -> dict[Part, Table]:
    if split.column not in table.names:
        raise EngineError("data.no_such_column", column=split.column)
    parts: dict[Part, Table] = {}
    for part, wanted in (
        (Part.EVALUATION, split.evaluation),
        (Part.REFERENCE, split.reference),
        (Part.CALIBRATION, split.calibration),
    ):
        if not wanted or (part in own and part is not Part.EVALUATION):
            continue
        mask = np.zeros(table.n_rows, dtype=bool)
        for label in wanted:
            mask |= _labelled(table, split.column, label)
        parts[part] = table.filter(mask)
    if Part.EVALUATION not in parts or parts[Part.EVALUATION].n_rows == 0:
        raise EngineError("data.empty_evaluation", column=split.column)
    return parts


def _labelled(table: Table, name: str, label: str) -> NDArray[np.bool_]:
    """Return the rows of a label; of a column of dates, those within its day."""
    codes, labels = table.codes(name)
    moments = table.dates(name)
    if moments is not None:
        rows = moments.within(label, name)
    elif label in labels:
        rows = codes == labels.index(label)
    else:
        rows = np.zeros(table.n_rows, dtype=bool)
    if not rows.any():
        raise EngineError(
            "data.no_such_value", column=name, value=label, known=labels[:20]
        )
    return rows


def _guessed_split(columns: tuple[Column, ...]) -> Split | None:
    found = [column for column in columns if column.role is Role.SPLIT]
    if len(found) != 1:
        return None
    column = found[0]
    of = {
        part: tuple(c for c in column.categories if c.casefold() in words)
        for part, words in _PART_OF.items()
    }
    if of[Part.CALIBRATION] and not of[Part.EVALUATION]:
        of[Part.EVALUATION], of[Part.CALIBRATION] = of[Part.CALIBRATION], ()
    if not of[Part.EVALUATION]:
        return None
    return Split(
        column=column.name,
        evaluation=of[Part.EVALUATION],
        reference=of[Part.REFERENCE],
        calibration=of[Part.CALIBRATION],
    )
