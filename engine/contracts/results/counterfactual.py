"""Counterfactuals of a row."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.provenance import Provenance

Cell = str | int | float | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One cell and what it becomes: a number, a label, ``None`` where missing."""

    feature: str
    before: Cell = msgspec.field(name="from")
    after: Cell = msgspec.field(name="to")


class Counterfactual(msgspec.Struct, frozen=True, kw_only=True):
    """A row like the current one that gets another decision.

    Attributes
    ----------
    changes
        The cells in which it differs, those that differ most first.
    answer
        ``(k,)`` what the model says of it, of the result's ``outputs``.
    decided
        The class decided; ``""`` for regression.
    distance
        How far it lies from the current row, see
        :mod:`engine.explain.counterfactual.plausibility`.
    plausibility
        Share of real rows that lie as far from their nearest real rows, or farther;
        ``nan`` where there are too few to tell.
    verified
        Whether the model was asked about exactly this row, once all was found, and
        decided as wanted.
    row
        For a real row its number in the evaluation part, else -1.
    """

    changes: tuple[Change, ...]
    answer: np.ndarray
    decided: str
    distance: float
    plausibility: float
    verified: bool
    row: int = -1


class Counterfactuals(msgspec.Struct, frozen=True, kw_only=True, tag="counterfactual"):
    """The nearest rows to the current one that get another decision.

    Counterfactual explanations (Wachter, Mittelstadt and Russell, 2018), several and
    diverse (Mothilal, Sharma and Tan, 2020).

    Attributes
    ----------
    row
        The current row of the evaluation part.
    feature_names, cells
        The model's inputs, and what the row has in each.
    answer, outputs, space
        ``(k,)`` what the model says of the row; of which classes, ``("",)`` for
        regression; ``probability``, ``margin`` or ``value``.
    decided
        The class decided for the row; ``""`` for regression.
    wanted
        The classes that count as another decision; ``()`` for regression.
    threshold
        Of two classes the score from which the positive one is decided.
    low, high
        Of regression the ends of the answer that is wanted, ``None`` where it has
        none. With ``outside`` an answer counts beyond either end.
    found
        The best first; none that was not verified.
    closest
        Where none was found: the row that came nearest to another decision.
    neighbours
        The nearest real rows of the evaluation part with a decision that is wanted.
    plausibility
        Of the row itself, as of :class:`Counterfactual`.
    n_real, n_real_total, real_part
        Real rows that made rows are held against and whose values they take; of how
        many; of which part.
    n_judged
        Of the real rows those whose own distance is known: plausibilities are shares
        of these.
    n_free
        Features that may change.
    n_asked
        Different rows that the model was asked about.
    time_up
        Whether the search was cut short by its time.
    unfinished
        Whether the search goes on, or was stopped: what was not found may be yet.
    n_wanted
        Counterfactuals that were asked for.
    """

    row: int
    feature_names: tuple[str, ...]
    cells: tuple[Cell, ...]
    answer: np.ndarray
    outputs: tuple[str, ...]
    space: str
    decided: str
    wanted: tuple[str, ...] = ()
    threshold: float | None = None
    low: float | None = None
    high: float | None = None
    outside: bool = False
    found: tuple[Counterfactual, ...] = ()
    closest: Counterfactual | None = None
    neighbours: tuple[Counterfactual, ...] = ()
    plausibility: float
    n_real: int
    n_real_total: int
    n_judged: int
    real_part: str
    n_free: int
    n_asked: int
    time_up: bool = False
    unfinished: bool = False
    n_wanted: int
    notes: tuple[Note, ...] = ()
    provenance: Provenance
