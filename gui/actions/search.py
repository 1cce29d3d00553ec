"""What the palette finds: commands, panels, columns, classes, buckets."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, cast

from engine.contracts.dataset import Role, holds_numbers
from engine.contracts.i18n import tr
from engine.contracts.selection import BUCKET, Missing, Range, Saved, Values
from gui.dialogs.export import save_picture, save_table
from gui.dialogs.palette import Entry
from gui.layouts import PERSPECTIVES, reason
from gui.panel import State
from gui.panels import TABLE, load
from gui.widgets.matrix.axes import can_be_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.contracts.dataset import Column
    from engine.contracts.selection import Selection
    from gui.main_window import MainWindow
    from gui.panel import Panel
    from gui.panels.confusion.confusion import ConfusionPanel
    from gui.panels.data.data import DataPanel

# More could not be looked through; another letter finds the rest.
_MOST_COLUMNS, _MOST_VALUES = 100, 1000


def entries(window: MainWindow, words: Sequence[str] = ()) -> Iterator[Entry]:
    """Yield what the palette offers now.

    Parameters
    ----------
    words
        What was typed, case folded. Columns and their values are found by name, so
        that a table of thousands of them costs nothing before one is asked for.
    """
    for action in window.commands:
        if action.enabled() and action.id != "view.palette":
            yield Entry(action.title, action.shortcut, action.run)
    if window.context.case.is_empty:
        return
    yield from _panels(window)
    yield from _rows(window, words)
    yield from _exports(window)
    yield from _buckets(window)
    yield from _classes(window)
    data = window.context.case.data
    if data is not None and words:
        yield from _columns(window, data.columns, words)


def _panels(window: MainWindow) -> Iterator[Entry]:
    for name in TABLE:
        panel = load(name)
        title = tr("Show panel: {name}", name=tr(panel.TITLE))
        reveal = partial(_reveal, window, name)
        yield Entry(title, "", reveal, tr(panel.ALSO) if panel.ALSO else "")
        for key, picture in panel.PICTURES:
            yield Entry(tr(picture), "", partial(_show_picture, window, name, key))


def _rows(window: MainWindow, words: Sequence[str]) -> Iterator[Entry]:
    """Yield the rows whose number, or whose identifier, was typed."""
    case = window.context.case
    n_rows = case.scores.n_rows if case.scores is not None else 0
    for word in words:
        if word.isdecimal() and int(word) < n_rows:
            title = tr("Go to row {row}", row=word)
            yield Entry(title, "", partial(_go_to_row, window, int(word)))
    for column in case.data.columns if case.data is not None else ():
        if column.role is Role.ENTITY:
            for word in filter(_may_identify, words):
                title = tr(
                    "Select rows where {column} is {label}",
                    column=column.name,
                    label=word,
                )
                yield _selecting(window, title, _equal(column, word))


def _may_identify(word: str) -> bool:
    return any(letter.isdecimal() for letter in word)


def _equal(column: Column, word: str) -> Selection:
    """Return the rule that a column, of texts or of numbers, has a typed value."""
    if not holds_numbers(column):
        return Values(column.name, (word,))
    try:
        number = float(word)
    except ValueError:
        return Values(column.name, (word,))
    return Range(column.name, number, number, high_closed=True)


def _exports(window: MainWindow) -> Iterator[Entry]:
    """Yield the ways out of the panels that are in sight and have something to save."""
    also = tr("export save")
    for panel in window.docks.panels.values():
        if panel.state is State.READY and panel.isVisibleTo(window.docks):
            name = tr(panel.TITLE)
            title = tr("Save the picture of {panel}…", panel=name)
            yield Entry(title, "", partial(save_picture, panel), f"{also} PNG SVG PDF")
            title = tr("Save the table of {panel}…", panel=name)
            run = partial(_save_table, panel)
            yield Entry(title, "", run, f"{also} CSV Excel XLSX")


def _buckets(window: MainWindow) -> Iterator[Entry]:
    for name in window.context.case.buckets:
        yield _selecting(window, tr("Select group: {name}", name=name), Saved(name))
        if window.context.case.scores is not None:
            title = tr("Group {name} as the rows of the confusion matrix", name=name)
            yield Entry(title, "", partial(_as_axis, window, BUCKET + name))


def _classes(window: MainWindow) -> Iterator[Entry]:
    scores = window.context.case.scores
    for label in scores.classes if scores is not None else ():
        truly = tr("Select rows of true class {label}", label=label)
        yield _selecting(window, truly, Values("@truth", (label,)))
        predicted = tr("Select rows predicted {label}", label=label)
        yield _selecting(window, predicted, Values("@prediction", (label,)))


def _columns(
    window: MainWindow, columns: Sequence[Column], words: Sequence[str]
) -> Iterator[Entry]:
    """Yield what can be done with columns of that name, then rows of that value."""
    named = [c for c in columns if any(word in c.name.casefold() for word in words)]
    named.sort(key=lambda column: column.name.casefold() not in words)
    for column in named[:_MOST_COLUMNS]:
        yield from _about_column(window, column)
    yield from islice(_values(window, columns, words), _MOST_VALUES)


def _values(
    window: MainWindow, columns: Sequence[Column], words: Sequence[str]
) -> Iterator[Entry]:
    for column in columns:
        named = any(word in column.name.casefold() for word in words)
        for label in column.categories:
            if named or any(word in label.casefold() for word in words):
                where = tr(
                    "Select rows where {column} is {label}",
                    column=column.name,
                    label=label,
                )
                yield _selecting(window, where, Values(column.name, (label,)))


def _about_column(window: MainWindow, column: Column) -> Iterator[Entry]:
    name = column.name

    def show(act: Callable[[DataPanel], None]) -> None:
        act(cast("DataPanel", _reveal(window, "data")))

    def sort(order: str) -> None:
        show(lambda panel: panel.query.sort(name, order))

    described = partial(show, lambda panel: panel.open_details(name))
    filtered = partial(show, lambda panel: panel.line.begin(name))
    yield Entry(tr("Show column {column}", column=name), "", described)
    yield Entry(tr("Filter by {column}", column=name), "", filtered)
    smallest = tr("Sort by {column}, ascending", column=name)
    yield Entry(smallest, "", partial(sort, "up"))
    largest = tr("Sort by {column}, descending", column=name)
    yield Entry(largest, "", partial(sort, "down"))
    scores = window.context.case.scores
    if scores is not None and scores.classes and can_be_axis(column):
        title = tr("{column} as the rows of the confusion matrix", column=name)
        yield Entry(title, "", partial(_as_axis, window, name))
    if column.n_missing:
        title = tr("Select rows without {column}", column=name)
        yield _selecting(window, title, Missing(name))


def _selecting(window: MainWindow, title: str, rule: Selection) -> Entry:
    return Entry(title, "", lambda: window.context.selection.select(rule, "palette"))


def _as_axis(window: MainWindow, name: str) -> None:
    cast("ConfusionPanel", _reveal(window, "confusion")).show_rows_by(name)


def _show_picture(window: MainWindow, name: str, key: str) -> None:
    _reveal(window, name).show_picture(key)


def _save_table(panel: Panel) -> None:
    save_table(panel, panel.as_table())


def _go_to_row(window: MainWindow, row: int) -> None:
    window.context.case.set_current_row(row)
    _reveal(window, "predictions")


def _reveal(window: MainWindow, name: str) -> Panel:
    """Show a panel where it is, or in the first perspective that has a place for it."""
    docks, case = window.docks, window.context.case
    panel = docks.panels.get(name)
    if panel is None or not panel.isVisibleTo(docks):
        for perspective, arrangement in PERSPECTIVES.items():
            places = [p for column in arrangement.columns for p in column]
            if any(name in place.split("+") for place in places) and (
                reason(perspective, case) is None
            ):
                window.show_perspective(perspective)
                break
    docks.show_panel(name)
    return docks.panels[name]
