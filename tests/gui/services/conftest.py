from __future__ import annotations

import pytest

from gui.services import engine_client
from tests.gui.services.fake_process import FakeProcess


@pytest.fixture
def client(qapp, monkeypatch):
    """A client whose engine is a :class:`FakeProcess`, up and ready."""
    monkeypatch.setattr(engine_client, "EngineProcess", FakeProcess)
    FakeProcess.made.clear()
    found = engine_client.EngineClient()
    yield found
    found.stop()


@pytest.fixture
def ready(client, qtbot):
    client.start()
    qtbot.waitUntil(lambda: client.state == "ready")
    return client
