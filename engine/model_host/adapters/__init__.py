"""One module for each family of model files, and the table of all of them.

A module has ``open_model(data, load) -> Opened``. To add a format: write the
module, add a row here under the name that :mod:`engine.models.static.sniff` gives
the format, and a case in ``tests/contract/test_model_adapters.py``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from engine.contracts.host import LoadModel
    from engine.model_host.adapters.opened import Opened

TABLE: dict[str, str] = {
    "skops": "engine.model_host.adapters.skops_file",
    "joblib": "engine.model_host.adapters.pickle_file",
    "pickle": "engine.model_host.adapters.pickle_file",
    "xgboost_json": "engine.model_host.adapters.xgboost_model",
    "xgboost_ubj": "engine.model_host.adapters.xgboost_model",
    "xgboost_binary": "engine.model_host.adapters.xgboost_model",
    "lightgbm": "engine.model_host.adapters.lightgbm_model",
    "catboost": "engine.model_host.adapters.catboost_model",
    "onnx": "engine.model_host.adapters.onnx_model",
}


def open_model(data: bytes, load: LoadModel) -> Opened:
    """Open a model by its format.

    Raises
    ------
    EngineError
        ``model.no_adapter`` for a format this host does not open, or whatever
        the adapter finds wrong with the file.
    """
    if load.format not in TABLE:
        raise EngineError("model.no_adapter", file=load.name, format=load.format)
    opened: Opened = importlib.import_module(TABLE[load.format]).open_model(data, load)
    return opened
