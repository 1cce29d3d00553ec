"""A first look at model and data together: do labels, classes and predictions fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine import known_labels
from engine.contracts.dataset import Note, Part, Role
from engine.contracts.errors import EngineError
from engine.contracts.model import Mapping, ScoreKind, Task
from engine.contracts.progress import SILENT
from engine.contracts.results import MatchPreview
from engine.input_mapping import mapping_warnings, propose
from engine.labels import canonical, class_codes, respelled
from engine.models.recorded_scores import class_of_single
from engine.predict import (
    Matched,
    answers_of,
    features_of,
    infer_positive,
    labels_of_target,
    truth_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from engine.contracts.dataset import DatasetInfo
    from engine.contracts.errors import Param
    from engine.contracts.progress import Progress
    from engine.data.table import Table

N_TRIED = 200
N_SHOWN = 12
_MOST_NAMED = 8


def preview(
    matched: Matched,
    data: DatasetInfo,
    table: Table,
    progress: Progress = SILENT,
) -> MatchPreview:
    """Try a match on a seeded sample of rows before anything else is computed.

    Parameters
    ----------
    matched
        The model, target and wished-for mapping; gaps are filled here.
    data, table
        The data set and its evaluation part.
    """
    info = matched.info
    problems: tuple[Note, ...] = ()
    warnings: list[Note] = []
    if matched.model is not None:
        mapping, problems = propose(info, data, matched.mapping, matched.target, table)
        warnings += mapping_warnings(info, mapping, table)
        matched = replace(matched, mapping=mapping)
    if not matched.target:
        problems = (*problems, Note(code="match.no_target"))
    if table.n_rows == 0:
        problems = (*problems, Note(code="match.no_rows"))
    unmatched, counts = label_counts(table, matched)
    problems = (*problems, *_label_problems(table, matched))
    if unmatched and not any(p.code.startswith("target.") for p in problems):
        warnings += _unmatched(table, matched, unmatched)
    warnings += _respelled(table, matched)
    if matched.recorded is not None:
        warnings += info.notes
    positive, reason = positive_class(matched, counts)
    matched = replace(matched, positive=positive)
    result = MatchPreview(
        mapping=matched.mapping or Mapping(),
        task=info.task,
        classes=info.classes,
        positive=positive,
        positive_reason=reason,
        problems=problems,
        warnings=tuple(warnings),
        unmatched_labels=unmatched,
        scores_as="" if matched.recorded is None else matched.recorded.kind,
    )
    if problems:
        return result
    try:
        return _tried(result, matched, table, progress)
    except EngineError as error:
        note = Note(code=error.code, params=error.params)
        return msgspec.structs.replace(result, problems=(note,))


def positive_class(matched: Matched, counts: dict[str, int]) -> tuple[str, Note | None]:
    """Return the class to be found, and why where nobody chose it.

    Where somebody did, whose scores recorded ones are taken for, if that is open.
    """
    if matched.info.task is not Task.BINARY:
        return "", None
    if matched.positive:
        return matched.positive, _turned(matched, counts)
    if matched.recorded is not None:
        named = class_of_single(matched.recorded, matched.info.classes)
        if named:
            note = Note(code="match.positive_by_score", params={"name": named})
            return named, note
    return infer_positive(matched.info.classes, counts)


def _turned(matched: Matched, counts: dict[str, int]) -> Note | None:
    """Say whose scores a column without a class in its name is taken for.

    Said where the class that was chosen is not the one that would have been: the
    scores are of that one as a rule.
    """
    recorded, classes = matched.recorded, matched.info.classes
    if recorded is None or len(recorded.scores) != 1:
        return None
    usual, _ = infer_positive(classes, counts)
    if usual == matched.positive or class_of_single(recorded, classes):
        return None
    params: dict[str, Param] = {
        "column": recorded.scores[0],
        "name": matched.positive,
        "other": usual,
    }
    return Note(code="match.score_of_positive", params=params)


def _label_problems(table: Table, matched: Matched) -> tuple[Note, ...]:
    """Return why the labels of the target are no classes of the model."""
    if matched.target not in table.names:
        return ()
    try:
        truth_of(table, matched)
    except EngineError as error:
        return (Note(code=error.code, params=error.params),)
    return ()


def _unmatched(
    table: Table, matched: Matched, unmatched: tuple[str, ...]
) -> list[Note]:
    """Say which labels do not count: those of which it was said, and the others."""
    codes, labels = labels_of_target(table, matched)
    said = {canonical(label) for label, name in matched.class_map.items() if not name}
    notes = []
    for code, some in (
        ("match.labels_left_out", [n for n in unmatched if canonical(n) in said]),
        ("match.unmatched_labels", [n for n in unmatched if canonical(n) not in said]),
    ):
        if not some:
            continue
        places = [labels.index(label) for label in some if label in labels]
        params: dict[str, Param] = {
            "labels": tuple(some[:_MOST_NAMED]),
            "column": matched.target,
            "n_rows": int(np.count_nonzero(np.isin(codes, places))),
            "mapping": f"{some[0]}={matched.info.classes[0]}",
            "nothing": f"{some[0]}=",
        }
        notes.append(Note(code=code, params=params))
    return notes


def _respelled(table: Table, matched: Matched) -> list[Note]:
    if matched.info.task is Task.REGRESSION or matched.target not in table.names:
        return []
    try:
        _, labels = labels_of_target(table, matched)
    except TypeError:
        return []
    pairs = respelled(labels, matched.info.classes, matched.class_map)
    if not pairs:
        return []
    params: dict[str, Param] = {"pairs": pairs[:_MOST_NAMED]}
    return [Note(code="match.respelled_labels", params=params)]


def label_counts(
    table: Table, matched: Matched
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the target's labels that are no class, and the rows of each class."""
    if matched.info.task is Task.REGRESSION or matched.target not in table.names:
        return (), {}
    try:
        codes, labels = labels_of_target(table, matched)
    except TypeError:
        return (), {}
    of_label = class_codes(labels, matched.info.classes, matched.class_map)[:-1]
    present = np.bincount(codes[codes >= 0], minlength=len(labels))
    unmatched = []
    counts: dict[str, int] = {}
    for label, code, n in zip(labels, of_label, present, strict=True):
        if code >= 0:
            name = matched.info.classes[code]
            counts[name] = counts.get(name, 0) + int(n)
        elif n:
            unmatched.append(label)
    if (codes < 0).any():
        known = {*matched.info.classes, *matched.class_map}
        tokens = known_labels.tokens(table, matched.target)
        unmatched += sorted(tokens.keys() - known)
    return tuple(unmatched), counts


