"""Kinds and roles: what is inferred, why, and what may be chosen instead."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.contracts.dataset import ColumnChoice, Kind, Part, Role
from engine.contracts.errors import EngineError
from engine.contracts.messages import sentence
from engine.data.dataset import Dataset

N = 60
WORDS = ["north", "east", "south"]


@pytest.fixture
def open_columns(tmp_path):
    def opened(**columns):
        path = tmp_path / "table.parquet"
        pq.write_table(pa.table(columns), path)
        return Dataset.open([str(path)])

    return opened


def cycle(values):
    return [values[i % len(values)] for i in range(N)]


KINDS = {
    "true and false": (cycle([True, False]), Kind.BOOLEAN, "schema.boolean_type"),
    "nought and one": (cycle([0, 1]), Kind.BOOLEAN, "schema.zero_one"),
    "decimals nought and one": (cycle([0.0, 1.0]), Kind.BOOLEAN, "schema.zero_one"),
    "yes and no": (cycle(["Yes", "no"]), Kind.BOOLEAN, "schema.two_words"),
    "few whole": (cycle([1, 2, 5]), Kind.CATEGORICAL, "schema.few_integers"),
    "few decimals": (cycle([0.5, 1.5]), Kind.NUMERIC, "schema.number_type"),
    "many whole": (list(range(N)), Kind.NUMERIC, "schema.number_type"),
    "few words": (cycle(WORDS), Kind.CATEGORICAL, "schema.few_texts"),
    "many words": ([f"w{i}" for i in range(N)], Kind.TEXT, "schema.many_texts"),
    "long words": ([f"{i:090}" for i in range(N)], Kind.TEXT, "schema.long_text"),
    "days": (cycle([datetime.date(2024, 1, i) for i in (1, 2)]), Kind.DATETIME,
             "schema.date_type"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_inferred_with_its_reason(open_columns, name):
    values, kind, reason = KINDS[name]
    column = open_columns(x=values, y=cycle([0.1, 0.2])).info.column("x")
    assert column.kind is kind
    assert column.kind_reason.code == reason
    assert "{" not in sentence(reason, column.kind_reason.params)


ROLES = {
    "Outcome": (cycle([0, 1]), Role.TARGET, "schema.target_name"),
    "y": (cycle([0.5, 1.5, 2.5]), Role.TARGET, "schema.target_name"),
    "status": ([i / 7 for i in range(N)], Role.FEATURE, "schema.rest"),
    "y_pred": (cycle([0, 1]), Role.PREDICTION, "schema.prediction_name"),
    "prob_yes": ([i / N for i in range(N)], Role.SCORE, "schema.score_name"),
    "score": ([i * 2.5 for i in range(N)], Role.FEATURE, "schema.rest"),
    "weight": ([i / 7 for i in range(N)], Role.WEIGHT, "schema.weight_name"),
    "half": (cycle(["train", "test"]), Role.SPLIT, "schema.split_values"),
    "fold": (cycle(["a", "b"]), Role.SPLIT, "schema.split_name"),
    "id": ([i * 3 for i in range(N)], Role.ENTITY, "schema.unique_values"),
    "number": (list(range(7, N + 7)), Role.ENTITY, "schema.counts_up"),
    "name": ([f"w{i}" for i in range(N)], Role.ENTITY, "schema.unique_values"),
    "price": ([i * i for i in range(N)], Role.FEATURE, "schema.rest"),
    "day": (cycle([datetime.date(2024, 1, i) for i in (1, 2)]), Role.TIME,
            "schema.date_type"),
    "same": ([7.5] * N, Role.IGNORE, "schema.constant"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_inferred_with_its_reason(open_columns, name):
    values, role, reason = ROLES[name]
    column = open_columns(**{name: values, "z": cycle([0.1, 0.2])}).info.column(name)
    assert (column.role, column.role_reason.code) == (role, reason)
    assert "{" not in sentence(reason, column.role_reason.params)


def test_the_last_of_several_targets_is_the_target(open_columns):
    info = open_columns(label=cycle([0, 1]), churn=cycle([1, 0])).info
    assert [c.name for c in info.with_role(Role.TARGET)] == ["churn"]
    assert info.column("label").role is Role.FEATURE


@pytest.mark.parametrize("kind", ["int8", "uint16", "int64", "float", "double"])
def test_categories_of_any_numbers_can_be_numbers(open_columns, kind):
    values = pa.array(cycle([1, 2, 5])).cast(kind)
    data = open_columns(x=values, z=cycle([0.1, 0.2]))
    assert data.info.column("x").kind is Kind.CATEGORICAL
    chosen = data.configure({"x": ColumnChoice(kind=Kind.NUMERIC)}, None)
    column = chosen.info.column("x")
    assert column.kind is Kind.NUMERIC
    assert column.kind_reason.code == "schema.chosen"


def test_numbers_chosen_as_categories_have_levels_in_order(open_columns):
    data = open_columns(x=[i * 7 % 20 for i in range(N)], z=cycle([0.1, 0.2]))
    assert data.info.column("x").categories == ()
    for kind in (Kind.CATEGORICAL, Kind.ORDINAL):
        chosen = data.configure({"x": ColumnChoice(kind=kind)}, None)
        column = chosen.info.column("x")
        assert column.categories == tuple(str(i) for i in range(20))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (cycle(WORDS), Kind.NUMERIC),
        (cycle(WORDS), Kind.DATETIME),
        (cycle(WORDS), Kind.BOOLEAN),
        (list(range(N)), Kind.DATETIME),
        (list(range(N)), Kind.BOOLEAN),
    ],
)
def test_a_kind_that_a_column_cannot_be_is_refused(open_columns, values, kind):
    data = open_columns(x=values, z=cycle([0.1, 0.2]))
    with pytest.raises(EngineError) as caught:
        data.configure({"x": ColumnChoice(kind=kind)}, None)
    assert caught.value.code == "data.not_that_kind"
    stored = data.info.column("x").dtype
    said = sentence(caught.value.code, caught.value.params)
    assert said.startswith(f"Column x is stored as {stored} and cannot be ")


def test_what_is_no_number_is_missing_and_no_level(open_columns):
    values = [float("nan") if i % 5 == 0 else float(i % 3) for i in range(N)]
    column = open_columns(x=values, z=cycle([0.1, 0.2])).info.column("x")
    assert column.categories == ("0", "1", "2")
    assert (column.n_missing, column.n_distinct) == (N // 5, 3)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("int64", 2**60), ("int64", -(2**53) - 1), ("uint64", 2**63 + 9)],
)
def test_whole_numbers_that_a_model_does_not_see_whole_are_noted(
    open_columns, kind, value
):
    values = pa.array([value if i == 4 else i * 2 for i in range(N)], kind)
    data = open_columns(x=values, z=cycle([0.1, 0.2]))
    assert data.parts[Part.EVALUATION].arrow.column("x")[4].as_py() == value
    (note,) = data.info.column("x").notes
    assert sentence(note.code, note.params) == (
        f"x holds whole numbers such as {value} in row 4; a model sees only their "
        "first 15 digits."
    )


def test_there_is_one_nought(open_columns):
    data = open_columns(x=cycle([0.0, -0.0, 1.0, 2.0]), z=cycle([0.1, 0.2]))
    assert data.info.column("x").categories == ("0", "1", "2")
    codes, labels = data.parts[Part.EVALUATION].codes("x")
    assert labels == ("0", "1", "2")
    assert codes[:4].tolist() == [0, 0, 1, 2]


def test_a_chosen_target_takes_the_place_of_the_guessed_one(open_columns):
    data = open_columns(label=cycle([0, 1]), x=cycle([1, 0]))
    chosen = data.configure({"x": ColumnChoice(role=Role.TARGET)}, None)
    assert [c.name for c in chosen.info.with_role(Role.TARGET)] == ["x"]
    choices = {name: ColumnChoice(role=Role.TARGET) for name in ("label", "x")}
    with pytest.raises(EngineError) as caught:
        data.configure(choices, None)
    assert caught.value.code == "data.two_targets"
