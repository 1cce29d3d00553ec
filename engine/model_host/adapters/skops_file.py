"""skops files: scikit-learn models rebuilt from a list of vetted types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from engine.contracts.errors import EngineError
from engine.model_host.adapters.objects import adapt, loading

if TYPE_CHECKING:
    from engine.contracts.host import LoadModel
    from engine.model_host.adapters.opened import Opened


def open_model(data: bytes, load: LoadModel) -> Opened:
    """Rebuild the model; only the types that ``load`` names are trusted."""
    with loading(load) as seen:
        try:
            model = skops.io.loads(data, trusted=list(load.trusted))
        except UntrustedTypesFoundException as error:
            raise EngineError(
                "model.untrusted_types", file=load.name, why=str(error)
            ) from error
    return adapt(model, seen)
