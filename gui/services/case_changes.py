"""What can be changed in an open case: match, roles, kinds, the split and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.contracts.dataset import ColumnChoice
from engine.contracts.i18n import tr
from engine.contracts.predictions import RowScores
from engine.contracts.requests import ConfigureData, Predict, SetBuckets
from gui.services.case_recipe import prediction_of
from gui.services.case_state import CaseState
from gui.services.undo_step import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.contracts.dataset import Kind, Role, Split
    from engine.contracts.errors import ErrorInfo
    from engine.contracts.model import Mapping
    from engine.contracts.results import Result
    from engine.contracts.selection import Selection


class CaseChanges(CaseState):
    """Changes an open case; what is no new prediction can be undone."""

    def predict(
        self,
        *,
        target: str,
        positive: str = "",
        weights: str = "",
        mapping: Mapping | None = None,
        class_map: dict[str, str] | None = None,
    ) -> None:
        """Accept a match and score every loaded part."""
        self._predict(
            Predict(
                target=target,
                positive=positive,
                weights=weights,
                mapping=mapping,
                class_map=class_map or {},
            )
        )

    def configure_data(
        self, choices: dict[str, ColumnChoice], split: Split | None = None
    ) -> None:
        """Set kinds, roles and the split; one undo step."""
        old = (self.file.choices, self.file.split)
        new = (choices, split)

        def put(state: tuple[dict[str, ColumnChoice], Split | None]) -> None:
            def configured(result: Result) -> None:
                self._update(choices=state[0], split=state[1])
                self.predicting = self.scores is not None
                self._take_data(result)
                if self.scores is not None:
                    self._predict(prediction_of(self.file), on_error=self._lost)

            request = ConfigureData(choices=state[0], split=state[1])
            self._ask(request, configured, tr("Applying the roles"))

        self._undo.push(Step(tr("Change roles"), lambda: put(new), lambda: put(old)))

    def choose(
        self, name: str, *, role: Role | None = None, kind: Kind | None = None
    ) -> None:
        """Take the user's word on a column, beside what was chosen before."""
        choices = dict(self.file.choices)
        choice = choices.get(name, ColumnChoice())
        choices[name] = msgspec.structs.replace(
            choice, role=role or choice.role, kind=kind or choice.kind
        )
        self.configure_data(choices, self.file.split)

    def save_bucket(self, name: str, selection: Selection) -> None:
        """Give a selection a name."""
        self._change_buckets(
            tr("Save group {name}", name=name), {**self.buckets, name: selection}
        )

    def remove_bucket(self, name: str) -> None:
        """Forget a named selection."""
        rest = {other: rule for other, rule in self.buckets.items() if other != name}
        self._change_buckets(tr("Remove group {name}", name=name), rest)

    def rename_bucket(self, old: str, new: str) -> None:
        """Give a bucket another name, in its place."""
        renamed = {
            (new if name == old else name): rule for name, rule in self.buckets.items()
        }
        self._change_buckets(tr("Rename group {name}", name=old), renamed)

    def _predict(
        self, request: Predict, on_error: Callable[[ErrorInfo], None] | None = None
    ) -> None:
        def predicted(result: Result) -> None:
            if isinstance(result, RowScores):
                self._update(
                    target=request.target,
                    positive=result.positive,
                    weights=request.weights,
                    mapping=request.mapping,
                    class_map=request.class_map,
                )
                self._predicted(result)

        self._ask(request, predicted, tr("Predicting"), on_error)

    def _change_buckets(self, text: str, new: dict[str, Selection]) -> None:
        old = dict(self.buckets)

        def put(buckets: dict[str, Selection]) -> None:
            self._update(buckets=buckets)
            self._ask(SetBuckets(buckets=buckets), lambda _result: None)
            self.buckets_changed.emit()

        self._undo.push(Step(text, lambda: put(new), lambda: put(old)))
