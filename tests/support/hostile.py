"""Models that attack the process they are opened in.

They are saved by value, so that they run in a host that does not know this module.
``Attacker.predict`` runs the attack whose position each row names and answers 1
where it succeeded.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import cloudpickle

from tests.support import attacks_on_files, attacks_on_processes

if TYPE_CHECKING:
    from pathlib import Path


class Target:
    """What an attacker knows of the outside, filled in by the test."""

    def __init__(self, folder: Path, parent: int, variable: str) -> None:
        self.secret = str(folder / "secret.txt")
        self.folder = str(folder)
        self.parent = parent
        self.variable = variable


_MODULES = (attacks_on_files, attacks_on_processes)
ATTACKS = [
    found
    for module in _MODULES
    for name, found in vars(module).items()
    if getattr(found, "__module__", "") == module.__name__ and not name.startswith("_")
]


class Attacker:
    """Runs the attacks its rows name."""

    n_features_in_ = 1

    def __init__(self, target: Target) -> None:
        self.target = target
        self.attacks = ATTACKS

    def predict(self, rows):
        return [self._try(self.attacks[int(row[0])]) for row in rows]

    def _try(self, attack):
        try:
            return 1.0 if attack(self.target) else 0.0
        except (OSError, MemoryError, ValueError):
            return 0.0


class Loader:
    """Loads the hostile files its rows name, each as its own library would.

    Answers 2 where the secret was read, 1 where the file was loaded, else 0.
    """

    n_features_in_ = 1

    def __init__(self, files: list[tuple[str, bytes]], secret: str) -> None:
        self.files = files
        self.secret = secret

    def predict(self, rows):
        return [self._load(*self.files[int(row[0])]) for row in rows]

    def _load(self, container, raw):
        import io
        import pickle

        import joblib
        import numpy

        stream = io.BytesIO(raw)
        try:
            if container == "raw":
                found = pickle.loads(raw)
            elif container == "npy":
                found = numpy.load(stream, allow_pickle=True)
            elif container == "npz":
                found = numpy.load(stream, allow_pickle=True)["a"]
            elif container == "torch":
                import torch

                found = torch.load(stream, weights_only=False)
            else:
                found = joblib.load(stream)
            return 2.0 if self.secret in repr(found) else 1.0
        except BaseException:
            return 0.0


class Misbehaving:
    """A regressor that does to its own process what ``how`` says."""

    n_features_in_ = 1

    def __init__(self, how: str) -> None:
        self.how = how

    def predict(self, rows):
        return getattr(self, "_" + self.how)(rows)

    def _honest(self, rows):
        return rows[:, 0]

    def _raises(self, rows):
        raise RuntimeError("no luck\nwith {this}")

    def _segfaults(self, rows):
        import ctypes

        ctypes.string_at(0)

    def _hangs(self, rows):
        while True:
            pass

    def _outlives(self, rows):
        """Do all one can to be here when the engine is not."""
        import contextlib
        import ctypes
        import os
        import signal
        import threading
        import time

        libc = ctypes.CDLL(None)
        libc.prctl(1, 0, 0, 0, 0)  # no signal at the parent's death
        libc.prctl(36, 1, 0, 0, 0)
        for leave in (os.setsid, lambda: os.setpgid(0, 0)):
            with contextlib.suppress(OSError):
                leave()
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        threading.Thread(target=time.sleep, args=(60,)).start()
        os.close(3)
        time.sleep(60)

    def _grows(self, rows):
        kept = []
        while True:
            kept.append(bytearray(64 << 20))
            for start in range(0, 64 << 20, 4096):
                kept[-1][start] = 1

    def _speaks_for_the_host(self, rows):
        """Write a frame of its own into the pipe to the engine."""
        import gc

        from engine.contracts.frames import Channel

        channel = next(o for o in gc.get_objects() if isinstance(o, Channel))
        channel._writer.send_bytes(b"this is no frame at all")
        return rows[:, 0]


def save(model: object, path: Path) -> Path:
    """Write a model that can be opened where these modules are not known."""
    modules = (sys.modules[__name__], *_MODULES)
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        path.write_bytes(cloudpickle.dumps(model))
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)
    return path
