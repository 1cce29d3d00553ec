from __future__ import annotations

import pytest

from tests.gui.support import make_window


@pytest.fixture
def made(qtbot, monkeypatch, tmp_path):
    """A window on a small case; see :func:`tests.gui.support.make_window`."""
    found = make_window(qtbot, monkeypatch, tmp_path)
    yield found
    found.window.close()
