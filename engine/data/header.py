"""Where the names of the columns stand among the first rows of a table.

Reports begin with titles, names may take two rows (a row of groups above them) and
have a row of units below them; names may be numbers, such as years.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from engine.contracts.dataset import Note, ReadOptions
from engine.contracts.errors import EngineError
from engine.data.missing import TOKENS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.contracts.errors import Param

    Row = Sequence[object]

LOOKED_AT = 200
MOST_TITLES = 30
_LONGEST_NAME = 100
_LONGEST_UNIT = 12
_MOSTLY = 0.9
_COMES_BACK = 2
_FEW = 3
_MOST_NAMED = 8
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*%?")
_DAY = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b.*")
_PLAIN = re.compile(r"\d{1,9}")
_YEAR = re.compile(r"(19|20)\d\d")
_UNIT = re.compile(
    r"[\[(].*[\])]|%|‰|[€$£¥]|°[CF]?|eur|usd|gbp|[kmcµn]?[gmlsw]|kg|k?m[²³2-3]?|km/h|"
    r"ms|min|h|hours?|days?|d|months?|years?|yrs?|t|bar|h?pa|[kmg]?wh?|k?hz|kcal|"
    r"mmhg|mm|mg/dl|mmol/l|g/dl|u/l|bpm|count|n|no\.|units?|pcs",
    re.IGNORECASE,
)


class Header(NamedTuple):
    """The row of names, and the first row of values.

    Attributes
    ----------
    names
        ``None`` where no row holds names.
    place
        Of the row of names among the rows looked at.
    first
        Of the first row of values.
    units
        The cells of a row of units between the two; empty if there is none.
    titles
        How many rows above the names hold anything.
    """

    names: tuple[str, ...] | None
    place: int
    first: int
    units: tuple[str, ...] = ()
    titles: int = 0


class Layout(NamedTuple):
    """How a table is written, and where what stands in it.

    Attributes
    ----------
    options
        What was given, completed; ``first_line`` is always there.
    names
        Of the columns; ``None`` where the file does not name them.
    """

    options: ReadOptions
    names: tuple[str, ...] | None
    notes: tuple[Note, ...] = ()


def find(
    rows: Sequence[Row],
    wanted: bool | None = None,
    *,
    typed: bool = False,
    quoted: bool = False,
) -> Header:
    """Find the row of names among the first rows; those that are blank are no titles.

    Parameters
    ----------
    wanted
        Whether there is one, where that is known.
    typed
        Whether cells have types, as those of workbooks have, whose first row is
        taken for names more readily.
    quoted
        Whether the first row is quoted and numbers below it are not.
    """
    if wanted is False or not rows:
        return Header(names=None, place=0, first=0)
    blank = next((i for i, row in enumerate(rows) if _filled(row)), 0)
    rows = rows[blank:]
    place = _below_titles(rows)
    if place == 0 and wanted is None and not _holds_names(rows, typed, quoted):
        return Header(names=None, place=0, first=0)
    units = _units(rows, place + 1)
    return Header(
        names=_names(rows, place),
        place=blank + place,
        first=blank + place + 1 + bool(units),
        units=units,
        titles=sum(map(bool, map(_filled, rows[:place]))),
    )


def placed(
    rows: Sequence[Row],
    places: Sequence[int],
    found: Header,
    options: ReadOptions,
    name: str,
) -> Layout:
    """Return the layout with the lines as they were given, or else found.

    Parameters
    ----------
    places
        Line of the file, or row of the sheet, in which each row begins.

    Raises
    ------
    EngineError
        ``data.no_such_line``, ``data.rows_above_names``.
    """
    notes: tuple[Note, ...] = ()
    if options.header is not False and options.header_line is not None:
        place = _at(places, options.header_line, name)
        names = tuple(text_of_cell(cell) for cell in rows[place])
        found = Header(names, place, place + 1)
    elif found.names is not None:
        notes = _left_out(found, places, name)
    end = places[-1] + 1 if places else 1
    first = places[found.first] if found.first < len(places) else end
    header_line = None if found.names is None else places[found.place]
    if options.first_line is not None:
        first = options.first_line
        if first <= (header_line or 0):
            raise EngineError(
                "data.rows_above_names", file=name, row=first, line=header_line
            )
        notes = tuple(note for note in notes if note.code != "data.units_left_out")
    options = msgspec.structs.replace(
        options,
        header=found.names is not None,
        header_line=header_line,
        first_line=first,
    )
    return Layout(options, found.names, notes)


def _at(places: Sequence[int], line: int, name: str) -> int:
    if line not in places:
        raise EngineError(
            "data.no_such_line", file=name, row=line, known=places[-1] if places else 0
        )
    return places.index(line)


def _left_out(found: Header, places: Sequence[int], name: str) -> tuple[Note, ...]:
    """Return what is to be said about the rows that are no part of the table."""
    notes = []
    if found.titles:
        params: dict[str, Param] = {
            "file": name,
            "n": found.titles,
            "row": places[found.place],
        }
        notes.append(Note(code="data.titles_left_out", params=params))
    if found.units:
        params = {
            "file": name,
            "row": places[found.place + 1],
            "values": found.units[:_MOST_NAMED],
        }
        notes.append(Note(code="data.units_left_out", params=params))
    return tuple(notes)


def text_of_cell(cell: object) -> str:
    """Return a cell as the name it stands for; whole numbers have no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _below_titles(rows: Sequence[Row]) -> int:
    """Return the place of the names where titles or groups stand above them, or 0."""
    width = _width(rows)
    if width == 1:
        return _below_titles_alone(rows)
    for place, row in enumerate(rows[:MOST_TITLES]):
        if place and _names_begin(rows, place, width):
            return place
        filled = _filled(row)
        if len(filled) >= width and len(set(filled)) == len(filled):
            return 0  # names or values in every column
    return 0


