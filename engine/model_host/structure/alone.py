"""A model that is one estimator, given its inputs as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.structure import Structure
from engine.model_host.structure.parts import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    import pyarrow as pa

    from engine.contracts.model import Input
    from engine.model_host.structure.parts import Part


class Alone:
    """A model without steps before it, taken apart when first asked.

    Parameters
    ----------
    take_apart
        Called once.
    inputs
        The model's inputs.
    convert
        A table to the rows that the part speaks of.
    """

    def __init__(
        self,
        take_apart: Callable[[], Part],
        inputs: Sequence[Input],
        convert: Callable[[pa.Table], Any],
    ) -> None:
        self._take_apart = take_apart
        self._inputs = inputs
        self._convert = convert
        self._part: Part | None = None

    def structure(self) -> Structure:
        """Take the model apart.

        Raises
        ------
        EngineError
            ``model.no_structure`` if that is not possible.
        """
        part = self._known()
        if max(part.columns, default=-1) >= len(self._inputs):
            raise unknown()
        return Structure(
            form=part.form,
            link=part.link,
            outputs=part.outputs,
            encoded=tuple(self._inputs[column].name for column in part.columns),
            source=np.array(part.columns, dtype=np.int32),
            cut_by=part.cut_by,
        )

    def encode(self, table: pa.Table) -> np.ndarray:
        """Return ``(n, d)`` float64."""
        return self._known().prepare(self._convert(table))

    def _known(self) -> Part:
        if self._part is None:
            self._part = self._take_apart()
        return self._part
