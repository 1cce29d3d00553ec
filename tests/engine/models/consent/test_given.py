"""Consents are this person's, on this computer, and nothing forged becomes one."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import Light, SafetyReport
from engine.models.consent.given import MAX_SIZE, ConsentStore, own_folder

SHA = "ab" * 32
REPORT = SafetyReport(
    path="/models/m.pkl",
    sha256=SHA,
    size=1,
    format="pickle",
    light=Light.RED,
    reason=Note(code="safety.dangerous"),
)
posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")


@pytest.fixture
def store(tmp_path):
    return ConsentStore(tmp_path / "consents", "1.0")


@pytest.fixture
def given(store, tmp_path):
    store.give(REPORT, "from\nour own team")
    return tmp_path / "consents" / f"{SHA}.json"


def test_a_consent_is_kept_with_date_version_and_reason(store, given):
    found = store.find(SHA)
    assert (found.name, found.light, found.version) == ("m.pkl", "red", "1.0")
    assert found.reason == "from our own team"
    assert found.given.endswith("+00:00")
    assert found.holds


def test_of_other_bytes_nothing_was_said(store, given):
    assert store.find("cd" * 32) is None


def test_another_version_of_the_program_asks_again(given):
    found = ConsentStore(given.parent, "1.1").find(SHA)
    assert found is not None
    assert not found.holds


def test_a_file_that_says_of_itself_that_it_holds_is_not_believed(given):
    forged = json.loads(given.read_text()) | {"holds": True, "version": "0.9"}
    given.write_text(json.dumps(forged))
    assert not ConsentStore(given.parent, "1.0").find(SHA).holds


def test_a_consent_of_another_hash_under_this_name_is_none(store, given):
    other = given.parent / f"{'cd' * 32}.json"
    other.write_bytes(given.read_bytes())
    other.chmod(0o600)
    assert store.find("cd" * 32) is None


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\0" * 100,
        b"[" * MAX_SIZE,
        b"null",
        b'{"sha256": "' + SHA.encode() + b'"}',
        b" " * (MAX_SIZE + 1),
    ],
)
def test_garbage_grants_nothing_and_harms_nothing(store, given, garbage):
    given.write_bytes(garbage)
    assert store.find(SHA) is None
    assert store.listed().kept == ()
    store.give(REPORT)
    assert store.find(SHA).holds


def test_a_consent_that_is_too_long_grants_nothing(store, given):
    long = json.loads(given.read_text()) | {"reason": "x" * MAX_SIZE}
    given.write_text(json.dumps(long))
    assert store.find(SHA) is None


@posix
def test_only_its_owner_may_read_and_write_it(given):
    assert stat.S_IMODE(given.stat().st_mode) == 0o600
    assert stat.S_IMODE(given.parent.stat().st_mode) == 0o700


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_may_write_grants_nothing(store, given, mode):
    given.chmod(mode)
    assert store.find(SHA) is None


@posix
def test_a_link_grants_nothing(store, given, tmp_path):
    planted = tmp_path / "planted.json"
    given.rename(planted)
    given.symlink_to(planted)
    assert store.find(SHA) is None
    store.give(REPORT)  # takes the link's place and leaves alone what it led to
    assert not given.is_symlink()
    assert store.find(SHA).holds
    assert json.loads(planted.read_text())["reason"] == "from our own team"


@posix
def test_a_second_name_of_another_file_grants_nothing(store, given, tmp_path):
    os.link(given, tmp_path / "elsewhere.json")
    assert store.find(SHA) is None


@posix
def test_a_pipe_or_a_folder_grants_nothing_and_nobody_waits(store, given):
    given.unlink()
    os.mkfifo(given, 0o600)
    assert store.find(SHA) is None
    given.unlink()
    given.mkdir()
    assert store.find(SHA) is None


@posix
def test_a_file_of_another_user_grants_nothing(store, given, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: given.stat().st_uid + 1)
    assert store.find(SHA) is None


@pytest.mark.parametrize("name", ["../" + SHA, "", SHA.upper(), SHA + "/x", "x" * 64])
def test_what_is_no_hash_leads_nowhere(store, given, name):
    assert store.find(name) is None
    store.withdraw(name)
    assert given.exists()


def test_what_is_withdrawn_is_gone_and_withdrawing_twice_is_no_error(store, given):
    store.withdraw(SHA)
    assert store.find(SHA) is None
    store.withdraw(SHA)
    assert store.listed().kept == ()


def test_what_cannot_be_withdrawn_says_so(store, given):
    given.unlink()
    given.mkdir()
    with pytest.raises(EngineError, match=r"consent\.not_withdrawn"):
        store.withdraw(SHA)


def test_a_consent_that_cannot_be_kept_leaves_no_half_of_it(store, given, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    store.withdraw(SHA)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        store.give(REPORT)
    assert list(given.parent.iterdir()) == []


def test_consents_stand_in_the_data_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "platformdirs.user_data_dir", lambda *_names, **_more: str(tmp_path)
    )
    assert own_folder() == Path(tmp_path) / "consents"
