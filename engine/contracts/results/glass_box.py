"""The model structure in the units of the data; a surrogate tree."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance
from engine.contracts.results.classification import Metric
from engine.contracts.structure import Link


class WeightedSum(msgspec.Struct, frozen=True, kw_only=True, tag="weighted_sum"):
    """An intercept and ``m`` weights, which add up to the answer before the link.

    Attributes
    ----------
    feature
        ``(m,)`` int32: the model's input each weight belongs to.
    kind
        For each weight ``number`` (added once for each unit of the input), ``level``
        (added where the input is ``what``), ``missing`` (added where it is missing)
        or ``encoded`` (for each unit of the column ``what`` that the model makes of
        it by a curve).
    what
        The label or value, or the name of the encoded column; else ``""``.
    weights
        ``(m, k)``.
    spread
        ``(m,)`` standard deviation over the rows of what the weight is multiplied
        by; of levels that is 1 or 0.
    n
        ``(m,)`` rows with a value, with that level, or without a value.
    intercept
        ``(k,)``.
    low, high
        ``(m, k)`` ends of 95 % intervals of the weights, where they can be told.
    """

    feature: np.ndarray
    kind: tuple[str, ...]
    what: tuple[str, ...]
    weights: np.ndarray
    spread: np.ndarray
    n: np.ndarray
    intercept: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    def standardised(self) -> np.ndarray:
        """Return ``(m, k)`` what one standard deviation of the rows adds."""
        found: np.ndarray = self.weights * self.spread[:, None]
        return found


class TreeNodes(msgspec.Struct, frozen=True, kw_only=True, tag="nodes"):
    """One tree from its root on, ``m`` nodes level by level.

    Attributes
    ----------
    number
        Which of the model's trees.
    parent, left, right
        ``(m,)`` int32 places, -1 for none. A node without children is a leaf, or is
        closed: then ``hidden`` nodes below it are not given.
    depth
        ``(m,)`` int32.
    feature
        ``(m,)`` int32 input that is asked about; -1 where nothing is.
    question
        For each node ``number`` (left where the input is ``<= threshold``, or
        ``>= threshold`` where ``turned``), ``levels`` (left where it is one of
        ``goes_left``), ``missing`` (whether it is missing), ``encoded`` (left where
        the column ``encoded`` that the model makes of it is ``<= threshold``), or
        ``""``.
    threshold, turned
        ``(m,)``, ``nan`` where there is none.
    goes_left, goes_right
        For each node the labels or values, of those seen in the rows.
    encoded
        For each node the name of the encoded column, or ``""``.
    missing_left
        ``(m,)`` bool: which way a missing value goes.
    cover
        ``(m,)`` training weight that went through; all 0 where the model does not
        tell.
    n_rows
        ``(m,)`` int64 rows of the case that go through.
    values
        ``(m, k)`` what leaves say; of others the mean of the leaves below them, by
        ``cover`` (else by ``n_rows``).
    hidden
        ``(m,)`` int64 nodes below that are not given.
    ends
        ``(n,)`` int32: the last given node that each row comes to.
    path
        The current row's nodes, root first; empty without one.
    """

    number: int
    parent: np.ndarray
    left: np.ndarray
    right: np.ndarray
    depth: np.ndarray
    feature: np.ndarray
    question: tuple[str, ...]
    threshold: np.ndarray
    turned: np.ndarray
    goes_left: tuple[tuple[str, ...], ...]
    goes_right: tuple[tuple[str, ...], ...]
    encoded: tuple[str, ...]
    missing_left: np.ndarray
    cover: np.ndarray
    n_rows: np.ndarray
    values: np.ndarray
    hidden: np.ndarray
    ends: np.ndarray
    path: np.ndarray

    def way_to(self, node: int) -> list[int]:
        """Return the places from the root to a node, both with it."""
        found = [node]
        while self.parent[found[-1]] >= 0:
            found.append(int(self.parent[found[-1]]))
        return found[::-1]

    def below(self, node: int) -> np.ndarray:
        """Return ``(m,)`` bool: the node and all that are given below it."""
        found = np.zeros(len(self.parent), dtype=bool)
        found[node] = True
        for place in range(node + 1, len(found)):  # children stand behind parents
            found[place] = found[place] or found[self.parent[place]]
        return found


class Trees(msgspec.Struct, frozen=True, kw_only=True, tag="tree_model"):
    """One tree or many, whose answers add up (or whose mean is taken).

    Attributes
    ----------
    averaged
        Whether the model's answer is the mean of the trees' own; else they add up.
    base
        ``(k,)`` what stands before the first tree.
    n_leaves, depths
        ``(t,)`` int32 leaves and most questions on a path, of each tree.
    splits, trees
        ``(d,)`` int64 for each input: nodes that ask about it, and trees that do.
    asked
        ``(d,)`` how often a training row is asked about the input, on average over
        the trees; ``None`` where covers are not known.
    apart
        ``(d,)`` how far the splits on the input set answers apart: by how much they
        lower the variance of what the trees say on their training rows, outputs
        added up, mean over the trees; ``None`` where covers are not known.
    tree
        The one that is shown.
    """

    averaged: bool
    base: np.ndarray
    n_leaves: np.ndarray
    depths: np.ndarray
    splits: np.ndarray
    trees: np.ndarray
    asked: np.ndarray | None = None
    apart: np.ndarray | None = None
    tree: TreeNodes


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What the model adds for one input, or for two together, step by step.

    Attributes
    ----------
    features
        One input or two.
    edges
        For each ``(g + 1,)`` where its steps begin and end, from the rows' least
        number to their greatest; empty for levels.
    levels
        For each the ``g`` labels or values of the rows; empty for steps.
    values
        ``(g, k)`` or ``(g1, g2, k)``.
    counts
        ``(g,)`` or ``(g1, g2)`` int64 rows.
    missing
        ``(k,)`` what is added where the one input is missing; empty where no row
        is, and of two.
    n_missing
        Rows that lack a value.
    strength
        ``(k,)`` mean size over the rows of what is added.
    row, own
        The step of the current row along each, -1 for none, and its own numbers,
        ``nan`` for none and for levels.
    """

    features: tuple[int, ...]
    edges: tuple[np.ndarray, ...]
    levels: tuple[tuple[str, ...], ...]
    values: np.ndarray
    counts: np.ndarray
    missing: np.ndarray
    n_missing: int
    strength: np.ndarray
    row: tuple[int, ...]
    own: tuple[float, ...]


