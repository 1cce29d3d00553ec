"""Rows that several contract tests feed to models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.rows_of_texts import from_csv, rows_of_texts

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Dataset


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Rows whose categories look like something else."""
    return rows_of_texts()


@pytest.fixture(scope="session")
def data(frame, tmp_path_factory) -> Dataset:
    """The same rows, out of a CSV file."""
    return from_csv(frame, tmp_path_factory.mktemp("adapters"))
