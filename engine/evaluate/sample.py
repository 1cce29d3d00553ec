"""Which rows a figure is computed on, and the badge that says so."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine.contracts.dataset import Note, Part
from engine.contracts.decision import class_ties, own_cut, rule_of
from engine.contracts.errors import EngineError
from engine.contracts.metrics import effective_share
from engine.contracts.model import ScoreKind, Task, natural_threshold
from engine.contracts.provenance import Provenance
from engine.contracts.readings.numbers import threshold_digits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.decision import Decision, Rule
    from engine.contracts.predictions import Predictions
    from engine.contracts.selection import Mask


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The rows of one part that have a truth and an answer, and are selected.

    Attributes
    ----------
    positive
        Code of the positive class (binary), else -1.
    truth, decided
        Class codes, or values for regression; ``decided`` follows the decision.
    scores
        ``(n, k)`` as the model gave them.
    rows
        Row numbers in the part, or ``None`` where all rows are used.
    n_total, n_selected
        Rows of the part, and those of them in the selection.
    """

    task: Task
    part: Part
    classes: tuple[str, ...]
    score_kind: ScoreKind
    positive: int
    truth: NDArray[Any]
    decided: NDArray[Any]
    scores: NDArray[np.floating]
    weights: NDArray[np.float64] | None
    rows: NDArray[np.int64] | None
    n_total: int
    n_selected: int

    @property
    def n(self) -> int:
        """Rows in use."""
        return len(self.truth)

    @property
    def skipped(self) -> int:
        """Selected rows left out because truth or answer is missing."""
        return self.n_selected - self.n

    @property
    def scored(self) -> bool:
        """Whether there are scores, not labels alone."""
        return bool(self.scores.shape[1] > 0)

    @property
    def probabilities(self) -> bool:
        """Whether the scores are probabilities of the classes."""
        return self.scored and self.score_kind is ScoreKind.PROBABILITY

    @property
    def effective(self) -> float:
        """Effective rows per unit of weight (Kish)."""
        return effective_share(self.weights)

    def positive_scores(self) -> NDArray[np.floating]:
        """Return the score of the positive class (binary)."""
        return self.scores[:, self.positive if self.scores.shape[1] > 1 else 0]

    def rule(self, decision: Decision) -> Rule | None:
        """Return what the decision comes to, ``None`` where no score could decide."""
        if self.task is not Task.BINARY or not self.scored:
            return None
        return rule_of(
            self.positive_scores(),
            self.decided == self.positive,
            (self.classes[self.positive], self.classes[1 - self.positive]),
            decision.threshold,
            natural_threshold(self.score_kind),
        )

    def of_decision(self, decision: Decision) -> tuple[Note, ...]:
        """Return what the reader should know of how rows were decided."""
        if self.task is Task.MULTICLASS:
            return class_ties(self.scores, self.decided, self.classes)
        rule = self.rule(decision)
        return () if rule is None else rule.notes()

    def notes(self) -> tuple[Note, ...]:
        """Return what the reader should know of the choice of rows."""
        found = []
        if self.skipped:
            found.append(
                Note(
                    code="evaluate.rows_left_out",
                    params={"n": self.skipped, "part": self.part.value},
                )
            )
        if self.weights is not None:
            rows = self.effective * float(self.weights.sum())
            found.append(
                Note(code="evaluate.weighted", params={"effective": round(rows)})
            )
        return tuple(found)


def take(inputs: Inputs, part: Part = Part.EVALUATION) -> Sample:
    """Return the usable rows of a part under the selection and the decision.

    The selection concerns the evaluation part alone.

    Raises
    ------
    EngineError
        ``evaluate.no_rows`` if none is left, ``evaluate.unknown_positive``,
        ``evaluate.bad_weights`` if a weight is negative or not a number.
    """
    predictions = inputs.predictions[part]
    mask = inputs.mask if part is Part.EVALUATION else None
    positive = positive_code(predictions, inputs.decision)
    usable = _usable(predictions)
    n_selected = predictions.n_rows if mask is None else int(np.count_nonzero(mask))
    rows = _chosen(usable, mask)
    n_used = predictions.n_rows if rows is None else len(rows)
    if n_used == 0:
        raise EngineError(
            "evaluate.no_rows",
            part=part.value,
            selected=n_selected,
            total=predictions.n_rows,
        )
    decided = decide(predictions, positive, inputs.decision.threshold)
    return Sample(
        task=predictions.task,
        part=part,
        classes=predictions.classes,
        score_kind=predictions.score_kind,
        positive=positive,
        truth=_at(predictions.truth, rows),
        decided=_at(decided, rows),
        scores=_at(predictions.scores, rows),
        weights=_weights(predictions, rows),
        rows=rows,
        n_total=predictions.n_rows,
        n_selected=n_selected,
    )


def positive_code(predictions: Predictions, decision: Decision) -> int:
    """Return the code of the positive class: the decision's, else the last class.

    Raises
    ------
    EngineError
        ``evaluate.unknown_positive`` if the decision names no class.
    """
    if predictions.task is not Task.BINARY:
        return -1
    if not decision.positive:
        return len(predictions.classes) - 1
    if decision.positive not in predictions.classes:
        raise EngineError(
            "evaluate.unknown_positive",
            positive=decision.positive,
            classes=predictions.classes,
        )
    return predictions.classes.index(decision.positive)


