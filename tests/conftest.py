"""What holds for every test: its own home, no display, nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import hypothesis
import platformdirs
import pytest

# What numba compiles is kept from run to run, apart from the program's own.
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(platformdirs.user_cache_path("trasluz-tests") / "numba")
)
_HOME = tempfile.mkdtemp(prefix="trasluz-tests-")
_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "APPDATA": "roaming",
    "LOCALAPPDATA": "local",
}
# Before any library looks: settings and caches of whoever runs the tests stay theirs.
os.environ.update({name: str(Path(_HOME) / at) for name, at in _FOLDERS.items()})
os.environ.update({"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"})
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_PATIENCE = 5.0

hypothesis.settings.register_profile(
    "trasluz",
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("trasluz")


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, described by its MANIFEST.md."""
    if not SHARED.is_dir():
        pytest.skip(f"the real data sets are not at {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def _settings_of_its_own(request, tmp_path_factory):
    """A test that shows windows starts with settings nobody has changed."""
    if {"qapp", "qtbot"} & set(request.fixturenames):
        from PySide6.QtCore import QSettings

        folder = str(tmp_path_factory.mktemp("settings"))
        for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
            QSettings.setPath(form, QSettings.Scope.UserScope, folder)


@pytest.fixture(autouse=True)
def _no_window_left_open(_settings_of_its_own):
    """A test closes the windows it opens."""
    before = {id(window) for window in _windows()}
    yield
    shown = [w for w in _windows() if id(w) not in before and w.isVisible()]
    assert not shown, f"windows left open: {shown}"


@pytest.fixture(autouse=True, scope="module")
def _nothing_left_running():
    """A module ends with the threads and processes it began with.

    Not every test does: some share a model host, which they may also replace.
    """
    threads = set(threading.enumerate())
    children = {child.pid for child in multiprocessing.active_children()}
    yield
    give_up = time.monotonic() + _PATIENCE
    left = [t for t in threading.enumerate() if t not in threads and _is_ours(t)]
    for thread in left:
        thread.join(max(0.0, give_up - time.monotonic()))
    left = [thread for thread in left if thread.is_alive()]
    assert not left, f"threads left running: {left}"
    orphans = [c for c in multiprocessing.active_children() if c.pid not in children]
    for child in orphans:
        child.join(max(0.0, give_up - time.monotonic()))
    orphans = [child for child in orphans if child.is_alive()]
    assert not orphans, f"processes left running: {orphans}"


def _is_ours(thread: threading.Thread) -> bool:
    # a thread of a library that once called Python stays listed as a dummy
    return not isinstance(thread, threading._DummyThread)


def _windows() -> list:
    """Windows that belong to no other window, which would take them along."""
    module = sys.modules.get("PySide6.QtWidgets")
    if module is None or module.QApplication.instance() is None:
        return []
    return [w for w in module.QApplication.topLevelWidgets() if w.parent() is None]


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Small data and models: :class:`tests.support.small_case.SmallFiles`."""
    from tests.support.small_case import write

    return write(tmp_path_factory.mktemp("small"))
