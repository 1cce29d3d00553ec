"""The target decision of a counterfactual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.dataset import Part
from engine.contracts.errors import EngineError
from engine.contracts.model import Task, natural_threshold
from engine.evaluate.sample import cut_of, decided_of
from engine.predict import class_named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Inputs
    from engine.explain.subject import Subject

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whether predictions decide as wanted, and how far they are from it.

    Attributes
    ----------
    task
        What the model predicts.
    positive, threshold
        Of two classes: the code of the positive one, and its score from which it is
        decided; without a threshold the model's own labels decide.
    cut
        Of two classes: the score that tells how far a prediction is from the other
        side, which is ``threshold`` where there is one.
    codes
        Codes of the classes that are wanted; empty for regression.
    low, high
        Of regression the ends of the wanted answer, infinite where it has none.
    outside
        Whether a prediction counts beyond either end instead of between them.
    """

    task: Task
    positive: int = -1
    threshold: float | None = None
    cut: float = 0.5
    codes: tuple[int, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    outside: bool = False

    def decided(
        self, scores: NDArray[np.floating], labels: NDArray[np.integer | np.floating]
    ) -> NDArray[np.integer | np.floating]:
        """Return the class codes decided, or the predictions of regression."""
        return decided_of(self.task, self.positive, self.threshold, scores, labels)

    def reached(
        self, scores: NDArray[np.floating], labels: NDArray[np.integer | np.floating]
    ) -> NDArray[np.bool_]:
        """Return where the decision is one that is wanted.

        Parameters
        ----------
        scores, labels
            ``(n, k)`` and ``(n,)`` as the model gives them.
        """
        decided = self.decided(scores, labels)
        if self.task is not Task.REGRESSION:
            return np.isin(decided, self.codes)
        if self.outside:
            return (decided <= self.low) | (decided >= self.high)
        return (decided >= self.low) & (decided <= self.high)

    def missing(self, scores: NDArray[np.floating]) -> Floats:
        """Return how much the score lacks; about 0 or less where it is reached."""
        known = np.asarray(scores, dtype=np.float64)
        if self.task is Task.BINARY:
            lacks = self.cut - known[:, self.positive]
            return lacks if self.positive in self.codes else -lacks
        if self.task is Task.MULTICLASS:
            wanted = np.zeros(known.shape[1], dtype=bool)
            wanted[list(self.codes)] = True
            best: Floats = known[:, wanted].max(axis=1)
            return np.asarray(known[:, ~wanted].max(axis=1) - best)
        value = known[:, 0]
        if self.outside:
            return np.minimum(value - self.low, self.high - value)
        return np.maximum(self.low - value, value - self.high)


def target_of(
    inputs: Inputs, subject: Subject, row: int, wanted: str | float | bool
) -> Target:
    """Return what is to be reached for a row.

    Parameters
    ----------
    wanted
        A class; of regression ``low..high`` (one end may be left out), or ``+10``,
        ``-10`` or ``±10`` for a change by at least so much. Empty: any other class;
        of regression a change, up or down, by the median distance of the predictions
        from their median.

    Raises
    ------
    EngineError
        ``target.no_such_class``, ``explain.bad_aim``.
    """
    text = str(wanted).strip()
    task = subject.info.task
    predictions = inputs.predictions[Part.EVALUATION]
    if task is Task.REGRESSION:
        return _of_value(predictions.labels, row, text)
    cut = cut_of(predictions, inputs.decision)
    if cut is None:
        cut = natural_threshold(predictions.score_kind)
    plain = Target(
        task=task,
        positive=subject.positive,
        threshold=inputs.decision.threshold,
        cut=cut,
    )
    own = plain.decided(
        predictions.scores[row : row + 1], predictions.labels[row : row + 1]
    )
    classes = subject.info.classes
    if text:
        codes: tuple[int, ...] = (classes.index(class_named(text, classes)),)
    else:
        codes = tuple(c for c in range(len(classes)) if c != int(own[0]))
    return replace(plain, codes=codes)


def _of_value(predictions: Floats, row: int, text: str) -> Target:
    own = float(predictions[row])
    if not text:
        known = predictions[np.isfinite(predictions)]
        step = float(np.median(np.abs(known - np.median(known))))
        step = step or float(known.std()) or abs(own) or 1.0
        return Target(
            task=Task.REGRESSION, low=own - step, high=own + step, outside=True
        )
    low, two, high = text.partition("..")
    if two:
        ends = _number(low, text, -np.inf), _number(high, text, np.inf)
        if ends[0] > ends[1]:
            raise EngineError("explain.bad_aim", given=text)
        return Target(task=Task.REGRESSION, low=ends[0], high=ends[1])
    step = _number(text.lstrip("±"), text, np.nan)
    if not np.isfinite(step) or step == 0:
        raise EngineError("explain.bad_aim", given=text)
    if text.startswith("±"):
        step = abs(step)
        return Target(
            task=Task.REGRESSION, low=own - step, high=own + step, outside=True
        )
    if step > 0:
        return Target(task=Task.REGRESSION, low=own + step)
    return Target(task=Task.REGRESSION, high=own + step)


def _number(part: str, text: str, empty: float) -> float:
    if not part.strip():
        return empty
    try:
        found = float(part)
    except ValueError as error:
        raise EngineError("explain.bad_aim", given=text) from error
    if np.isnan(found):
        raise EngineError("explain.bad_aim", given=text)
    return found
