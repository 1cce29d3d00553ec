"""Models opened as the host opens them, from what a test has in its hands."""

from __future__ import annotations

import io

import joblib
import numpy as np
import pandas as pd
import pytest
import xgboost

from engine.contracts.errors import EngineError
from engine.contracts.host import LoadModel
from engine.contracts.messages.model import MESSAGES
from engine.model_host import adapters
from tests.support.model_files import SHARED

MODELS = SHARED / "models_tabular"
shared = pytest.mark.skipif(
    not MODELS.exists(), reason="the shared model files are not beside the checkout"
)
RNG = np.random.default_rng(0)
ROWS = pd.DataFrame(RNG.normal(size=(200, 3)), columns=["b", "a", "c"])
BINARY = (ROWS["a"] > 0).astype(int)


def open_bytes(format_: str, data: bytes):
    load = LoadModel(format=format_, name="m", sha256="0", size=len(data))
    return adapters.open_model(data, load)


def open_object(model):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return open_bytes("joblib", buffer.getvalue())


def open_booster(booster, format_: str = "json"):
    return open_bytes(f"xgboost_{format_}", bytes(booster.save_raw(format_)))


def codes(model) -> set[str]:
    return {note.code for note in model.info.notes}


def refusal(ask, *arguments) -> EngineError:
    with pytest.raises(EngineError) as caught:
        ask(*arguments)
    assert caught.value.code in MESSAGES
    return caught.value


def trained(objective: str, label, **more) -> xgboost.Booster:
    params = {"objective": objective, "nthread": 1, **more}
    return xgboost.train(params, xgboost.DMatrix(ROWS, label=label), 8)
