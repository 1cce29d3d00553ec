"""Data and a model become predictions: truth and answer, row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from engine import known_values
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import Levels, ModelInfo, RecordedScores, ScoreKind, Task
from engine.contracts.predictions import Predictions, RowScores
from engine.contracts.progress import SILENT
from engine.data.table import Table
from engine.models import recorded_scores

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from engine.contracts.errors import Param
    from engine.contracts.model import Mapping
    from engine.contracts.progress import Progress
    from engine.contracts.provenance import Provenance
    from engine.models.model import Model

_POSITIVE_WORDS = (
    "1", "yes", "true", "bad", "positive", "malignant", "fraud", "default", "spam",
    "churn", "died", "sick", "y", "si", "sí", "malo", "positivo", ">50k",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Matched:
    """A model together with how the data feed it and are compared with it.

    Attributes
    ----------
    model
        ``None`` for recorded scores, whose columns are ``recorded``.
    class_map
        Label in the data to class of the model, where they differ.
    """

    info: ModelInfo
    model: Model | None = None
    recorded: RecordedScores | None = None
    mapping: Mapping | None = None
    target: str
    positive: str = ""
    weights: str = ""
    class_map: dict[str, str] = field(default_factory=dict)


def canonical(label: str) -> str:
    """Return the form in which labels of data and model are compared.

    ``1``, ``1.0`` and ``True`` are the same label; letters keep their case.
    """
    text = label.strip()
    if "_" in text:  # Python would read 1_0 as a number
        return text
    if text.casefold() in ("true", "false"):
        return "1" if text.casefold() == "true" else "0"
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else repr(number)


def class_codes(
    labels: tuple[str, ...], classes: tuple[str, ...], class_map: dict[str, str]
) -> NDArray[np.int32]:
    """Return the class code of every label of the data, ``-1`` for none.

    A label that is written otherwise than two classes alike means neither.
    """
    forms = [canonical(name) for name in classes]
    alike = Counter(forms)
    known = {form: code for code, form in enumerate(forms) if alike[form] == 1}
    exact = {name: code for code, name in enumerate(classes)}
    found = []
    for label in labels:
        name = class_map.get(label, label)
        found.append(exact.get(name, known.get(canonical(name), -1)))
    return np.asarray([*found, -1], dtype=np.int32)  # a missing label is code -1


def infer_positive(
    classes: tuple[str, ...], counts: dict[str, int]
) -> tuple[str, Note | None]:
    """Return the class that is most likely the one to be found, and why.

    A telling name first (yes, bad, 1 …), else the rarer of the two.

    Parameters
    ----------
    classes
        Classes of the model.
    counts
        Rows of each class in the data.
    """
    if len(classes) != 2:
        return "", None
    telling = [c for c in classes if canonical(c).casefold() in _POSITIVE_WORDS]
    if len(telling) == 1:
        name = telling[0]
        return name, Note(code="match.positive_by_name", params={"name": name})
    name = min(reversed(classes), key=lambda label: counts.get(label, 0))
    params: dict[str, Param] = {"name": name, "n": counts.get(name, 0)}
    return name, Note(code="match.positive_rarer", params=params)


def class_named(name: str, classes: tuple[str, ...]) -> str:
    """Return the class that a person means by ``name``; ``""`` stays.

    Raises
    ------
    EngineError
        ``target.no_such_class`` if none is called that.
    """
    if not name or name in classes:
        return name
    for label in classes:
        if canonical(label) == canonical(name):
            return label
    raise EngineError("target.no_such_class", name=name, classes=classes[:20])


def truth_of(table: Table, matched: Matched) -> NDArray[np.int32 | np.float64]:
    """Return the truth as class codes, or as numbers for regression.

    Raises
    ------
    EngineError
        ``match.no_target``, ``target.missing_column``, ``target.not_labels``,
        ``target.no_known_class``.
    """
    if not matched.target:
        raise EngineError("match.no_target")
    if matched.target not in table.names:
        raise EngineError("target.missing_column", column=matched.target)
    if matched.info.task is Task.REGRESSION:
        try:
            return table.numbers(matched.target)
        except TypeError as error:
            raise EngineError("target.not_numeric", column=matched.target) from error
    try:
        codes, labels = labels_of_target(table, matched)
    except TypeError as error:
        raise EngineError("target.not_labels", column=matched.target) from error
    of_label = class_codes(labels, matched.info.classes, matched.class_map)
    if len(labels) and (of_label[:-1] < 0).all():
        raise EngineError(
            "target.no_known_class",
            column=matched.target,
            found=labels[:10],
            classes=matched.info.classes[:10],
        )
    found: NDArray[np.int32] = of_label[codes]
    return found


def labels_of_target(
    table: Table, matched: Matched
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return the codes and labels of the target: those of the model, where it has them.

    Raises
    ------
    TypeError
        If the column holds numbers that are no labels.
    """
    known = {*matched.info.classes, *matched.class_map}
    return known_values.labels(table, matched.target, known)


