"""Damaged model files: each is refused, or it opens and predicts.

The adapters run native code that a damaged file may crash, so all of it happens in a
child process that is watched: one that dies or stands still is counted and replaced.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import re
import resource
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fuzz.mutations import mutants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

PATIENCE = 20.0
_START = 120.0
_ROOM = 12 << 30  # bytes of address space
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_NUMBERS = (
    *(b"0", b"-1", b"1", b"2", b"7", b"255", b"65536", b"2147483647", b"-2147483648"),
    *(b"4294967295", b"1e308", b"-1e308", b"1e-320", b"0.5", b"9223372036854775807"),
    *(b"nan", b"NaN", b"inf", b"-inf", b"1e999", b"", b"x"),
)
_STATIC_ONLY = ("pickle", "joblib")
# What sound files are refused for, too: they say what they are, and it is not for us.
_PLAIN = (
    *("model.multi_output", "model.codes_unknown", "model.objective_unknown"),
    *("model.inputs_unknown", "model.not_tabular"),
)


@dataclass
class Tally:
    """What became of the mutants of one file.

    Attributes
    ----------
    refused, sound
        How many were not called green, and how many were and predicted.
    failed
        Number of a mutant → what went wrong although it was called green, or while
        the static report was made.
    """

    refused: int = 0
    sound: int = 0
    failed: dict[int, str] = field(default_factory=dict)


def copies(data: bytes, n: int, seed: int) -> Iterator[bytes]:
    """Yield damaged copies; every second one has other numbers where it is text."""
    draw = random.Random(seed)
    damaged = mutants(data, n, seed)
    spans = [found.span() for found in _NUMBER.finditer(data)]
    textual = data[:1] in (b"{", b"t") and data[1:2] != b"L" and len(spans) > 100
    for index, mutant in enumerate(damaged):
        if textual and index % 2:
            start, end = draw.choice(spans)
            yield data[:start] + draw.choice(_NUMBERS) + data[end:]
        elif index % 4 == 0:
            changed = bytearray(data)
            changed[draw.randrange(len(data))] = draw.choice((0, 1, 0xFF, 0x7F, 0x80))
            yield bytes(changed)
        else:
            yield mutant


def tally(
    originals: Mapping[str, bytes], n: int, seed: int, folder: Path
) -> dict[str, Tally]:
    """Try ``n`` mutants of every file in watched child processes."""
    found = {name: Tally() for name in originals}
    start = 0
    while start < n * len(found):
        start = _watch(found, originals, n, seed, start, folder)
    return found


def _watch(
    found: dict[str, Tally],
    originals: Mapping[str, bytes],
    n: int,
    seed: int,
    start: int,
    folder: Path,
) -> int:
    """Follow one child to its end; return the mutant to go on with."""
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(
        target=_work,
        args=(writer, dict(originals), n, seed, start, folder),
        daemon=True,
    )
    child.start()
    writer.close()
    names = list(originals)
    patience = _START
    at = start
    try:
        while at < n * len(names):
            if not reader.poll(patience):
                found[names[at // n]].failed[at % n] = "hangs"
                child.kill()
                return at + 1
            at, outcome = reader.recv()
            patience = PATIENCE
            _count(found[names[at // n]], at % n, outcome)
            at += 1
    except EOFError:
        found[names[at // n]].failed[at % n] = "ends the process"
        return at + 1
    finally:
        child.join(PATIENCE)
        child.kill()
        child.join()
        reader.close()
    return at


def _count(tally: Tally, at: int, outcome: str) -> None:
    if outcome == "refused":
        tally.refused += 1
    elif outcome == "sound":
        tally.sound += 1
    else:
        tally.failed[at] = outcome


def _work(
    writer: Connection,
    originals: dict[str, bytes],
    n: int,
    seed: int,
    start: int,
    folder: Path,
) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)  # what native code says of damage
    for stream in (1, 2):
        os.dup2(nothing, stream)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number, data in enumerate(originals.values()):
        if (number + 1) * n <= start:
            continue
        for index, mutant in enumerate(copies(data, n, seed), number * n):
            if index >= start:
                writer.send((index, outcome_of(mutant, folder)))


def outcome_of(data: bytes, folder: Path) -> str:
    """Return ``refused``, ``sound``, or what went wrong."""
    import numpy as np

    from engine.contracts.errors import EngineError
    from engine.contracts.host import LoadModel
    from engine.contracts.model import Light, Task
    from engine.model_host import adapters
    from engine.models.consent.policy import Policy
    from engine.models.consent.safety_report import report_on
    from engine.models.intake import Intake
    from engine.models.static.sniff import sniff

    kept = folder / "mutant"
    kept.write_bytes(data)
    found = sniff(io.BytesIO(data))
    intake = Intake(
        path="mutant",
        path_in_store=kept,
        sha256="0" * 64,
        size=len(data),
        container=found.name,
        program=found.program,
        family=found.family,
        cut=found.cut,
    )
    report = report_on(intake, policy=Policy())
    if report.reason.code == "safety.not_understood":
        return "the report was surprised"
    if report.light is not Light.GREEN or report.format in _STATIC_ONLY:
        return "refused"
    trusted = tuple(f.name for f in report.findings if f.what == "skops_type")
    load = LoadModel(
        format=report.format,
        name="mutant",
        sha256="0" * 64,
        size=len(data),
        trusted=trusted,
    )
    try:
        opened = adapters.open_model(data, load)
        answer = opened.predict(rows_for(opened.info))
    except EngineError as error:
        if error.code in _PLAIN:
            return "refused"
        return f"{error.code} {error.params}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    if not np.isfinite(answer.scores).all():
        return "refused"  # model.not_finite: sound weights may be too large
    n_classes = len(opened.info.classes)
    if opened.info.task is not Task.REGRESSION and answer.labels.max() >= n_classes:
        return "labels that are no classes"
    return "sound"


def rows_for(info):
    """Return rows of the kinds that a model wants."""
    import numpy as np
    import pyarrow as pa

    draw = np.random.default_rng(0)
    columns = {}
    for field_ in info.inputs:
        if field_.dtype in ("category", "string"):
            known = field_.categories or ("0", "1", "2")
            columns[field_.name] = pa.array([known[i % len(known)] for i in range(24)])
        else:
            columns[field_.name] = pa.array(draw.normal(size=24))
    return pa.table(columns)
