"""Losses of a metric, which features go together, and what is asked anew."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.contracts.decision import Decision
from engine.contracts.errors import EngineError
from engine.contracts.provenance import Provenance
from engine.contracts.requests import Run
from engine.contracts.results import DropColumn, Permutation
from gui.panels.importance.permutation import PermutationPanel
from tests.gui.panels.small_case import N, settle, small_case

NAMES = ("age", "home", "income")
MEAN = np.array([0.02, 0.1, -0.001])


def shuffled(request):
    cut = request.params["cut"]
    groups = ((0,), (1,), (2,)) if cut < 0.3 else ((0, 1), (2,))
    mean = MEAN if cut < 0.3 else MEAN[:2]
    return Permutation(
        metric=request.params["metric"] or "roc_auc",
        metrics=("roc_auc", "f1"),
        baseline=0.8,
        lower_is_better=False,
        inputs=NAMES,
        groups=groups,
        feature_names=tuple(" + ".join(NAMES[j] for j in g) for g in groups),
        importances=np.repeat(mean[:, None], 10, axis=1),
        importances_mean=mean,
        importances_std=mean * 0,
        low=mean - 0.01,
        high=mean + 0.01,
        interval_from="rows",
        tree=np.array([[0, 1, 0.3, 2], [2, 3, 0.9, 3.0]]),
        association=np.eye(3),
        n_association=N,
        cut=cut,
        provenance=Provenance(n_used=N, n_total=N, method="permutation"),
    )


def dropped(request):
    if request.params["metric"] == "f1":
        raise EngineError("explain.no_refit", kind="a pipeline")
    mean = np.array([0.01, 0.05, -0.02])
    return DropColumn(
        metric="roc_auc",
        metrics=("roc_auc", "f1"),
        lower_is_better=False,
        own=0.8,
        baseline=0.79,
        feature_names=NAMES,
        importances=mean[:, None],
        importances_mean=mean,
        importances_std=mean * 0,
        n_training=300,
        provenance=Provenance(n_used=N, n_total=N, method="drop_column"),
    )


KNOWN = {"permutation": shuffled, "drop_column": dropped}


@pytest.fixture
def made(qtbot):
    case = small_case()
    before = case.engine.store.answers[Run]
    case.engine.store.answers[Run] = lambda request: (
        KNOWN[request.analysis](request)
        if request.analysis in KNOWN
        else before(request)
    )
    panel = PermutationPanel(case.context)
    qtbot.addWidget(panel)
    panel.resize(600, 500)
    panel.show()
    settle(case)
    return case, panel


def asked(case):
    found = [r for r in case.engine.asked_for(Run) if r.analysis == "permutation"]
    return found[-1]


def test_the_largest_loss_is_read_first(made):
    _, panel = made
    assert panel.reading().startswith("Shuffling home causes the largest drop")
    assert [row[0] for row in panel.as_table()[1]] == ["home", "age", "income"]
    assert "Correlated features can replace each other" in panel.reading()


def test_another_metric_is_asked_for(made):
    case, panel = made
    panel.chooser.setCurrentIndex(1)
    panel.chooser.activated.emit(1)
    settle(case)
    assert asked(case).params["metric"] == "f1"
    assert panel.result.metric == "f1"


def test_the_threshold_matters_to_metrics_of_decisions_alone(made, qtbot):
    case, panel = made
    case.decision.drag(Decision(positive="bad", threshold=0.3), "slider")
    assert not panel._settled.isActive()
    panel.chooser.setCurrentIndex(1)
    panel.chooser.activated.emit(1)
    settle(case)
    case.decision.drag(Decision(positive="bad", threshold=0.4), "slider")
    qtbot.waitUntil(lambda: not panel._settled.isActive())
    settle(case)
    assert asked(case).decision.threshold == 0.4


def test_a_moved_cut_shuffles_features_together(made, qtbot):
    case, panel = made
    panel.view.chosen.emit("kin")
    QApplication.processEvents()
    axes = panel.tree.axes
    spot = axes.point(0.5, 1.0).toPoint()
    qtbot.mousePress(panel.tree, Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseRelease(panel.tree, Qt.MouseButton.LeftButton, pos=spot)
    settle(case)
    assert asked(case).params["cut"] == pytest.approx(0.5, abs=0.02)
    assert "age + home" in [row[0] for row in panel.as_table()[1]]
    assert not panel.grab().isNull()


def test_the_cut_moves_by_keys(made, qtbot):
    case, panel = made
    for _ in range(8):
        qtbot.keyClick(panel.tree, Qt.Key.Key_Right)
    settle(case)
    assert asked(case).params["cut"] == pytest.approx(0.4)


def test_the_interval_says_what_it_is_of(made):
    _, panel = made
    assert "other rows and other shuffles" in panel.words.text()
    assert f"on {N} rows" in panel.words.text()


def test_leaves_stand_so_that_branches_do_not_cross(made):
    _, panel = made
    panel.tree.set_tree(
        ("a", "b", "c", "d"),
        np.array([[0, 2, 0.1, 2], [1, 3, 0.2, 2], [4, 5, 0.8, 4.0]]),
        0.0,
    )
    assert panel.tree._leaves == [0, 2, 1, 3]


def test_a_model_fitted_without_each_feature_is_another_picture(made):
    case, panel = made
    panel.view._buttons["left_out"].click()
    settle(case)
    assert [row[0] for row in panel.as_table()[1]] == ["age", "home", "income"]
    assert "The largest drop is without home" in panel.reading()
    assert "not the file's" in panel.words.text()
    assert not panel.grab().isNull()
    n = len(case.engine.asked_for(Run))
    panel.view._buttons["losses"].click()
    assert panel.reading().startswith("Shuffling home")
    panel.view._buttons["left_out"].click()
    assert "The largest drop is without home" in panel.reading()
    assert len(case.engine.asked_for(Run)) == n


def test_why_nothing_can_be_fitted_anew_is_said(made):
    case, panel = made
    panel.chooser.setCurrentIndex(1)
    panel.view._buttons["left_out"].click()
    settle(case)
    assert "cannot be refitted" in panel.words.text()
    assert panel.as_table()[1] == []
    assert panel.reading() == ""