def known_texts(matched: Matched, table: Table) -> dict[str, Collection[str]]:
    """Return by column of the data the texts that the model knows as values."""
    columns = matched.mapping.columns if matched.mapping is not None else {}
    known: dict[str, Collection[str]] = {
        columns.get(field.name, field.name): field.categories
        for field in matched.info.inputs
        if field.levels is Levels.TEXT and field.categories
    }
    if matched.info.task is not Task.REGRESSION:
        known[matched.target] = {*matched.info.classes, *matched.class_map}
    return {name: texts for name, texts in known.items() if name in table.names}


def features_of(table: Table, matched: Matched) -> pa.Table:
    """Return the model's inputs, named and ordered as the model has them.

    In the values that the model knows: see :mod:`engine.known_values`.

    Raises
    ------
    EngineError
        ``data.changed_since`` if texts are needed and their file is another by now.
    """
    columns = matched.mapping.columns if matched.mapping is not None else {}
    inputs = [(columns.get(f.name, f.name), f) for f in matched.info.inputs]
    table.read_written([n for n, f in inputs if known_values.needs_texts(table, n, f)])
    given = [known_values.feature(table, name, field) for name, field in inputs]
    return pa.table(given, names=[field.name for _, field in inputs])


def answers_of(
    table: Table, matched: Matched, progress: Progress = SILENT
) -> tuple[NDArray[np.floating], NDArray[np.int32 | np.float64], ScoreKind]:
    """Return ``(scores, labels, kind)`` of the model, or of the recorded columns."""
    if matched.model is not None:
        features = features_of(table, matched)
        try:
            scores, labels = matched.model.predict(features, progress)
        except EngineError as error:
            if error.code == "model.raised":
                _name_what_is_too_large(features, str(error.params.get("why", "")))
            raise
        return scores, labels, matched.info.score_kind
    if matched.recorded is None:
        raise EngineError("predict.no_model")
    return _recorded_answers(table, matched, matched.recorded)


def _name_what_is_too_large(features: pa.Table, why: str) -> None:
    """Say which cell no model can take, where there is one.

    Libraries tell of it without its place.

    Raises
    ------
    EngineError
        ``model.too_large``.
    """
    numbers = Table(features)
    for name in numbers.names:
        if not numbers.is_numeric(name):
            continue
        values = numbers.numbers(name)
        large = np.abs(values) > np.finfo(np.float32).max
        if large.any():
            row = int(large.argmax())
            raise EngineError(
                "model.too_large",
                column=name,
                row=row,
                value=float(values[row]),
                n=int(np.count_nonzero(large)),
                why=why,
            )


def predict(
    table: Table,
    matched: Matched,
    provenance: Provenance,
    progress: Progress = SILENT,
) -> Predictions:
    """Score every row of a part.

    Raises
    ------
    EngineError
        If the model fails, or the target holds no class that it knows.
    """
    truth = truth_of(table, matched)
    scores, labels, kind = answers_of(table, matched, progress)
    return Predictions(
        task=matched.info.task,
        classes=matched.info.classes,
        score_kind=kind,
        truth=truth,
        scores=scores,
        labels=labels,
        weights=_weights(table, matched.weights),
        provenance=provenance,
    )


