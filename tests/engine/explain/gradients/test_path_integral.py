"""What holds for shares along straight ways through any network."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.contracts.errors import Cancelled
from engine.contracts.progress import Silent
from engine.contracts.structure import Activation, DenseNetwork, Link
from engine.explain.gradients.path_integral import MOST_STEPS, PathIntegral
from engine.explain.structure_predictions import linked

D, SHARES = 5, np.array([0.1, 0.2, 0.3, 0.4])


def network(hidden, k=1, activation=Activation.RELU, seed=0) -> DenseNetwork:
    generator = np.random.default_rng(seed)
    widths = (D, *hidden, k)
    weights = [
        generator.normal(size=(out, into)) / into**0.5 for into, out in pairwise(widths)
    ]
    return DenseNetwork(
        widths=widths,
        weights=np.concatenate([w.ravel() for w in weights]),
        biases=generator.normal(size=sum(hidden)),
        activations=(activation,) * len(hidden),
        base=generator.normal(size=k),
    )


def changed(made: DenseNetwork, change) -> DenseNetwork:
    """The network with its first layer's weights changed."""
    first = made.layers()[0].weights.copy()
    change(first)
    rest = made.weights[first.size :]
    return DenseNetwork(
        widths=made.widths,
        weights=np.concatenate([first.ravel(), rest]),
        biases=made.biases,
        activations=made.activations,
        base=made.base,
    )


def rows(n, seed=1):
    return np.random.default_rng(seed).normal(size=(n, D)) * 2


def answers(made, link, encoded):
    said = encoded
    for layer in made.layers():
        said = said @ layer.weights.T + layer.bias
        if layer.activation is Activation.RELU:
            said = np.maximum(said, 0)
        elif layer.activation is Activation.TANH:
            said = np.tanh(said)
        elif layer.activation is Activation.LOGISTIC:
            said = 1 / (1 + np.exp(-said))
    return linked(said, link)


def ways(made, link=Link.IDENTITY, outputs=None):
    outputs = range(len(made.base)) if outputs is None else outputs
    return PathIntegral(made, link, list(outputs), rows(4, 2), SHARES)


def found(made, link=Link.IDENTITY, enough=1e-4):
    return ways(made, link).integrate(rows(7), enough).values


CASES = [
    (link, k, hidden, activation)
    for link, k in (
        (Link.IDENTITY, 1),
        (Link.IDENTITY, 3),
        (Link.LOGIT, 1),
        (Link.LOG, 1),
        (Link.SOFTMAX, 3),
    )
    for hidden, activation in (
        ((), Activation.RELU),
        ((8,), Activation.RELU),
        ((8, 6), Activation.RELU),
        ((8, 6, 4), Activation.TANH),
        ((8, 6), Activation.LOGISTIC),
        ((8, 6), Activation.IDENTITY),
    )
]


@pytest.mark.parametrize(("link", "k", "hidden", "activation"), CASES)
@pytest.mark.parametrize("n_steps", [1, 3])
def test_shares_add_up_to_the_change_of_the_answer_whatever_the_steps(
    link, k, hidden, activation, n_steps
):
    made = network(hidden, k, activation)
    apart = answers(made, link, rows(7)) - SHARES @ answers(made, link, rows(4, 2))
    shares = ways(made, link).shares(rows(7), n_steps)
    np.testing.assert_allclose(shares.sum(axis=1), apart, atol=1e-12)


@pytest.mark.parametrize(("link", "k", "hidden", "activation"), CASES)
def test_a_column_without_weights_gets_nothing(link, k, hidden, activation):
    def unheard(first):
        first[:, 2] = 0.0

    made = changed(network(hidden, k, activation), unheard)
    assert not found(made, link, 0.1)[:, 2].any()


def test_columns_that_are_heard_alike_get_alike():
    def alike(first):
        first[:, 3] = first[:, 1]

    made = changed(network((8, 6)), alike)
    both, behind = rows(7), rows(4, 2)
    both[:, 3], behind[:, 3] = both[:, 1], behind[:, 1]
    shares = (
        PathIntegral(made, Link.LOGIT, [0], behind, SHARES).integrate(both, 1e-4).values
    )
    np.testing.assert_allclose(shares[:, 3], shares[:, 1], atol=1e-12)


@pytest.mark.parametrize("hidden", [(), (6, 4)])
def test_a_weighted_sum_gets_its_closed_form(hidden):
    made = network(hidden, activation=Activation.IDENTITY)
    weights = np.eye(D)
    for layer in made.layers():
        weights = layer.weights @ weights
    expected = (rows(7) - SHARES @ rows(4, 2)) * weights
    np.testing.assert_allclose(found(made)[:, :, 0], expected, atol=1e-12)


def test_networks_that_answer_alike_are_shared_out_alike():
    made = network((8, 6))
    layers = made.layers()
    twice = np.array([2.0] * 4 + [0.5] * 4)  # what a unit gains its reader loses
    other = DenseNetwork(
        widths=made.widths,
        weights=np.concatenate(
            [
                (layers[0].weights * twice[:, None]).ravel(),
                (layers[1].weights / twice).ravel(),
                layers[2].weights.ravel(),
            ]
        ),
        biases=np.concatenate([layers[0].bias * twice, layers[1].bias]),
        activations=made.activations,
        base=made.base,
    )
    for link in (Link.IDENTITY, Link.LOGIT):
        np.testing.assert_allclose(
            found(other, link, 1e-5), found(made, link, 1e-5), atol=1e-5
        )


