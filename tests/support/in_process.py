"""Models opened in this process, asked as the engine asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import analysis
from engine.contracts.dataset import Part
from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.predictions import Predictions
from engine.contracts.progress import SILENT
from engine.contracts.provenance import Provenance
from engine.data.table import Table
from engine.model_host.adapters.opened import Opened
from engine.models import structure_checks
from engine.predict import Matched
from tests.support.evaluation import ArrayColumns
from tests.support.model_files import arrow
from tests.support.taken_apart import pickled

if TYPE_CHECKING:
    import pandas as pd


class InProcess:
    """A saved scikit-learn model, or any that is open, without a host round it."""

    def __init__(self, fitted) -> None:
        self._opened = fitted if isinstance(fitted, Opened) else pickled(fitted)
        self.info = self._opened.info

    def predict(self, table, progress=SILENT):
        answer = self._opened.predict(table)
        if self.info.task is Task.REGRESSION:
            return answer.scores, answer.scores[:, 0].astype(np.float64)
        return answer.scores, answer.labels

    def structure(self, progress=SILENT):
        try:
            found = self._opened.structure()
        except EngineError:
            return None
        structure_checks.check_structure(self.info, found)
        return found

    def encode(self, table, progress=SILENT):
        return self._opened.encode(table)


def fitted_case(
    fitted, frame: pd.DataFrame, truth: np.ndarray | None = None, **kwargs
) -> analysis.Inputs:
    """Inputs of an analysis about a fitted model and the rows of a frame.

    ``truth`` holds class codes or values; without it the model is always right.
    """
    model, table = InProcess(fitted), arrow(frame)
    scores, labels = model.predict(table)
    known = labels if truth is None else np.asarray(truth, dtype=labels.dtype)
    predictions = Predictions(
        task=model.info.task,
        classes=model.info.classes,
        score_kind=model.info.score_kind,
        truth=known,
        scores=scores,
        labels=labels,
        provenance=Provenance(n_used=len(frame), n_total=len(frame)),
    )
    return analysis.Inputs(
        predictions={Part.EVALUATION: predictions},
        columns=ArrayColumns(len(frame)),
        decision=kwargs.pop("decision", Decision()),
        matched=Matched(info=model.info, model=model, target="truth"),
        tables={Part.EVALUATION: Table(table)},
        **kwargs,
    )


def explain(inputs: analysis.Inputs, name: str, **params):
    """Run a registered analysis."""
    found = analysis.load(name)
    return found.run(inputs, found.Params(**params), SILENT)


def glass_box(fitted, frame: pd.DataFrame, *, decision=None, row=None, **params):
    """What a fitted model is made of."""
    inputs = fitted_case(fitted, frame, decision=decision or Decision(), row=row)
    return explain(inputs, "glass_box", **params)


def as_matrix(frame: pd.DataFrame) -> np.ndarray:
    """The numbers of a frame."""
    return frame.to_numpy(dtype=np.float64)
