"""What a model's kind is made of, as plain arrays: what exact explanations need.

A host exports it once. The rows that it speaks of are *encoded*: what the last
part of a pipeline is given, one float64 column each (``EncodeBatch``). The sum
over trees, terms or coefficients plus the base, sent through ``link``, is the
model's own answer; the engine checks that before it uses any of it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec
import numpy as np


class Link(StrEnum):
    """What turns the sum into the scores.

    ``IDENTITY`` leaves it; ``LOGIT`` is the logistic function of one output, the
    score of the second class; ``SOFTMAX`` is over all outputs; ``LOG`` is the
    exponential.
    """

    IDENTITY = "identity"
    LOGIT = "logit"
    SOFTMAX = "softmax"
    LOG = "log"


class Activation(StrEnum):
    """What a unit of a network makes of its sum."""

    IDENTITY = "identity"
    RELU = "relu"
    LOGISTIC = "logistic"
    TANH = "tanh"


class TreeEnsemble(msgspec.Struct, frozen=True, kw_only=True, tag="trees"):
    """Trees as flat arrays over ``m`` nodes; leaves have ``feature`` -1.

    A row goes left where its encoded value is ``<= threshold``. Where a library
    compares otherwise (``<``, in float32), thresholds are moved to the nearest
    number that gives the same answer, and encoded values are cast as it casts.

    Attributes
    ----------
    roots
        ``(t,)`` int32 root of each tree.
    left, right
        ``(m,)`` int32 children, -1 at leaves. A child stands behind its parent.
    feature
        ``(m,)`` int32 encoded column.
    threshold
        ``(m,)`` float64.
    missing_left
        ``(m,)`` bool: where ``nan`` goes.
    levels_start
        ``(m,)`` int32: -1 for a comparison with ``threshold``; else where in
        ``levels`` the node's own stretch begins, of ``levels_size`` entries. A
        whole number ``v`` in ``0 … size - 1`` goes left where ``levels[start +
        v]``, all other values go right, ``nan`` as ``missing_left`` says.
    levels_size, levels
        ``(m,)`` int32 and flat bool.
    cover
        ``(m,)`` float64 training weight that went through the node.
    values
        ``(m, k)`` float64, what a leaf adds to each output; 0 inside.
    base
        ``(k,)`` float64.
    depth
        Most splits on a path.
    """

    roots: np.ndarray
    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    levels_start: np.ndarray
    levels_size: np.ndarray
    levels: np.ndarray
    cover: np.ndarray
    values: np.ndarray
    base: np.ndarray
    depth: int


class LinearForm(msgspec.Struct, frozen=True, kw_only=True, tag="linear"):
    """``rows @ coefficients.T + base``; ``coefficients`` is ``(k, d)``."""

    coefficients: np.ndarray
    base: np.ndarray


class AdditiveForm(msgspec.Struct, frozen=True, kw_only=True, tag="additive"):
    """A sum of looked-up terms of one or two features (EBM).

    Attributes
    ----------
    columns
        For each term the encoded columns that index its table, one or two; their
        values are bin numbers.
    shapes
        For each term the sizes of its table's axes.
    tables
        All tables, flattened in C order one after the other, ``(total, k)``.
    base
        ``(k,)``.
    """

    columns: tuple[tuple[int, ...], ...]
    shapes: tuple[tuple[int, ...], ...]
    tables: np.ndarray
    base: np.ndarray


class Layer(NamedTuple):
    """``activation(rows @ weights.T + bias)``; ``weights`` is ``(out, in)``."""

    weights: np.ndarray
    bias: np.ndarray
    activation: Activation


class DenseNetwork(msgspec.Struct, frozen=True, kw_only=True, tag="network"):
    """Layers of units, each of which sees all units of the layer before it.

    Attributes
    ----------
    widths
        Units of every layer from the ``d`` encoded columns to the ``k`` outputs.
    weights
        All layers flattened one after the other, each ``(out, in)`` in C order.
    biases
        Of the hidden layers, one after the other.
    activations
        Of each hidden layer; that of the outputs is the link.
    base
        ``(k,)`` biases of the outputs.
    """

    widths: tuple[int, ...]
    weights: np.ndarray
    biases: np.ndarray
    activations: tuple[Activation, ...]
    base: np.ndarray

    def layers(self) -> tuple[Layer, ...]:
        """Return its layers, the outputs last and without an activation."""
        found, begun, bias = [], 0, np.concatenate([self.biases, self.base])
        told = (*self.activations, Activation.IDENTITY)
        units = 0
        for wide, out, activation in zip(
            self.widths[:-1], self.widths[1:], told, strict=True
        ):
            flat = self.weights[begun : begun + wide * out]
            found.append(
                Layer(flat.reshape(out, wide), bias[units : units + out], activation)
            )
            begun, units = begun + wide * out, units + out
        return tuple(found)


Form = TreeEnsemble | LinearForm | AdditiveForm | DenseNetwork


class Structure(msgspec.Struct, frozen=True, kw_only=True, tag="structure"):
    """A model from the inside.

    Attributes
    ----------
    form
        ``None`` where the kind offers nothing.
    link
        What turns its sum into the model's scores.
    outputs
        Classes of the ``k`` outputs; ``("",)`` for regression; the second class
        alone where one margin decides between two.
    encoded
        ``(d)`` names of the encoded columns.
    source
        ``(d,)`` int32: the model's input each encoded column comes from.
    cut_by
        A step before the form that cuts numbers into pieces, if there is one: between
        two of an input's values the form's rows then jump.
    """

    form: Form | None
    link: Link = Link.IDENTITY
    outputs: tuple[str, ...] = ()
    encoded: tuple[str, ...] = ()
    source: np.ndarray
    cut_by: str = ""
