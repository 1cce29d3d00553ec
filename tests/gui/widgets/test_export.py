"""Tables that leave the window."""

from __future__ import annotations

import csv

import pytest

from engine.contracts import i18n
from gui.widgets.export import write_csv


@pytest.fixture
def spanish(monkeypatch):
    monkeypatch.setattr(i18n, "_translation", i18n._translation)
    monkeypatch.setattr(i18n, "_signs", i18n._signs)
    i18n.install("es")


@pytest.mark.usefixtures("spanish")
def test_a_csv_file_has_plain_numbers_in_every_language(tmp_path):
    path = tmp_path / "a.csv"
    write_csv(path, (["x", "y"], [[i18n.written("-1,234.5"), "Lugo, norte"]]))
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["x", "y"], ["-1,234.5", "Lugo, norte"]]
