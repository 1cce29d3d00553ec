"""What is asked of rows: views that wait to be read, selections, summaries."""

from __future__ import annotations

import itertools
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.provenance import Provenance
from engine.contracts.results import (
    ColumnSummaries,
    Resolved,
    RowPlace,
    RowsWindow,
    ViewInfo,
)
from engine.contracts.selection import pack
from engine.data import views
from engine.data.summaries import summarise
from engine.session.columns import LABELS, NUMBERS, CaseColumns

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts import requests
    from engine.contracts.dataset import PartInfo
    from engine.contracts.selection import Mask, Selection
    from engine.data.table import Table
    from engine.data.views import View

_MOST_VIEWS = 64


class OpenViews:
    """Views by number; the oldest make room. May be asked from several threads."""

    def __init__(self) -> None:
        self._views: dict[int, View] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def open(
        self,
        columns: CaseColumns,
        where: Selection | None,
        sort: tuple[tuple[str, bool], ...],
    ) -> ViewInfo:
        """Filter and sort the rows of a part; pseudo-columns are columns here.

        Labels that the model knows are shown as such, also where they look like a
        missing value.
        """
        mask = None if where is None else resolve(where, columns)
        extra: dict[str, Callable[[], Any]] = {
            name: _lazily(columns, name) for name in (*NUMBERS, *LABELS)
        }
        for name in columns.known:
            if not _holds_numbers(columns.table, name):
                extra[name] = partial(columns.codes, name)
        view = views.open_view(columns.table, extra, mask, sort)
        with self._lock:
            number = next(self._numbers)
            self._views[number] = view
            while len(self._views) > _MOST_VIEWS:
                self._views.pop(next(iter(self._views)))
        return ViewInfo(view=number, n_rows=len(view.order), n_total=columns.n_rows)

    def get(self, number: int) -> View:
        """Return a view.

        Raises
        ------
        EngineError
            ``rows.view_gone`` if it was closed to make room.
        """
        with self._lock:
            if number not in self._views:
                raise EngineError("rows.view_gone")
            return self._views[number]

    def read(self, request: requests.ReadRows) -> RowsWindow:
        """Return the cells of some columns for some rows of a view."""
        view = self.get(request.view)
        start = max(0, request.start)
        stop = max(start, request.stop)
        return RowsWindow(
            view=request.view,
            start=start,
            rows=view.order[start:stop],
            columns=views.window(view, start, stop, request.columns),
        )

    def find(self, request: requests.FindRow) -> RowPlace:
        """Return where in a view a row stands."""
        found = np.flatnonzero(self.get(request.view).order == request.row)
        place = int(found[0]) if len(found) else -1
        return RowPlace(view=request.view, row=request.row, position=place)


def resolve(selection: Selection, columns: CaseColumns) -> Mask:
    """Return the rows that a recipe means.

    Raises
    ------
    EngineError
        ``rows.*`` if it names what is not there, compares labels as numbers, or
        buckets mean one another.
    """
    try:
        return selection.resolve(columns)
    except TypeError as error:
        raise EngineError("rows.wrong_kind", column=str(error)) from error
    except RecursionError as error:
        raise EngineError("rows.endless") from error


def resolved(selection: Selection, columns: CaseColumns) -> Resolved:
    """Return the rows that a recipe means, as they are sent."""
    mask = resolve(selection, columns)
    return Resolved(packed=pack(mask), n_rows=len(mask), n_selected=int(mask.sum()))


def summaries(
    request: requests.Summarise, table: Table, loaded: PartInfo | None
) -> ColumnSummaries:
    """Return what is in some columns of a part."""
    return ColumnSummaries(
        columns=summarise(table, request.columns, request.bins),
        provenance=Provenance(
            n_used=table.n_rows,
            n_total=table.n_rows,
            part=request.part.value,
            data_sha256=loaded.fingerprint if loaded is not None else "",
        ),
    )


def _holds_numbers(table: Table, name: str) -> bool:
    try:
        table.numbers(name)
    except TypeError:
        return False
    return True


def _lazily(columns: CaseColumns, name: str) -> Callable[[], Any]:
    def values() -> Any:
        try:
            return columns.codes(name) if name in LABELS else columns.numbers(name)
        except TypeError:  # the truth of a regression is a number
            return columns.numbers(name)

    return values
