"""A file that does not fit is not called damaged; one that claims the absurd is."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from engine.contracts.dataset import ReadOptions
from engine.contracts.errors import EngineError
from engine.data import readers


def failing(monkeypatch, error):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(readers, "_by_format", fail)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    return tmp_path / "rows.csv"


@pytest.mark.parametrize(
    "error", [MemoryError(), pa.ArrowMemoryError("malloc of size 64000 failed")]
)
def test_too_little_memory_is_no_damage_of_the_file(path, monkeypatch, error):
    failing(monkeypatch, error)
    with pytest.raises(MemoryError):
        readers.read(path, ReadOptions())


def test_more_than_any_sound_file_of_its_size_holds_is_damage(path, monkeypatch):
    failing(monkeypatch, pa.ArrowMemoryError(f"malloc of size {1 << 60} failed"))
    with pytest.raises(EngineError, match=r"data\.damaged"):
        readers.read(path, ReadOptions())
    with pytest.raises(MemoryError) as caught:
        np.empty(1 << 50, dtype=np.float64)
    failing(monkeypatch, caught.value)
    with pytest.raises(EngineError, match=r"data\.damaged"):
        readers.read(path, ReadOptions())
