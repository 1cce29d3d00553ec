"""Counts of columns are those of the evaluation part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.contracts.dataset import Part, Split
from engine.data.dataset import Dataset

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def divided(tmp_path: Path) -> str:
    path = tmp_path / "divided.csv"
    rows = [f"{i},{'abc'[i % 3]},train" for i in range(60)]
    rows += [f"{1000 + i if i else ''},{'ab'[i % 2]},test" for i in range(20)]
    path.write_text("\n".join(["amount,group,split", *rows]) + "\n")
    return str(path)


def test_a_guessed_split_counts_over_the_evaluation_part(divided: str) -> None:
    data = Dataset.open([divided])
    assert data.info.split is not None
    assert data.parts[Part.EVALUATION].n_rows == 20
    amount = data.info.column("amount")
    assert amount is not None
    assert (amount.n_missing, amount.n_distinct) == (1, 19)
    assert (amount.low, amount.high) == (1001, 1019)


def test_categories_are_of_all_parts(divided: str) -> None:
    group = Dataset.open([divided]).info.column("group")
    assert group is not None
    assert group.categories == ("a", "b", "c")
    assert group.n_distinct == 2


def test_a_chosen_split_counts_again_and_none_counts_all(divided: str) -> None:
    data = Dataset.open([divided])
    chosen = Split(column="split", evaluation=("train",), reference=("test",))
    amount = data.configure({}, chosen).info.column("amount")
    assert amount is not None
    assert (amount.n_missing, amount.low, amount.high) == (0, 0, 59)
    amount = data.configure({}, None).info.column("amount")
    assert amount is not None
    assert (amount.n_missing, amount.low, amount.high) == (1, 0, 1019)
