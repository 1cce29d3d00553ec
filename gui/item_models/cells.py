"""The cells of a table of rows: what is painted in each, and how it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from engine.contracts.dataset import Kind
from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from gui.item_models import cell_format
from gui.item_models.cell_format import NumberFormat
from gui.item_models.shown_columns import LOCAL, Look

if TYPE_CHECKING:
    from engine.contracts.results import ColumnWindow
    from engine.contracts.tables import Cell as Value
    from gui.item_models.shown_columns import ShownColumn

WAITING = "…"
LOSS_FORMAT = NumberFormat(decimals=2)


class Interval(NamedTuple):
    """A rate with its interval on a scale to ``top``, beside a reference rate."""

    low: float
    value: float
    high: float
    reference: float
    top: float
    widest: str


class Cell(NamedTuple):
    """What is painted in one cell."""

    text: str
    right: bool = False
    muted: bool = False
    bold: bool = False
    wrong: bool = False
    bar: float | None = None
    interval: Interval | None = None


class Answers(Protocol):
    """What the model answered for a row, known without asking the engine."""

    def truth(self, row: int) -> str | None:
        """Return the true label or value, ``None`` where it is missing."""

    def prediction(self, row: int) -> str | None:
        """Return the decided label or predicted value."""

    def number(self, row: int, look: Look) -> float | None:
        """Return a true or predicted number, or a score; ``None`` of labels."""

    def wrong(self, row: int) -> bool:
        """Return whether the decision differs from a known truth."""

    def confidence(self, row: int) -> float:
        """Return the score of the decided class, ``nan`` where there is none."""

    def score(self, row: int) -> str | None:
        """Return that score, or the residual of a number, as text."""


@dataclass
class Block:
    """Some columns of 128 rows, as they came, and the cells made of them."""

    rows: np.ndarray
    columns: dict[str, ColumnWindow]
    cells: dict[tuple[int, int], Cell]


class CellMaker:
    """Makes cells of the rows that were read and of what the model answered.

    Numbers of a column keep the format that suits the first of them that came.
    """

    def __init__(self) -> None:
        self.answers: Answers | None = None
        self._formats: dict[str, NumberFormat] = {}

    def forget_formats(self) -> None:
        """Choose formats anew: other columns or other data follow."""
        self._formats.clear()

    def is_local(self, column: ShownColumn) -> bool:
        """Return whether a column's cells are made without asking the engine."""
        return column.look is Look.ROW or (
            column.look in LOCAL and self.answers is not None
        )

    def make(self, block: Block, offset: int, column: ShownColumn) -> Cell:
        """Return the cell of a column in the row at ``offset`` of a block."""
        if offset >= len(block.rows):
            return Cell(WAITING, muted=True)
        if self.is_local(column):
            return self._local_cell(int(block.rows[offset]), column)
        window = block.columns.get(column.name)
        if window is None:
            return Cell(WAITING, muted=True)
        text = self._text(window, offset, column)
        if text is None:
            return Cell(tr("missing"), muted=True, right=column.right)
        if column.look is Look.CONFIDENCE and window.numbers is not None:
            return _bar_cell(float(window.numbers[offset]), wrong=False)
        return Cell(
            text,
            right=column.right,
            muted=column.look is Look.ID,
            bold=column.look is Look.PREDICTION,
        )

    def value(self, block: Block, offset: int, column: ShownColumn) -> Value:
        """Return what a cell was made of: a number, a date, a text or nothing."""
        row = int(block.rows[offset])
        if self.is_local(column):
            if column.look is Look.ROW or self.answers is None:
                return row
            number = self.answers.number(row, column.look)
            if number is not None:
                return number
            truth = column.look is Look.TRUTH
            return self.answers.truth(row) if truth else self.answers.prediction(row)
        window = block.columns.get(column.name)
        if window is None:
            return WAITING
        if window.numbers is None:
            return window.texts[offset]
        number = float(window.numbers[offset])
        if window.kind is Kind.DATETIME:
            return cell_format.moment(number)
        return number

    def _local_cell(self, row: int, column: ShownColumn) -> Cell:
        if column.look is Look.ROW or self.answers is None:
            return Cell(numbers.count(row), right=True, muted=True)
        if column.look is Look.TRUTH:
            truth = self.answers.truth(row)
            if truth is None:
                return Cell(tr("missing"), muted=True, right=column.right)
            return Cell(cell_format.one_line(truth), right=column.right)
        wrong = self.answers.wrong(row)
        if column.look is Look.PREDICTION:
            answer = self.answers.prediction(row)
            text = cell_format.one_line(answer or WAITING)
            return Cell(text, bold=True, wrong=wrong, right=column.right)
        if column.look is Look.CONFIDENCE:
            return _bar_cell(self.answers.confidence(row), wrong=wrong)
        score = self.answers.score(row)
        if score is None:
            return Cell(tr("missing"), muted=True, right=True)
        return Cell(score, right=True)

    def _text(
        self, window: ColumnWindow, offset: int, column: ShownColumn
    ) -> str | None:
        if window.numbers is None:
            text = window.texts[offset]
            return None if text is None else cell_format.one_line(text)
        value = float(window.numbers[offset])
        if np.isnan(value):
            return None
        if window.name not in self._formats:
            self._formats[window.name] = _format_of(window, column.largest)
        form = self._formats[window.name]
        if window.kind is Kind.DATETIME:
            return cell_format.date_text(value, days_only=form.decimals == 0)
        return form.text(value)


def _format_of(window: ColumnWindow, largest: float | None) -> NumberFormat:
    assert window.numbers is not None
    if window.kind is not Kind.DATETIME:
        if window.name == "@loss":
            return LOSS_FORMAT
        return NumberFormat.of(window.numbers, largest)
    known = window.numbers[np.isfinite(window.numbers)]
    clock = bool(np.any(known % cell_format.DAY != 0))
    return NumberFormat(decimals=int(clock))


def _bar_cell(share: float, *, wrong: bool) -> Cell:
    if np.isnan(share):
        return Cell(tr("missing"), muted=True, right=True)
    text = cell_format.percent_text(share)
    return Cell(text, right=True, wrong=wrong, bar=min(max(share, 0.0), 1.0))
