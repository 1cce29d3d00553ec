"""What nodes of a tree ask, and the rules that lead to them, in words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.readings.numbers import count, decimals_of, fixed

if TYPE_CHECKING:
    from engine.contracts.results import TreeNodes

_MOST_NAMED = 4
_FIGURES = 5  # of a threshold


class Rules:
    """The questions of one tree as texts.

    Parameters
    ----------
    names
        The model's inputs.
    n_missing
        ``(d,)`` rows without a value of each: only where there are some is said
        which way they go.
    """

    def __init__(
        self, tree: TreeNodes, names: tuple[str, ...], n_missing: np.ndarray
    ) -> None:
        self._tree, self._names, self._n_missing = tree, names, n_missing

    def question(self, node: int) -> str:
        """Return what has to hold for a row to go left; ``""`` of a leaf."""
        return self.side(node, left=True) if self._tree.question[node] else ""

    def side(self, node: int, *, left: bool) -> str:
        """Return what holds for the rows that go one way."""
        goes = self._missing_goes(node, left=left)
        return _or_missing(self._said(node, left=left), goes)

    def _said(self, node: int, *, left: bool) -> str:
        tree, name = self._tree, self._name(node)
        kind = tree.question[node]
        if kind == "levels":
            mine, other = (self._levels(node, left=side) for side in (left, not left))
            return _among(name, mine, other)
        if kind == "missing":
            if bool(tree.missing_left[node]) is left:
                return tr("{name} is missing", name=name)
            return tr("{name} is known", name=name)
        if np.isnan(tree.threshold[node]):
            if left:
                return tr("{name} on one side", name=name)
            return tr("{name} on the other side", name=name)
        turned = bool(tree.turned[node])
        sign = ("≥" if turned else "≤") if left else ("<" if turned else ">")
        return f"{name} {sign} {threshold(tree.threshold[node])}"

    def _levels(self, node: int, *, left: bool) -> tuple[str, ...]:
        return self._tree.goes_left[node] if left else self._tree.goes_right[node]

    def to(self, node: int) -> str:
        """Return the rule that leads to a node: what holds of its rows."""
        way = self._tree.way_to(node)
        told: dict[tuple[int, object], str] = {}
        bounds: dict[int, _Bounds] = {}
        among: dict[int, tuple[str, ...]] = {}
        with_missing: dict[tuple[int, object], bool] = {}
        for place, child in pairwise(way):
            left = int(self._tree.left[place]) == child
            feature = int(self._tree.feature[place])
            kind = self._tree.question[place]
            # Questions about one number, or one set of labels, narrow one another.
            key = (feature, kind if kind in ("number", "levels") else place)
            if kind == "number":
                known = bounds.setdefault(feature, _Bounds())
                known.narrow(self._tree, place, left=left)
                told[key] = known.text(self._names[feature])
            elif kind == "levels":
                mine = self._levels(place, left=left)
                both = tuple(x for x in among.get(feature, mine) if x in set(mine))
                among[feature] = both
                every = (*mine, *self._levels(place, left=not left))
                rest = tuple(x for x in every if x not in set(both))
                told[key] = _among(self._names[feature], both, rest)
            else:
                told[key] = self._said(place, left=left)
            goes = self._missing_goes(place, left=left)
            with_missing[key] = with_missing.get(key, True) and goes
        said = [_or_missing(told[key], with_missing[key]) for key in told]
        return ", ".join(said) or tr("all rows")

    def _name(self, node: int) -> str:
        return self._tree.encoded[node] or self._names[self._tree.feature[node]]

    def _missing_goes(self, node: int, *, left: bool) -> bool:
        """Return whether missing values, where rows have some, go this way too."""
        if self._tree.question[node] == "missing":
            return False  # said already
        some = self._n_missing[self._tree.feature[node]] > 0
        return bool(some) and bool(self._tree.missing_left[node]) is left


def _among(name: str, labels: tuple[str, ...], rest: tuple[str, ...]) -> str:
    """Return which labels are meant, or which are not where those are fewer."""
    if not labels:
        return tr("no known {name}", name=name)
    if 0 < len(rest) < len(labels):
        return f"{name} ≠ {named(rest)}"
    return f"{name} = {named(labels)}"


def _or_missing(said: str, goes: bool) -> str:
    return tr("{condition} or missing", condition=said) if goes else said


class _Bounds:
    """What several questions about one number leave of it."""

    def __init__(self) -> None:
        self._low, self._high = -np.inf, np.inf
        self._least, self._most = ">", "≤"

    def narrow(self, tree: TreeNodes, node: int, *, left: bool) -> None:
        at, turned = float(tree.threshold[node]), bool(tree.turned[node])
        if left != turned:
            if at <= self._high:
                self._high, self._most = at, "<" if turned else "≤"
        elif at >= self._low:
            self._low, self._least = at, "≥" if turned else ">"

    def text(self, name: str) -> str:
        low, high = threshold(self._low), threshold(self._high)
        if np.isinf(self._low):
            return f"{name} {self._most} {high}"
        if np.isinf(self._high):
            return f"{name} {self._least} {low}"
        return f"{low} {'≤' if self._least == '≥' else '<'} {name} {self._most} {high}"


def threshold(value: float) -> str:
    """Return a number at which a tree parts rows."""
    if not np.isfinite(value):
        return ""
    return fixed(value, _decimals(value))


def _decimals(value: float) -> int:
    """Return as few decimals as the first figures of a number need."""
    most = decimals_of(value, _FIGURES)
    for digits in range(most):
        if abs(round(value, digits) - value) < 0.5 * 10.0 ** -(most + 1):
            return digits
    return most


def named(labels: tuple[str, ...]) -> str:
    """Return some labels, and how many more there are."""
    shown = ", ".join(labels[:_MOST_NAMED])
    more = len(labels) - _MOST_NAMED
    if more <= 0:
        return shown
    return tr("{labels} and {n} more", labels=shown, n=count(more))
