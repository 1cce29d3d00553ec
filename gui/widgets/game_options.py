"""What an explanation starts from and how it is measured, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QSpinBox, QWidget

from engine.contracts.i18n import tr
from engine.contracts.model import Capability, ModelInfo, ScoreKind, Task
from gui.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from engine.contracts.errors import Param
    from gui.context import AppContext

_DRAWN, _ALL, _KMEANS = "", "all", "@kmeans"
_BUCKET, _DECIDED = "@bucket ", "@decided "
_ROUTES = ("gradients",)  # chosen in the place of a variant
_MOST = 100_000


class Game(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Options shared by everything that shares an answer out among features.

    ``variant`` may name a route of a network too.
    """

    rows: int = 100
    source: str = _DRAWN
    variant: str = "auto"
    output: str = "auto"
    seed: int = 0

    @property
    def by_decision(self) -> bool:
        """Whether the decision says which rows are the background."""
        by_trees = self.variant == "path_dependent"
        return self.source.startswith(_DECIDED) and not by_trees

    @property
    def params(self) -> dict[str, Param]:
        """The engine's parameters."""
        every, routed = self.source == _ALL, self.variant in _ROUTES
        known: dict[str, Param] = {
            "background": "all" if every else str(self.rows),
            "background_from": "" if every else self.source,
            "variant": "auto" if routed else self.variant,
            "output": self.output,
        }
        return {**known, "route": self.variant} if routed else known


class GameOptions(QWidget):
    """Choices in two lines; kept in the case once an answer came of them.

    Parameters
    ----------
    name
        Under which the choice is kept in the case.
    routes
        Whether networks can be followed along their gradient.

    Signals
    -------
    changed()
        Something else is wanted.
    """

    changed = Signal()

    def __init__(self, context: AppContext, name: str, *, routes: bool = False) -> None:
        super().__init__()
        self._context, self._name, self._routes = context, name, routes
        self._wanted = Game()  # may name what the case does not have yet
        self.source, self.variant, self.output = QComboBox(), QComboBox(), QComboBox()
        self.rows, self.seed = QSpinBox(), QSpinBox()
        self.rows.setRange(1, _MOST)
        self.seed.setRange(0, 2**31 - 1)
        for spin in (self.rows, self.seed):
            spin.setKeyboardTracking(False)  # asked when the number is complete
        self._lay()
        self.offer()
        self._put(self._kept())
        context.case.restored.connect(lambda _file: self._put(self._kept()))
        for box in (self.source, self.variant, self.output):
            box.activated.connect(self._change)
        for spin in (self.rows, self.seed):
            spin.valueChanged.connect(self._change)

    def _lay(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        parts = (
            (tr("background"), self.source, 0, 0),
            (tr("rows"), self.rows, 0, 2),
            (tr("seed"), self.seed, 0, 4),
            (tr("left-out features"), self.variant, 1, 0),
            (tr("unit"), self.output, 1, 2),
        )
        for words, box, row, column in parts:
            label = PlainLabel(words)
            label.setBuddy(box)
            box.setAccessibleName(words)
            grid.addWidget(label, row, column)
            span = 3 if box is self.output else 1
            grid.addWidget(box, row, column + 1, 1, span)
            if isinstance(box, QComboBox):
                box.setMinimumContentsLength(8)
                box.setSizeAdjustPolicy(
                    QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
                )
        grid.setColumnStretch(1, 1)
        self.source.setToolTip(
            tr(
                "The rows whose mean prediction is the base value that SHAP values "
                "start from."
            )
        )

    def offer(self) -> None:
        """Offer what the case has: buckets, classes, units."""
        case = self._context.case
        self.source.clear()
        self.source.addItem(tr("rows drawn at random"), _DRAWN)
        self.source.addItem(tr("all rows"), _ALL)
        self.source.addItem(tr("rows that represent clusters (k-means)"), _KMEANS)
        scores = case.scores
        classes = () if scores is None else scores.classes
        for label in classes:
            text = tr("rows predicted {label}", label=label)
            self.source.addItem(text, _DECIDED + label)
        for name in case.buckets:
            self.source.addItem(tr("group {name}", name=name), _BUCKET + name)
        self._offer_variants()
        self.output.clear()
        self.output.addItem(tr("model output"), "auto")
        if scores is not None and scores.task is not Task.REGRESSION:
            if scores.score_kind is ScoreKind.PROBABILITY:
                self.output.addItem(tr("probability"), "probability")
            self.output.addItem(tr("margin (log-odds)"), "margin")
        self._put(self._wanted)

    def _offer_variants(self) -> None:
        self.variant.clear()
        model = self._context.case.model
        known = model.capabilities if isinstance(model, ModelInfo) else ()
        if self._routes and Capability.DIFFERENTIABLE in known:
            self.variant.addItem(tr("model-agnostic (Shapley)"), "auto")
            self.variant.addItem(
                tr("integrated gradients (Aumann–Shapley)"), "gradients"
            )
            self.variant.setToolTip(
                tr(
                    "Model-agnostic: a left-out feature takes the values of "
                    "background rows. Integrated gradients: the gradient is "
                    "integrated along straight paths from background rows to the "
                    "row; where features interact, these are not Shapley values, "
                    "but they are much faster."
                )
            )
            return
        self.variant.addItem(tr("from the background (interventional)"), "auto")
        self.variant.addItem(tr("by the trees (path-dependent)"), "path_dependent")
        self.variant.setToolTip(
            tr(
                "Interventional: a left-out feature takes the values of background "
                "rows. Path-dependent: both branches of a split count in "
                "proportion to their training rows; trees only, no background."
            )
        )

    @property
    def game(self) -> Game:
        """What is chosen."""
        return Game(
            rows=self.rows.value(),
            source=self.source.currentData() or _DRAWN,
            variant=self.variant.currentData() or "auto",
            output=self.output.currentData() or "auto",
            seed=self.seed.value(),
        )

    def keep(self) -> None:
        """Keep the choice in the case."""
        self._context.case.keep_setting(self._name, self.game, Game())

    def _kept(self) -> Game:
        return self._context.case.setting(self._name, Game, Game())

    def _put(self, game: Game) -> None:
        """Show a choice, without a signal; what does not exist is the default."""
        self._wanted = game
        for spin, value in ((self.rows, game.rows), (self.seed, game.seed)):
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)
        for box, data in (
            (self.source, game.source),
            (self.variant, game.variant),
            (self.output, game.output),
        ):
            box.setCurrentIndex(max(box.findData(data), 0))
        self._settle()

    def _settle(self) -> None:
        by_trees = self.variant.currentData() == "path_dependent"
        self.source.setEnabled(not by_trees)
        every = self.source.currentData() == _ALL
        self.rows.setEnabled(not by_trees and not every)

    def _change(self, _value: int) -> None:
        self._wanted = self.game
        self._settle()
        self.changed.emit()
