"""The other formats: what is checked in each, and that damage is found."""

from __future__ import annotations

import json
import random
import re
import struct
import zipfile

import pytest
from sklearn.datasets import make_classification

from engine.contracts.errors import EngineError
from engine.contracts.model import Light
from engine.contracts.progress import SILENT
from engine.models.consent.policy import Policy, read_policy
from engine.models.consent.safety_report import check_consent, inspect, report_on
from engine.models.static import (
    catboost_files,
    lightgbm_files,
    onnx_files,
    xgboost_files,
)
from tests.engine.models.safety_cases import archive, examine, joblib_bytes, model_of

X, Y = make_classification(80, 6, n_informative=4, n_classes=3, random_state=0)


@pytest.fixture(scope="module")
def xgboost_json(tmp_path_factory):
    import xgboost

    folder = tmp_path_factory.mktemp("x")
    model = xgboost.XGBClassifier(n_estimators=3, max_depth=3).fit(X, Y)
    model.save_model(folder / "m.json")
    model.save_model(folder / "m.ubj")
    return (folder / "m.json").read_bytes(), (folder / "m.ubj").read_bytes()


@pytest.fixture(scope="module")
def lightgbm_text():
    import lightgbm

    model = lightgbm.LGBMClassifier(n_estimators=4, verbose=-1, min_child_samples=3)
    return model.fit(X, Y).booster_.model_to_string().encode()


@pytest.fixture(scope="module")
def small_onnx():
    from onnx import TensorProto, helper

    weights = helper.make_tensor("w", TensorProto.FLOAT, [2, 2], [1.0, 2.0, 3.0, 4.0])
    return model_of([helper.make_node("MatMul", ["x", "w"], ["y"])], [weights])


@pytest.fixture(scope="module")
def catboost_blob(tmp_path_factory):
    import catboost

    path = tmp_path_factory.mktemp("c") / "m.cbm"
    model = catboost.CatBoostClassifier(
        iterations=4, verbose=0, allow_writing_files=False
    )
    model.fit(X, Y).save_model(str(path))
    return path.read_bytes()


@pytest.mark.parametrize("name", ["num_trees", "tree_info", "num_feature", "version"])
def test_that_counts_that_lie_are_refused(tmp_path, xgboost_json, name):
    text = xgboost_json[0].decode()
    lies = {
        "num_trees": ('"num_trees":"9"', '"num_trees":"8"'),
        "tree_info": ('"tree_info":[0,1,2', '"tree_info":[0,1,3'),
        "num_feature": ('"num_feature":"6"', '"num_feature":"1"'),
        "version": ('"version":[', '"version":["x",'),
    }
    assert lies[name][0] in text
    report = examine(tmp_path, text.replace(*lies[name]).encode())
    assert report.light is Light.FORBIDDEN


def test_that_a_newer_xgboost_is_warned_of(tmp_path, xgboost_json):
    newer = re.sub(rb'"version":\[\d+', b'"version":[99', xgboost_json[0])
    report = examine(tmp_path, newer)
    assert report.light is Light.GREEN
    assert [n.code for n in report.notes] == ["safety.newer_version"]


def mutants(raw, n, seed):
    draw = random.Random(seed)
    for _ in range(n):
        data = bytearray(raw)
        kind = draw.randrange(3)
        at = draw.randrange(len(data))
        if kind == 0:
            data[at] = draw.randrange(256)
        elif kind == 1:
            del data[at:]
        else:
            data[at : at + 8] = data[draw.randrange(len(data)) :][:8]
        yield bytes(data)


def test_that_no_mutant_upsets_a_reader(
    xgboost_json, lightgbm_text, catboost_blob, small_onnx
):
    """Every mutant is judged; none raises, none hangs."""
    readers = [
        (xgboost_json[0], lambda d: xgboost_files.examine(d, "xgboost_json", SILENT)),
        (xgboost_json[1], lambda d: xgboost_files.examine(d, "xgboost_ubj", SILENT)),
        (lightgbm_text, lambda d: lightgbm_files.examine(d, SILENT)),
        (catboost_blob, catboost_files.examine),
        (small_onnx, lambda d: onnx_files.examine(d, SILENT)),
    ]
    for number, (raw, read) in enumerate(readers):
        assert read(raw).light()[0] is Light.GREEN
        lights = [read(m).light()[0] for m in mutants(raw, 150, number)]
        assert lights.count(Light.FORBIDDEN) > 40


def test_that_no_mutant_of_a_pickle_upsets_the_machine(tmp_path):
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(3, random_state=0).fit(X, Y)
    for raw in (joblib_bytes(model), joblib_bytes(model, 3)):
        for mutant in mutants(raw, 100, 5):
            if mutant:
                examine(tmp_path, mutant)


def test_that_every_cut_of_a_lightgbm_file_is_refused(lightgbm_text):
    stop = lightgbm_text.index(b"\nend of trees")
    for at in range(10, stop, 97):
        outcome = lightgbm_files.examine(lightgbm_text[:at], SILENT)
        assert outcome.light()[0] is Light.FORBIDDEN


