"""Shares along gradients against automatic differentiation and the reference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import skl2onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tests.support.in_process import as_matrix, explain, fitted_case
from tests.support.taken_apart import numbers, opened, three, two, value

torch = pytest.importorskip("torch")
shap = pytest.importorskip("shap")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SHORT = {"max_iter": 40, "random_state": 0}
FEW, BEHIND = 6, 5
POINTS = 40  # of each piece of a way
UNITS = {"relu": torch.relu, "tanh": torch.tanh, "logistic": torch.sigmoid}


def as_torch(model, link):
    """The network as a function of torch's tensors."""
    layers = [
        (torch.tensor(weights.astype(float)), torch.tensor(bias.astype(float)))
        for weights, bias in zip(model.coefs_, model.intercepts_, strict=True)
    ]

    def answer(rows):
        for weights, bias in layers[:-1]:
            rows = UNITS[model.activation](rows @ weights + bias)
        return link(rows @ layers[-1][0] + layers[-1][1])

    return answer


def softmax(rows):
    return torch.softmax(rows, dim=1)


def integrated(answer, rows, others, model, output=0):
    """Integrated gradients by Gauss and Legendre's rule, the mean over the others."""
    total = np.zeros_like(rows)
    for place, row in enumerate(rows):
        for other in others:
            along, weights = rule(model, row, other)
            between = other + along[:, None] * (row - other)
            between = torch.tensor(between, requires_grad=True)
            answer(between)[:, output].sum().backward()
            gradient = weights @ between.grad.numpy()
            total[place] += gradient * (row - other) / len(others)
    return total


def rule(model, row, other):
    """Points and weights on a way, cut where the sum of a unit has its kink."""
    cuts = [0.0, 1.0]
    if model.activation == "relu":
        grid = np.linspace(0, 1, 20_001)
        says = other + grid[:, None] * (row - other)
        for weights, bias in zip(
            model.coefs_[:-1], model.intercepts_[:-1], strict=True
        ):
            sums = says @ weights + bias
            before, after = sums[:-1], sums[1:]
            at, unit = np.nonzero(before * after < 0)
            one, next_one = before[at, unit], after[at, unit]
            cuts += (grid[at] + one / (one - next_one) / 20_000).tolist()
            says = np.maximum(sums, 0)
    cuts = np.unique(cuts)
    points, counted = np.polynomial.legendre.leggauss(POINTS)
    long = np.diff(cuts)[:, None]
    along = cuts[:-1, None] + long * (points + 1) / 2
    return along.ravel(), (long * counted / 2).ravel()


def shares(model, frame, **params):
    params = {"precision": 1e-6, "background": BEHIND, **params}
    inputs = fitted_case(model, frame.head(60))
    return explain(inputs, "shapley", route="gradients", **params)


@pytest.mark.parametrize("output", ["probability", "margin"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize("target", [two, three])
def test_classifiers_are_those_of_automatic_differentiation(target, activation, output):
    frame = numbers()
    model = MLPClassifier((9, 6), activation=activation, **SHORT)
    model.fit(frame, target(frame))
    found = shares(model, frame, output=output)
    link = torch.sigmoid if target is two else softmax
    answer = as_torch(model, link if output == "probability" else torch.clone)
    rows = as_matrix(frame)
    values = found.values if found.values.ndim == 3 else found.values[:, :, None]
    for place in range(values.shape[2]):
        expected = integrated(
            answer, rows[:FEW], rows[found.background.rows], model, place
        )
        np.testing.assert_allclose(values[:FEW, :, place], expected, atol=1e-6)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_regressions_are_those_of_automatic_differentiation(activation):
    frame = numbers()
    model = MLPRegressor(hidden_layer_sizes=(9, 6), activation=activation, **SHORT)
    model.fit(frame, value(frame) / 10)
    found = shares(model, frame)
    answer, rows = as_torch(model, torch.clone), as_matrix(frame)
    expected = integrated(answer, rows[:FEW], rows[found.background.rows], model)
    np.testing.assert_allclose(found.values[:FEW], expected, atol=1e-6)


def test_scaled_and_spread_columns_are_followed_as_the_network_is_given_them():
    frame = numbers()
    frame["e"] = np.random.default_rng(5).choice(["x", "y", "z"], len(frame))
    before = ColumnTransformer(
        [
            ("n", StandardScaler(), list("abcd")),
            ("l", OneHotEncoder(sparse_output=False), ["e"]),
        ]
    )
    model = make_pipeline(before, MLPClassifier((9, 6), activation="tanh", **SHORT))
    model.fit(frame, two(numbers()))
    found = shares(model, frame)
    given = model[0].transform(frame)
    answer = as_torch(model[-1], torch.sigmoid)
    expected = integrated(answer, given[:FEW], given[found.background.rows], model[-1])
    expected = np.column_stack([expected[:, :4], expected[:, 4:].sum(axis=1)])
    np.testing.assert_allclose(found.values[:FEW], expected, atol=1e-6)


def test_a_converted_network_is_followed_like_the_one_it_was():
    frame = numbers()[list("abc")].set_axis(["x0", "x1", "x2"], axis=1)
    model = make_pipeline(
        StandardScaler(), MLPClassifier((9, 6), activation="tanh", **SHORT)
    )
    model.fit(frame.to_numpy(dtype=np.float32), two(numbers()))
    graph = skl2onnx.to_onnx(
        model,
        initial_types=[("x", FloatTensorType([None, 3]))],
        options={id(model): {"zipmap": False}},
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    found = shares(opened(graph.SerializeToString(), "onnx"), frame)
    given = model[0].transform(as_matrix(frame).astype(np.float32)).astype(float)
    expected = integrated(
        as_torch(model[-1], torch.sigmoid),
        given[:FEW],
        given[found.background.rows],
        model[-1],
    )
    np.testing.assert_allclose(found.values[:FEW], expected, atol=1e-6)


def test_the_reference_s_expected_gradients_are_those_within_its_sampling_error():
    frame = numbers().astype(np.float32).astype(np.float64)
    frame = pd.DataFrame((frame - frame.mean()) / frame.std())
    model = MLPClassifier((9, 6), **SHORT).fit(frame, two(numbers()))
    found = shares(model, frame)
    layers = []
    for weights, bias in zip(model.coefs_, model.intercepts_, strict=True):
        linear = torch.nn.Linear(*weights.shape)
        linear.weight.data = torch.tensor(weights.T, dtype=torch.float32)
        linear.bias.data = torch.tensor(bias, dtype=torch.float32)
        layers += [linear, torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1], torch.nn.Sigmoid())
    rows = as_matrix(frame).astype(np.float32)
    behind = torch.tensor(rows[found.background.rows])
    reference = shap.GradientExplainer(network, behind, batch_size=500)
    expected, spread = reference.shap_values(
        torch.tensor(rows[:FEW]), nsamples=5_000, rseed=0, return_variances=True
    )
    spread = np.asarray(spread).reshape(FEW, 4)
    error = np.sqrt(spread / 5_000**0.5)  # it is given as variance by root of n
    apart = np.abs(found.values[:FEW] - np.asarray(expected).reshape(FEW, 4))
    assert (apart <= 4 * error + 1e-6).all()
    assert np.abs(apart).max() < 0.02
