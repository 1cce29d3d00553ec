"""Running an analysis: may it, with what parameters, and was it asked before."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import msgspec

from engine import analysis
from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.contracts.progress import Progress
    from engine.contracts.requests import Run
    from engine.contracts.results import Result
    from engine.contracts.selection import Selection

MOST_RESULTS = 256


def key_of(asked: Run, buckets: Mapping[str, Selection]) -> str:
    """Return what tells a request from any other about the same predictions."""
    parts = [asked, list(buckets), list(buckets.values())]
    return hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()


class Runs:
    """Runs analyses and keeps what they found, the oldest dropped first."""

    def __init__(self) -> None:
        self._results: dict[str, Result] = {}

    def forget(self) -> None:
        """Drop every result: data, model or match are others now."""
        self._results = {}

    def answer(
        self,
        key: str,
        asked: Run,
        facts: analysis.Facts,
        inputs: Callable[[], analysis.Inputs],
        progress: Progress,
    ) -> Result:
        """Return the result kept under ``key``, or run the analysis.

        Parameters
        ----------
        key
            See :func:`key_of`.
        asked
            The request; selection and decision are already in ``inputs``.
        facts
            What there is, for the analysis to say whether it suits.
        inputs
            Makes what the analysis reads; called only if it runs.

        Raises
        ------
        EngineError
            If the analysis does not suit the case or its parameters are wrong.
        """
        if key in self._results:
            return self._results[key]
        found = analysis.load(asked.analysis)
        reason = found.is_compatible(facts)
        if reason is not None:
            raise EngineError(reason.code, **reason.params)
        given = inputs()
        params = _params(found, asked.params)
        began = time.perf_counter()
        result: Result = _timed(
            found.run(given, params, progress), time.perf_counter() - began
        )
        if len(self._results) >= MOST_RESULTS:
            self._results.pop(next(iter(self._results)))
        self._results[key] = result
        return result


def _params(found: analysis.Analysis, given: dict[str, Any]) -> Any:
    known = set(found.Params.__struct_fields__)
    unknown = sorted(set(given) - known)
    if unknown:
        raise EngineError(
            "analysis.unknown_parameter",
            name=unknown[0],
            analysis=found.id,
            known=tuple(sorted(known)),
        )
    try:
        return msgspec.convert(given, found.Params, strict=False)
    except msgspec.ValidationError as error:
        raise EngineError(
            "analysis.bad_parameter", analysis=found.id, why=str(error)
        ) from error


def _timed(result: Any, elapsed: float) -> Any:
    provenance = msgspec.structs.replace(result.provenance, elapsed=elapsed)
    return msgspec.structs.replace(result, provenance=provenance)
