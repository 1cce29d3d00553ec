"""A case from elsewhere brings a model along: whose consent opens it, and how long."""

from __future__ import annotations

import hashlib
import importlib
import json
import pickle
from functools import partial
from pathlib import Path

import pytest

from engine.case.store import CaseStore
from engine.contracts import requests as r
from engine.contracts.case import CaseFile, FileRecipe
from engine.contracts.errors import EngineError
from engine.contracts.model import Light, ModelInfo
from engine.contracts.progress import SILENT
from engine.models.consent.given import ConsentStore
from engine.models.host import HostPool
from engine.session import Session, hosts
from gui.services.case_recipe import requests_of

SUPPORT = str(Path(__file__).resolve().parents[1] / "support")


class Evil:
    """Its file would run a program where it is opened."""

    def __reduce__(self):
        return print, ("opened",)


@pytest.fixture
def kept(tmp_path):
    return ConsentStore(tmp_path / "mine" / "consents", "1.0")


@pytest.fixture(autouse=True)
def _quick_host(monkeypatch):
    """A host that starts at once; this computer counts as one that can lock it in."""
    monkeypatch.syspath_prepend(SUPPORT)
    target = importlib.import_module("fake_host").run
    monkeypatch.setattr(hosts, "HostPool", partial(HostPool, target=target))
    monkeypatch.setattr(HostPool, "sealed", True)


@pytest.fixture
def session(kept, tmp_path):
    session = Session(tmp_path / "scratch", spare=False, consents=kept)
    (tmp_path / "scratch").mkdir()
    yield lambda request: session.answer(request, SILENT)
    session.close()


def saved_case(folder, model):
    """A case beside its model, saved by an author who says to have agreed to it."""
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    recipe = FileRecipe(paths=(str(model),), sha256=(sha256,))
    store = CaseStore(folder / "foreign.trasluz", create=True)
    store.save(CaseFile(model=recipe, consent=sha256, notes="trust me"))
    store.close()
    return folder / "foreign.trasluz", sha256


def opening(session, path):
    """Ask what the window asks when a case is opened; return its refusal."""
    opened = session(r.OpenCase(path=str(path)))
    asked = requests_of(opened.case)
    (request,) = (one for one in asked if isinstance(one, r.OpenModel))
    with pytest.raises(EngineError) as caught:
        session(request)
    return caught.value


@pytest.mark.parametrize("what", ["amber", "red"])
def test_the_hash_in_a_foreign_case_opens_nothing(session, small, tmp_path, what):
    model = tmp_path / "model.pkl"
    model.write_bytes(
        small.pickled.read_bytes() if what == "amber" else pickle.dumps(Evil())
    )
    path, sha256 = saved_case(tmp_path, model)
    assert session(r.OpenCase(path=str(path))).case.consent == sha256
    assert opening(session, path).code == "safety.needs_consent"
    report = session(r.Inspect(path=str(model)))
    assert report.light is Light(what)
    assert report.consent is None


def test_consent_given_once_holds_until_it_is_withdrawn(
    session, kept, small, tmp_path, monkeypatch
):
    path = str(small.pickled)
    sha256 = hashlib.sha256(small.pickled.read_bytes()).hexdigest()
    opened = session(r.OpenModel(path=path, consent=sha256, reason="our own"))
    assert isinstance(opened, ModelInfo)
    assert opened.safety.consent.reason == "our own"
    again = session(r.OpenModel(path=path))  # as after a restart
    assert again.safety.consent == opened.safety.consent
    assert [one.sha256 for one in session(r.ListConsents()).kept] == [sha256]

    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"forbid": ["amber"]}))
    monkeypatch.setattr("engine.models.consent.policy.site_policy", lambda: policy)
    with pytest.raises(EngineError, match=r"policy\.forbids"):
        session(r.OpenModel(path=path, consent=sha256))
    policy.unlink()

    assert session(r.WithdrawConsent(sha256=sha256)).kept == ()
    with pytest.raises(EngineError, match=r"safety\.needs_consent"):
        session(r.OpenModel(path=path))
    with pytest.raises(EngineError, match=r"predict\.no_model|data\.none"):
        session(r.Predict(target="outcome"))  # the open model was closed


def test_consent_that_cannot_be_kept_opens_once_and_says_so(
    session, small, monkeypatch
):
    def no_room(*_arguments, **_more):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("engine.models.consent.given.ConsentStore.give", no_room)
    sha256 = hashlib.sha256(small.pickled.read_bytes()).hexdigest()
    opened = session(r.OpenModel(path=str(small.pickled), consent=sha256))
    assert [note.code for note in opened.safety.notes][-1:] == ["consent.not_kept"]
    with pytest.raises(EngineError, match=r"safety\.needs_consent"):
        session(r.OpenModel(path=str(small.pickled)))


def test_a_command_neither_keeps_its_consent_nor_uses_one_that_is_kept(
    kept, small, tmp_path
):
    sha256 = hashlib.sha256(small.pickled.read_bytes()).hexdigest()
    session = Session(tmp_path, spare=False)  # as the command line makes it
    try:
        session.answer(r.OpenModel(path=str(small.pickled), consent=sha256), SILENT)
        with pytest.raises(EngineError, match=r"safety\.needs_consent"):
            session.answer(r.OpenModel(path=str(small.pickled)), SILENT)
        assert kept.listed().kept == ()
        assert session.answer(r.ListConsents(), SILENT).kept == ()
    finally:
        session.close()
