"""Explanations side by side: what they share, where they part, what to rely on."""

from __future__ import annotations

import warnings

import msgspec
import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer

from engine import analysis
from engine.contracts.errors import EngineError
from engine.contracts.model import Task
from engine.contracts.progress import Silent
from engine.contracts.readings.agreement import read
from engine.explain.agreement.ablation import area, deletions
from engine.explain.agreement.reliability import (
    rank_agreement,
    shared_first,
    sign_disagreements,
)
from tests.support.explained import case, matrix
from tests.support.in_process import explain, fitted_case
from tests.support.taken_apart import numbers, two

N = 300
WEIGHTS = np.array([3.0, -2.0, 1.0, 0.5, 0.0])


def rows(seed=0):
    found = np.random.default_rng(seed).normal(size=(N, len(WEIGHTS)))
    return dict(zip("abcde", found.T, strict=True))


def linear(**kwargs):
    columns = rows()
    return case(
        columns,
        lambda table: matrix(table) @ WEIGHTS,
        task=Task.REGRESSION,
        truth=columns["a"],
        **kwargs,
    )[0]


def test_of_a_sum_ablation_says_what_shapley_values_say():
    found = explain(linear(row=3), "agreement", background="all")
    shapley, ablation = (found.methods.index(m) for m in ("shapley", "ablation"))
    np.testing.assert_allclose(
        found.values[shapley], found.values[ablation], atol=1e-12
    )
    apart = np.array([rows()[name][3] - rows()[name].mean() for name in "abcde"])
    np.testing.assert_allclose(found.values[shapley], WEIGHTS * apart, atol=1e-12)
    assert found.rank_agreement[shapley, ablation] == pytest.approx(1)
    assert found.sign_disagreements == ()


def test_curves_start_at_the_answer_and_end_at_the_base():
    found = explain(linear(row=3), "agreement")
    curves = found.faithfulness
    answer = sum(WEIGHTS * [rows()[name][3] for name in "abcde"])
    assert found.answer == pytest.approx(answer)
    np.testing.assert_allclose(curves.deletion[:, 0], answer)
    np.testing.assert_allclose(curves.deletion[:, -1], found.base)
    np.testing.assert_allclose(curves.insertion[:, 0], found.base)
    np.testing.assert_allclose(curves.insertion[:, -1], answer)


def test_the_order_of_a_sum_beats_nearly_every_random_order():
    columns = rows()
    far = int(np.argmax(matrix_of(columns) @ WEIGHTS))
    found = explain(linear(row=far), "agreement", orders=200)
    assert found.faithfulness.better_orders[0] == 0
    assert found.verdict == "reliable"
    assert "is reliable" in read(found)


def matrix_of(columns):
    return np.column_stack(list(columns.values()))


def test_a_row_like_the_mean_has_little_to_explain():
    columns = rows()
    answers = matrix_of(columns) @ WEIGHTS
    near = int(np.argmin(np.abs(answers - answers.mean())))
    found = explain(linear(row=near), "agreement", background="all")
    assert found.verdict == "near_base"


def test_ablation_sees_nothing_of_features_that_stand_in_for_each_other():
    columns = rows()
    inputs, _ = case(
        columns,
        lambda table: np.where(
            (matrix(table)[:, 0] > 0) | (matrix(table)[:, 1] > 0), 1.0, 0.0
        ),
        task=Task.REGRESSION,
        truth=columns["a"],
        row=int(np.flatnonzero((columns["a"] > 0) & (columns["b"] > 0))[0]),
    )
    found = explain(inputs, "agreement", background="all")
    ablation = found.values[found.methods.index("ablation")]
    shapley = found.values[found.methods.index("shapley")]
    assert shapley[:2].sum() > 0.2
    assert np.abs(ablation[:2]).max() == 0  # the other feature stands in