def decide(
    predictions: Predictions, positive: int, threshold: float | None
) -> NDArray[Any]:
    """Return the decided class code (or value) of every row."""
    return decided_of(
        predictions.task, positive, threshold, predictions.scores, predictions.labels
    )


def decided_of(
    task: Task,
    positive: int,
    threshold: float | None,
    scores: NDArray[np.floating],
    labels: NDArray[Any],
) -> NDArray[Any]:
    """Return the decided class code (or value) of answers that are no predictions yet.

    Parameters
    ----------
    positive, threshold
        Of two classes: the code of the positive one, and its score from which it is
        decided; without a threshold the model's own ``labels`` decide.
    scores, labels
        ``(n, k)`` and ``(n,)`` as the model gives them.
    """
    if threshold is None or task is not Task.BINARY or scores.shape[1] == 0:
        return labels
    column = positive if scores.shape[1] > 1 else 0
    above = scores[:, column] >= float(threshold)
    return np.where(above, np.int32(positive), np.int32(1 - positive))


def cut_of(predictions: Predictions, decision: Decision) -> float | None:
    """Return the threshold that decides as the decision does on every row.

    ``None`` where none does: of more classes, of labels alone, and where the model's
    own rule is no threshold on its score.
    """
    if predictions.task is not Task.BINARY or predictions.scores.shape[1] == 0:
        return None
    if decision.threshold is not None:
        return decision.threshold
    positive = positive_code(predictions, decision)
    scores = predictions.scores[:, positive if predictions.scores.shape[1] > 1 else 0]
    natural = natural_threshold(predictions.score_kind)
    return own_cut(scores, predictions.labels == positive, natural)[0]


def provenance(
    inputs: Inputs,
    sample: Sample,
    params: msgspec.Struct,
    started: float,
    method: str = "",
) -> Provenance:
    """Return the badge of a result computed on ``sample``.

    Parameters
    ----------
    started
        ``time.perf_counter()`` when the work began.
    """
    if inputs.mask is not None:
        sampling = "selection"
    else:
        sampling = "usable" if sample.skipped else "all"
    known: dict[str, Any] = {
        "selection": describe_selection(inputs),
        "decision": describe_decision(sample, inputs.decision),
        **inputs.stamp,
        "n_used": sample.n,
        "n_total": sample.n_total,
        "part": sample.part.value,
        "sampling": sampling,
        "seed": inputs.seed,
        "method": method,
        "parameters": msgspec.structs.asdict(params),
        "elapsed": time.perf_counter() - started,
    }
    return Provenance(**known)


def describe_selection(inputs: Inputs) -> str:
    """Return the selection as text, ``""`` for all rows."""
    if inputs.selection is None:
        return ""
    from engine.contracts.rule_text import describe  # noqa: PLC0415 - rarely needed

    return describe(inputs.selection)


def describe_decision(sample: Sample, decision: Decision) -> str:
    """Return the decision as text, ``""`` where no score decides.

    The model's own rule is told by its threshold, where it has one.
    """
    rule = sample.rule(decision)
    if rule is None or rule.cut is None:
        return ""
    sign = ">" if rule.strict else "≥"
    return f"{rule.positive} {sign} {threshold_digits(rule.boundary)}"


def unsupported(
    facts: Facts, tasks: tuple[Task, ...], *, probabilities: bool = False
) -> Note | None:
    """Return why an analysis of ``tasks`` cannot run on a case, or ``None``."""
    if facts.data is None or facts.model is None or not facts.predicted:
        return Note(code="evaluate.no_predictions")
    if facts.model.task not in tasks:
        return Note(
            code="evaluate.other_task",
            params={
                "task": facts.model.task.value,
                "needed": tuple(task.value for task in tasks),
            },
        )
    if probabilities and facts.model.score_kind is not ScoreKind.PROBABILITY:
        return Note(code="evaluate.not_probabilities")
    return None


def _usable(predictions: Predictions) -> Mask | None:
    if predictions.task is Task.REGRESSION:
        usable = np.isfinite(predictions.truth)
        usable &= np.isfinite(predictions.labels)
    else:
        usable = predictions.truth >= 0
        usable &= predictions.labels >= 0
        for column in range(predictions.scores.shape[1]):
            usable &= ~np.isnan(predictions.scores[:, column])
    return None if usable.all() else usable


def _chosen(usable: Mask | None, mask: Mask | None) -> NDArray[np.int64] | None:
    if mask is None:
        return None if usable is None else np.flatnonzero(usable)
    return np.flatnonzero(mask if usable is None else usable & mask)


def _at(values: NDArray[Any], rows: NDArray[np.int64] | None) -> NDArray[Any]:
    return values if rows is None else values[rows]


def _weights(
    predictions: Predictions, rows: NDArray[np.int64] | None
) -> NDArray[np.float64] | None:
    if predictions.weights is None:
        return None
    weights = np.asarray(_at(predictions.weights, rows), dtype=np.float64)
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        first = int(np.argmax(bad))
        row = first if rows is None else int(rows[first])
        raise EngineError(
            "evaluate.bad_weights",
            n=int(np.count_nonzero(bad)),
            row=row,
            value=str(weights[first]),
        )
    if not weights.sum() > 0:
        raise EngineError("evaluate.no_weight", n=len(weights))
    return weights