def _names_begin(rows: Sequence[Row], place: int, width: int) -> bool:
    names = [name for name in _names(rows, place) if name]
    blank = 0 if width == 2 else max(1, width // 10)
    below = rows[place + 1 :]
    if len(names) < width - blank or len(set(names)) < len(names) or not below:
        return False
    numbers = [cell for cell in rows[place] if _is_value(cell)]
    if numbers:
        return _years(rows[place], below)
    if _over_values(rows[place], below):
        return True
    if _units(rows, place + 1) and _over_values(rows[place], rows[place + 2 :]):
        return True
    alone = all(len(_filled(row)) <= 1 for row in rows[:place])
    return alone and width >= _FEW and len(names) >= width


def _below_titles_alone(rows: Sequence[Row]) -> int:
    """Return the place of the name of the one column there is, or 0.

    A word above numbers may be a value as well (``unknown``): what stands above it
    has to be a blank row, or to be longer than a name.
    """
    above: list[str] = []
    for place, row in enumerate(rows[:MOST_TITLES]):
        if any(map(_is_value, row)):
            return 0
        told = "" in above or all(len(text.split()) >= _FEW for text in above)
        if place and told and _over_values(row, rows[place + 1 :]):
            return place
        above.append(text_of_cell(row[0]) if row else "")
    return 0


def _width(rows: Sequence[Row]) -> int:
    """Return how many cells most rows have, blanks at their ends left out."""
    widths = Counter(_length(row) for row in rows)
    return max(widths, key=lambda width: (widths[width], width))


def _length(row: Row) -> int:
    return next((i for i in range(len(row), 0, -1) if text_of_cell(row[i - 1])), 0)


def _filled(row: Row) -> list[str]:
    return [text for cell in row if (text := text_of_cell(cell))]


def _names(rows: Sequence[Row], place: int) -> tuple[str, ...]:
    """Return the names; blank and doubled ones are completed by the row above."""
    names = [text_of_cell(cell) for cell in rows[place]]
    above = [text_of_cell(cell) for cell in rows[place - 1]] if place else []
    if sum(map(bool, above)) < 2:
        return tuple(names)
    above += [""] * (len(names) - len(above))
    twice = {name for name, n in Counter(names).items() if n > 1}
    group = ""
    for i, name in enumerate(names):
        group = above[i] or group
        if not name:
            names[i] = above[i]
        elif name in twice and group:
            names[i] = f"{group} {name}"
    return tuple(names)


def _units(rows: Sequence[Row], place: int) -> tuple[str, ...]:
    """Return the cells of a row of units, which stand above numbers, or nothing."""
    if place + 1 >= len(rows):
        return ()
    row, below = rows[place], rows[place + 1 :]
    above_numbers, known = 0, 0
    for i, cell in enumerate(row):
        text = text_of_cell(cell)
        if _is_value(cell) or len(text) > _LONGEST_UNIT:
            return ()
        found = _column(below, i)
        if found and all(map(_is_value, found)):
            above_numbers += bool(text) and text not in TOKENS
            known += bool(_UNIT.fullmatch(text))
        elif text and any(text_of_cell(other) == text for other in found):
            return ()  # a value as others in its column
    return tuple(_filled(row)) if known and 2 * known >= above_numbers else ()


def _column(rows: Sequence[Row], i: int) -> list[object]:
    """Return the cells of a column that hold anything."""
    cells = (row[i] for row in rows if i < len(row))
    return [cell for cell in cells if text_of_cell(cell) not in TOKENS]


def _is_value(cell: object) -> bool:
    """Whether a cell holds a number or a day, not a word."""
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell) or _DAY.fullmatch(cell))
    return isinstance(cell, (bool, int, float, datetime.date, datetime.time))


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell))
    return isinstance(cell, (int, float))


