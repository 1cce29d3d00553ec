"""Shares along the gradient of a network, beside the reference and beside walks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from asking import LONG, N_BACKGROUND, N_EXPLAINED, Asked, Cost
from explaining import N_FEATURES

if TYPE_CHECKING:
    from asking import Row

UNITS = (64, 32)
N_DRAWN = 500  # gradients a row that the reference draws
PRECISION, FINE = 1e-2, 1e-5
EQUAL = 1e-3  # error at which the estimates are taken; ours are nearer
LEAST = 3


class Network(Asked):
    """A network of 30 features, as layers and as a function of torch's tensors."""

    def __init__(self, activation: str) -> None:
        from sklearn.neural_network import MLPClassifier

        super().__init__(
            MLPClassifier(UNITS, activation=activation, max_iter=300, random_state=0)
        )
        scaler, self.model = self._model[0], self._model[-1]
        self.near, self.far = map(scaler.transform, (self.rows, self.background))

    def shares(self, precision: float) -> np.ndarray:
        """Return ours ``(rows, features)``."""
        from engine.contracts.structure import Link
        from engine.explain.gradients.path_integral import PathIntegral
        from engine.model_host.structure.network import part_of

        form: Any = part_of(self.model).form
        counted = np.full(N_BACKGROUND, 1 / N_BACKGROUND)
        ways = PathIntegral(form, Link.LOGIT, [0], self.far, counted)
        return ways.integrate(self.near, precision).values[:, :, 0]

    def drawn(self, seed: int) -> np.ndarray:
        """Return the reference's estimates of the same."""
        import shap
        import torch

        torch.set_num_threads(1)
        layers: list[Any] = []
        bend = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[self.model.activation]
        for weights, bias in zip(
            self.model.coefs_, self.model.intercepts_, strict=True
        ):
            linear = torch.nn.Linear(*weights.shape)
            linear.weight.data = torch.tensor(weights.T, dtype=torch.float32)
            linear.bias.data = torch.tensor(bias, dtype=torch.float32)
            layers += [linear, bend()]
        network = torch.nn.Sequential(*layers[:-1], torch.nn.Sigmoid())
        near, far = (
            torch.tensor(rows, dtype=torch.float32) for rows in (self.near, self.far)
        )
        explainer = shap.GradientExplainer(network, far, batch_size=N_DRAWN)
        found = explainer.shap_values(near, nsamples=N_DRAWN, rseed=seed)
        return np.asarray(found).reshape(N_EXPLAINED, N_FEATURES)


def beside() -> list[Row]:
    """Exact shares of kinks, and shares in steps of a smooth network."""
    found = []
    for activation in ("relu", "tanh"):
        network = Network(activation)
        network.shares(PRECISION)  # imported before the clock
        network.drawn(0)
        truth, walked = network.shares(FINE), network.walks(LONG["MLP"], 999)
        ours = network.cost(lambda _seed, n=network: n.shares(PRECISION), truth)
        reference = network.cost(network.drawn, truth).at(EQUAL)[1]
        walks = network.cost(lambda seed, n=network: n.walks(2, seed), walked)
        found.append(_row(activation, ours, reference, walks.at(EQUAL)[1]))
    return found


def _row(activation: str, ours: Cost, reference: float, walks: float) -> Row:
    kind = "exact" if activation == "relu" else f"within {ours.error:.0e}"
    ratio = reference / ours.seconds
    shown = (
        f"{1e3 * ours.seconds:.1f} ms a row, {kind}; for an error of {EQUAL:.0e} the "
        f"reference {1e3 * reference:.0f} ms: {ratio:.0f}×; Shapley values by walks "
        f"{1e3 * walks:.0f} ms: {walks / ours.seconds:.0f}×"
    )
    title = (
        f"Shares along the gradient, {activation} network of {UNITS[0]} and {UNITS[1]} "
        f"units, {N_FEATURES} features, {N_BACKGROUND} background rows"
    )
    return title, shown, f"≥ {LEAST}×", "met" if ratio >= LEAST else "MISSED"
