"""What the palette finds: commands, panels, columns, classes, buckets."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, cast

from engine.contracts.i18n import tr
from engine.contracts.selection import BUCKET, Missing, Saved, Values
from gui.layouts import PERSPECTIVES, reason
from gui.panels import TABLE, load
from gui.widgets.matrix_axes import can_be_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from engine.contracts.dataset import Column
    from engine.contracts.selection import Selection
    from gui.dialogs.palette import Entry
    from gui.main_window import MainWindow
    from gui.panel import Panel
    from gui.panels.confusion import ConfusionPanel
    from gui.panels.data import DataPanel

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
            yield action.title, action.shortcut, action.run
    if window.context.case.is_empty:
        return
    for name in TABLE:
        title = tr("Show panel: {name}", name=tr(load(name).TITLE))
        yield title, "", partial(_reveal, window, name)
    yield from _buckets(window)
    yield from _classes(window)
    data = window.context.case.data
    if data is not None and words:
        yield from _columns(window, data.columns, words)


def _buckets(window: MainWindow) -> Iterator[Entry]:
    for name in window.context.case.buckets:
        yield _selecting(window, tr("Select bucket: {name}", name=name), Saved(name))
        if window.context.case.scores is not None:
            title = tr("Bucket {name} as the rows of the confusion matrix", name=name)
            yield title, "", partial(_as_axis, window, BUCKET + name)


def _classes(window: MainWindow) -> Iterator[Entry]:
    scores = window.context.case.scores
    for label in scores.classes if scores is not None else ():
        truly = tr("Select rows truly {label}", label=label)
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
    yield tr("Show column {column}", column=name), "", described
    yield tr("Filter by {column}", column=name), "", filtered
    smallest = tr("Sort by {column}, smallest first", column=name)
    yield smallest, "", partial(sort, "up")
    yield tr("Sort by {column}, largest first", column=name), "", partial(sort, "down")
    scores = window.context.case.scores
    if scores is not None and scores.classes and can_be_axis(column):
        title = tr("{column} as the rows of the confusion matrix", column=name)
        yield title, "", partial(_as_axis, window, name)
    if column.n_missing:
        title = tr("Select rows without {column}", column=name)
        yield _selecting(window, title, Missing(name))


def _selecting(window: MainWindow, title: str, rule: Selection) -> Entry:
    return title, "", lambda: window.context.selection.select(rule, "palette")


def _as_axis(window: MainWindow, name: str) -> None:
    cast("ConfusionPanel", _reveal(window, "confusion")).show_rows_by(name)


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
