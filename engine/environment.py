"""Switches that have to be thrown before a library is imported."""

from __future__ import annotations

import os

SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "KMP_BLOCKTIME": "0",
    "JOBLIB_MULTIPROCESSING": "0",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}


def prepare() -> None:
    """Turn telemetry off and spinning threads to sleep."""
    os.environ.update(SWITCHES)
