"""One recogniser tells what a file is, by what is in it, for data and models alike."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile
import zlib

import numpy as np
import pytest

from engine import formats
from engine.contracts.errors import EngineError
from engine.contracts.messages import next_step, sentence
from engine.contracts.model import Light
from engine.data.dataset import Dataset
from engine.data.recognise import recognise
from engine.models.consent.safety_report import inspect
from engine.models.static.sniff import sniff
from tests.support.table_files import WRITERS, as_delimited, columns


def zipped(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return content.getvalue()


def tarred():
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return content.getvalue()


R_DATA = b"X\n\x00\x00\x00\x03\x00\x04\x03\x02\x00\x03\x05\x00" + bytes(40)
SAS = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + bytes(184)
PICKLED = pickle.dumps([0] * 99)
ONNX = b"\x08\x0a\x12\x08skl2onnx\x3a\x02\x12\x00"
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(99)
OLD_WORD = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    + bytes(500)
    + "WordDocument".encode("utf-16-le")
)
SAVED_MODEL = b"\x08\x01\x12\x04abcd"

# content, name, family, what the program is called
KNOWN = {
    "R": (R_DATA, "r", "other", "R 4.3.2"),
    "R workspace": (b"RDX3\n" + R_DATA, "r", "other", "R 4.3.2"),
    "R as text": (b"A\n3\n262914\n197888\n", "r", "other", "R"),
    "SAS": (SAS + b"9.0401M7" + bytes(99), "sas", "other", "SAS 9.0401M7"),
    "SAS transport": (
        b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
        "sas",
        "other",
        "SAS",
    ),
    "SPSS": (
        b"$FL2@(#) SPSS DATA FILE MS Windows 26.0.0.0   ",
        "spss",
        "other",
        "SPSS 26.0.0.0",
    ),
    "Stata 14": (
        b"<stata_dta><header><release>118</release>",
        "stata",
        "other",
        "Stata 14",
    ),
    "Stata 10": (b"r\x02\x01\x00" + bytes(99), "stata", "other", "Stata 10"),
    "HDF5": (HDF5, "hdf5", "other", "HDF5"),
    "Keras HDF5": (HDF5 + b"keras_version", "hdf5", "other", "HDF5 by Keras"),
    "pandas HDF5": (HDF5 + b"pandas_type", "hdf5", "other", "HDF5 by pandas"),
    "MATLAB": (
        b"MATLAB 5.0 MAT-file, Platform: PCWIN64",
        "matlab",
        "other",
        "MATLAB 5.0",
    ),
    "NumPy": (b"\x93NUMPY\x01\x00" + bytes(99), "npy", "other", "NumPy"),
    "NumPy archive": (zipped("a.npy", "b.npy"), "npz", "other", "NumPy"),
    "SQLite": (b"SQLite format 3\x00" + bytes(99), "database", "other", "SQLite"),
    "DuckDB": (bytes(8) + b"DUCK" + bytes(99), "database", "other", "DuckDB"),
    "Access": (b"\x00\x01\x00\x00Standard ACE DB\x00", "database", "other", "Access"),
    "Avro": (b"Obj\x01\x04\x14avro.codec", "avro", "other", "Avro"),
    "ORC": (b"ORC\x0a\x04", "orc", "other", "ORC"),
    "tar": (tarred(), "archive", "other", "tar"),
    "old Word": (OLD_WORD, "document", "other", "Word"),
    "PMML": (
        b'<?xml version="1.0"?>\n<PMML xmlns="x" version="4.4">',
        "pmml",
        "model",
        "PMML 4.4",
    ),
    "MOJO": (zipped("model.ini", "domains/d000.txt"), "mojo", "model", "H2O"),
    "Java": (b"\xac\xed\x00\x05sr", "java", "model", "Java"),
    "SavedModel": (SAVED_MODEL, "saved_model", "model", "TensorFlow"),
    "TFLite": (
        b"\x1c\x00\x00\x00TFL3" + bytes(20),
        "tflite",
        "model",
        "TensorFlow Lite",
    ),
    "ONNX": (ONNX, "onnx", "model", ""),
    "LightGBM": (b"tree\nversion=v4\n", "lightgbm", "model", ""),
    "LightGBM of Windows": (b"tree\r\nversion=v4\r\n", "lightgbm", "model", ""),
    "LightGBM as JSON": (
        b'{"name":"tree","version":"v4","tree_info":[{}]}',
        "lightgbm_json",
        "model",
        "LightGBM",
    ),
    "CatBoost": (b"CBM1" + bytes(40), "catboost", "model", ""),
    "CatBoost as JSON": (
        b'{"model_info":{"catboost_version_info":"1"}}',
        "catboost_json",
        "model",
        "CatBoost",
    ),
    "XGBoost": (b'{"learner":{"a":1},"version":[3,0,0]}', "xgboost_json", "model", ""),
    "XGBoost, version first": (
        b'{"version":[1,7,5],"x":0}',
        "xgboost_json",
        "model",
        "",
    ),
    "XGBoost UBJ": (
        b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner{",
        "xgboost_ubj",
        "model",
        "",
    ),
    "old XGBoost": (b"binf" + bytes(99), "xgboost_binary", "model", ""),
    "skops": (zipped("schema.json", "1.npy"), "skops", "model", ""),
    "Keras": (zipped("config.json", "metadata.json"), "keras", "model", ""),
    "torch": (zipped("m/data.pkl", "m/version"), "torch_zip", "model", ""),
    "TorchScript": (
        zipped("m/data.pkl", "m/constants.pkl"),
        "torchscript",
        "model",
        "",
    ),
    "pt2": (zipped("m/archive_format", "m/models/model.json"), "pt2", "model", ""),
    "safetensors": (
        (20).to_bytes(8, "little") + b'{"a":{}}            ',
        "safetensors",
        "model",
        "",
    ),
    "pickle": (PICKLED, "pickle", "model", ""),
    "pickle as text": (b"csklearn.tree\nDecisionTree\np0\n", "pickle", "model", ""),
    "joblib before 0.10": (b"ZF0x1a" + bytes(20), "joblib_old", "model", ""),
    "notebook": (b'{"cells": [], "nbformat": 4}', "notebook", "other", "Jupyter"),
    "nothing known": (b"\x00\x01\x02" * 99, "unknown", "other", ""),
    "words": (b"cc_num,class\n1,2\n", "text", "data", ""),
    "JSON lines": (b'{"version": 3, "learner": "a"}\n', "text", "data", ""),
}


@pytest.mark.parametrize(
    ("content", "name", "family", "program"), KNOWN.values(), ids=KNOWN
)
def test_a_file_is_known_by_what_is_in_it(content, name, family, program):
    found = formats.of(io.BytesIO(content))
    assert (found.name, found.family, found.program) == (name, family, program)


PACKERS = {
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda raw: lzma.compress(raw, lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
}


@pytest.mark.parametrize("packer", PACKERS)
def test_what_is_packed_is_known_by_what_it_holds(packer, tmp_path):
    pack = PACKERS[packer]
    model = formats.of(io.BytesIO(pack(PICKLED)))
    assert (model.name, model.model) == (packer, "joblib")
    assert sniff(io.BytesIO(pack(PICKLED))).name == f"joblib_{packer}"
    data = formats.of(io.BytesIO(pack(b"a,b\n1,2\n")))
    assert (data.inside.name, data.model) == ("text", "")
    assert formats.of(io.BytesIO(pack(R_DATA))).inside.program == "R 4.3.2"
    assert sniff(io.BytesIO(pack(R_DATA))).name == "r"


@pytest.mark.parametrize("packer", ["gzip", "bz2", "xz", "lzma"])
def test_packed_text_is_a_table(packer, tmp_path):
    path = tmp_path / "table"
    path.write_bytes(PACKERS[packer](as_delimited(columns()).encode()))
    data = Dataset.open([str(path)])
    assert data.info.parts[0].n_rows == 240
    path.write_bytes(PACKERS[packer](as_delimited(columns()).encode())[:-20])
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    assert caught.value.code == "data.damaged"


def test_what_a_mac_adds_to_an_archive_is_no_second_file(tmp_path):
    path = tmp_path / "table.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table.csv", as_delimited(columns()))
        archive.writestr("__MACOSX/._table.csv", b"\x00\x05\x16\x07")
    assert Dataset.open([str(path)]).info.parts[0].n_rows == 240


@pytest.mark.parametrize("name", WRITERS)
def test_no_table_is_taken_for_a_model(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path, columns())
    with path.open("rb") as file:
        assert formats.of(file).model == ""
    report = inspect(path)
    assert report.light is Light.FORBIDDEN


@pytest.mark.parametrize("case", [c for c in KNOWN if KNOWN[c][2] != "data"])
def test_what_is_not_read_is_named_with_a_way_out_on_both_sides(tmp_path, case):
    content, _, family, program = KNOWN[case]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    code, params = caught.value.code, caught.value.params
    said = sentence(code, params)
    assert "{" not in said
    assert next_step(code, params)
    if program:
        assert program in said
    (found,) = recognise((str(path),)).files
    assert found.what == ("model" if family == "model" else "none")
    if program:
        reason = inspect(path).reason
        assert inspect(path).light in (Light.FORBIDDEN, Light.GREEN, Light.RED)
        assert "{" not in sentence(reason.code, reason.params)
        assert next_step(reason.code, reason.params)


def test_files_of_r_packed_as_r_packs_them_are_named(tmp_path):
    path = tmp_path / "model.rds"
    path.write_bytes(gzip.compress(R_DATA))
    with pytest.raises(EngineError) as caught:
        Dataset.open([str(path)])
    assert caught.value.code == "data.of_r"
    assert "write.csv" in next_step(caught.value.code)
    report = inspect(path)
    assert (report.light, report.reason.code) == (Light.FORBIDDEN, "safety.of_r")
    assert "R 4.3.2" in sentence(report.reason.code, report.reason.params)


def whole_files():
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(9))
    return {
        "pickle": pickle.dumps({"a": list(range(300))}),
        "joblib in zlib": zlib.compress(pickle.dumps({"a": list(range(3000))})),
        "joblib in gzip": gzip.compress(pickle.dumps({"a": list(range(3000))})),
        "skops": zipped("schema.json", *(f"{n}.npy" for n in range(30))),
        "torch": zipped("m/data.pkl", *(f"m/data/{n}" for n in range(30))),
        "ONNX": b"\x08\x0a\x12\x08skl2onnx\x3a\xff\x01" + bytes(255),
    }


@pytest.mark.parametrize("share", [0.4, 0.7, 0.95])
@pytest.mark.parametrize("name", whole_files())
def test_a_model_cut_short_is_incomplete_and_asks_for_no_consent(tmp_path, name, share):
    content = whole_files()[name]
    path = tmp_path / "model"
    path.write_bytes(content[: int(len(content) * share)])
    report = inspect(path)
    assert report.light is Light.FORBIDDEN
    assert report.reason.code == "safety.cut_off"
    assert "incomplete" in sentence(report.reason.code, report.reason.params)


def test_a_dangerous_pickle_cut_short_is_dangerous_still(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R")
    report = inspect(path)
    assert (report.light, report.reason.code) == (Light.RED, "safety.dangerous")


@pytest.mark.parametrize("module", ["joblib", "sklearn.externals.joblib"])
def test_a_pickle_with_arrays_in_files_beside_it_is_named(tmp_path, module):
    path = tmp_path / "model.pkl"
    raw = f"\x80\x02c{module}.numpy_pickle\nNDArrayWrapper\n)\x81}}b."
    path.write_bytes(raw.encode("latin-1"))
    report = inspect(path)
    assert (report.light, report.reason.code) == (
        Light.FORBIDDEN,
        "safety.joblib_old",
    )
