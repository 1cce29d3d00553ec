"""Work that is left behind when it should stop."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from engine.contracts.errors import Cancelled
from engine.contracts.progress import SILENT
from engine.explain.shapley.tree_shap import tree_interactions, tree_shapley
from engine.explain.stoppable import stoppable
from engine.model_host.structure.sklearn_trees import part_of


class Stopping:
    """A progress that is cancelled after a while."""

    def __init__(self, after: float) -> None:
        self._until = time.monotonic() + after

    def raise_if_cancelled(self) -> None:
        if time.monotonic() > self._until:
            raise Cancelled

    def advance(self, done: float, total: float, stage: str) -> None:
        self.raise_if_cancelled()


def test_what_work_found_is_returned():
    assert stoppable(lambda: 7, SILENT) == 7


def test_what_work_raised_is_raised():
    with pytest.raises(ZeroDivisionError):
        stoppable(lambda: 1 / 0, SILENT)


def test_work_is_left_behind_when_it_should_stop():
    go_on = threading.Event()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        stoppable(lambda: go_on.wait(20), Stopping(0.2))
    assert time.monotonic() - began < 5
    go_on.set()


def test_no_task_is_begun_after_trees_were_told_to_stop():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(6_000, 20))
    forest = RandomForestClassifier(60, max_depth=9, random_state=0)
    forest.fit(rows[:2_000], rows[:2_000, 0] * rows[:2_000, 1] > 0)
    form = part_of(forest).form
    before = threading.active_count()
    with pytest.raises(Cancelled):
        tree_shapley(form, rows, rows[:100], progress=Stopping(0.05))
    assert threading.active_count() == before
    with pytest.raises(Cancelled):
        list(tree_interactions(form, rows, rows[:100], progress=Stopping(0.05)))
    assert threading.active_count() == before
