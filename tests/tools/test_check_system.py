"""What the system lacks is installed where that needs no password, else named."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest

import main as program
from gui import system_libraries
from tools import check_system


@pytest.fixture
def a_library_is_missing(monkeypatch):
    lacking = {"libtrasluz-lacks-this.so.9": "libtrasluz9"}
    monkeypatch.setattr(system_libraries, "ALWAYS", lacking)
    monkeypatch.setattr(system_libraries.platform, "system", lambda: "Linux")


@pytest.fixture
def commands(monkeypatch):
    """Run nothing, keep what would have been run."""
    kept = []

    def run(command, **_settings):
        kept.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    return kept


def test_a_missing_library_is_named_where_nobody_may_install(
    a_library_is_missing, commands, monkeypatch, capsys
):
    monkeypatch.setattr(check_system, "prefix_for_root", lambda: None)
    assert check_system.bring_libraries(tests=False) == 1
    assert not commands
    assert "sudo apt-get install -y libtrasluz9" in capsys.readouterr().err


@pytest.mark.parametrize("root", [[], ["sudo", "-n"]], ids=["root", "sudo"])
def test_root_installs_what_is_missing_and_says_the_command(
    a_library_is_missing, commands, monkeypatch, capsys, root
):
    monkeypatch.setattr(check_system, "prefix_for_root", lambda: root)
    # The library is still not there afterwards: that is an error.
    assert check_system.bring_libraries(tests=False) == 1
    assert [command[: len(root)] for command in commands] == [root, root]
    assert commands[0][-1] == "update"
    assert commands[1][-3:] == ["install", "-y", "libtrasluz9"]
    assert "apt-get install -y libtrasluz9" in capsys.readouterr().out


def test_nothing_is_installed_where_nothing_is_missing(commands, monkeypatch):
    monkeypatch.setattr(check_system, "missing_packages", lambda *, display: [])
    assert check_system.bring_libraries(tests=False) == 0
    assert not commands


def test_a_program_that_only_tests_start_is_installed_but_its_lack_stops_nothing(
    commands, monkeypatch
):
    monkeypatch.setattr(check_system, "missing_packages", lambda *, display: [])
    monkeypatch.setattr(check_system, "absent_programs", lambda: ["strace"])
    monkeypatch.setattr(check_system, "prefix_for_root", list)
    assert check_system.bring_libraries(tests=True) == 0
    assert commands[1][-1] == "strace"


@pytest.mark.parametrize(
    ("display", "asked", "expected"),
    [
        (":0", "", True),
        ("", "", False),
        (":0", "offscreen", False),
        ("", "xcb", True),
        (":0", "wayland", False),
    ],
)
def test_libraries_of_x11_are_needed_only_for_a_window_on_x11(
    monkeypatch, display, asked, expected
):
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("QT_QPA_PLATFORM", asked)
    assert system_libraries.on_x11() is expected


def test_without_a_display_no_library_of_x11_is_asked_for(monkeypatch):
    monkeypatch.setattr(system_libraries, "ON_A_DISPLAY", {"libnothing.so.9": "x9"})
    monkeypatch.setattr(system_libraries.platform, "system", lambda: "Linux")
    assert "x9" in system_libraries.missing_packages(display=True)
    assert "x9" not in system_libraries.missing_packages(display=False)


def test_the_window_names_what_it_cannot_start_without(a_library_is_missing, capsys):
    assert program.main([]) == 1
    assert "sudo apt-get install -y libtrasluz9" in capsys.readouterr().err


def test_an_installed_program_brings_its_libraries(a_library_is_missing, monkeypatch):
    monkeypatch.setattr(program.sys, "frozen", True, raising=False)
    assert program._missing_packages() == []
