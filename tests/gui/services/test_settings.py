"""What is remembered is read back, and a newer program's notes are left alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings

from gui.services.settings import MOST_RECENT, Preferences, Settings


@pytest.fixture
def store(tmp_path):
    def opened() -> QSettings:
        return QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)

    return opened


def test_everything_is_read_back_as_it_was(store) -> None:
    first = store()
    Settings(first).update(
        theme="dark",
        language="es",
        recent=("/a b.trasluz", "/c.trasluz"),
        contents={"/a b.trasluz": "ñ.csv · m.skops"},
        geometry=b"\x00\xff\n",
        perspectives={"errors": b"\x01\x00", "data": b"\x02"},
    )
    first.sync()
    assert Settings(store()).preferences == Preferences(
        theme="dark",
        language="es",
        recent=("/a b.trasluz", "/c.trasluz"),
        contents={"/a b.trasluz": "ñ.csv · m.skops"},
        geometry=b"\x00\xff\n",
        perspectives={"errors": b"\x01\x00", "data": b"\x02"},
    )


def test_one_recent_case_stays_one(store) -> None:
    first = store()
    Settings(first).remember_case("/a.trasluz")
    first.sync()
    assert Settings(store()).preferences.recent == ("/a.trasluz",)


def test_the_last_case_is_first_and_stands_once(store) -> None:
    settings = Settings(store())
    for number in range(MOST_RECENT + 3):
        settings.remember_case(f"/{number}")
    settings.remember_case("/5")
    recent = settings.preferences.recent
    assert recent[0] == "/5"
    assert len(recent) == len(set(recent)) == MOST_RECENT


def test_a_recent_case_says_what_is_in_it_now(store, tmp_path) -> None:
    settings = Settings(store())
    first, second = tmp_path / "credit-1.trasluz", tmp_path / "other.trasluz"
    for path in (first, second):
        path.touch()
        settings.remember_case(str(path), "credit.csv · m.skops")
    settings.remember_case(str(first), "houses.csv · m.skops")
    settings.remember_case(str(tmp_path / "gone.trasluz"), "x.csv")
    settings.remember_case(str(second))
    assert settings.recent_cases() == [
        (str(second), "other"),
        (str(first), "credit-1 — houses.csv · m.skops"),
    ]


def test_no_change_is_no_signal(store, qtbot) -> None:
    settings = Settings(store())
    with qtbot.assertNotEmitted(settings.changed):
        settings.update(theme="system")


def test_settings_of_a_newer_version_are_not_read(store) -> None:
    kept = store()
    kept.setValue("schema", 99)
    kept.setValue("theme", "dark")
    assert Settings(kept).preferences == Preferences()


def test_only_what_this_user_signed_is_verified(store, tmp_path) -> None:
    first = store()
    signed = Settings(first).signed(b"arrangement")
    first.sync()
    mine = Settings(store())
    assert mine.verified(signed) == b"arrangement"
    flipped = [
        signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
        for place in range(len(signed))
    ]
    assert not any(map(mine.verified, [b"", b"arrangement", signed[32:], *flipped]))
    other = QSettings(str(tmp_path / "other.ini"), QSettings.Format.IniFormat)
    assert Settings(other).verified(signed) == b""
