"""The search for the nearest rows that get another decision.

Nothing is known of the model but its predictions. Four ways lead to rows that decide as
wanted: one feature alone through all its candidates; combinations of the changes that
came nearest, level by level (a beam); what the nearest real rows with the decision
have; and from each of these the way back to the row: changes that are not needed are
undone, and numbers return as far as the decision holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.explain.counterfactual.evaluator import TimeUp
from engine.explain.counterfactual.plausibility import distances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.contracts.progress import Progress
    from engine.explain.counterfactual.actionability import AllowedValues
    from engine.explain.counterfactual.evaluator import Evaluation, Evaluator
    from engine.explain.counterfactual.row_encoding import RowEncoding

    Floats = NDArray[np.float64]
    Key = frozenset[tuple[int, int]]

_ASKED_A_LEVEL = 16_000  # evaluator of one level of combinations
_WIDEST, _NARROWEST = 40, 4  # changed rows that are followed further
_VALUES = 8  # candidates of a feature in combinations
_DEEPEST = 6  # changes that are combined
_OF_ONE_KIND = 3  # followed rows that change the same features
_FINISHED, _BROUGHT_BACK = 60, 30  # rows of one level: pruned, and brought back
_SECTIONS, _ROUNDS = 64, 3  # places between here and there, and how often cut so


@dataclass
class Search:
    """Looks for rows that decide as wanted, the nearest of each kind.

    Two are of one kind if they change the same features, numbers in the same
    direction.

    Attributes
    ----------
    encoding, evaluator
        How rows are coded, and who is asked.
    own
        ``(d,)`` the row.
    free
        What each feature may become.
    most
        Most features that may change; 0: any.
    n
        How many kinds are enough.
    found
        For each kind the nearest row.
    closest
        The row that came nearest to what is wanted without reaching it.
    time_up
        Whether the time was over before all was tried.
    """

    encoding: RowEncoding
    evaluator: Evaluator
    own: Floats
    free: dict[int, AllowedValues]
    most: int
    n: int
    found: dict[Key, Floats] = field(default_factory=dict)
    closest: Floats | None = None
    time_up: bool = False
    _least: float = np.inf

    def run(self, neighbours: Floats, progress: Progress) -> Iterator[None]:
        """Try one way after the other; yields after each.

        Parameters
        ----------
        neighbours
            ``(m, d)`` real rows that decide as wanted.
        """
        try:
            self._evaluate(self.own[None])
            singles = self._one_alone()
            progress.advance(1, 4, "explain.searching")
            yield
            self._from_real_rows(neighbours)
            progress.advance(2, 4, "explain.searching")
            yield
            for _ in self._combined(singles):
                progress.advance(3, 4, "explain.searching")
                yield
        except TimeUp as over:
            self.time_up = True
            for point in over.reached:
                self._keep(point)

    @property
    def limit(self) -> int:
        """Most features that may change."""
        return self.most or len(self.own)

    def distance(self, points: Floats) -> Floats:
        """Return ``(n,)`` how far points lie from the row."""
        found: Floats = distances(self.encoding, points, self.own).sum(axis=1)
        return found

    def changed(self, points: Floats) -> NDArray[np.bool_]:
        """Return ``(n, d)`` where points differ from the row."""
        both_missing = np.isnan(points) & np.isnan(self.own)
        differ: NDArray[np.bool_] = (points != self.own) & ~both_missing
        return differ

    def kind(self, point: Floats) -> Key:
        """Return what a point changes: features, and of numbers the direction."""
        signs = [
            (j, int(np.sign(point[j] - self.own[j])) if self._moves(j) else 0)
            for j in np.flatnonzero(self.changed(point[None])[0]).tolist()
        ]
        return frozenset(signs)

    def _evaluate(self, points: Floats) -> Evaluation:
        evaluation = self.evaluator.evaluate(points)
        few = self.changed(points).sum(axis=1) <= self.limit
        lacking = np.where(evaluation.reached | ~few, np.inf, evaluation.missing)
        if len(lacking) and lacking.min() < self._least:
            self._least = float(lacking.min())
            self.closest = points[int(np.argmin(lacking))].copy()
        return evaluation

    def _moves(self, j: int) -> bool:
        """Return whether a change of a feature has a direction and a way back."""
        return bool(self.encoding.is_number[j]) and bool(np.isfinite(self.own[j]))

    def _one_alone(self) -> list[tuple[int, float, float]]:
        """Change one feature to each of its candidates.

        Returns
        -------
        list
            Feature, value, and what the score still lacks, where it is not reached.
        """
        places = [(j, v) for j, ways in self.free.items() for v in ways.values]
        points = np.tile(self.own, (len(places), 1))
        for at, (j, value) in enumerate(places):
            points[at, j] = value
        evaluation = self._evaluate(points)
        self._finish(self._nearest_each_way(points[evaluation.reached]))
        return [
            (j, value, float(lacks))
            for (j, value), lacks, reached in zip(
                places, evaluation.missing, evaluation.reached, strict=True
            )
            if not reached
        ]

    def _nearest_each_way(self, points: Floats) -> Floats:
        """Return of each kind the nearest points: one of numbers, all of labels."""
        best: dict[object, int] = {}
        far = self.distance(points)
        for at in np.lexsort((*points.T, far)):
            kind = self.kind(points[at])
            ties = tuple(points[at][j] for j, sign in sorted(kind) if not sign)
            best.setdefault((kind, ties), int(at))
        return points[list(best.values())]

    def _from_real_rows(self, rows: Floats) -> None:
        """Start from real rows, as far as their cells may be had."""
        points = np.tile(self.own, (len(rows), 1))
        for j, ways in self.free.items():
            values = rows[:, j]
            may = np.isfinite(values) & (values >= ways.low) & (values <= ways.high)
            if not self.encoding.is_number[j]:
                may &= np.isin(values, ways.values)
            points[may, j] = values[may]
        points = points[self.changed(points).any(axis=1)]
        evaluation = self._evaluate(points)
        self._finish(points[evaluation.reached])

    def _combined(self, singles: list[tuple[int, float, float]]) -> Iterator[None]:
        """Combine changes that came near, one more at each level."""
        moves = self._moves_of(singles)
        points = np.tile(self.own, (len(moves), 1))
        for at, (j, value) in enumerate(moves):
            points[at, j] = value
        lacks = {move[:2]: move[2] for move in singles}
        followed = points
        if len(points) * len(moves) > 2 * _ASKED_A_LEVEL:  # too many for all pairs
            followed = self._followed(points, np.array([lacks[move] for move in moves]))
        for level in range(2, min(self.limit, _DEEPEST, len(self.free)) + 1):
            if not len(followed) or self._enough(level - 1):
                return
            points = self._further(followed, moves)
            evaluation = self._evaluate(points)
            near = points[evaluation.reached]
            order = np.lexsort((*near.T, self.distance(near)))
            self._finish(self._few_of_a_kind(near[order], _FINISHED))
            rest = ~evaluation.reached
            followed = self._followed(points[rest], evaluation.missing[rest])
            yield

    def _moves_of(
        self, singles: list[tuple[int, float, float]]
    ) -> list[tuple[int, float]]:
        """Return of each feature the changes that are combined."""
        by_feature: dict[int, list[tuple[float, float]]] = {}
        for j, value, lacks in singles:
            by_feature.setdefault(j, []).append((value, lacks))
        chosen = []
        for j, mine in by_feature.items():
            if len(mine) > _VALUES and self.encoding.is_number[j]:
                best = min(mine, key=lambda known: known[1])
                spread = np.linspace(0, len(mine) - 1, _VALUES - 1).round()
                some = sorted({best, *(mine[int(at)] for at in spread)})
            else:
                some = sorted(mine, key=lambda known: known[::-1])[:_VALUES]
            chosen += [(j, value) for value, _ in some]
        return chosen

    def _followed(self, points: Floats, missing: Floats) -> Floats:
        """Return the points that lack least, few that change the same features."""
        each = max(1, len(self.free) * _VALUES)
        most = int(np.clip(_ASKED_A_LEVEL // each, _NARROWEST, _WIDEST))
        order = np.lexsort((*points.T, self.distance(points), missing))
        return self._few_of_a_kind(points[order], most)

    def _few_of_a_kind(self, points: Floats, most: int) -> Floats:
        counts: dict[bytes, int] = {}
        kept = []
        for at, mask in enumerate(self.changed(points)):
            key = mask.tobytes()
            counts[key] = counts.get(key, 0) + 1
            if counts[key] <= _OF_ONE_KIND:
                kept.append(at)
            if len(kept) == most:
                break
        return points[kept]

    def _further(self, points: Floats, moves: list[tuple[int, float]]) -> Floats:
        """Return points with one more feature changed."""
        changed = self.changed(points)
        made = []
        for j, value in moves:
            more = points[~changed[:, j]].copy()
            more[:, j] = value
            made.append(more)
        return np.unique(np.concatenate(made), axis=0)

    def _enough(self, changes: int) -> bool:
        """Return whether as many kinds as are wanted change so few features."""
        return sum(len(kind) <= changes for kind in self.found) >= self.n

    def _finish(self, points: Floats) -> None:
        """Bring rows that decide as wanted back towards the row, and keep them."""
        if not len(points):
            return
        for point in points:
            self._keep(point)
        points = self._back(self._nearest_of_kinds(self._undone(points)))
        for point in self._undone(points):
            self._keep(point)

    def _nearest_of_kinds(self, points: Floats) -> Floats:
        """Return the nearest of each kind, of many kinds those of fewest changes."""
        far, n = self.distance(points), self.changed(points).sum(axis=1)
        best: dict[Key, int] = {}
        for at in np.lexsort((*points.T, far, n)).tolist():
            best.setdefault(self.kind(points[at]), at)
        return points[list(best.values())[:_BROUGHT_BACK]]

    def _keep(self, point: Floats) -> None:
        kind = self.kind(point)
        if not 0 < len(kind) <= self.limit:
            return
        known = self.found.get(kind)
        if known is None or self._rank(point) < self._rank(known):
            self.found[kind] = point

    def _rank(self, point: Floats) -> tuple[float, ...]:
        return (float(self.distance(point[None])[0]), *map(float, point))

    def _undone(self, points: Floats) -> Floats:
        """Undo changes that are not needed, those first that leave most to spare."""
        points = points.copy()
        active = np.arange(len(points))
        while len(active):
            changed = self.changed(points[active])
            several = changed.sum(axis=1) > 1
            who, what = np.nonzero(changed & several[:, None])
            trials = points[active[who]].copy()
            trials[np.arange(len(who)), what] = self.own[what]
            evaluation = self._evaluate(trials)
            orders: list[NDArray[np.integer]] = []
            for place in range(len(active)):
                mine = np.flatnonzero((who == place) & evaluation.reached)
                mine = mine[np.lexsort((what[mine], evaluation.missing[mine]))]
                orders.append(what[mine][: changed[place].sum() - 1])
            points[active] = self._undone_together(points[active], orders)
            active = active[[len(order) > 1 for order in orders]]
        return points

    def _undone_together(
        self, points: Floats, orders: list[NDArray[np.integer]]
    ) -> Floats:
        """Undo of each point as many changes, in its order, as can be at once."""
        trials, owner = [], []
        for place, order in enumerate(orders):
            trial = points[place].copy()
            for j in order:
                trial[j] = self.own[j]
                trials.append(trial.copy())
                owner.append(place)
        if not trials:
            return points
        made = np.array(trials)
        evaluation = self._evaluate(made)
        for at in np.flatnonzero(evaluation.reached):
            points[owner[at]] = made[at]  # the longest comes last
        return points

    def _back(self, points: Floats) -> Floats:
        """Bring changed numbers back while the decision holds, the farthest first."""
        points = points.copy()
        far = distances(self.encoding, points, self.own)
        far[:, [not self._moves(j) for j in range(len(self.own))]] = 0.0
        order = np.argsort(-far, axis=1, kind="stable")
        for turn in range(int((far > 0).sum(axis=1).max(initial=0))):
            column = order[:, turn]
            active = np.flatnonzero(far[np.arange(len(points)), column] > 0)
            self._back_along(points, active, column[active])
        return points

    def _back_along(
        self, points: Floats, which: NDArray[np.intp], column: NDArray[np.intp]
    ) -> None:
        """Bring one number of each of some points back, in place."""
        near = np.array(
            [
                np.clip(self.own[j], self.free[j].low, self.free[j].high)
                for j in column.tolist()
            ]
        )
        for turn in range(_ROUNDS):
            far = points[which, column]
            owner, places = self._sections(near, far, column, ends=turn == 0)
            if not len(owner):
                return
            trials = points[which[owner]].copy()
            trials[np.arange(len(owner)), column[owner]] = places
            evaluation = self._evaluate(trials)
            for at in np.unique(owner):
                mine = owner == at
                reached, values = evaluation.reached[mine], places[mine]
                first = int(np.argmax(reached)) if reached.any() else len(values)
                if first < len(values):
                    points[which[at], column[at]] = values[first]
                if first > 0:
                    near[at] = values[first - 1]

    def _sections(
        self, near: Floats, far: Floats, column: NDArray[np.intp], *, ends: bool
    ) -> tuple[NDArray[np.intp], Floats]:
        """Return places between two ends, from the near one on, and whose they are.

        With ``ends`` the near one is a place too, unless it is the row's own.
        """
        owner, places = [], []
        for at, j in enumerate(column.tolist()):
            between_them = np.linspace(near[at], far[at], _SECTIONS + 1)[:-1]
            values = self.encoding.rounded(j, between_them)
            low, high = sorted((float(near[at]), float(far[at])))
            inside = (values > low) & (values < high) & (values != self.own[j])
            keep = np.unique(values[inside])
            if ends and near[at] != self.own[j] and near[at] != far[at]:
                keep = np.union1d(keep, near[at])
            keep = keep if far[at] > near[at] else keep[::-1]
            owner.append(np.full(len(keep), at))
            places.append(keep)
        return np.concatenate(owner), np.concatenate(places)
