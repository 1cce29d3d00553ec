"""The nodes of a tree in words: boxes to be drawn, and rules as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings import numbers
from engine.contracts.readings.class_names import class_name
from gui.item_models.metrics import Figure
from gui.plots.tree_plot import Node

if TYPE_CHECKING:
    from engine.contracts.readings.glass_box.tree_rules import Rules
    from engine.contracts.results import TreeNodes


class Words:
    """What nodes say of one output, or of all classes.

    Parameters
    ----------
    outputs
        The classes, ``("",)`` of a number.
    shares
        Whether what nodes say is a share of each class.
    output
        The one that is looked at.
    """

    def __init__(
        self,
        tree: TreeNodes,
        rules: Rules,
        outputs: tuple[str, ...],
        *,
        shares: bool,
        output: int,
    ) -> None:
        self._tree, self._rules = tree, rules
        self._outputs = tuple(map(class_name, outputs))
        self._shares, self._output = shares, output
        own = tree.values[:, output]
        self._low, self._span = float(own.min()), float(np.ptp(own)) or 1.0
        self._digits = numbers.decimals_of(float(np.abs(own).max()))

    def nodes(self) -> list[Node]:
        """Return the boxes."""
        tree = self._tree
        below = _below(tree)
        whole = float(tree.n_rows[0]) or 1.0
        return [
            Node(
                parent=int(tree.parent[node]),
                left=int(tree.left[node]),
                right=int(tree.right[node]),
                lines=self._lines(node),
                shares=self._bar(node),
                weight=float(tree.n_rows[node]) / whole,
                below=int(below[node]),
                tip=self.tip(node),
            )
            for node in range(len(tree.parent))
        ]

    def answer(self, node: int) -> str:
        """Return what a node says."""
        values = self._tree.values[node]
        if not self._shares:
            return numbers.fixed(float(values[self._output]), self._digits)
        if len(values) > 1:
            most = int(np.argmax(values))
            return f"{self._outputs[most]} {numbers.percent(float(values[most]))}"
        share = numbers.percent(float(values[0]))
        return f"{self._outputs[0]} {share}" if self._outputs[0] else share

    def tip(self, node: int) -> str:
        """Return all there is to a node."""
        tree = self._tree
        told = [self._rules.to(node), self.answer(node), self._rows(node)]
        if tree.cover[0] > 0:
            cover = float(tree.cover[node])
            told.append(tr("training weight {n}", n=numbers.count(cover)))
            if self._shares:
                told += [
                    tr(
                        "of it {name} {n}",
                        name=name,
                        n=numbers.count(round(float(value) * cover, 6)),
                    )
                    for name, value in zip(
                        self._outputs, tree.values[node], strict=True
                    )
                ]
        return "\n".join(told)

    def rules(self) -> tuple[list[int], list[tuple[Figure, ...]]]:
        """Return the ends of the tree, those with most rows first, and their lines."""
        tree = self._tree
        ends = np.flatnonzero(tree.left < 0)
        order = ends[np.argsort(-tree.n_rows[ends], kind="stable")].tolist()
        return order, [
            (
                Figure(numbers.count(n := int(tree.n_rows[node])), value=n),
                Figure(self.answer(node), strong=True),
                Figure(self._rules.to(node), right=False, tip=self.tip(node)),
            )
            for node in order
        ]

    def _rows(self, node: int) -> str:
        return tr("{n} rows", n=numbers.count(int(self._tree.n_rows[node])))

    def _lines(self, node: int) -> tuple[str, ...]:
        question = self._rules.question(node)
        head = (f"{question}?",) if question else ()
        return (*head, self.answer(node), self._rows(node))

    def _bar(self, node: int) -> tuple[float, ...]:
        values = self._tree.values[node]
        if self._shares:
            return tuple(float(v) for v in np.clip(values, 0.0, 1.0))
        own = (float(values[self._output]) - self._low) / self._span
        return (own,)


def rule_titles() -> list[str]:
    """Return the heads of the table of rules."""
    return [tr("rows"), tr("prediction"), tr("rule")]


def selected_shares(tree: TreeNodes, chosen: np.ndarray) -> list[float]:
    """Return for each node the share of its rows that is selected.

    Parameters
    ----------
    chosen
        ``(n,)`` bool, of the rows that were laid beside the tree.
    """
    found = np.bincount(tree.ends[chosen], minlength=len(tree.parent)).astype(float)
    for node in range(len(found) - 1, 0, -1):  # children stand behind parents
        found[tree.parent[node]] += found[node]
    shares = found / np.maximum(tree.n_rows, 1)
    return [float(share) for share in shares]


def _below(tree: TreeNodes) -> np.ndarray:
    found = tree.hidden.copy()
    for node in range(len(found) - 1, 0, -1):
        found[tree.parent[node]] += 1 + found[node]
    return found
