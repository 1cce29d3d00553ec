"""Pickle and joblib files: opened with consent, inside the locked-down host."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import joblib

from engine.model_host.adapters.objects import adapt, loading

if TYPE_CHECKING:
    from engine.contracts.host import LoadModel
    from engine.model_host.adapters.opened import Opened


def open_model(data: bytes, load: LoadModel) -> Opened:
    """Unpickle the model (joblib also reads plain pickles)."""
    with loading(load) as seen:
        model = joblib.load(io.BytesIO(data))
    return adapt(model, seen)