@pytest.mark.parametrize("activation", [Activation.RELU, Activation.TANH])
def test_one_layer_of_bends_needs_one_step(activation):
    made = network((9,), 2, activation)
    one = ways(made).integrate(rows(7), 0.0)
    many = ways(made).shares(rows(7), 64)
    np.testing.assert_allclose(one.values, many, atol=1e-9)
    assert not one.error.any()


@pytest.mark.parametrize("link", [Link.IDENTITY, Link.LOGIT])
def test_steps_are_halved_until_shares_are_near_enough(link):
    followed = ways(network((8, 6), 1, Activation.TANH), link)
    truth = followed.shares(rows(20), 4 * MOST_STEPS)
    for enough in (1e-2, 1e-4):
        loose = followed.integrate(rows(20), enough)
        assert (loose.error <= enough).all()
        assert np.abs(loose.values - truth).max() <= enough
    never = followed.integrate(rows(2), -1.0)
    assert (never.error >= 0).all()


@pytest.mark.parametrize(
    ("link", "k"), [(Link.IDENTITY, 2), (Link.LOGIT, 1), (Link.LOG, 1)]
)
@pytest.mark.parametrize("hidden", [(8,), (8, 6), (6, 5, 4)])
def test_between_kinks_shares_are_exact(link, k, hidden):
    followed = ways(network(hidden, k), link)
    exact = followed.integrate(rows(7), 0.0)
    assert not exact.error.any()
    near = followed.shares(rows(7), 4 * MOST_STEPS)
    np.testing.assert_allclose(exact.values, near, atol=3e-6)
    apart = answers(network(hidden, k), link, rows(7))
    apart -= SHARES @ answers(network(hidden, k), link, rows(4, 2))
    np.testing.assert_allclose(exact.values.sum(axis=1), apart, atol=1e-12)


@pytest.mark.parametrize("far", [1.0, 30.0])
def test_softmax_between_kinks_is_exact_to_eleven_digits(far):
    made = network((8, 6), 3)
    followed = PathIntegral(made, Link.SOFTMAX, [0, 1, 2], rows(4, 2), SHARES)
    exact = followed.integrate(far * rows(7), 0.0)
    near = followed.shares(far * rows(7), 8 * MOST_STEPS)
    np.testing.assert_allclose(exact.values, near, atol=1e-5 * far)
    apart = answers(made, Link.SOFTMAX, far * rows(7))
    apart -= SHARES @ answers(made, Link.SOFTMAX, rows(4, 2))
    np.testing.assert_allclose(exact.values.sum(axis=1), apart, atol=1e-10)


def test_wide_networks_of_kinks_are_followed_in_steps(monkeypatch):
    monkeypatch.setattr("engine.explain.gradients.relu_breakpoints.MOST_UNITS", 13)
    assert ways(network((8, 6))).integrate(rows(7), 1e-2).error.all()


def test_pairs_are_looked_at_in_pieces(monkeypatch):
    made = network((8, 6), 3)
    whole = ways(made, Link.SOFTMAX).shares(rows(7), 4)
    between = ways(made, Link.SOFTMAX).shares(rows(7), 0)
    for limit, most in (("_CELLS", 24), ("_CELLS", 1), ("_PRODUCTS", 1)):
        monkeypatch.undo()
        monkeypatch.setattr(f"engine.explain.gradients.path_integral.{limit}", most)
        pieces = ways(made, Link.SOFTMAX).shares(rows(7), 4)
        np.testing.assert_allclose(pieces, whole, atol=1e-13)
        pieces = ways(made, Link.SOFTMAX).shares(rows(7), 0)
        np.testing.assert_allclose(pieces, between, atol=1e-13)


def test_shares_of_one_output_are_those_among_all():
    made = network((8, 6), 3)
    every = ways(made, Link.SOFTMAX).shares(rows(7), 4)
    one = ways(made, Link.SOFTMAX, [2]).shares(rows(7), 4)
    np.testing.assert_allclose(one[:, :, 0], every[:, :, 2], atol=1e-14)


@pytest.mark.parametrize("link", [Link.LOGIT, Link.SOFTMAX])
def test_answers_as_sure_as_can_be_are_shared_out_in_numbers(link):
    made = network((8,), 3 if link is Link.SOFTMAX else 1)
    far = PathIntegral(made, link, [0], 3e3 * rows(4, 2), SHARES).integrate(
        1e3 * rows(7), 1e-3
    )
    assert np.isfinite(far.values).all()


class Watching(Silent):
    def __init__(self):
        self.seen = []

    def advance(self, done, total, stage):
        self.seen.append(done / total)


def test_it_says_how_far_it_is_where_the_end_is_known(monkeypatch):
    monkeypatch.setattr("engine.explain.gradients.path_integral._CELLS", 1)
    watching = Watching()
    ways(network((8, 6))).integrate(rows(3), 1e-3, watching)
    assert watching.seen == [place / 12 for place in range(1, 13)]  # 3 rows by 4 ways


class Impatient(Silent):
    def raise_if_cancelled(self):
        raise Cancelled


def test_it_stops_when_asked_to():
    with pytest.raises(Cancelled):
        ways(network((8, 6))).integrate(rows(7), 1e-3, Impatient())
