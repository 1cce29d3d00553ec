"""How data and model belong together: asks only what could not be inferred."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.contracts.dataset import Role
from engine.contracts.i18n import tr, trn
from engine.contracts.messages import next_step, sentence
from engine.contracts.model import Mapping, RecordedScores, Task
from engine.contracts.readings import numbers
from engine.contracts.requests import Match, UseRecordedScores
from engine.contracts.results import MatchPreview
from gui.services.guessed_target import MOST_LABELS, guessed_target
from gui.widgets.labels import PlainLabel
from gui.widgets.mapping_table import MappingTable

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from engine.contracts.errors import ErrorInfo, Param
    from engine.contracts.results import Result
    from gui.context import AppContext
    from gui.services.engine_client import Job

ROW_HEIGHT = 24
_BY_NAME, _BY_ORDER, _BY_HAND = "name", "order", "hand"


class MatchDialog(QDialog):
    """The *Match* sheet: a live look at the first predictions decides.

    Nothing is computed on all rows before *Accept*; while something forbids the
    match, it says what, and *Accept* stays closed.
    """

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._job: Job | None = None
        self.preview: MatchPreview | None = None
        self.setWindowTitle(tr("Match data and model"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(720, 560)
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self._look)
        self._build()
        self._fill()
        self._look()

    # What is chosen

    def _mapping(self) -> Mapping | None:
        method = str(self.method.currentData())
        if method == _BY_HAND:
            return Mapping(method=method, columns=self.mapping.choices())
        return Mapping(method=method)

    # Building

    def _build(self) -> None:
        case = self._context.case
        model = case.model
        self.scores: RecordedScores | None = None
        name = model.name if model is not None else tr("recorded scores")
        data = case.data.name if case.data is not None else ""
        self.recognised = PlainLabel(
            tr("Model: {model}    Data: {data}", model=name, data=data)
        )
        self.target = QComboBox()
        self.target.setPlaceholderText(tr("choose a column"))
        self.positive = QComboBox()
        self.why_positive = PlainLabel()
        self.why_positive.setWordWrap(True)
        self._inferred: tuple[str, str] = ("", "")
        self.weights = QComboBox()
        self.score_kind = QComboBox()
        self.method = QComboBox()
        self.form = QFormLayout()
        self.form.addRow(tr("Target column"), self.target)
        self.form.addRow(tr("Positive class"), self.positive)
        self.form.addRow("", self.why_positive)
        self.form.setRowVisible(self.why_positive, False)
        self.form.addRow(tr("Row weights"), self.weights)
        self.form.addRow(tr("Inputs are matched"), self.method)
        self.form.addRow(tr("Type of scores"), self.score_kind)
        self.mapping = MappingTable(tr("Input of the model"), tr("Column"))
        self.mapping.changed.connect(self._soon.start)
        self.mapping.hide()
        self.class_map = MappingTable(
            tr("Label in the data"),
            tr("Class of the model"),
            unsaid=tr("(as it is written)"),
            nothing=tr("no class: leave these rows out"),
        )
        self.class_map.changed.connect(self._soon.start)
        self.class_map.setMaximumHeight(132)
        self.class_map.hide()
        self.problem = PlainLabel()
        self.problem.setWordWrap(True)
        self.sanity = PlainLabel()
        self.sanity.setWordWrap(True)
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(tr("First predictions"))
        self.table.setHorizontalHeaderLabels(
            [tr("row"), tr("true value"), tr("prediction"), tr("score")]
        )
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.accept_button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.accept_button.setText(tr("Accept"))
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(self.recognised)
        column.addLayout(self.form)
        column.addWidget(self.mapping)
        column.addWidget(self.class_map)
        column.addWidget(self.problem)
        column.addWidget(self.sanity)
        column.addWidget(self.table, 1)
        column.addWidget(self.buttons)
        tokens = self._context.theme.tokens
        self.problem.setStyleSheet(f"color: {tokens.warning};")

    def _fill(self) -> None:
        case = self._context.case
        data, model = case.data, case.model
        if data is None:
            return
        names = [column.name for column in data.columns]
        self.target.addItems(names)
        told = case.file.target
        guess = told if told in names else guessed_target(data, model)
        self.target.setCurrentIndex(self.target.findText(guess))
        self.weights.addItem(tr("none: every row counts once"), "")
        for column in data.columns:
            if column.kind.value == "numeric":
                self.weights.addItem(column.name, column.name)
        weighing = case.file.weights or next(
            (c.name for c in data.with_role(Role.WEIGHT)), ""
        )
        self.weights.setCurrentIndex(max(0, self.weights.findData(weighing)))
        self.method.addItem(tr("by name"), _BY_NAME)
        self.method.addItem(tr("by order"), _BY_ORDER)
        self.method.addItem(tr("by hand"), _BY_HAND)
        self._fill_score_kind()
        has_inputs = model is not None and bool(model.inputs)
        self.form.setRowVisible(self.method, has_inputs)
        if model is not None and has_inputs:
            if not model.names_known:
                self.method.setCurrentIndex(1)
            self.mapping.fill([field.name for field in model.inputs], names)
        self._fill_positive(model.classes if model is not None else ())
        self.target.currentTextChanged.connect(self._target_changed)
        self.positive.currentTextChanged.connect(lambda _text: self._soon.start())
        self.method.currentIndexChanged.connect(self._method_changed)

    def _fill_score_kind(self) -> None:
        """Offer what recorded scores of classes may be."""
        for kind, text in (
            ("", tr("inferred from the values")),
            ("probability", tr("probabilities, 0 to 1")),
            ("percent", tr("probabilities in percent, 0 to 100")),
            ("margin", tr("margins, with the threshold at 0")),
        ):
            self.score_kind.addItem(text, kind)
        case = self._context.case
        recorded = case.model is None or case.model.format == "recorded"
        self.form.setRowVisible(
            self.score_kind, recorded and bool(self._score_columns())
        )
        kept = case.file.recorded
        if kept is not None:
            self.score_kind.setCurrentIndex(max(0, self.score_kind.findData(kept.kind)))
        self.score_kind.currentIndexChanged.connect(lambda _i: self._soon.start())

    def _show_score_kind(self, result: MatchPreview) -> None:
        """Say beside the automatic choice what was taken for what."""
        taken = self.score_kind.findData(result.scores_as)
        text = tr("inferred from the values")
        if result.scores_as and taken > 0:
            text = tr(
                "inferred from the values: {kind}", kind=self.score_kind.itemText(taken)
            )
        self.score_kind.setItemText(0, text)

    def _fill_positive(self, classes: tuple[str, ...]) -> None:
        binary = len(classes) == 2
        shown = [self.positive.itemText(i) for i in range(self.positive.count())]
        if binary and shown != list(classes):
            self.positive.blockSignals(True)
            self.positive.clear()
            self.positive.addItems(classes)
            self.positive.setCurrentIndex(-1)
            self.positive.blockSignals(False)
        self.form.setRowVisible(self.positive, binary)

    def _score_columns(self) -> tuple[str, ...]:
        data = self._context.case.data
        return tuple(c.name for c in data.with_role(Role.SCORE)) if data else ()

    def _prediction_column(self) -> str | None:
        data = self._context.case.data
        found = data.with_role(Role.PREDICTION) if data else ()
        return found[0].name if found else None

    # Looking

    def _target_changed(self, _name: str) -> None:
        self.class_map.fill((), ())  # they were labels of another column
        self.class_map.hide()
        self._soon.start()

    def _show_labels(self, labels: tuple[str, ...], classes: tuple[str, ...]) -> None:
        """Offer a class for labels that are none; those offered stay."""
        new = [name for name in labels if name not in self.class_map.names]
        if new and len(labels) <= MOST_LABELS:
            file = self._context.case.file
            kept = file.class_map if file.target == self.target.currentText() else {}
            kept = {name: kept[name] for name in new if name in kept}
            chosen = {**kept, **self.class_map.choices()}
            self.class_map.fill((*self.class_map.names, *new), classes)
            self.class_map.show_choices(chosen)
            self.class_map.show()
            if kept:  # not yet part of what was asked
                self._soon.start()

    def _method_changed(self, _index: int) -> None:
        self.mapping.setVisible(self.method.currentData() == _BY_HAND)
        self._soon.start()

    def _look(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self.accept_button.setEnabled(False)
        model = self._context.case.model
        if model is None or model.format == "recorded":
            self.scores = RecordedScores(
                scores=self._score_columns(),
                prediction=self._prediction_column(),
                kind=str(self.score_kind.currentData() or ""),
            )
            self._context.engine.submit(
                UseRecordedScores(scores=self.scores), on_error=self._failed
            )
        self._job = self._context.engine.submit(
            Match(
                target=self.target.currentText(),
                positive=self.positive.currentText(),
                mapping=self._mapping() if self.scores is None else None,
                class_map=self.class_map.choices(),
            ),
            on_result=self._looked,
            on_error=self._failed,
            label=tr("Trying the match"),
        )

    def _looked(self, result: Result) -> None:
        self._job = None
        if not isinstance(result, MatchPreview):
            return
        self.preview = result
        self._fill_positive(result.classes)
        if self.positive.currentIndex() < 0 and result.positive:
            self.positive.blockSignals(True)
            self.positive.setCurrentText(result.positive)
            self.positive.blockSignals(False)
        self._say_why_positive(result)
        if not self.score_kind.currentData():
            self._show_score_kind(result)
        if self.method.currentData() != _BY_HAND:
            self.mapping.show_choices(result.mapping.columns)
        self._show_labels(result.unmatched_labels, result.classes)
        if self.scores is not None and len(result.classes) > 2:
            self._show_labels(result.classes, result.classes)
        for problem in result.problems:
            self._show_labels(*_misfit(problem.params))
        notes = (*result.problems, *result.warnings)
        lines = [sentence(note.code, note.params) for note in notes]
        lines += [next_step(note.code, note.params) for note in result.problems]
        self.problem.setText("\n".join(line for line in lines if line))
        self.problem.setVisible(bool(lines))
        self.sanity.setText(_sanity(result))
        self._show_rows(result)
        self.accept_button.setEnabled(not result.problems)

    def _say_why_positive(self, result: MatchPreview) -> None:
        """Show the reason as long as the class is the one that was inferred."""
        reason = result.positive_reason
        if reason is not None:
            self._inferred = (result.positive, sentence(reason.code, reason.params))
        label, why = self._inferred
        shown = result.task is Task.BINARY and self.positive.currentText() == label
        self.why_positive.setText(why if shown else "")
        self.form.setRowVisible(self.why_positive, shown and bool(why))

    def _show_rows(self, result: MatchPreview) -> None:
        named = result.positive if result.task is Task.BINARY else ""
        score = tr("score of {label}", label=named) if named else tr("score")
        self.table.setHorizontalHeaderItem(3, QTableWidgetItem(score))
        # the value of a regression is its prediction
        self.table.setColumnHidden(3, result.task is Task.REGRESSION)
        self.table.setRowCount(len(result.rows))
        rows = zip(
            result.rows, result.truth, result.prediction, result.score, strict=True
        )
        for i, (row, truth, prediction, number) in enumerate(rows):
            shown = "" if isnan(number) else numbers.significant(number, 4)
            for j, text in enumerate((numbers.count(row), truth, prediction, shown)):
                cell = QTableWidgetItem(text)
                cell.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                self.table.setItem(i, j, cell)

    def _failed(self, error: ErrorInfo) -> None:
        self._job = None
        self.preview = None
        self._show_labels(*_misfit(error.params))
        text = sentence(error.code, error.params)
        self.problem.setText(f"{text}\n{next_step(error.code, error.params)}")
        self.problem.show()
        self.sanity.setText("")
        self.table.setRowCount(0)

    def _accept(self) -> None:
        if self.preview is None:
            return
        case = self._context.case
        if self.scores is not None:
            case.use_scores(self.scores, then_match=False)
        case.predict(
            target=self.target.currentText(),
            positive=self.preview.positive,
            weights=str(self.weights.currentData() or ""),
            mapping=self.preview.mapping if self.scores is None else None,
            class_map=self.class_map.choices(),
        )
        self.accept()


def _misfit(
    params: MappingOf[str, Param],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return labels and classes that a message says do not fit; none of others.

    Where columns of scores are more or fewer than the classes, these are the labels.
    """
    classes = params.get("classes")
    found = params.get("found", classes if "n_columns" in params else None)
    if isinstance(found, tuple) and isinstance(classes, tuple):
        return found, classes
    return (), ()


def _sanity(result: MatchPreview) -> str:
    if result.sanity is None or result.baseline is None:
        return ""
    tried = trn("{n} row", "{n} rows", result.n_tried)
    if result.task is Task.REGRESSION:
        return tr(
            "On {rows} chosen at random (seed 0) the median absolute error is "
            "{error}; always predicting the median: {baseline}.",
            rows=tried,
            error=numbers.significant(result.sanity, 4),
            baseline=numbers.significant(result.baseline, 4),
        )
    return tr(
        "On {rows} chosen at random (seed 0) the accuracy is {share}; always "
        "predicting the most frequent class: {baseline}.",
        rows=tried,
        share=numbers.percent(result.sanity),
        baseline=numbers.percent(result.baseline),
    )
