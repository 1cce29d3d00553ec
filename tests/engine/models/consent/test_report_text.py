"""The report in words: complete, plain, and safe for a terminal."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from engine.contracts.messages import contents, intake, next_step, safety, sentence
from engine.contracts.model import Light
from engine.models.consent.policy import read_policy
from engine.models.consent.report_text import as_text, plain
from engine.models.consent.safety_report import inspect, report_on
from engine.models.intake import take_in
from tests.engine.models.safety_cases import containers, gadgets, tricks

MESSAGES = {**safety.MESSAGES, **contents.MESSAGES, **intake.MESSAGES}
SOURCES = [
    *Path("engine/models/static").glob("*.py"),
    *Path("engine/models/consent").glob("*.py"),
    Path("engine/models/intake.py"),
    Path("engine/session/consents.py"),
]
CODE = re.compile(r"(safety|intake|policy|consent)\.[a-z_0-9]+")


def codes():
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole = CODE.fullmatch(node.value)
                if whole and node.value != "policy.json":
                    found.add(node.value)
    return found


def test_that_every_code_has_a_sentence_and_every_sentence_a_code():
    assert codes() == set(MESSAGES)


def given():
    """Every code with the parameters that stand beside it in the source."""
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first = node.args[0]
            names = {k.arg for k in node.keywords}
            if isinstance(first, ast.Constant) and first.value in MESSAGES:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name == "fail":
                    names = {"position"}
                if name in ("NotUnderstoodError", "BrokenError", "EngineError", "fail"):
                    found.setdefault(first.value, []).append(names)
    return found


def test_that_no_sentence_asks_for_what_is_not_given():
    for code, calls in given().items():
        for text in MESSAGES[code]:
            wanted = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for names in calls:
                assert wanted <= names, (code, wanted, names)


@pytest.mark.parametrize("name", sorted(tricks()))
def test_that_a_trick_is_reported_in_words(tmp_path, name):
    (tmp_path / "m").write_bytes(tricks()[name])
    text = as_text(inspect(tmp_path / "m"))
    assert not CODE.search(text.replace(str(tmp_path), ""))
    assert "{" not in text


def test_that_every_wrapping_is_reported_in_words(tmp_path):
    for raw in containers(gadgets("x")["os.system"]).values():
        (tmp_path / "m").write_bytes(raw)
        text = as_text(inspect(tmp_path / "m"))
        assert "os.system" in text
        assert "dangerous" in text


def test_that_a_name_cannot_write_to_the_terminal(tmp_path):
    name = b"x\x1b[2J\xe2\x80\xaey"
    (tmp_path / "m").write_bytes(b"\x80\x02c" + name + b"\nz\n.")
    text = as_text(inspect(tmp_path / "m"))
    assert "\x1b" not in text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert plain("a\nb") == "a\N{REPLACEMENT CHARACTER}b"


def test_that_a_policy_says_whose_rule_it_is(tmp_path):
    (tmp_path / "policy.json").write_text('{"forbid": ["amber"], "contact": "ext. 7"}')
    (tmp_path / "m").write_bytes(b"\x80\x02ccollections\nOrderedDict\n)R.")
    intake = take_in(tmp_path / "m", tmp_path / "store")
    report = report_on(intake, policy=read_policy(tmp_path / "policy.json"))
    assert report.light is Light.FORBIDDEN
    assert "amber" in sentence(report.reason.code, report.reason.params)
    assert "ext. 7" in next_step(report.reason.code, report.reason.params)


SHARED = Path("../shared/data")


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
@pytest.mark.parametrize(
    ("file", "code", "hint"),
    [
        ("leaves_sk_gradient_boosting_classifier.model", "safety.old_sklearn", "skops"),
        ("leaves_xgagaricus.model", "safety.xgboost_binary", "save_model"),
    ],
)
def test_that_a_file_of_another_age_is_refused_with_a_way_out(file, code, hint):
    report = inspect(SHARED / "models_tabular" / file)
    assert (report.light, report.reason.code) == (Light.FORBIDDEN, code)
    assert hint in next_step(code, report.reason.params)


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data sets are not here")
@pytest.mark.parametrize(
    ("file", "light"),
    [
        ("models_text/profanity_model.joblib", Light.AMBER),
        ("models_text/profanity_vectorizer.joblib", Light.AMBER),
        ("models_tabular/leaves_lg_breast_cancer.txt", Light.GREEN),
        ("models_tabular/leaves_lg_dart_breast_cancer.model", Light.GREEN),
        ("models_tabular/leaves_lgmulticlass.model", Light.GREEN),
        ("models_tabular/ort_logreg_iris.onnx", Light.GREEN),
        ("models_tabular/winml_iris_mlp.onnx", Light.GREEN),
        ("models_image/squeezenet_fp16.onnx", Light.GREEN),
        ("models_image/mnist_cntk.onnx", Light.GREEN),
        ("models_image/resnet20-12fca82f.th", Light.AMBER),
        ("models_image/captum_cifar_lenet.pt", Light.AMBER),
    ],
)
def test_that_real_files_get_the_light_they_deserve(file, light):
    assert inspect(SHARED / file).light is light