def test_the_models_own_terms_are_heard_where_it_has_some():
    frame = numbers()
    model = LogisticRegression().fit(frame, two(frame))
    found = explain(fitted_case(model, frame, row=5), "agreement")
    assert "own_terms" in found.methods
    other = linear(row=3)
    assert "own_terms" not in explain(other, "agreement").methods
    codes = [note.code for note in explain(other, "agreement").left_out]
    assert "explain.no_own_terms" in codes


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("scope", ["row", "all"])
def test_of_a_network_gradient_shares_are_heard_beside_shapley_values(scope):
    frame = numbers()
    model = MLPClassifier((8,), max_iter=40, random_state=0).fit(frame, two(frame))
    inputs = fitted_case(model, frame.head(60), row=5)
    found = explain(inputs, "agreement", scope=scope, background="20")
    assert found.methods[:2] == ("shapley", "gradients")
    shapley, gradients = found.values[0], found.values[1]
    assert np.abs(shapley - gradients).max() > 1e-4  # of another rule
    if scope == "row":
        np.testing.assert_allclose(shapley.sum(), gradients.sum(), atol=1e-9)
    cut = make_pipeline(KBinsDiscretizer(3), model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        cut.fit(frame, two(frame))
    left = explain(fitted_case(cut, frame.head(60), row=5), "agreement", scope=scope)
    assert "gradients" not in left.methods
    assert "explain.cut_numbers" in [note.code for note in left.left_out]


def test_a_class_of_several_is_explained_as_it_is_asked():
    columns = rows()

    def answer(table):
        x = matrix(table)[:, :3]
        shares = np.exp(x)
        return shares / shares.sum(axis=1, keepdims=True)

    inputs, _ = case(
        columns, answer, task=Task.MULTICLASS, classes=("p", "q", "r"), row=4
    )
    likeliest = "pqr"[int(np.argmax([columns[name][4] for name in "abc"]))]
    assert explain(inputs, "agreement").output == likeliest
    assert explain(inputs, "agreement", output="q").output == "q"
    with pytest.raises(EngineError, match=r"explain\.bad_choice"):
        explain(inputs, "agreement", output="s")


def test_over_all_rows_importance_is_held_against_shuffling():
    found = explain(linear(), "agreement", scope="all")
    assert found.methods[:2] == ("shapley", "permutation")
    assert found.faithfulness is None
    assert found.verdict in ("reliable", "unreliable")
    assert found.provenance.n_used == N


def test_without_a_current_row_there_is_nothing_to_examine():
    with pytest.raises(EngineError, match=r"explain\.no_row"):
        explain(linear(), "agreement")


def test_a_model_that_changes_its_mind_is_not_relied_on():
    inputs = linear(row=3)
    info = msgspec.structs.replace(inputs.matched.info, deterministic=False)
    inputs.matched.model.info = info
    unsure = type(inputs)(
        **{
            **inputs.__dict__,
            "matched": type(inputs.matched)(
                **{**inputs.matched.__dict__, "info": info}
            ),
        }
    )
    found = explain(unsure, "agreement")
    assert found.verdict == "unreliable"
    assert found.reasons[0].code == "explain.not_deterministic"


# The parts


def test_rank_agreement_is_spearmans():
    weights = np.random.default_rng(0).random((3, 8))
    found = rank_agreement(weights)
    expected = spearmanr(weights[0], weights[2]).statistic
    assert found[0, 2] == pytest.approx(expected)
    assert np.array_equal(np.diag(found), np.ones(3))


def test_first_features_are_compared_as_sets():
    weights = np.array([[5, 4, 1, 0.0], [4, 5, 0, 1.0], [0, 1, 4, 5.0]])
    found = shared_first(weights, 2)
    assert found[0, 1] == 1
    assert found[0, 2] == 0


def test_a_sign_within_its_spread_is_no_sign():
    values = np.array([[1.0, -0.5], [1.0, 0.5]])
    certain = np.full((2, 2), np.nan)
    assert [at.feature for at in sign_disagreements(values, certain)] == [1]
    unsure = np.array([[0.1, 0.4], [0.1, 0.1]])
    assert sign_disagreements(values, unsure) == ()


def test_features_leave_one_by_one():
    left = deletions(np.array([[2, 0, 1]]))[0]
    assert left.tolist() == [
        [True, True, True],
        [True, True, False],
        [False, True, False],
        [False, False, False],
    ]
    assert area(np.array([[1.0, 0.5, 0.0]])).tolist() == [0.5]


def test_what_one_method_knows_so_far_is_not_shown_as_the_whole():
    shown = []

    class Watched(Silent):
        def partial(self, result):
            shown.append(result)

    found = analysis.load("agreement")
    for scope in ("row", "all"):
        found.run(linear(row=3), found.Params(scope=scope), Watched())
    parts = analysis.load("shapley")
    model = GradientBoostingClassifier(n_estimators=5, random_state=0)
    many = pd.concat([numbers()] * 30, ignore_index=True)
    inputs = fitted_case(model.fit(numbers(), two(numbers())), many)
    parts.run(inputs, parts.Params(), Watched())
    assert shown  # it does tell what it knows so far, when asked by itself
    shown.clear()
    found.run(inputs, found.Params(scope="all", rows=0), Watched())
    assert shown == []
