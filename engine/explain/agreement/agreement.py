"""Agreement of explanations with one another, and with the model.

Methods that share a prediction out by different rules need not give equal numbers.
Where they agree on which features matter and which way, and where taking the features
away in their order moves the prediction faster than chance would, an explanation can be
relied on (on the disagreement of explanations: Krishna et al., 2022).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.i18n import mark
from engine.contracts.results import Agreement
from engine.explain.agreement import attribution_methods, reliability
from engine.explain.agreement.attribution_methods import AttributionRequest
from engine.explain.agreement.faithfulness import faithfulness
from engine.explain.scope import badge, explained_rows, the_row
from engine.explain.subject import Subject, chosen_output, unexplainable

if TYPE_CHECKING:
    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.results import Faithfulness, SignDisagreement
    from engine.explain.agreement.attribution_methods import Attribution

N_FIRST = 5
_SCOPES = ("row", "all")


class AgreementParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the agreement of explanations.

    Attributes
    ----------
    scope
        ``row``: the current row; ``all``: importance over all rows.
    output
        The class explained; empty for the positive class, or, of several classes,
        the one the row is given.
    background, background_from
        See :func:`engine.explain.background.choose`.
    orders
        Random orders with which the orders of the methods are compared.
    rows
        Of ``all``, where the model is predicted with: at most so many rows, a seeded
        sample of them.
    """

    scope: str = "row"
    output: str = ""
    background: int | str = 100
    background_from: str = ""
    orders: int = 50
    rows: int = 200


class AgreementAnalysis:
    """How far explanations agree, and what they can be relied on for."""

    id = "agreement"
    title = mark("Agreement of explanations")
    Params = AgreementParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be explained, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: AgreementParams, progress: Progress
    ) -> Agreement:
        """Compute the attributions of every method and compare them.

        Raises
        ------
        EngineError
            ``explain.bad_choice``, ``explain.no_row``, and what
            :func:`engine.explain.background.choose` raises.
        """
        started = time.perf_counter()
        request = _request(inputs, params)
        progress.raise_if_cancelled()
        one = request.row is not None
        gather = attribution_methods.of_row if one else attribution_methods.of_all
        attributions, left_out = gather(request, progress)
        compared = _Comparison(request, attributions, left_out)
        if one:
            compared.measure_faithfulness(params.orders, progress)
        return compared.result(params, started)


@dataclass
class _Comparison:
    """The attributions of all methods; Shapley values first."""

    request: AttributionRequest
    attributions: list[Attribution]
    left_out: list[Note]
    curves: Faithfulness | None = None

    def __post_init__(self) -> None:
        self.values = np.stack(
            [attribution.values for attribution in self.attributions]
        )
        self.spreads = np.stack(
            [attribution.spreads for attribution in self.attributions]
        )
        weights = np.abs(self.values)
        self.ranks = reliability.rank_agreement(weights)
        self.n_first = min(N_FIRST, self.request.n)
        self.shared = reliability.shared_first(weights, self.n_first)

    def measure_faithfulness(self, orders: int, progress: Progress) -> None:
        """Measure the deletion and insertion curves of each method."""
        self.curves = faithfulness(
            self.request.ablation(),
            self.values,
            self.request.output,
            np.random.default_rng([self.request.inputs.seed, 5]),
            orders,
            progress,
        )

    def result(self, params: AgreementParams, started: float) -> Agreement:
        """Return the comparison with its verdict."""
        request, curves = self.request, self.curves
        one = request.row is not None
        signs = reliability.sign_disagreements(self.values, self.spreads) if one else ()
        judged, reasons = self._verdict(signs)
        facts = [attribution.facts for attribution in self.attributions]
        known = {name: value for part in facts for name, value in part.items()}
        return Agreement(
            row=request.row if request.row is not None else -1,
            output=request.subject.outputs[request.output],
            space=request.subject.info.score_kind.value,
            feature_names=request.subject.names,
            methods=tuple(attribution.name for attribution in self.attributions),
            values=self.values,
            spreads=self.spreads,
            rank_agreement=self.ranks,
            shared=self.shared,
            n_first=self.n_first,
            sign_disagreements=signs,
            answer=float(curves.deletion[0, 0]) if curves else math.nan,
            base=float(curves.deletion[0, -1]) if curves else math.nan,
            additivity_error=known.get("additivity_error", math.nan),
            local_fidelity=known.get("local_fidelity", math.nan),
            faithfulness=curves,
            verdict=judged,
            reasons=reasons,
            left_out=tuple(self.left_out),
            background=request.chosen,
            provenance=badge(
                request.inputs,
                params,
                started,
                n_used=1 if one else len(explained_rows(request.inputs)),
                method="agreement",
                sampling="row" if one else "",
            ),
        )

    def _verdict(
        self, signs: tuple[SignDisagreement, ...]
    ) -> tuple[str, tuple[Note, ...]]:
        """Return the verdict on the attributions that count."""
        subject = self.request.subject
        counted = [
            m for m, attribution in enumerate(self.attributions) if attribution.counts
        ]
        ranks = self.ranks[np.ix_(counted, counted)]
        steady = subject.info.deterministic is not False
        if self.curves is None:
            return reliability.of_all(ranks, deterministic=steady)
        judged, reasons = reliability.of_row(
            methods=[attribution.name for attribution in self.attributions],
            ranks=ranks,
            signs=[at for at in signs if {at.first, at.second} <= set(counted)],
            curves=self.curves,
            spread=float(np.ptp(subject.predictions()[:, self.request.output])),
            gap=self.attributions[0].facts["additivity_error"],
            deterministic=steady,
        )
        return judged, reasons + tuple(
            Note(
                code="explain.line_not_heard",
                params={"r2": round(attribution.facts["local_fidelity"], 2)},
            )
            for attribution in self.attributions
            if not attribution.counts
        )


def _request(inputs: Inputs, params: AgreementParams) -> AttributionRequest:
    if params.scope not in _SCOPES:
        raise EngineError(
            "explain.bad_choice", name="scope", given=params.scope, choices=_SCOPES
        )
    subject = Subject(inputs)
    row = the_row(inputs) if params.scope == "row" else None
    return AttributionRequest(
        inputs=inputs,
        subject=subject,
        row=row,
        output=chosen_output(subject, row, params.output),
        background=params.background,
        background_from=params.background_from,
        most_rows=params.rows,
    )
