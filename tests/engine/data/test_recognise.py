"""Dropped files are told apart by what is in them, whatever they are called."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import pickle
import zipfile
import zlib

import pytest

from engine.contracts.errors import EngineError
from engine.contracts.messages import sentence
from engine.data.dataset import Dataset
from engine.data.recognise import recognise
from tests.support.table_files import WRITERS, columns

FORMATS = {
    "comma.csv": "text",
    "tab.tsv": "text",
    "wide.csv": "text",
    "gzip.csv.gz": "gzip",
    "zip.csv.zip": "zip",
    "zstd.csv.zst": "zstd",
    "table.parquet": "parquet",
    "table.feather": "arrow",
    "file.arrow": "arrow",
    "stream.arrows": "arrow stream",
    "book.xlsx": "excel",
    "open.ods": "excel",
    "lines.jsonl": "jsonl",
    "lines.jsonl.gz": "gzip",
}


def known(path):
    (found,) = recognise((str(path),)).files
    assert found.path == str(path)
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_tables_are_data(tmp_path, name):
    path = tmp_path / "thing.bin"
    WRITERS[name](path, columns(20))
    found = known(path)
    assert (found.what, found.format, found.note) == ("data", FORMATS[name], None)


def archive(path, *names):
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, "{}")
    return path.read_bytes()


MODELS = {
    "lightgbm": b"tree\nversion=v4\nnum_class=1\n",
    "catboost": b"CBM1" + bytes(60),
    "pickle": pickle.dumps({"a": 1}),
    "pickle of the first protocol": pickle.dumps({"a": 1}, protocol=0),
    "joblib": zlib.compress(pickle.dumps([0] * 99)),
    "joblib in gzip": gzip.compress(pickle.dumps([0] * 99)),
    "joblib in bzip2": bz2.compress(pickle.dumps([0] * 99)),
    "xgboost": json.dumps({"learner": {}, "version": [3, 0, 0]}).encode(),
    "xgboost in UBJSON": b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner{",
    "onnx": b"\x08\x0a\x12\x08skl2onnx",
    "safetensors": (20).to_bytes(8, "little") + b'{"a":{}}            ',
}


@pytest.mark.parametrize("name", MODELS)
def test_models_are_models(tmp_path, name):
    path = tmp_path / "table.csv"
    path.write_bytes(MODELS[name])
    found = known(path)
    assert (found.what, found.format) == ("model", name.split()[0])
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    said = sentence(caught.value.code, caught.value.params)
    assert said == f"table.csv is a model ({found.format}), not a table."


@pytest.mark.parametrize(
    "start", ["cc_num", "class", "(dollars)", "(list)", "cnumpy", "x"]
)
def test_a_table_may_begin_with_any_word(tmp_path, start):
    path = tmp_path / "table.csv"
    path.write_text(f"{start},n\n" + "".join(f"{i},{i % 7}\n" for i in range(50)))
    assert known(path).what == "data"
    assert Dataset.open([str(path)]).info.columns[0].name == start


@pytest.mark.parametrize(
    ("member", "kind"),
    [("schema.json", "skops"), ("archive/data.pkl", "torch")],
)
def test_archives_of_models_are_models(tmp_path, member, kind):
    path = tmp_path / "thing.zip"
    archive(path, member, "other")
    found = known(path)
    assert (found.what, found.format) == ("model", kind)


def test_an_archive_of_a_table_is_data(tmp_path):
    path = tmp_path / "model.skops"
    archive(path, "table.csv")
    assert known(path).what == "data"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "thing is empty."),
        (b"\x00\x01\x02" * 99, "thing is neither text nor a format that is read here."),
        (b"%PDF-1.4\n", "thing is a PDF document."),
    ],
)
def test_the_rest_is_nothing_with_a_reason(tmp_path, content, said):
    path = tmp_path / "thing"
    path.write_bytes(content)
    found = known(path)
    assert (found.what, found.format) == ("none", "")
    assert sentence(found.note.code, found.note.params) == said


def test_a_case_is_known_by_its_mark(tmp_path):
    path = tmp_path / "thing"
    head = bytearray(b"SQLite format 3\x00" + bytes(200))
    path.write_bytes(head)
    assert known(path).what == "none"
    head[68:72] = b"TRZ1"
    path.write_bytes(head)
    assert known(path).what == "case"


def test_folders_are_unfolded_and_places_without_files_are_said(tmp_path):
    folder = tmp_path / "both"
    folder.mkdir()
    WRITERS["comma.csv"](folder / "1.csv", columns(20))
    (folder / "2.bin").write_bytes(MODELS["pickle"])
    missing = tmp_path / "missing"
    found = recognise((str(folder), str(missing))).files
    assert [file.what for file in found] == ["data", "model", "none"]
    assert sentence(found[2].note.code, found[2].note.params)
    assert str(missing) in str(found[2].note.params)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_or_a_device_is_told_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    found = recognise((str(tmp_path / "pipe"), "/dev/zero")).files
    assert [file.what for file in found] == ["none", "none"]
    assert {file.note.code for file in found} == {"data.not_a_file"}
