"""An engine made of numpy columns, that answers when the test says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.contracts.dataset import Kind
from engine.contracts.errors import EngineError
from engine.contracts.requests import FindRow, OpenView, ReadRows
from engine.contracts.results import ColumnWindow, RowPlace, RowsWindow, ViewInfo


@dataclass
class Asked:
    request: Any
    on_result: Any
    on_error: Any
    label: str = ""
    started: bool = True
    progress: Any = None
    cancelling: bool = False
    held: bool = False
    refined: bool = False
    warnings: tuple = ()
    cancelled: bool = False
    id: int = 0

    def cancel(self) -> None:
        self.cancelled = self.cancelling = True


@dataclass
class StubEngine:
    """Holds columns (arrays of numbers or lists of texts) of ``n_rows`` rows."""

    n_rows: int = 1000
    columns: dict[str, Any] = field(default_factory=dict)
    orders: dict[int, np.ndarray] = field(default_factory=dict)
    waiting: list[Asked] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    immediate: bool = False
    answers: dict[type, Any] = field(default_factory=dict)

    def submit(self, request, *, on_result=None, on_error=None, **_rest) -> Asked:
        number = len(self.asked) + 1
        asked = Asked(request, on_result, on_error, id=number)
        self.asked.append(request)
        self.waiting.append(asked)
        if self.immediate:
            self.answer()
        return asked

    def answer(self) -> None:
        """Answer all that was asked, and what that led to."""
        while self.waiting:
            asked = self.waiting.pop(0)
            if asked.cancelled:
                continue
            try:
                result = self.result(asked.request)
            except EngineError as error:
                if asked.on_error is not None:
                    asked.on_error(error.info())
                continue
            if asked.on_result is not None:
                asked.on_result(result)

    def view(self, n_rows: int | None = None, order: np.ndarray | None = None):
        number = len(self.orders) + 1
        n = self.n_rows if n_rows is None else n_rows
        self.orders[number] = np.arange(n) if order is None else order
        return ViewInfo(view=number, n_rows=n, n_total=self.n_rows)

    def result(self, request):
        if type(request) in self.answers:
            return self.answers[type(request)](request)
        if isinstance(request, OpenView):
            return self.view()
        if isinstance(request, ReadRows):
            return self.window(request)
        if isinstance(request, FindRow):
            found = np.flatnonzero(self.orders[request.view] == request.row)
            position = int(found[0]) if len(found) else -1
            return RowPlace(view=request.view, row=request.row, position=position)
        raise AssertionError(request)

    def window(self, request: ReadRows) -> RowsWindow:
        rows = self.orders[request.view][request.start : request.stop]
        windows = []
        for name in request.columns:
            values = self.columns.get(name)
            if values is None:
                windows.append(
                    ColumnWindow(name=name, kind=Kind.NUMERIC, numbers=rows * 1.0)
                )
            elif isinstance(values, np.ndarray):
                windows.append(
                    ColumnWindow(name=name, kind=Kind.NUMERIC, numbers=values[rows])
                )
            else:
                texts = tuple(values[row] for row in rows)
                windows.append(
                    ColumnWindow(name=name, kind=Kind.CATEGORICAL, texts=texts)
                )
        return RowsWindow(
            view=request.view, start=request.start, rows=rows, columns=tuple(windows)
        )
