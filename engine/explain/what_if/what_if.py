"""What if: a row with some cells changed, and what the model makes of it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from engine.contracts.dataset import Note, Part
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.progress import Unshown
from engine.contracts.provenance import Provenance
from engine.contracts.results import Change, WhatIf
from engine.data.table import Table
from engine.evaluate.sample import cut_of, decided_of
from engine.explain.counterfactual.plausibility import distances
from engine.explain.effects.grid import check_points, grid_of
from engine.explain.effects.perturbed import Perturbed
from engine.explain.feature_names import Names, pairs_of, place_of
from engine.explain.scope import badge, the_row
from engine.explain.shapley.shapley_values import ShapleyAnalysis, ShapleyParams
from engine.explain.subject import Subject, unexplainable
from engine.explain.what_if.editable_row import editable_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.results import Axis, Shapley
    from engine.explain.what_if.editable_row import EditableRow

    Floats = NDArray[np.float64]

_POINTS = 40


class WhatIfParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of a change by hand.

    Attributes
    ----------
    changes
        ``name=value``, several as a tuple; ``name=`` for a missing value. Numbers
        with a decimal point.
    feature
        Along which feature the prediction is told; empty: the first changed one, or the
        first of all.
    points
        Most grid points of a number; 0: 40.
    background
        Rows of the background of contributions, or ``all``.
    contributions
        Whether contributions are worked out.
    """

    changes: Names = ()
    feature: str = ""
    points: int = 0
    background: int | str = 100
    contributions: bool = True


class WhatIfAnalysis:
    """The answer, its contributions and its line for a row changed by hand."""

    id = "what_if"
    title = mark("What if")
    Params = WhatIfParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(self, inputs: Inputs, params: WhatIfParams, progress: Progress) -> WhatIf:
        """Ask about the row as it is and as it is changed.

        All but the contributions comes as a partial result.

        Raises
        ------
        EngineError
            ``explain.no_row``, ``explain.no_feature``, ``explain.bad_pair``,
            ``explain.bad_cell``, ``explain.bad_points``, and what
            :func:`engine.explain.background.choose` raises.
        """
        started = time.perf_counter()
        check_points(params.points)
        subject = Subject(inputs)
        row = the_row(inputs)
        about = editable_row(inputs, subject, row, progress)
        made = _changed(about, params.changes)
        pair = _Pair(inputs, subject, about, np.stack([about.own, made]))
        result = pair.told(params, progress)
        result = msgspec.structs.replace(
            result,
            provenance=badge(
                inputs, params, started, n_used=1, method="what_if", sampling="row"
            ),
        )
        if not params.contributions:
            return result
        progress.partial(result)
        progress.raise_if_cancelled()
        shared = pair.contributions(params, progress)
        return msgspec.structs.replace(result, contributions=shared)


