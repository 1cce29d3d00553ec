"""Structures that cannot be, and the hosts that say them."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine.contracts.model import Input, ModelInfo, ScoreKind, Task
from engine.contracts.structure import (
    Activation,
    AdditiveForm,
    DenseNetwork,
    LinearForm,
    Link,
    Structure,
    TreeEnsemble,
)
from engine.models.checks import Lie
from engine.models.structure_checks import check_encoded, check_structure

INFO = ModelInfo(
    name="m",
    sha256="",
    format="",
    kind="k",
    task=Task.BINARY,
    score_kind=ScoreKind.PROBABILITY,
    classes=("no", "yes"),
    inputs=(Input(name="a"), Input(name="b")),
)


def indices(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def reals(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def two_trees() -> TreeEnsemble:
    """Return a split on a number with one on a set below it, and a lone leaf."""
    return TreeEnsemble(
        roots=indices(0, 5),
        left=indices(1, -1, 3, -1, -1, -1),
        right=indices(2, -1, 4, -1, -1, -1),
        feature=indices(0, -1, 1, -1, -1, -1),
        threshold=reals(0.5, 0, 0, 0, 0, 0),
        missing_left=np.array([True, False, False, False, False, False]),
        levels_start=indices(-1, -1, 0, -1, -1, -1),
        levels_size=indices(0, 0, 3, 0, 0, 0),
        levels=np.array([True, False, True]),
        cover=reals(10, 4, 6, 1, 5, 10),
        values=reals(0, 1, 0, 2, 3, 4).reshape(6, 1),
        base=reals(0.5),
        depth=2,
    )


def structure(form, **changes) -> Structure:
    made = Structure(
        form=form,
        link=Link.LOGIT,
        outputs=("yes",),
        encoded=("a", "b"),
        source=indices(0, 1),
    )
    return msgspec.structs.replace(made, **changes)


LINEAR = LinearForm(coefficients=np.ones((1, 2)), base=np.zeros(1))
TERMS = AdditiveForm(
    columns=((0,), (0, 1)),
    shapes=((3,), (3, 2)),
    tables=np.ones((9, 1)),
    base=np.zeros(1),
)
NETWORK = DenseNetwork(
    widths=(2, 3, 1),
    weights=np.ones(9),
    biases=np.zeros(3),
    activations=(Activation.RELU,),
    base=np.zeros(1),
)
FOREST = two_trees()


@pytest.mark.parametrize("form", [FOREST, LINEAR, TERMS, NETWORK, None], ids=str)
def test_what_can_be_is_let_through(form):
    check_structure(INFO, structure(form))


@pytest.mark.parametrize(
    "changes",
    [
        {"roots": indices()},
        {"roots": indices(0, 6)},
        {"roots": indices(5, 0)},
        {"roots": indices(0, 0)},
        {"roots": indices(1, 5)},
        {"roots": np.array([0, 5])},
        {"left": indices(0, -1, 3, -1, -1, -1)},
        {"left": indices(1, -1, 0, -1, -1, -1)},
        {"left": indices(1, -1, 9, -1, -1, -1)},
        {"left": indices(-7, -1, 3, -1, -1, -1)},
        {"left": indices(1, -1, 5, -1, -1, -1)},
        {"right": indices(1, -1, 4, -1, -1, -1)},
        {"right": indices(-1, -1, 4, -1, -1, -1)},
        {"right": indices(2, -1, 4, -1, -1)},
        {"left": indices(3, -1, 1, -1, -1, -1), "right": indices(2, -1, 4, -1, -1, -1)},
        {"feature": indices(2, -1, 1, -1, -1, -1)},
        {"feature": indices(-1, -1, 1, -1, -1, -1)},
        {"feature": indices(0, 0, 1, -1, -1, -1)},
        {"feature": reals(0, -1, 1, -1, -1, -1)},
        {"threshold": reals(np.nan, 0, 0, 0, 0, 0)},
        {"threshold": FOREST.threshold.astype(np.float32)},
        {"missing_left": indices(1, 0, 0, 0, 0, 0)},
        {"levels_start": indices(-1, -1, 1, -1, -1, -1)},
        {"levels_start": indices(-2, -1, 0, -1, -1, -1)},
        {"levels_start": indices(-1, 0, 0, -1, -1, -1)},
        {"levels_size": indices(0, 0, -1, 0, 0, 0)},
        {"levels_size": indices(0, 0, 2**31 - 1, 0, 0, 0)},
        {"levels": indices(1, 0, 1)},
        {"levels": np.ones((3, 1), dtype=bool)},
        {"cover": reals(10, 4, 6, 1, -5, 10)},
        {"cover": reals(10, 4, 6, 1, np.inf, 10)},
        {"values": np.full((6, 1), np.nan)},
        {"values": np.zeros((6, 2))},
        {"values": np.zeros(6)},
        {"base": reals(np.inf)},
        {"base": reals(0, 0)},
        {"depth": 1},
        {"depth": -1},
        {"depth": 10**6},
    ],
    ids=str,
)
def test_trees_that_cannot_be_are_refused(changes):
    form = msgspec.structs.replace(two_trees(), **changes)
    with pytest.raises(Lie):
        check_structure(INFO, structure(form))


def test_a_tree_deeper_than_any_is_refused():
    m = 2 * 1500 + 1
    inner = np.arange(m) % 2 == 0
    inner[-1] = False
    node = np.arange(m)
    form = TreeEnsemble(
        roots=indices(0),
        left=np.where(inner, node + 1, -1).astype(np.int32),
        right=np.where(inner, node + 2, -1).astype(np.int32),
        feature=np.where(inner, 0, -1).astype(np.int32),
        threshold=np.zeros(m),
        missing_left=np.zeros(m, dtype=bool),
        levels_start=np.full(m, -1, dtype=np.int32),
        levels_size=np.zeros(m, dtype=np.int32),
        levels=np.zeros(0, dtype=bool),
        cover=np.ones(m),
        values=np.zeros((m, 1)),
        base=np.zeros(1),
        depth=1000,
    )
    with pytest.raises(Lie, match="deep"):
        check_structure(INFO, structure(form))


@pytest.mark.parametrize(
    ("form", "changes"),
    [
        (LINEAR, {"coefficients": np.ones((2, 2))}),
        (LINEAR, {"coefficients": np.ones((1, 3))}),
        (LINEAR, {"coefficients": np.full((1, 2), np.nan)}),
        (LINEAR, {"coefficients": np.ones((1, 2), dtype=np.float32)}),
        (LINEAR, {"base": np.zeros(2)}),
        (TERMS, {"columns": ((0,),)}),
        (TERMS, {"columns": ((0,), (0, 2))}),
        (TERMS, {"columns": ((0,), (-1, 1))}),
        (TERMS, {"columns": ((0,), (1, 1))}),
        (TERMS, {"columns": ((0,), (0, 1, 1)), "shapes": ((3,), (3, 2, 1))}),
        (TERMS, {"shapes": ((3,), (3, 3))}),
        (TERMS, {"shapes": ((3,), (-3, -2))}),
        (TERMS, {"shapes": ((3,), (2**40, 2**40))}),
        (TERMS, {"tables": np.full((9, 1), np.inf)}),
    ],
    ids=str,
)
def test_sums_that_cannot_be_are_refused(form, changes):
    with pytest.raises(Lie):
        check_structure(INFO, structure(msgspec.structs.replace(form, **changes)))


HUGE = 2**40


@pytest.mark.parametrize(
    "changes",
    [
        {"widths": ()},
        {"widths": (2,)},
        {"widths": (2, 1)},
        {"widths": (3, 2, 1)},
        {"widths": (2, 2, 2)},
        {"widths": (2, 4, 1)},
        {"widths": (2, -3, 1)},
        {"widths": (2, 0, 1), "weights": np.ones(0), "biases": np.zeros(0)},
        {"widths": (2, HUGE, 1)},
        {"widths": (2, 7_000_000, 1), "weights": np.broadcast_to(1.0, 21_000_000)},
        {"widths": (2, *[1] * 300, 1)},
        {"weights": np.full(9, np.nan)},
        {"weights": np.full(9, np.inf)},
        {"weights": np.ones((3, 3))},
        {"weights": np.ones(9, dtype=np.float32)},
        {"biases": np.zeros(4)},
        {"biases": np.full(3, np.inf)},
        {"activations": ()},
        {"activations": (Activation.RELU, Activation.TANH)},
        {"base": np.zeros(2)},
        {"base": np.full(1, np.nan)},
    ],
    ids=str,
)
def test_networks_that_cannot_be_are_refused(changes):
    form = msgspec.structs.replace(NETWORK, **changes)
    with pytest.raises(Lie):
        check_structure(INFO, structure(form))


@pytest.mark.parametrize(
    "changes",
    [
        {"source": indices(0, 2)},
        {"source": indices(0, -1)},
        {"source": indices(0)},
        {"source": np.array([0, 1])},
        {"outputs": ("no",)},
        {"outputs": ()},
        {"outputs": ("",)},
        {"outputs": ("no", "yes", "more")},
        {"encoded": ("a", "b" * 5000)},
        {"encoded": ("a",)},
        {"cut_by": "b" * 5000},
    ],
    ids=str,
)
def test_a_frame_around_it_that_cannot_be_is_refused(changes):
    with pytest.raises(Lie):
        check_structure(INFO, structure(LINEAR, **changes))


@pytest.mark.parametrize(
    ("form", "values"),
    [
        (LINEAR, np.zeros((3, 2))),
        (LINEAR, np.zeros((4, 3))),
        (LINEAR, np.zeros((4, 2), dtype=np.float32)),
        (TERMS, np.full((4, 2), 2.0)),
        (TERMS, np.full((4, 2), 0.5)),
        (TERMS, np.full((4, 2), -1.0)),
        (TERMS, np.full((4, 2), np.nan)),
    ],
)
def test_encoded_rows_that_cannot_be_are_refused(form, values):
    check_encoded(structure(form), np.ones((4, 2)), 4)
    with pytest.raises(Lie):
        check_encoded(structure(form), values, 4)
