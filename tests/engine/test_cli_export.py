"""Rows written from the command line, and what names from files do on a terminal."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from engine.cli.output import as_json
from engine.contracts.printable import OWN
from tests.support.hostile_texts import TEXTS


@pytest.fixture
def recorded(small):
    return ["--data", small.data, "--target", "outcome", "--scores", "p_yes"]


def read(path):
    if path.suffix == ".xlsx":
        names, *rows = (
            CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        )
        return pd.DataFrame(rows, columns=names)
    return (
        pd.read_csv(path) if path.suffix == ".csv" else pq.read_table(path).to_pandas()
    )


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "parquet"])
def test_rows_are_written_with_what_is_answered(
    typed, recorded, small, tmp_path, suffix
):
    path = tmp_path / f"rows.{suffix}"
    rule = ["--where", "x1 > 0", "--threshold", "0.4"]
    code, out, err = typed("export", *recorded, *rule, "--out", path)
    assert code == 0, err
    every = pd.read_csv(small.data)
    kept = every[every.x1 > 0]
    found = read(path)
    assert f"{len(kept)} rows" in out
    assert found.row.tolist() == kept.index.tolist()
    assert found.x1.tolist() == pytest.approx(kept.x1.tolist(), rel=1e-15)
    assert found.truth.tolist() == kept.outcome.tolist()
    assert found.score.tolist() == pytest.approx(kept.p_yes.tolist(), rel=1e-15)
    said = ["yes" if p >= 0.4 else "no" for p in kept.p_yes]
    assert found.prediction.tolist() == said


def test_a_kind_that_is_not_written_is_refused_before_anything_is_read(
    typed, recorded, tmp_path
):
    path = tmp_path / "rows.docx"
    code, _, err = typed("export", "--data", "gone.csv", *recorded[2:], "--out", path)
    assert code == 2
    assert ".xlsx, .csv, .parquet" in err
    assert not path.exists()


def test_names_steer_no_terminal(typed, tmp_path):
    labels = ["a\x1b[31m", "\u202eb\x9b", "a\x1b[31m", "\u202eb\x9b"] * 5
    data = pd.DataFrame({"guess": labels, "tru\u2066th": labels[1:] + labels[:1]})
    data.to_parquet(tmp_path / "d.parquet")
    asked = ["evaluate", "--data", tmp_path / "d.parquet", "--target", "tru\u2066th"]
    code, out, err = typed(*asked, "--prediction", "guess", "--json", tmp_path / "a")
    assert code == 0, err
    assert "a\ufffd[31m" in out
    for text in (out, err, typed(*asked, "--prediction", "g\x1b[2J")[2]):
        assert all(c.isprintable() or c in OWN for c in text)
    written = (tmp_path / "a").read_text()
    assert all(c.isprintable() or c == "\n" for c in written)
    assert set(json.loads(written)["classes"]) == set(labels)


def test_a_name_without_end_does_not_widen_a_table(typed, tmp_path):
    data = pd.DataFrame({"guess": ["x" * 5_000, "b"] * 5, "truth": ["b", "b"] * 5})
    data.to_parquet(tmp_path / "d.parquet")
    asked = ["--data", tmp_path / "d.parquet", "--target", "truth"]
    code, out, err = typed("evaluate", *asked, "--prediction", "guess")
    assert code == 0, err
    table = out[out.index("Confusion") :].splitlines()[:4]
    assert max(map(len, table)) < 200


def test_every_hostile_text_is_kept_by_json_and_harmless_where_it_is_printed():
    for text in TEXTS:
        written = as_json([text])
        written.encode()
        assert all(c.isprintable() or c == "\n" for c in written)
        assert json.loads(written) == [text]
