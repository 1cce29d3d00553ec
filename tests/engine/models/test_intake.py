"""Taking files in: regular files only, one read, one copy under its hash."""

from __future__ import annotations

import gzip
import hashlib
import os
import pathlib
import stat
import tempfile

import pytest

from engine.contracts.errors import Cancelled, EngineError
from engine.contracts.progress import Silent
from engine.models.consent.safety_report import report_on
from engine.models.intake import take_in


def test_that_the_copy_is_named_by_its_hash_and_read_only(tmp_path):
    file = tmp_path / "a.pkl"
    file.write_bytes(b"N.")
    intake = take_in(file, tmp_path / "store")
    assert intake.sha256 == hashlib.sha256(b"N.").hexdigest()
    assert intake.path_in_store == tmp_path / "store" / intake.sha256
    assert intake.path_in_store.read_bytes() == b"N."
    assert stat.S_IMODE(intake.path_in_store.stat().st_mode) == 0o400
    assert (intake.path, intake.size, intake.format) == (str(file), 2, "pickle")


def test_that_the_same_bytes_are_kept_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"N.")
        take_in(tmp_path / name, tmp_path / "store")
    assert len(list((tmp_path / "store").iterdir())) == 1


def test_that_a_link_is_followed_to_a_regular_file_and_nowhere_else(tmp_path):
    (tmp_path / "a").write_bytes(b"N.")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert take_in(tmp_path / "link", tmp_path / "store").size == 2
    (tmp_path / "device").symlink_to("/dev/zero")
    with pytest.raises(EngineError, match=r"intake\.not_a_file"):
        take_in(tmp_path / "device", tmp_path / "store")


def test_that_a_pipe_does_not_make_it_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EngineError, match=r"intake\.not_a_file"):
        take_in(tmp_path / "pipe", tmp_path / "store")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda p: None, "intake.missing"),
        (lambda p: p.mkdir(), "intake.folder"),
        (lambda p: p.write_bytes(b""), "intake.empty"),
        (lambda p: p.write_bytes(b"x" * 100), "intake.too_large"),
    ],
)
def test_that_a_file_that_cannot_be_taken_is_named(tmp_path, make, code):
    make(tmp_path / "a")
    with pytest.raises(EngineError, match=code) as caught:
        take_in(tmp_path / "a", tmp_path / "store", limit=50)
    assert caught.value.params["file"] == str(tmp_path / "a")


def test_that_a_name_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(EngineError, match=r"intake\.(denied|missing)"):
        take_in("a\0b", tmp_path / "store")


def test_that_a_file_growing_under_our_eyes_is_refused(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"x" * 1000)

    class Writer(Silent):
        def advance(self, done, total, stage):
            with file.open("ab") as more:
                more.write(b"y")

    with pytest.raises(EngineError, match=r"intake\.changed"):
        take_in(file, tmp_path / "store", Writer())
    assert list((tmp_path / "store").iterdir()) == []


def test_that_cancelling_leaves_nothing_behind(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 1000)

    class Stop(Silent):
        def raise_if_cancelled(self):
            raise Cancelled

    with pytest.raises(Cancelled):
        take_in(tmp_path / "a", tmp_path / "store", Stop())
    assert list((tmp_path / "store").iterdir()) == []


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"a,b\n1,2\n", "text"),
        (b"PAR1" + bytes(20), "parquet"),
        (b'{"a": 1}\n', "text"),
        (b"\x89HDF\r\n\x1a\n", "hdf5"),
        (b"ZF" + bytes(20), "joblib_old"),
        (b"tree\nversion=v4\n", "lightgbm"),
        (b"CBM1" + bytes(20), "catboost"),
        (b"\x93NUMPY", "npy"),
        (b"\x1f\x8b" + bytes(9), "joblib"),
    ],
)
def test_that_content_and_not_the_name_decides(tmp_path, head, kind):
    (tmp_path / "model.onnx").write_bytes(head)
    assert take_in(tmp_path / "model.onnx", tmp_path / "store").format == kind


FULL = pathlib.Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs a full device")


def refused_by_a_full_disk(ask):
    with pytest.raises(EngineError) as caught:
        ask()
    assert caught.value.code == "engine.disk_full"
    return caught.value.params["folder"]


@needs_full
def test_that_a_copy_without_room_names_the_folder(tmp_path, monkeypatch):
    file = tmp_path / "model.pkl"
    file.write_bytes(b"N." * 1000)
    store = tmp_path / "store"

    def mkstemp(**_given):
        (store / "incoming").touch()
        return os.open(FULL, os.O_RDWR), str(store / "incoming")

    monkeypatch.setattr("engine.models.intake.tempfile.mkstemp", mkstemp)
    assert refused_by_a_full_disk(lambda: take_in(file, store)) == str(store)
    assert list(store.iterdir()) == []


@needs_full
def test_that_a_file_without_room_to_be_unpacked_is_not_called_damaged(
    tmp_path, monkeypatch
):
    file = tmp_path / "model.joblib"
    file.write_bytes(gzip.compress(os.urandom(1 << 20)))
    intake = take_in(file, tmp_path / "store")
    monkeypatch.setattr(
        "engine.models.static.streams.tempfile.TemporaryFile",
        lambda **_given: FULL.open("w+b", buffering=0),
    )
    folder = refused_by_a_full_disk(lambda: report_on(intake))
    assert folder == tempfile.gettempdir()
