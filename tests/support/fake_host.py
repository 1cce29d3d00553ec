"""A process that speaks a model host's language and says what it must not.

It starts in a tenth of the time of the real one, and needs no model file: the
name of the "model" says how to behave.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from pathlib import Path

import msgspec
import numpy as np

from engine.contracts import frames
from engine.contracts.dataset import Note
from engine.contracts.errors import ErrorInfo
from engine.contracts.host import (
    DescribeStructure,
    EncodeBatch,
    Encoded,
    Loaded,
    LoadModel,
    PredictBatch,
    Ready,
    Refused,
    Scores,
    Structured,
    ToHost,
)
from engine.contracts.model import Input, ModelInfo, ScoreKind, Task
from engine.contracts.structure import LinearForm, Structure

NOTHING = np.empty(0, dtype=np.int32)


def run_unguarded(reader, writer, exchange, memory, threads):
    """A host that no kernel ends with its parent, and that does not end by itself."""
    serve(reader, writer, exchange, ("fake",))
    time.sleep(60)


def run(reader, writer, exchange, memory, threads):
    serve(reader, writer, exchange, ("fake", "parent-death signal"))


def serve(reader, writer, exchange, layers):
    channel = frames.Channel(reader, writer, ToHost)
    channel.send(Ready(layers=layers))
    behaviour = Behaviour(channel, writer, exchange)
    while True:
        try:
            message = channel.receive()
        except EOFError:
            return
        if isinstance(message, LoadModel):
            behaviour.load(message.name)
        elif isinstance(message, PredictBatch):
            behaviour.predict(message.n_rows)
        elif isinstance(message, DescribeStructure):
            behaviour.describe()
        elif isinstance(message, EncodeBatch):
            behaviour.encode(message.n_rows)
        else:
            return


class Behaviour:
    def __init__(self, channel, writer, exchange) -> None:
        self.exchange = Path(exchange)
        self.channel = channel
        self.writer = writer
        self.how = ""
        self.calls = 0

    def load(self, how: str) -> None:
        self.how = how
        info = getattr(self, "info_" + how, self.info)()
        if info is not None:
            self.channel.send(Loaded(model=info))

    def predict(self, n: int) -> None:
        self.calls += 1
        getattr(self, "say_" + self.how, self.say_honest)(n)

    def describe(self) -> None:
        self.calls += 1
        if self.how == "indivisible":
            self.channel.send(Refused(error=ErrorInfo(code="model.no_structure")))
            return
        column = 7 if self.how == "from_nowhere" else 0
        structure = Structure(
            form=LinearForm(
                coefficients=np.full((1, 1), float(self.calls)), base=np.zeros(1)
            ),
            outputs=("",),
            encoded=("x",),
            source=np.array([column], dtype=np.int32),
        )
        self.channel.send(Structured(structure=structure))

    def encode(self, n: int) -> None:
        width = 2 if self.how == "wide_rows" else 1
        values = np.repeat(np.arange(n, dtype=float), width)
        self.channel.send(Encoded(values=values.reshape(n, width)))

    def values(self, values, labels=NOTHING) -> None:
        self.channel.send(Scores(scores=values, labels=labels))

    def raw(self, header: object) -> None:
        data = msgspec.msgpack.encode(header)
        prefix = frames._PREFIX.pack(b"TZ01", len(data))
        self.writer.send_bytes(prefix + data)

    # what goes on after the answer

    def after(self, act) -> ModelInfo:
        threading.Thread(target=act, daemon=True).start()
        return self.info()

    def info_spins(self) -> ModelInfo:
        def spin() -> None:
            while True:
                pass

        return self.after(spin)

    def info_swells(self) -> ModelInfo:
        def swell() -> None:
            time.sleep(0.2)
            self.kept = b"x" * (300 << 20)

        return self.after(swell)

    def info_multiplies(self) -> ModelInfo:
        def multiply() -> None:
            time.sleep(0.2)
            for _ in range(600):
                threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

        return self.after(multiply)

    # descriptions

    def info(self, **changes) -> ModelInfo:
        made = {
            "name": "something else",
            "sha256": "f" * 64,
            "format": "something else",
            "kind": "fake",
            "task": Task.REGRESSION,
            "score_kind": ScoreKind.VALUE,
            "inputs": (Input(name="x"),),
            "sandbox": ("invented",),
        }
        return ModelInfo(**{**made, **changes})

    def classes(self, *names: str) -> ModelInfo:
        task = Task.BINARY if len(names) == 2 else Task.MULTICLASS
        kind = ScoreKind.PROBABILITY
        return self.info(task=task, score_kind=kind, classes=names)

    def info_two_of_a_name(self):
        return self.classes("a", "a")

    def info_one_class(self):
        return self.info(task=Task.BINARY, score_kind=ScoreKind.LABEL, classes=("a",))

    def info_twin_inputs(self):
        return self.info(inputs=(Input(name="x"), Input(name="x")))

    def info_regression_with_margins(self):
        return self.info(score_kind=ScoreKind.MARGIN)

    def info_endless_name(self):
        return self.info(kind="x" * 100_000)

    def info_endless_steps(self):
        return self.info(steps=("a step",) * 100_000)

    def info_endless_settings(self):
        return self.info(parameters={str(i): i for i in range(10_000)})

    def info_endless_categories(self):
        levels = tuple("x" * 3_000 + str(i) for i in range(12_000))
        return self.info(inputs=(Input(name="x", categories=levels),))

    def info_long_texts(self):
        return self.info(
            kind="k" * 2_000,
            estimator="a\x1b[31mred\u202e",
            steps=("s" * 2_000,) * 200,
            parameters={"p" * 2_000: ("v" * 2_000,) * 900},
            notes=(Note(code="model.not_deterministic", params={"x": "y" * 10**6}),),
        )

    def info_words_an_error_at_length(self):
        error = ErrorInfo(
            code="model.raised",
            params={"kind": "x", "why": "w" * 10**6},
            details="d" * 10**6,
        )
        self.channel.send(Refused(error=error))

    def info_endless_notes(self):
        return self.info(notes=(Note(code="x"),) * 10_000)

    def info_wants_too_much(self):
        params = {"needed": "99.0", "allowed": "1000000"}
        error = ErrorInfo(code="model.out_of_memory_for", params=params)
        self.channel.send(Refused(error=error))

    def info_never(self):
        return None

    def info_bad_sums(self):
        return self.classes("no", "yes")

    info_out_of_range = info_third_class = info_unknown_label = info_bad_sums

    def info_unsayable(self):
        self.channel.send(Refused(error=ErrorInfo(code="model.raised")))

    def info_foreign_error(self):
        params = {"file": "x"}
        self.channel.send(Refused(error=ErrorInfo(code="case.exists", params=params)))

    # answers

    def say_honest(self, n):
        self.values(np.arange(n, dtype=float).reshape(n, 1))

    def say_slow(self, n):
        time.sleep(0.05)
        self.say_honest(n)

    def say_bad_sums(self, n):
        self.values(np.full((n, 2), 0.75), np.zeros(n, np.int32))

    def say_out_of_range(self, n):
        self.values(np.tile([1.5, -0.5], (n, 1)), np.zeros(n, np.int32))

    def say_third_class(self, n):
        self.values(np.full((n, 3), 1 / 3), np.zeros(n, np.int32))

    def say_unknown_label(self, n):
        self.values(np.full((n, 2), 0.5), np.full(n, 2, np.int32))

    def say_too_few(self, n):
        self.values(np.zeros((n - 1, 1)))

    def say_integers(self, n):
        self.values(np.zeros((n, 1), np.int64))

    def say_flat(self, n):
        self.values(np.zeros(n))

    def say_labels_too(self, n):
        self.values(np.zeros((n, 1)), np.zeros(n, np.int32))

    def say_nan(self, n):
        scores = np.zeros((n, 1))
        scores[3], scores[5] = np.nan, np.inf
        self.values(scores)

    def say_random(self, n):
        self.values(np.random.default_rng().normal(size=(n, 1)))

    def say_constant(self, n):
        self.values(np.ones((n, 1)))

    def say_exits(self, n):
        os._exit(3)

    def say_aborts(self, n):
        os.abort()

    def info_dies_at_once(self):
        os._exit(3)

    def say_dies_once(self, n):
        """Die in the middle, but not where another process has done so before."""
        mark = self.exchange.parent / "died"
        if self.calls == 2 and not mark.exists():
            mark.touch()
            os._exit(3)
        time.sleep(0.05)
        self.say_honest(n)

    def say_hangs(self, n):
        time.sleep(3600)

    def say_garbage(self, n):
        self.writer.send_bytes(b"this is no frame at all")

    def say_huge_length(self, n):
        os.write(self.writer.fileno(), struct.pack("!i", 0x7FFFFFF0))
        self.say_hangs(n)

    def say_half(self, n):
        os.write(self.writer.fileno(), struct.pack("!i", 1000) + b"TZ01")
        self.say_hangs(n)

    def say_wrong_message(self, n):
        self.channel.send(Ready(layers=("none at all",)))

    def say_unknown_message(self, n):
        self.raw({"type": "format_disk"})

    def say_names_a_file(self, n):
        scores = ["<f8", [n, 1], 0, "0" * 32]
        labels = ["<i4", [0], 0, ""]
        self.raw({"type": "scores", "scores": scores, "labels": labels})

    def say_chatters(self, n):
        for _ in range(100):
            self.channel.send(Ready(layers=()))