def row_scores(predictions: Predictions, positive: str) -> RowScores:
    """Return the few numbers a row that the window keeps."""
    task = predictions.task
    if task is Task.REGRESSION:
        score = predictions.labels
    elif predictions.score_kind is ScoreKind.LABEL:
        score = np.empty(0)
    elif task is Task.BINARY:
        score = predictions.positive_scores(positive)
    else:
        rows = np.arange(predictions.n_rows)
        score = predictions.scores[rows, predictions.labels]
    return RowScores(
        task=task,
        classes=predictions.classes,
        positive=positive,
        score_kind=predictions.score_kind,
        truth=predictions.truth,
        labels=predictions.labels,
        score=score,
        weights=predictions.weights,
        provenance=predictions.provenance,
    )


def _weights(table: Table, column: str) -> NDArray[np.float64] | None:
    if not column:
        return None
    if column not in table.names:
        raise EngineError("weights.missing_column", column=column)
    try:
        weights = table.numbers(column)
    except TypeError as error:
        raise EngineError("weights.not_numeric", column=column) from error
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise EngineError(
            "weights.not_a_weight", column=column, row=row, n=int(bad.sum())
        )
    return weights


def _recorded_answers(
    table: Table, matched: Matched, recorded: RecordedScores
) -> tuple[NDArray[np.floating], NDArray[np.int32 | np.float64], ScoreKind]:
    info = matched.info
    if info.task is Task.REGRESSION:
        name = recorded.scores[0] if recorded.scores else recorded.prediction or ""
        values = _score_column(table, name)[:, None]
        bad = ~np.isfinite(values)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise EngineError("scores.missing", column=name, row=row, n=int(bad.sum()))
        return values, values[:, 0], ScoreKind.VALUE
    if not recorded.scores:
        labels = _recorded_labels(table, recorded.prediction or "", matched)
        return np.empty((table.n_rows, 0)), labels, ScoreKind.LABEL
    if len(recorded.scores) == 1 and info.task is not Task.BINARY:
        raise EngineError("scores.columns", n_columns=1, classes=info.classes[:20])
    names = recorded_scores.ordered_columns(recorded, info.classes)
    scores: NDArray[np.floating] = np.stack(
        [_score_column(table, name) for name in names], axis=1
    )
    kind = recorded_scores.check_scores(scores, names)
    if len(names) == 1:
        label = recorded_scores.class_of_single(recorded, info.classes)
        code = info.classes.index(label or matched.positive)
        scores = recorded_scores.both_classes(scores[:, 0], code, kind)
    if recorded.prediction:
        return scores, _recorded_labels(table, recorded.prediction, matched), kind
    if kind is ScoreKind.MARGIN or info.task is Task.BINARY:
        positive = info.classes.index(matched.positive)
        natural = 0.0 if kind is ScoreKind.MARGIN else 0.5
        labels = np.where(scores[:, positive] >= natural, positive, 1 - positive)
        return scores, labels.astype(np.int32), kind
    return scores, np.argmax(scores, axis=1).astype(np.int32), kind


def _score_column(table: Table, name: str) -> NDArray[np.float64]:
    if name not in table.names:
        raise EngineError("scores.missing_column", column=name)
    try:
        return table.numbers(name)
    except TypeError as error:
        raise EngineError("scores.not_numeric", column=name) from error


def _recorded_labels(table: Table, column: str, matched: Matched) -> NDArray[np.int32]:
    if column not in table.names:
        raise EngineError("scores.missing_column", column=column)
    try:
        known = {*matched.info.classes, *matched.class_map}
        codes, labels = known_values.labels(table, column, known)
    except TypeError as error:
        raise EngineError("target.not_labels", column=column) from error
    of_label = class_codes(labels, matched.info.classes, matched.class_map)
    found: NDArray[np.int32] = of_label[codes]
    if (found < 0).any():
        row = int(np.flatnonzero(found < 0)[0])
        raise EngineError(
            "scores.unknown_label",
            column=column,
            row=row,
            classes=matched.info.classes[:10],
        )
    return found
