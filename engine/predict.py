"""Data and a model become predictions: truth and answer, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from engine import known_labels, known_values, recorded_answers
from engine import labels as label_names
from engine.cell_texts import needs_texts
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import Levels, ModelInfo, RecordedScores, ScoreKind, Task
from engine.contracts.predictions import Predictions, RowScores
from engine.contracts.progress import SILENT
from engine.data.table import Table
from engine.labels import canonical, class_codes

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


_EXTREME = 1e100  # the squares of larger weights, and their sums, are no numbers
_OUTWEIGHED = 1e12  # beside a row so much heavier the others drown in rounding


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


def infer_positive(
    classes: tuple[str, ...], counts: dict[str, int]
) -> tuple[str, Note | None]:
    """Return the class that is most likely the one to be found, and why.

    A telling name first (yes, bad, 1 …), then the larger of two whole numbers, else
    the rarer of the two.

    Parameters
    ----------
    classes
        Classes of the model.
    counts
        Rows of each class in the data.
    """
    if len(classes) != 2:
        return "", None
    words = [canonical(c).casefold() for c in classes]
    whole = [int(word) for word in words if word.lstrip("-").isdecimal()]
    telling = [c for c, w in zip(classes, words, strict=True) if w in _POSITIVE_WORDS]
    if len(whole) == 2 and max(whole) != 1:  # 1 says nothing beside 2
        name = classes[whole.index(max(whole))]
        return name, Note(code="match.positive_larger", params={"name": name})
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


def meant(class_map: dict[str, str], classes: tuple[str, ...]) -> dict[str, str]:
    """Return a map of labels with the classes named as the model has them.

    Where what is named is no class but what stands for it is, the map was given the
    other way round: ``{"0": "no"}`` and ``{"no": "0"}`` are one of the classes 0 and 1.

    Raises
    ------
    EngineError
        ``target.no_such_class``.
    """
    if not classes:
        return {}
    known = {canonical(label) for label in classes}
    to = [canonical(name) for name in class_map.values() if name]
    turned = {name: label for label, name in class_map.items()}
    backwards = (
        not known.issuperset(to)
        and known.issuperset(canonical(label) for label in class_map)
        and len(turned) == len(class_map)
        and all(turned)
    )
    return {
        label: class_named(name, classes)
        for label, name in (turned if backwards else class_map).items()
    }


def truth_of(
    table: Table, matched: Matched, *, whole: bool = True
) -> NDArray[np.int32 | np.float64]:
    """Return the truth as class codes, or as numbers for regression.

    Parameters
    ----------
    whole
        Whether these are all rows, so that labels that do not fit the classes are
        refused; a few rows may hold few labels.

    Raises
    ------
    EngineError
        ``match.no_target``, ``target.missing_column``, ``target.not_labels``, and
        those of :func:`engine.labels.check`.
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
    classes, class_map = matched.info.classes, matched.class_map
    if whole:
        present = np.bincount(codes[codes >= 0], minlength=len(labels))
        rows = {label: int(n) for label, n in zip(labels, present, strict=True) if n}
        label_names.check(matched.target, rows, classes, class_map)
    of_label = class_codes(labels, classes, class_map)
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
    return known_labels.labels(table, matched.target, known)


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
    used = [(n, f) for n, f in inputs if f.used or n in table.names]
    table.read_written([n for n, f in used if needs_texts(table, n, f)])
    given = [
        known_values.feature(table, name, field)
        if (name, field) in used
        else pa.chunked_array([pa.nulls(table.n_rows, pa.float64())])
        for name, field in inputs
    ]
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
                why = str(error.params.get("why", ""))
                _name_what_is_empty(features, matched.info, why)
                _name_what_is_too_large(features, why)
            raise
        return scores, labels, matched.info.score_kind
    if matched.recorded is None:
        raise EngineError("predict.no_model")
    return recorded_answers.answers(
        table, matched.info, matched.recorded, matched.positive
    )


def _name_what_is_empty(features: pa.Table, info: ModelInfo, why: str) -> None:
    """Say which column is not filled in, where a model stopped at that.

    Raises
    ------
    EngineError
        ``model.takes_no_missing``.
    """
    if "NaN" not in why:
        return
    for field_, column in zip(info.inputs, features.columns, strict=True):
        if field_.takes_missing or not column.null_count:
            continue
        raise EngineError(
            "model.takes_no_missing",
            column=field_.name,
            n=column.null_count,
            row=int(np.argmax(column.is_null().to_numpy())),
            kind=info.kind.rpartition(".")[2],
        )


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
            "weights.not_a_weight",
            column=column,
            row=row,
            value=float(weights[row]),
            n=int(bad.sum()),
        )
    if len(weights):
        _check_balance(weights, column)
    return weights


def _check_balance(weights: NDArray[np.float64], column: str) -> None:
    """Refuse weights with which no figure could be worked out.

    Raises
    ------
    EngineError
        ``weights.extreme``, ``weights.outweighs``, ``weights.all_zero``.
    """
    row = int(weights.argmax())
    largest = float(weights[row])
    if largest == 0:
        raise EngineError("weights.all_zero", column=column, n=len(weights))
    found: dict[str, Param] = {"column": column, "row": row, "value": largest}
    if not 1 / _EXTREME < largest < _EXTREME:
        raise EngineError("weights.extreme", **found)
    others = weights.copy()
    others[row] = 0.0
    rest = float(others.sum())
    if 0 < rest * _OUTWEIGHED < largest:
        raise EngineError("weights.outweighs", **found)
