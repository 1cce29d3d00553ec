"""Python objects that came out of a file → the adapter that knows their kind."""

from __future__ import annotations

import contextlib
import importlib
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sklearn.exceptions import InconsistentVersionWarning

from engine.contracts.errors import EngineError
from engine.model_host.native_text import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.contracts.host import LoadModel
    from engine.model_host.adapters.opened import Opened

# package of the object's class → module with ``from_object(model, seen)``;
# whatever else predicts is treated as a scikit-learn estimator.
TABLE: dict[str, str] = {
    "xgboost": "engine.model_host.adapters.xgboost_model",
    "lightgbm": "engine.model_host.adapters.lightgbm_model",
    "catboost": "engine.model_host.adapters.catboost_model",
}
_XGBOOST_LAYOUT = "engine.model_host.adapters.xgboost_layout"
_DEFAULT = "engine.model_host.adapters.sklearn_model"


@dataclass
class Seen:
    """What was noticed while an object was being rebuilt."""

    saved_with: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def loading(load: LoadModel) -> Iterator[Seen]:
    """Turn what goes wrong while an object is rebuilt into clear errors."""
    seen = Seen()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with _watching(seen):
                yield seen
        except (EngineError, MemoryError):
            raise
        except ModuleNotFoundError as error:
            raise _missing_module(load, error) from error
        except (AttributeError, ImportError) as error:
            raise EngineError(
                "model.class_missing", file=load.name, why=str(error)
            ) from error
        except Exception as error:
            raise EngineError(
                "model.cannot_open", file=load.name, why=_short(error)
            ) from error
    for warning in caught:
        if isinstance(warning.message, InconsistentVersionWarning):
            written = warning.message.original_sklearn_version
            seen.saved_with["scikit-learn"] = str(written)


@contextlib.contextmanager
def _watching(seen: Seen) -> Iterator[None]:
    """Look at what libraries rebuild, where that is the only time to see it."""
    with contextlib.ExitStack() as watched:
        with contextlib.suppress(ImportError):  # a bundle may leave a library out
            layout = importlib.import_module(_XGBOOST_LAYOUT)
            watched.enter_context(layout.noticing(seen))
        yield


def adapt(model: Any, seen: Seen) -> Opened:
    """Hand an object to the adapter of its kind.

    Raises
    ------
    EngineError
        ``model.not_a_model`` if it does not predict.
    """
    model = _only_model(model)
    package = type(model).__module__.partition(".")[0]
    module = importlib.import_module(TABLE.get(package, _DEFAULT))
    opened: Opened = module.from_object(model, seen)
    return opened


def _only_model(found: Any) -> Any:
    """Return the object itself, or the one model in a dict or list of things."""
    if hasattr(found, "predict"):
        return found
    parts = []
    if isinstance(found, dict):
        parts = list(found.values())
    elif isinstance(found, (list, tuple)):
        parts = list(found)
    models = [part for part in parts if hasattr(part, "predict")]
    if len(models) != 1:
        kind = f"{type(found).__module__}.{type(found).__qualname__}"
        raise EngineError("model.not_a_model", found=kind, models=len(models))
    return models[0]


def _missing_module(load: LoadModel, error: ModuleNotFoundError) -> EngineError:
    module = error.name or str(error)
    if module.startswith("sklearn."):
        return EngineError("model.too_old", file=load.name, module=module)
    return EngineError("model.needs_library", file=load.name, module=module)


def _short(error: Exception) -> str:
    return first_sentence(str(error)) or type(error).__name__
