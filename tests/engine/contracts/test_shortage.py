"""How much memory was missing is told where the failure says it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from engine.contracts.shortage import gigabytes, is_shortage, needed


def test_numpy_says_how_much_it_wanted():
    with pytest.raises(MemoryError) as caught:
        np.empty((1 << 22, 1 << 22), dtype=np.float64)
    assert needed(caught.value) == 8 << 44


def test_arrow_says_how_much_it_wanted():
    error = pa.ArrowMemoryError("malloc of size 17179869184 failed")
    assert needed(error) == 16 << 30


def test_a_failure_that_does_not_say_is_not_guessed_at():
    assert needed(MemoryError()) is None
    assert needed(MemoryError("no room")) is None


def test_sizes_are_told_in_gigabytes():
    told = [gigabytes(n << 20) for n in (16 << 10, 1536, 51, 0)]
    assert told == ["16.0", "1.5", "0.05", "0.00"]


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (MemoryError(), True),
        (pa.ArrowMemoryError("malloc of size 64 failed"), True),
        (OSError(12, "Cannot allocate memory"), True),
        (ImportError("x.so: failed to map segment from shared object"), True),
        (RuntimeError("can't start new thread"), True),
        (RuntimeError("std::bad_alloc"), True),
        (OSError(28, "No space left on device"), False),
        (ImportError("No module named 'x'"), False),
        (ValueError("cannot allocate memory"), False),
    ],
)
def test_a_shortage_is_known_in_whatever_clothes_it_comes(error, short):
    assert is_shortage(error) is short
