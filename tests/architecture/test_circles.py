"""No module imports another that imports it, not even for annotations alone.

The contracts of import-linter leave out what is imported under ``TYPE_CHECKING``; here
it counts.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Circles that are left, to be taken apart: none may be added.
LEFT = {
    frozenset(
        {"engine.data.readers", "engine.data.schema", "engine.data.table"}
        | {"engine.data.written"}
    ),
    frozenset({"engine.models.host_process", "engine.models.watch"}),
    frozenset({"engine.models.host", "engine.models.model"}),
    frozenset(
        f"engine.models.static.pickle_{name}"
        for name in ("literals", "machine", "opcodes")
    ),
    frozenset({"gui.plots.gestures", "gui.plots.plot", "gui.plots.plot_menu"}),
    frozenset({"gui.actions.commands", "gui.actions.search", "gui.main_window"}),
    frozenset(
        {"gui.panel"}
        | {
            f"gui.dialogs.{name}"
            for name in ("as_table", "caption", "export", "panel_menus", "picture")
        }
    ),
}


def modules_of(*packages: Path) -> dict[str, Path]:
    found = {}
    for package in packages:
        for path in package.rglob("*.py"):
            parts = path.relative_to(package.parent).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports_of(modules: dict[str, Path]) -> dict[str, set[str]]:
    """Return for each module those it imports anywhere, ``TYPE_CHECKING`` too."""
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        named: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                named |= inner & modules.keys() or {node.module}
        graph[name] = (named & modules.keys()) - {name}
    return graph


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    left = [start]
    while left:
        for name in graph[left.pop()] - found:
            found.add(name)
            left.append(name)
    return found


def circles_of(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """Return the groups of modules each of which reaches all of its group."""
    reach = {name: reached(graph, name) for name in graph}
    return {
        frozenset(other for other in reach[name] if name in reach[other])
        for name in graph
        if name in reach[name]
    }


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    return imports_of(modules_of(ROOT / "engine", ROOT / "gui"))


def test_there_are_no_circles_but_those_that_are_left(graph):
    assert circles_of(graph) == LEFT


def test_families_of_explanations_form_no_circle_of_packages(graph):
    packages: dict[str, set[str]] = {}
    for name, imported in graph.items():
        if name.startswith("engine.explain."):
            own = name.split(".")[2]
            others = {
                other.split(".")[2]
                for other in imported
                if other.startswith("engine.explain.")
            }
            packages.setdefault(own, set()).update(others - {own})
    assert "shapley" in packages["agreement"]
    assert not circles_of(packages)


@pytest.mark.parametrize("guard", ["", "if TYPE_CHECKING:\n    "])
def test_a_planted_circle_is_found(tmp_path, guard):
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("from house.two import two\n")
    (package / "two.py").write_text(
        f"from typing import TYPE_CHECKING\n{guard}from house import one\n"
    )
    (package / "three.py").write_text("import house.one\n")
    found = circles_of(imports_of(modules_of(package)))
    assert found == {frozenset({"house.one", "house.two"})}