def _over_values(row: Row, below: Sequence[Row]) -> bool:
    """Whether a word stands over a column of numbers or days."""
    for i, cell in enumerate(row):
        text = text_of_cell(cell)
        if _is_value(cell) or not text or text in TOKENS:
            continue
        found = _column(below, i)
        if not found or not _is_value(found[0]):
            continue
        if sum(map(_is_value, found)) >= _MOSTLY * len(found):
            return True
    return False


def _holds_names(rows: Sequence[Row], typed: bool, quoted: bool) -> bool:
    first, below = rows[0], rows[1:]
    if any(_is_number(cell) for cell in first):
        return _numbers_are_names(first, below, typed, quoted)
    if typed or len(rows) == 1:
        return True
    named = [text_of_cell(cell) for cell in first]
    if all(named) and len(set(named)) == len(named):
        # names do not come back as values below them: then the row is data
        return not _comes_back(first, below) and max(map(len, named)) <= _LONGEST_NAME
    return True


def _comes_back(first: Row, below: Sequence[Row], least: int = _COMES_BACK) -> bool:
    for i, cell in enumerate(first):
        seen = sum(text_of_cell(row[i]) == text_of_cell(cell) for row in below
                   if i < len(row))  # fmt: skip
        if seen >= least:
            return True
    return False


def _numbers_are_names(
    first: Row, below: Sequence[Row], typed: bool, quoted: bool
) -> bool:
    """Whether a row with numbers in it is one of names, such as years."""
    names = [text_of_cell(cell) for cell in first]
    numbers = [text_of_cell(cell) for cell in first if _is_number(cell)]
    plain = all(_PLAIN.fullmatch(number) for number in numbers)
    if not plain or len(set(names)) < len(names) or not below:
        return False
    words = [i for i, cell in enumerate(first) if not _is_number(cell)]
    below_words = [[row[i] for i in words if i < len(row)] for row in below]
    if _comes_back([first[i] for i in words], below_words):
        return False
    counted = numbers == [str(i) for i in range(len(numbers))]
    if quoted or _years(first, below) or (counted and names[0] == ""):
        return True
    if typed or _over_values(first, below):
        return counted or not _comes_back(first, below, 1)
    whole = (all(_PLAIN.fullmatch(text_of_cell(c)) for c in row) for row in below)
    return counted and len(numbers) > _FEW and not any(whole)


def _years(first: Row, below: Sequence[Row]) -> bool:
    """Whether all numbers of a row are years a step apart, and none below is one."""
    places = [i for i, cell in enumerate(first) if _is_number(cell)]
    names = [text_of_cell(first[i]) for i in places]
    if not names or not all(_YEAR.fullmatch(name) for name in names):
        return False
    steps = {int(b) - int(a) for a, b in itertools.pairwise(names)}
    if len(steps) > 1 or steps == {0}:
        return False
    found = [cell for i in places for cell in _column(below, i)]
    return bool(found) and not any(_YEAR.fullmatch(text_of_cell(c)) for c in found)