class Shapes(msgspec.Struct, frozen=True, kw_only=True, tag="shapes"):
    """An intercept and shape functions, which add up to the answer.

    Attributes
    ----------
    shapes
        Strongest first.
    intercept
        ``(k,)``.
    """

    shapes: tuple[Shape, ...]
    intercept: np.ndarray


class GlassBox(msgspec.Struct, frozen=True, kw_only=True, tag="glass_box"):
    """The model itself, as far as it can be read.

    Attributes
    ----------
    kind
        ``linear``, ``tree``, ``ensemble``, ``additive``, or ``closed``.
    body
        ``None`` where it is closed.
    link
        What turns the sum into the answer.
    space
        Of the sum: ``probability``, ``margin`` or ``value``.
    feature_names, outputs
        The model's inputs; the class or classes, ``("",)`` for regression.
    row_ids
        ``(n,)`` int64 rows of the evaluation part that were looked at, ascending.
    n_missing
        ``(d,)`` int64 of them without a value of each input.
    row
        The current row, -1 if there is none.
    gap, n_compared
        Largest difference between the answers of its parts and the model's own, and
        on how many of those rows, evenly spread, that was looked at.
    """

    kind: str
    body: WeightedSum | Trees | Shapes | None = None
    link: Link = Link.IDENTITY
    space: str = ""
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    row_ids: np.ndarray
    n_missing: np.ndarray
    row: int = -1
    gap: float = 0.0
    n_compared: int = 0
    notes: tuple[Note, ...] = ()
    provenance: Provenance

    def ratios(self) -> np.ndarray | None:
        """Return ``(m, k)`` by what one unit multiplies: the odds, or the answer.

        ``None`` where a weight multiplies nothing.
        """
        if not isinstance(self.body, WeightedSum):
            return None
        if self.link not in (Link.LOGIT, Link.LOG):
            return None
        with np.errstate(over="ignore"):
            found: np.ndarray = np.exp(self.body.weights)
        return found


class Surrogate(msgspec.Struct, frozen=True, kw_only=True, tag="surrogate"):
    """A shallow tree fitted to the model's answers, never to the truth.

    Attributes
    ----------
    tree
        Fitted on ``n_fitted`` rows (its ``cover``); ``n_rows``, ``ends`` are of all.
    depth
        Most questions that were allowed.
    n_fitted, n_held_out
        Rows it was fitted on, and others on which it was measured.
    r2
        For each output the share of the variance of the model's answers for the
        held-out rows that the tree's answers have.
    error
        For each output the root mean square gap between the two.
    agreement
        Share of the held-out rows that both decide alike; ``None`` for regression.
    same_for_all
        Share that the one decision made most often would get.
    space
        ``probability``, ``margin`` or ``value``: of the answers.
    feature_names, outputs
        The model's inputs; the class or classes, ``("",)`` for regression.
    row_ids
        ``(n,)`` int64 rows of the evaluation part that were used, ascending.
    n_missing
        ``(d,)`` int64 of them without a value of each input.
    row, row_own, row_said
        The current row or -1, and ``(k,)`` what the model and the tree say of it.
    """

    tree: TreeNodes
    depth: int
    n_fitted: int
    n_held_out: int
    r2: tuple[Metric, ...]
    error: tuple[Metric, ...]
    agreement: Metric | None = None
    same_for_all: float = 0.0
    space: str
    feature_names: tuple[str, ...]
    outputs: tuple[str, ...]
    row_ids: np.ndarray
    n_missing: np.ndarray
    row: int = -1
    row_own: np.ndarray
    row_said: np.ndarray
    notes: tuple[Note, ...] = ()
    provenance: Provenance
