"""Explanations held against one another, and against the model itself.

Methods that share an answer out by different rules need not give equal numbers. Where
they agree on which features matter and which way, and where taking the features away
in their order moves the answer faster than chance would, an explanation can be relied
on (on the disagreement of explanations: Krishna et al., 2022).
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
from engine.explain.agreement.attribution_methods import Question
from engine.explain.agreement.faithfulness import faithfulness
from engine.explain.scope import badge, explained_rows, the_row
from engine.explain.subject import Subject, chosen_output, unexplainable

if TYPE_CHECKING:
    from engine.analysis import Facts, Inputs
    from engine.contracts.progress import Progress
    from engine.contracts.results import Faithfulness, Opposed
    from engine.explain.agreement.attribution_methods import Witness

N_FIRST = 5
_SCOPES = ("row", "all")


class AgreementParams(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the cross-examination.

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
        Random orders that the orders of the methods are held against.
    rows
        Of ``all``, where the model has to be asked: at most so many rows, a seeded
        sample of them.
    """

    scope: str = "row"
    output: str = ""
    background: int | str = 100
    background_from: str = ""
    orders: int = 50
    rows: int = 200


class AgreementAnalysis:
    """Whether an explanation can be relied on, and for what."""

    id = "agreement"
    title = mark("Cross-examination")
    Params = AgreementParams

    def is_compatible(self, facts: Facts) -> Note | None:
        """Return why the model cannot be asked, or ``None``."""
        return unexplainable(facts)

    def run(
        self, inputs: Inputs, params: AgreementParams, progress: Progress
    ) -> Agreement:
        """Ask every method and compare what they say.

        Raises
        ------
        EngineError
            ``explain.bad_choice``, ``explain.no_row``, and what
            :func:`engine.explain.background.choose` raises.
        """
        started = time.perf_counter()
        question = _question(inputs, params)
        progress.raise_if_cancelled()
        one = question.row is not None
        gather = attribution_methods.of_row if one else attribution_methods.of_all
        heard, left_out = gather(question, progress)
        compared = _Compared(question, heard, left_out)
        if one:
            compared.try_out(params.orders, progress)
        return compared.result(params, started)


@dataclass
class _Compared:
    """What the methods said, side by side; Shapley values first."""

    question: Question
    heard: list[Witness]
    left_out: list[Note]
    curves: Faithfulness | None = None

    def __post_init__(self) -> None:
        self.values = np.stack([witness.values for witness in self.heard])
        self.spreads = np.stack([witness.spreads for witness in self.heard])
        weights = np.abs(self.values)
        self.ranks = reliability.rank_agreement(weights)
        self.n_first = min(N_FIRST, self.question.n)
        self.shared = reliability.shared_first(weights, self.n_first)

    def try_out(self, orders: int, progress: Progress) -> None:
        """Take the features away in the order of each method."""
        self.curves = faithfulness(
            self.question.removal(),
            self.values,
            self.question.output,
            np.random.default_rng([self.question.inputs.seed, 5]),
            orders,
            progress,
        )

    def result(self, params: AgreementParams, started: float) -> Agreement:
        """Return the comparison with its verdict."""
        question, curves = self.question, self.curves
        one = question.row is not None
        signs = reliability.opposed(self.values, self.spreads) if one else ()
        judged, reasons = self._judged(signs)
        facts = [witness.facts for witness in self.heard]
        known = {name: value for part in facts for name, value in part.items()}
        return Agreement(
            row=question.row if question.row is not None else -1,
            output=question.subject.outputs[question.output],
            space=question.subject.info.score_kind.value,
            feature_names=question.subject.names,
            methods=tuple(witness.name for witness in self.heard),
            values=self.values,
            spreads=self.spreads,
            rank_agreement=self.ranks,
            shared=self.shared,
            n_first=self.n_first,
            opposed=signs,
            answer=float(curves.deletion[0, 0]) if curves else math.nan,
            base=float(curves.deletion[0, -1]) if curves else math.nan,
            additivity_error=known.get("additivity_error", math.nan),
            local_fidelity=known.get("local_fidelity", math.nan),
            faithfulness=curves,
            verdict=judged,
            reasons=reasons,
            left_out=tuple(self.left_out),
            background=question.chosen,
            provenance=badge(
                question.inputs,
                params,
                started,
                n_used=1 if one else len(explained_rows(question.inputs)),
                method="agreement",
                sampling="row" if one else "",
            ),
        )

    def _judged(self, signs: tuple[Opposed, ...]) -> tuple[str, tuple[Note, ...]]:
        """Return the verdict on what those that count say."""
        subject = self.question.subject
        counted = [m for m, witness in enumerate(self.heard) if witness.counts]
        ranks = self.ranks[np.ix_(counted, counted)]
        steady = subject.info.deterministic is not False
        if self.curves is None:
            return reliability.of_all(ranks, deterministic=steady)
        judged, reasons = reliability.of_row(
            methods=[witness.name for witness in self.heard],
            ranks=ranks,
            signs=[at for at in signs if {at.first, at.second} <= set(counted)],
            curves=self.curves,
            spread=float(np.ptp(subject.answers()[:, self.question.output])),
            gap=self.heard[0].facts["additivity_error"],
            deterministic=steady,
        )
        return judged, reasons + tuple(
            Note(
                code="explain.line_not_heard",
                params={"percent": round(100 * witness.facts["local_fidelity"])},
            )
            for witness in self.heard
            if not witness.counts
        )


def _question(inputs: Inputs, params: AgreementParams) -> Question:
    if params.scope not in _SCOPES:
        raise EngineError(
            "explain.bad_choice", name="scope", given=params.scope, choices=_SCOPES
        )
    subject = Subject(inputs)
    row = the_row(inputs) if params.scope == "row" else None
    return Question(
        inputs=inputs,
        subject=subject,
        row=row,
        output=chosen_output(subject, row, params.output),
        background=params.background,
        background_from=params.background_from,
        most_rows=params.rows,
    )
