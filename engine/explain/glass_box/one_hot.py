"""One-hot encoding: numbers as they are, labels one column each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from engine.explain.subject import cells_as_numbers

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

MOST_LABELS = 30  # of one input; rows with others are 0 in all of its columns


class OneHot:
    """One-hot encoding of the inputs of some rows.

    Parameters
    ----------
    rows
        The rows whose labels get a column each, the most frequent first served.

    Attributes
    ----------
    names
        Of the columns.
    source
        ``(D,)`` int32 the input each comes from.
    n_left_out
        Labels without a column.
    """

    def __init__(self, rows: pa.Table) -> None:
        self._columns: list[tuple[int, str | None]] = []
        self.n_left_out = 0
        names: list[str] = []
        numbers, labels = cells_as_numbers(rows)
        for feature, known in enumerate(labels):
            if not known:
                self._columns.append((feature, None))
                names.append(rows.column_names[feature])
                continue
            codes = numbers[np.isfinite(numbers[:, feature]), feature].astype(int)
            often = Counter(codes.tolist()).most_common()
            kept = sorted(known[code] for code, _ in often[:MOST_LABELS])
            self.n_left_out += len(often) - len(kept)
            for label in kept:
                self._columns.append((feature, label))
                names.append(f"{rows.column_names[feature]} = {label}")
        self.names = tuple(names)
        self.source = np.array([f for f, _ in self._columns], dtype=np.int32)

    def encode(self, rows: pa.Table) -> NDArray[np.float64]:
        """Return ``(n, D)`` rounded to single precision; a missing number is ``nan``.

        Trees of scikit-learn compare in single precision.
        """
        numbers, labels = cells_as_numbers(rows)
        made = np.empty((rows.num_rows, len(self._columns)))
        for place, (feature, label) in enumerate(self._columns):
            own = numbers[:, feature]
            if label is None:
                most = float(np.finfo(np.float32).max)
                made[:, place] = np.clip(own, -most, most)
            elif label in labels[feature]:
                made[:, place] = own == labels[feature].index(label)
            else:
                made[:, place] = 0.0
        single: NDArray[np.float64] = made.astype(np.float32).astype(np.float64)
        return single
