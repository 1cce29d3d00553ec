"""What the palette finds, and what it does with it."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
from PySide6.QtCore import Qt

from engine.contracts.dataset import Role
from engine.contracts.selection import BUCKET, Missing, Range, Values
from gui.actions.search import entries
from gui.dialogs.palette import Palette
from gui.panel import State
from gui.panels import TABLE, load
from tests.gui.support import open_small


@pytest.fixture
def palette(made, qtbot):
    open_small(made, qtbot)
    return Palette(partial(entries, made.window), made.window)


def shown(palette) -> list[str]:
    return [entry.title for entry in palette._found]


def run(palette, qtbot, typed: str, title: str) -> None:
    qtbot.keyClicks(palette.line, typed)
    palette.list.setCurrentRow(shown(palette).index(title))
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)


def test_an_empty_window_offers_only_what_can_be_done(made) -> None:
    titles = [title for title, *_ in entries(made.window, ["o"])]
    assert any("Open files" in title for title in titles)
    assert not any("Go to" in title or "Save the case" in title for title in titles)


def test_classes_panels_and_perspectives_are_found(palette, made) -> None:
    titles = [title for title, *_ in entries(made.window)]
    assert "Select rows of true class bad" in titles
    assert "Select rows predicted bad" in titles
    assert "Show panel: Saved groups" in titles
    assert "Go to Errors" in titles


def test_columns_are_offered_only_when_something_is_typed(palette, made) -> None:
    assert not [title for title, *_ in entries(made.window) if "income" in title]


def test_the_name_of_a_column_offers_what_can_be_done_with_it(palette, qtbot) -> None:
    qtbot.keyClicks(palette.line, "income")
    assert shown(palette) == [
        "Show column income",
        "Filter by income",
        "Sort by income, ascending",
        "Sort by income, descending",
        "Select rows without income",
    ]


def test_only_columns_of_few_labels_are_offered_as_an_axis(palette, qtbot) -> None:
    qtbot.keyClicks(palette.line, "matrix rows")
    assert not shown(palette)
    palette.line.clear()
    qtbot.keyClicks(palette.line, "home matrix")
    assert shown(palette) == ["home as the rows of the confusion matrix"]


def test_the_closest_names_come_first(palette, qtbot) -> None:
    qtbot.keyClicks(palette.line, "age")
    titles = shown(palette)
    assert titles[0] == "Show column age"
    language = next(i for i, title in enumerate(titles) if "Language" in title)
    assert all(
        "age" in title.split() for title in titles[:language] if "," not in title
    )


def test_a_found_column_is_described_beside_the_rows(palette, made, qtbot) -> None:
    run(palette, qtbot, "income show", "Show column income")
    panel = made.window.docks.panels["data"]
    qtbot.waitUntil(panel.details.isVisible)
    assert made.window.docks.current == "data"


def test_rows_are_sorted_by_a_found_column(palette, made, qtbot) -> None:
    run(palette, qtbot, "age descending", "Sort by age, descending")
    assert made.window.docks.panels["data"].query.order == (("age", True),)


def test_a_filter_is_begun_beside_the_one_that_is_there(palette, made, qtbot) -> None:
    made.window.docks.prepare("data")
    line = made.window.docks.panels["data"].line
    line.setText("age < 30 or home = own")
    run(palette, qtbot, "income filter", "Filter by income")
    assert line.text() == "(age < 30 or home = own) and income "
    line.setText("age < 30")
    line.begin("a b")
    assert line.text() == 'age < 30 and "a b" '
    line.clear()
    line.begin("age")
    qtbot.keyClicks(line, "< 25")
    assert line.rule == Range("age", None, 25)


def test_a_found_column_becomes_the_rows_of_the_matrix(palette, made, qtbot) -> None:
    title = "home as the rows of the confusion matrix"
    run(palette, qtbot, "home rows", title)
    assert made.window.docks.panels["confusion"].axes.names[0] == "home"


def test_a_bucket_is_found_and_becomes_the_rows_of_the_matrix(
    palette, made, qtbot
) -> None:
    made.case.save_bucket("young ones", Range("age", None, 25))
    title = "Group young ones as the rows of the confusion matrix"
    run(palette, qtbot, "young rows", title)
    panel = made.window.docks.panels["confusion"]
    assert panel.axes.names[0] == BUCKET + "young ones"


def test_the_values_of_a_column_are_found(palette, made, qtbot) -> None:
    run(palette, qtbot, "rent", "Select rows where home is rent")
    wanted = Values("home", ("rent",))
    qtbot.waitUntil(lambda: made.context.selection.recipe == wanted)


def test_rows_without_a_value_are_found(palette, made, qtbot) -> None:
    run(palette, qtbot, "without income", "Select rows without income")
    qtbot.waitUntil(lambda: made.context.selection.recipe == Missing("income"))


def test_the_palette_runs_what_was_typed(palette, made, qtbot) -> None:
    qtbot.keyClicks(palette.line, "true bad")
    assert palette.list.count() == 1
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    wanted = Values("@truth", ("bad",))
    qtbot.waitUntil(lambda: made.context.selection.recipe == wanted)


def test_the_palette_is_walked_with_the_arrows(palette, qtbot) -> None:
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    assert palette.list.currentRow() == palette.list.count() - 1
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 0


def test_nothing_that_fits_runs_nothing(palette, qtbot) -> None:
    qtbot.keyClicks(palette.line, "qwxyz")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert [palette.list.item(0).text()] == ["No match for “qwxyz”"]
    assert not palette.result()


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("SHAP", "Show panel: SHAP values"),
        ("beeswarm", "SHAP values: beeswarm"),
        ("waterfall", "SHAP values: waterfall and force plot of a row"),
        ("ROC", "Show panel: Threshold"),
        ("PDP", "Feature effects: partial dependence (PDP)"),
        ("ALE", "Feature effects: accumulated effects (ALE)"),
        ("counterfactual", "Show panel: Counterfactuals"),
        ("fairness", "Show panel: Saved groups"),
        ("calibration", "Show panel: Reliability"),
        ("drop-column", "Permutation importance: drop-column (refitted)"),
        ("deletion", "Agreement of explanations: deletion curve"),
        ("ICE", "Feature effects: individual lines (ICE)"),
        ("contributions", "Show panel: SHAP values"),
        ("cross-examination", "Show panel: Agreement of explanations"),
        ("what would change it", "Show panel: Counterfactuals"),
        ("joint effects", "Show panel: Friedman's H"),
        ("glass box", "Show panel: Model structure (glass box)"),
        ("buckets", "Show panel: Saved groups"),
        ("sensitivity", "Show panel: Confusion matrix"),
        ("over-fitting", "Show panel: Summary"),
    ],
)
def test_panels_are_found_by_their_usual_names(palette, qtbot, typed, title) -> None:
    qtbot.keyClicks(palette.line, typed)
    assert title in shown(palette)


def test_every_picture_that_is_offered_is_one_of_its_panel(palette, made) -> None:
    for name in TABLE:
        for key, _title in load(name).PICTURES:
            made.window.docks.prepare(name)
            panel = made.window.docks.panels[name]
            panel.show_picture(key)
            assert panel.view.key == key


def test_the_beeswarm_is_shown_by_its_name(palette, made, qtbot) -> None:
    run(palette, qtbot, "beeswarm", "SHAP values: beeswarm")
    panel = made.window.docks.panels["contributions"]
    assert panel.pages.currentWidget() is panel.swarm
    assert made.window.docks.current in {"explain", "row"}


def test_a_row_is_found_by_its_number(palette, made, qtbot) -> None:
    run(palette, qtbot, "3", "Go to row 3")
    assert made.case.current_row == 3


def test_a_row_that_does_not_exist_is_not_offered(palette, qtbot) -> None:
    qtbot.keyClicks(palette.line, "999999")
    assert not any("Go to row" in title for title in shown(palette))


def test_a_row_is_found_by_its_identifier(palette, made, qtbot) -> None:
    columns = tuple(
        msgspec.structs.replace(column, role=Role.ENTITY)
        if column.name in {"age", "home"}
        else column
        for column in made.case.data.columns
    )
    made.case.data = msgspec.structs.replace(made.case.data, columns=columns)
    qtbot.keyClicks(palette.line, "31")
    assert "Select rows where age is 31" in shown(palette)
    entry = next(e for e in palette._found if e.title == "Select rows where age is 31")
    entry.run()
    wanted = Range("age", 31.0, 31.0, high_closed=True)
    qtbot.waitUntil(lambda: made.context.selection.recipe == wanted)


def test_what_is_in_sight_can_be_exported(palette, made, qtbot) -> None:
    docks = made.window.docks

    def in_sight() -> bool:
        panels = docks.panels.values()
        return any(p.state is State.READY and p.isVisibleTo(docks) for p in panels)

    qtbot.waitUntil(in_sight)
    qtbot.keyClicks(palette.line, "export")
    assert any(title.startswith("Save the picture of") for title in shown(palette))
    assert any(title.startswith("Save the table of") for title in shown(palette))