ARCHIVES = {
    "../escape": {"schema.json": b"{}", "../x": b""},
    "absolute": {"schema.json": b"{}", "/etc/x": b""},
    "drive": {"schema.json": b"{}", "C:x": b""},
    "no schema at all": {"a.txt": b"x"},
    "schema that is no object": {"schema.json": b"[]"},
    "schema that is no JSON": {"schema.json": b"{"},
    "schema without end": {"schema.json": b'{"a":' * 100_000},
    "bomb": {"schema.json": b"{}", "a.npy": bytes(200 << 20)},
}


@pytest.mark.parametrize("name", sorted(ARCHIVES))
def test_that_an_odd_archive_is_not_opened(tmp_path, name):
    report = examine(tmp_path, archive(ARCHIVES[name]))
    assert report.light in (Light.RED, Light.FORBIDDEN)


def test_that_an_archive_of_too_many_members_is_not_opened(tmp_path):
    raw = archive({f"{n}.npy": b"" for n in range(60_001)}, zipfile.ZIP_STORED)
    assert examine(tmp_path, raw).light is Light.FORBIDDEN


def test_that_a_compression_bomb_is_stopped(tmp_path, monkeypatch):
    import zlib

    from engine.models.static import streams

    monkeypatch.setattr(streams, "FREE_RATIO_UP_TO", 1 << 20)
    monkeypatch.setattr(streams, "MAX_RATIO", 100)
    report = examine(tmp_path, zlib.compress(b"N0" * (8 << 20) + b"N."))
    assert report.reason.code == "safety.unpacks_too_far"


def test_that_lz4_is_said_not_to_be_read(tmp_path):
    report = examine(tmp_path, b"\x04\x22\x4d\x18" + bytes(40))
    assert (report.light, report.reason.code) == (
        Light.FORBIDDEN,
        "safety.joblib_lz4",
    )


def test_that_a_torch_state_dict_is_amber_and_a_whole_model_red(tmp_path):
    import torch

    for new in (True, False):
        torch.save(
            {"w": torch.zeros(2)},
            tmp_path / "s.pt",
            _use_new_zipfile_serialization=new,
        )
        assert inspect(tmp_path / "s.pt").light is Light.AMBER
    torch.save(torch.nn.Linear(2, 2), tmp_path / "m.pt")
    report = inspect(tmp_path / "m.pt")
    assert (report.format, report.light) == ("torch_zip", Light.RED)


def test_that_torchscript_and_keras_lambda_are_red(tmp_path):
    script = archive({"m/code/__torch__.py": b"", "m/constants.pkl": b"\x80\x02)."})
    report = examine(tmp_path, script)
    assert (report.format, report.light) == ("torchscript", Light.RED)
    config = {"class_name": "Lambda", "module": "keras.layers", "config": {}}
    keras = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}"}
    report = examine(tmp_path, archive(keras))
    assert (report.format, report.light) == ("keras", Light.RED)


def test_that_safetensors_are_green_only_when_sound(tmp_path):
    head = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})
    raw = struct.pack("<Q", len(head)) + head.encode() + bytes(8)
    assert examine(tmp_path, raw).light is Light.GREEN
    assert examine(tmp_path, raw + b"more").light is Light.FORBIDDEN


@pytest.mark.parametrize(
    ("rules", "light"),
    [
        ('{"forbid": ["red"]}', Light.FORBIDDEN),
        ('{"forbid": ["amber"]}', Light.FORBIDDEN),
        ('{"forbid": []}', Light.RED),
        ("{", Light.FORBIDDEN),
        ('{"forbid": "red"}', Light.FORBIDDEN),
        ('{"forbidden": ["red"]}', Light.FORBIDDEN),
    ],
)
def test_that_the_administrator_has_the_last_word(tmp_path, rules, light):
    from engine.models.intake import take_in

    (tmp_path / "policy.json").write_text(rules)
    (tmp_path / "m.pkl").write_bytes(b"cos\nsystem\n.")
    intake = take_in(tmp_path / "m.pkl", tmp_path / "store")
    policy = read_policy(tmp_path / "policy.json")
    assert report_on(intake, policy=policy).light is light


def test_that_the_administrator_can_let_one_file_pass(tmp_path):
    from engine.models.intake import take_in

    (tmp_path / "m.pkl").write_bytes(b"cos\nsystem\n.")
    intake = take_in(tmp_path / "m.pkl", tmp_path / "store")
    policy = Policy(
        forbid=frozenset({Light.RED}), allowed_hashes=frozenset({intake.sha256})
    )
    assert report_on(intake, policy=policy).light is Light.RED


def test_that_consent_is_bound_to_the_bytes(tmp_path):
    (tmp_path / "m.pkl").write_bytes(b"cos\nsystem\n.")
    report = inspect(tmp_path / "m.pkl")
    check_consent(report, report.sha256, sandboxed=True)
    for consent in ("", report.sha256[:8], "0" * 64):
        with pytest.raises(EngineError, match=r"safety\.needs_consent"):
            check_consent(report, consent, sandboxed=True)
    with pytest.raises(EngineError, match=r"safety\.no_sandbox"):
        check_consent(report, report.sha256, sandboxed=False)