def _tried(
    result: MatchPreview, matched: Matched, table: Table, progress: Progress
) -> MatchPreview:
    n = min(N_TRIED, table.n_rows)
    rows = np.sort(np.random.default_rng(0).choice(table.n_rows, n, replace=False))
    sample = table.take(rows)
    truth = truth_of(sample, matched, whole=False)
    scores, labels, kind = answers_of(sample, matched, progress)
    info = matched.info
    if matched.model is not None:
        features = features_of(sample, matched)
        if not matched.model.is_deterministic(features, progress):
            note = Note(code="model.not_deterministic")
            result = msgspec.structs.replace(result, warnings=(*result.warnings, note))
    if info.task is Task.REGRESSION:
        known = np.isfinite(truth) & np.isfinite(labels)
        sanity = (
            float(np.median(np.abs(truth - labels)[known])) if known.any() else None
        )
        centre = np.median(truth[known]) if known.any() else 0.0
        baseline = (
            float(np.median(np.abs(truth[known] - centre))) if known.any() else None
        )
        told, answered = [f"{t:.6g}" for t in truth], [f"{v:.6g}" for v in labels]
        shown = labels
    else:
        known = (truth >= 0) & (labels >= 0)
        sanity = float(np.mean((labels == truth)[known])) if known.any() else None
        most = np.bincount(truth[known].astype(int)).max() if known.any() else 0
        baseline = float(most / known.sum()) if known.any() else None
        told = [info.classes[t] if t >= 0 else "" for t in truth]
        answered = [info.classes[v] if v >= 0 else "" for v in labels]
        shown = _shown_scores(scores, labels, matched, kind)
    return msgspec.structs.replace(
        result,
        n_tried=n,
        rows=tuple(int(row) for row in rows[:N_SHOWN]),
        truth=tuple(told[:N_SHOWN]),
        prediction=tuple(answered[:N_SHOWN]),
        score=tuple(float(s) for s in shown[:N_SHOWN]),
        sanity=sanity,
        baseline=baseline,
    )


def _shown_scores(
    scores: np.ndarray, labels: np.ndarray, matched: Matched, kind: ScoreKind
) -> np.ndarray:
    if kind is ScoreKind.LABEL:
        return np.full(len(labels), np.nan)
    if matched.info.task is Task.BINARY:
        return scores[:, matched.info.classes.index(matched.positive)]
    found: np.ndarray = scores[np.arange(len(labels)), labels]
    return found


def target_of(data: DatasetInfo) -> str:
    """Return the column that is most likely the target, or ``""``."""
    targets = data.with_role(Role.TARGET)
    return targets[0].name if len(targets) == 1 else ""


def evaluation_table(tables: MappingOf[Part, Table]) -> Table:
    """Return the part that is judged.

    Raises
    ------
    EngineError
        ``data.none`` if no data are open.
    """
    if Part.EVALUATION not in tables:
        raise EngineError("data.none")
    return tables[Part.EVALUATION]
