from __future__ import annotations

import msgspec
import pytest

from engine.contracts.model import Capability, ModelInfo, ScoreKind, Task
from gui.widgets.game_options import Game, GameOptions
from tests.gui.panels.small_case import small_case


@pytest.fixture
def made(qtbot):
    case = small_case(predicted=False)
    options = GameOptions(case.context, "contributions")
    qtbot.addWidget(options)
    return case, options


def restore(case, text):
    case.case.remember(settings={"contributions": text})
    case.case.restored.emit(case.case.file)


def test_what_was_kept_is_chosen_once_the_case_has_its_classes(made):
    case, options = made
    kept = Game(source="@decided bad", rows=30)
    restore(case, msgspec.json.encode(kept).decode())
    assert options.game.source == ""  # nothing is decided yet
    case.case.scores = case.engine.scores
    options.offer()
    assert options.game == kept


def test_choices_of_another_version_are_the_defaults(made):
    case, options = made
    restore(case, '{"rows": "many"}')
    assert options.game == Game()


def test_all_rows_are_asked_for_by_name_and_need_no_number(made):
    _, options = made
    options.source.setCurrentIndex(options.source.findData("all"))
    options.source.activated.emit(options.source.currentIndex())
    assert options.game.params["background"] == "all"
    assert options.game.params["background_from"] == ""
    assert not options.rows.isEnabled()


def test_by_the_trees_there_is_no_background_to_choose(made, qtbot):
    _, options = made
    options.variant.setCurrentIndex(options.variant.findData("path_dependent"))
    with qtbot.waitSignal(options.changed):
        options.variant.activated.emit(options.variant.currentIndex())
    assert not options.source.isEnabled()
    assert options.game.params["variant"] == "path_dependent"


def network(*capabilities):
    return ModelInfo(
        name="m",
        sha256="",
        format="",
        kind="k",
        task=Task.BINARY,
        score_kind=ScoreKind.PROBABILITY,
        classes=("bad", "good"),
        inputs=(),
        capabilities=capabilities,
    )


def offered(options):
    return [options.variant.itemData(i) for i in range(options.variant.count())]


def test_of_a_network_the_route_is_chosen(made, qtbot):
    case, _ = made
    case.case.model = network(Capability.DIFFERENTIABLE)
    options = GameOptions(case.context, "contributions", routes=True)
    qtbot.addWidget(options)
    assert offered(options) == ["auto", "gradients"]
    assert "route" not in options.game.params
    options.variant.setCurrentIndex(options.variant.findData("gradients"))
    options.variant.activated.emit(options.variant.currentIndex())
    assert options.source.isEnabled()
    assert options.game.params["route"] == "gradients"
    assert options.game.params["variant"] == "auto"
    assert Game(source="@decided bad", variant="gradients").by_decision


def test_of_other_models_and_questions_no_route_is_offered(made, qtbot):
    case, _ = made
    for capabilities, routes in (((), True), ((Capability.DIFFERENTIABLE,), False)):
        case.case.model = network(*capabilities)
        options = GameOptions(case.context, "contributions", routes=routes)
        qtbot.addWidget(options)
        assert offered(options) == ["auto", "path_dependent"]
