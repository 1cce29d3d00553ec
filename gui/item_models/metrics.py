"""Figures in a table: metrics with their intervals, parts and groups beside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.metric_names import meaning, title
from engine.contracts.readings.summary import over_fitted
from gui.services.literal import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QPersistentModelIndex

    from engine.contracts.metrics import Rate
    from engine.contracts.results import ClassMetrics, Metric, Summary
    from engine.contracts.tables import Cell, Table

    Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Bar:
    """An interval to be painted on a scale from 0 to ``top``.

    A negative ``reference`` is none. ``widest`` is the longest text beside a bar
    of the same table.
    """

    low: float
    value: float
    high: float
    reference: float
    top: float = 1.0
    widest: str = ""


@dataclass(frozen=True)
class Figure:
    """One cell.

    Attributes
    ----------
    value
        What the text was written from, for tables that leave the program; ``""``
        where the text itself is the value.
    ends
        The ends of an interval that the text says, in place of a value.
    """

    text: str = ""
    right: bool = True
    strong: bool = False
    muted: bool = False
    warns: bool = False
    interval: Bar | None = None
    tip: str = ""
    value: Cell = ""
    ends: tuple[Cell, Cell] | None = None

    @property
    def cell(self) -> Cell:
        """Return the value of the cell."""
        return self.text if self.value == "" else self.value


_NONE = Figure("–", muted=True, value=None)
_COUNTING = Figure("…", muted=True)


class FigureTable(QAbstractTableModel):
    """Rows of figures, replaced as a whole; a change of texts keeps the place."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._titles: tuple[str, ...] = ()
        self._rows: tuple[tuple[Figure, ...], ...] = ()
        self.spare: tuple[int, ...] = ()

    def set_rows(
        self,
        titles: Sequence[str],
        rows: Sequence[tuple[Figure, ...]],
        spare: tuple[int, ...] = (),
    ) -> None:
        """Show other figures; ``spare`` columns go first where there is no room."""
        self.spare = spare
        rows = _levelled(rows)
        same = tuple(titles) == self._titles and len(rows) == len(self._rows)
        if same and rows:
            self._rows = rows
            last = self.index(len(rows) - 1, len(titles) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._titles, self._rows = tuple(titles), rows
        self.endResetModel()

    def cell(self, row: int, column: int) -> Figure:
        """Return one cell."""
        return self._rows[row][column]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell for readers and tooltips."""
        cell = self._rows[index.row()][index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return literal(cell.tip) or None
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a title, at the side its figures are on."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            cell = self._rows[0][section] if self._rows else Figure()
            right = cell.right and cell.interval is None
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def as_table(self) -> Table:
        """Return everything; an interval has a column for each end."""
        columns = range(len(self._titles))
        split = [any(row[c].ends is not None for row in self._rows) for c in columns]
        titles: list[str] = []
        for name, two in zip(self._titles, split, strict=True):
            ends = (tr("{title}: low", title=name), tr("{title}: high", title=name))
            titles += ends if two else (name,)
        rows: list[list[Cell]] = []
        for row in self._rows:
            cells: list[Cell] = []
            for figure, two in zip(row, split, strict=True):
                cells += (figure.ends or (None, None)) if two else (figure.cell,)
            rows.append(cells)
        return titles, rows


def _levelled(rows: Sequence[tuple[Figure, ...]]) -> tuple[tuple[Figure, ...], ...]:
    """Leave the same room for the text beside every bar."""
    texts = (c.text for row in rows for c in row if c.interval is not None)
    widest = max(texts, key=len, default="")
    return tuple(
        tuple(
            cell
            if cell.interval is None
            else replace(cell, interval=replace(cell.interval, widest=widest))
            for cell in row
        )
        for row in rows
    )


def summary_table(
    result: Summary,
    groups: tuple[Mapping[str, Rate | None], Mapping[str, Rate | None]] | None = None,
) -> tuple[list[str], list[tuple[Figure, ...]]]:
    """Return the metrics of a summary as a table.

    Parameters
    ----------
    groups
        Figures of the selected rows and of the rest, where some are selected.
    """
    titles = [tr("metric"), tr("value"), tr("95 % CI")]
    others = [part for part in result.others if part.metrics]
    for part in others:
        titles += [_part_title(part.part), tr("gap")]
    if result.baseline:
        titles.append(tr("baseline"))
    if groups is not None:
        titles += [tr("selected"), tr("rest")]
    sign = over_fitted(result)
    rows = []
    for name, found in result.metrics.items():
        base = result.baseline.get(name)
        row = [
            Figure(title(name), right=False, tip=_tip(name, found)),
            Figure(numbers.metric(name, found), strong=True, value=found.value),
            replace(_bar(name, found, base), ends=(found.low, found.high)),
        ]
        for part in others:
            there = part.metrics.get(name)
            warns = sign is not None and there is sign[1]
            row += _beside(name, found, there, warns=warns)
        if result.baseline:
            text = _plain(name, base, found)
            row.append(Figure(text, muted=True, value=base))
        for group in groups or ():
            row.append(_rate(name, group.get(name)))
        rows.append(tuple(row))
    return titles, rows


def class_table(
    classes: Sequence[ClassMetrics],
) -> tuple[list[str], list[tuple[Figure, ...]]]:
    """Return precision, recall and F1 of each class as a table."""
    titles = [
        tr("class"),
        tr("rows"),
        tr("recall"),
        tr("95 % CI"),
        tr("precision"),
        tr("F1"),
    ]
    rows: list[tuple[Figure, ...]] = [
        (
            Figure(found.label, right=False),
            Figure(numbers.count(found.support), value=found.support),
            Figure(
                numbers.metric("recall", found.recall),
                strong=True,
                value=found.recall.value,
            ),
            replace(
                _bar("recall", found.recall, None),
                ends=(found.recall.low, found.recall.high),
            ),
            Figure(
                numbers.metric("precision", found.precision),
                value=found.precision.value,
                tip=numbers.metric_interval("precision", found.precision),
            ),
            Figure(
                numbers.metric("f1", found.f1),
                value=found.f1.value,
                tip=numbers.metric_interval("f1", found.f1),
            ),
        )
        for found in classes
    ]
    return titles, rows


def _part_title(part: str) -> str:
    known = {"reference": tr("training data"), "calibration": tr("calibration")}
    return known.get(part, part)


def _tip(name: str, found: Metric) -> str:
    return meaning(name) if found.value is not None else tr("Not defined here.")


def _bar(name: str, found: Metric, base: float | None) -> Figure:
    text = numbers.metric_interval(name, found)
    if found.value is None or found.low is None or found.high is None:
        return Figure(text, right=False, muted=True)
    if found.low < 0:  # a bar from zero says nothing of what lies below it
        return Figure(text, right=False, muted=True)
    top = 1.0
    if found.high > 1 or name in _UNBOUNDED:
        top = max(found.high, base or 0.0) * 1.15
    reference = base if base is not None and base >= 0 else -1.0
    return Figure(
        text, interval=Bar(found.low, found.value, found.high, reference, top)
    )


_UNBOUNDED = frozenset(
    {
        "log_loss",
        "brier_score",
        "expected_calibration_error",
        "mean_absolute_error",
        "root_mean_squared_error",
        "median_absolute_error",
        "mean_error",
    }
)


def _beside(
    name: str, here: Metric, there: Metric | None, *, warns: bool
) -> list[Figure]:
    """Return another part's figure and the gap to it.

    Parameters
    ----------
    there
        ``None`` while it is worked out.
    warns
        Whether the gap is a sign of over-fitting.
    """
    if there is None:  # of another decision: it is being counted
        return [_COUNTING, _COUNTING]
    if there.value is None:
        return [_NONE, _NONE]
    shown = Figure(
        numbers.metric(name, there),
        tip=numbers.metric_interval(name, there),
        value=there.value,
    )
    if here.value is None:
        return [shown, _NONE]
    gap = here.value - there.value
    apart = (
        here.low is not None
        and here.high is not None
        and there.low is not None
        and there.high is not None
        and (here.high < there.low or here.low > there.high)
    )
    tip = tr("The intervals do not overlap.") if apart else ""
    if warns:
        tip = tr("A sign of over-fitting.")
    return [shown, Figure(_signed(name, gap, here), warns=warns, tip=tip, value=gap)]


def _signed(name: str, gap: float, like: Metric) -> str:
    sign = "−" if gap < 0 else "+"
    if name in numbers.SHARES:
        low, high = _width(like)
        return sign + numbers.points(abs(gap), low, high)
    return sign + numbers.figure(abs(gap), *_width(like))


def _width(like: Metric) -> tuple[float | None, float | None]:
    return like.low, like.high


def _plain(name: str, value: float | None, like: Metric) -> str:
    write = numbers.percent if name in numbers.SHARES else numbers.figure
    return write(value, like.low, like.high)


def _rate(name: str, found: Rate | None) -> Figure:
    if found is None:
        return _NONE
    share = name in numbers.SHARES
    write = numbers.percent if share else numbers.figure
    ends = numbers.percent_interval if share else numbers.interval
    low, high = found.low, found.high
    tip = ends(low, high) if low < high else ""
    text = write(found.value, low, high) if low < high else write(found.value)
    return Figure(text, tip=tip, value=found.value)
