"""First code of the engine's process.

Imports nothing but what Python has already loaded: the switches are thrown before
numpy or any other library reads them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from engine.environment import limit_threads, prepare

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_ENGINE = "engine.process"


def run(reader: Connection, writer: Connection, folder: str) -> None:
    """Become the engine.

    Parameters
    ----------
    reader, writer
        This side's ends of the two pipes.
    folder
        Scratch folder shared with the window.
    """
    prepare()
    limit_threads()
    importlib.import_module(_ENGINE).serve(reader, writer, folder)
