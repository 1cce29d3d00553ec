"""Texts of files are shown as they stand: what Qt would interpret has one home each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Qt's class, and the one module that may make it.
HOMES = {
    "QLabel": "gui/widgets/labels.py",
    "QMessageBox": "gui/dialogs/message_box.py",
}
TIPS = {"setToolTip", "setTabToolTip", "showText", "setStatusTip", "setWhatsThis"}


def trees() -> list[tuple[str, ast.Module]]:
    files = sorted((ROOT / "gui").rglob("*.py"))
    return [(str(f.relative_to(ROOT)), ast.parse(f.read_text())) for f in files]


def made_elsewhere(place: str, tree: ast.Module) -> list[str]:
    """Return where a class of Qt's is made, or derived from, outside its home."""
    found = []
    for node in ast.walk(tree):
        names = [node.func] if isinstance(node, ast.Call) else []
        if isinstance(node, ast.ClassDef):
            names = node.bases
        for name in names:
            called = name.attr if isinstance(name, ast.Attribute) else None
            called = name.id if isinstance(name, ast.Name) else called
            if called in HOMES and HOMES[called] != place:
                found.append(f"{place}:{node.lineno} {called}")
    return found


def is_shown_as_it_stands(node: ast.expr) -> bool:
    """Whether a tooltip is a sentence of our own, or went through ``literal``."""
    match node:
        case ast.IfExp():
            both = (node.body, node.orelse)
            return all(map(is_shown_as_it_stands, both))
        case ast.Constant():
            return True
        case ast.Call(func=ast.Name(id="literal")):
            return True
        case ast.Call(func=ast.Name(id="tr"), args=[ast.Constant()], keywords=[]):
            return True
    return False


def tips_unescaped(place: str, tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in TIPS:
                continue
            at = 1 if node.func.attr in {"showText", "setTabToolTip"} else 0
            if not is_shown_as_it_stands(node.args[at]):
                found.append(f"{place}:{node.lineno} {node.func.attr}")
    return found


def test_labels_and_message_boxes_are_made_in_one_place() -> None:
    assert not [hit for at, tree in trees() for hit in made_elsewhere(at, tree)]


def test_tooltips_are_own_sentences_or_escaped() -> None:
    assert not [hit for at, tree in trees() for hit in tips_unescaped(at, tree)]


@pytest.mark.parametrize(
    "planted",
    [
        "QLabel(name)",
        "QtWidgets.QLabel()",
        "class Wide(QLabel): pass",
        "QMessageBox(parent)",
    ],
)
def test_another_label_is_noticed(planted: str) -> None:
    assert made_elsewhere("gui/panels/new.py", ast.parse(planted))


@pytest.mark.parametrize(
    "planted",
    [
        "button.setToolTip(name)",
        "QToolTip.showText(place, text, self)",
        "item.setToolTip(tr('Column {name}', name=name))",
        "tabs.setTabToolTip(0, name)",
        "item.setToolTip(literal(a) if a else b)",
    ],
)
def test_another_tooltip_is_noticed(planted: str) -> None:
    assert tips_unescaped("gui/panels/new.py", ast.parse(planted))