class _Pair:
    """The row as it is, and as it is changed."""

    def __init__(
        self, inputs: Inputs, subject: Subject, about: EditableRow, points: Floats
    ) -> None:
        self._inputs, self._subject, self._about = inputs, subject, about
        self._points = points
        self._table = about.encoding.table(points)

    def told(self, params: WhatIfParams, progress: Progress) -> WhatIf:
        """Return what the model says of both, and where they lie."""
        subject, about, info = self._subject, self._about, self._subject.info
        own, made = self._points
        scores, labels = subject.model.predict(self._table, progress)
        progress.raise_if_cancelled()
        decision = self._inputs.decision
        codes = decided_of(
            info.task, subject.positive, decision.threshold, scores, labels
        )
        said = [info.classes[int(code)] if info.classes else "" for code in codes]
        changes = self._changes(own, made)
        axis, line = self._line(params, changes, progress)
        return WhatIf(
            row=the_row(self._inputs),
            feature_names=subject.names,
            cells=tuple(about.encoding.cell(j, code) for j, code in enumerate(own)),
            changes=changes,
            answers=subject.explained(scores),
            outputs=subject.outputs,
            space=info.score_kind.value,
            decided=(said[0], said[1]),
            threshold=cut_of(self._inputs.predictions[Part.EVALUATION], decision),
            distance=float(distances(about.encoding, made[None], own).sum()),
            plausibility=about.plausibility.of(self._points),
            n_real=about.real.num_rows,
            n_real_total=about.n_total,
            n_judged=about.plausibility.n_judged,
            real_part=about.part.value,
            editable=about.editable,
            axis=axis,
            line=line,
            notes=subject.notes(),
            provenance=Provenance(n_used=1, n_total=1),
        )

    def _changes(self, own: Floats, made: Floats) -> tuple[Change, ...]:
        encoding = self._about.encoding
        same = (own == made) | (np.isnan(own) & np.isnan(made))
        return tuple(
            Change(
                feature=encoding.names[j],
                before=encoding.cell(j, own[j]),
                after=encoding.cell(j, made[j]),
            )
            for j in np.flatnonzero(~same).tolist()
        )

    def _line(
        self, params: WhatIfParams, changes: tuple[Change, ...], progress: Progress
    ) -> tuple[Axis, Floats]:
        """Return grid points of a feature, and the predictions for both rows there."""
        subject = self._subject
        first = changes[0].feature if changes else subject.names[0]
        place = place_of(params.feature or first, subject.names)
        grid = grid_of(self._about.real, place, params.points or _POINTS, "quantiles")
        which = pa.array(np.tile(np.arange(grid.n), 2))
        predictions = Perturbed(subject, self._table, "auto").predict(
            np.repeat(np.arange(2), grid.n), {place: grid.cells.take(which)}, progress
        )
        return grid.axis, predictions.reshape(2, grid.n, -1)

    def contributions(self, params: WhatIfParams, progress: Progress) -> Shapley:
        """Return the Shapley values of both rows.

        The two stand for the evaluation part; its own rows, or those of the reference
        part where there is one, are the background, as they are for the rows of the
        data.
        """
        inputs, subject = self._inputs, self._subject
        assert inputs.matched is not None
        part = self._about.part
        scores, labels = subject.model.predict(self._table)
        behind = inputs.predictions[part]
        pair = msgspec.structs.replace(
            behind, truth=labels, scores=scores, labels=labels, weights=None
        )
        about_two = replace(
            inputs,
            predictions={Part.EVALUATION: pair, Part.REFERENCE: behind},
            matched=replace(inputs.matched, mapping=None),
            tables={
                Part.EVALUATION: Table(self._table),
                Part.REFERENCE: Table(subject.features(part)),
            },
            mask=None,
            selection=None,
            row=None,
        )
        asked = ShapleyParams(background=params.background)
        found = ShapleyAnalysis().run(about_two, asked, Unshown(progress))
        assert found.background is not None
        return msgspec.structs.replace(
            found,
            background=msgspec.structs.replace(found.background, part=part),
            provenance=msgspec.structs.replace(
                found.provenance,
                n_used=1,
                n_total=inputs.predictions[Part.EVALUATION].n_rows,
                sampling="row",
                elapsed=0.0,  # that of the whole is told
            ),
        )


def _changed(about: EditableRow, changes: Names) -> Floats:
    """Return the row with its changed cells."""
    made = about.own.copy()
    for name, text in pairs_of(changes, about.encoding.names).items():
        j = about.encoding.names.index(name)
        made[j] = _code(about, j, text)
    return made


def _code(about: EditableRow, j: int, text: str) -> float:
    may, encoding = about.editable[j], about.encoding
    if not text and (may.may_miss or np.isnan(about.own[j])):
        return float("nan")
    try:
        code = encoding.code(j, text)
    except ValueError as error:
        raise EngineError("explain.bad_cell", name=may.name, given=text) from error
    if not np.isfinite(code):
        raise EngineError("explain.bad_cell", name=may.name, given=text)
    return code
