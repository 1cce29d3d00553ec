"""No source, address, trace or type of a library reaches a user."""

from __future__ import annotations

import io
import pickle
import re
import traceback
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.tree import DecisionTreeClassifier

from engine.contracts import causes
from engine.contracts.errors import EngineError

OURS = re.compile(
    r'Traceback|File "|\.py\b|\.cc\b|\.cpp\b|<class|dtype\(|0x[0-9a-f]{6,}|\.rs\b'
)

SAID = {
    "[12:00:00] /workspace/src/learner.cc:99: Check failed: a == b (1 vs. 2)": (
        "Check failed: a == b (1 vs. 2)"
    ),
    "[01:02:03] ../src/c_api/c_api_utils.h:34: Invalid input\nStack trace:\n  [bt] (0) "
    "/opt/lib/libxgboost.so(+0x2345678) [0x7f12345678]": "Invalid input",
    "/src/catboost/libs/model/model.cpp:1185: Incorrect model file": (
        "Incorrect model file"
    ),
    "catboost/libs/model/model.cpp:1185: bad": "bad",
    "Invalid: Unexpected end of stream (file.cc:12)": (
        "Invalid: Unexpected end of stream"
    ),
    'could not open: File "/usr/lib/site.py", line 3, in main': "could not open",
    "blood.h holds words, rate.c none": "blood.h holds words, rate.c none",
    "Cannot cast array data from dtype('<U5') to dtype('float64')": (
        "Cannot cast array data from text to float64"
    ),
    "unsupported operand <class 'numpy.ndarray'>": "unsupported operand ndarray",
    "got <sklearn.tree.Tree object at 0x7f33aa11bb22>": "got Tree",
    "expected np.float64(1.5), found np.str_('a')": "expected 1.5, found 'a'",
    "parquet::ParquetException: bad footer": "ParquetException: bad footer",
    "Expecting 'table-cell', found 'Start(BytesStart { buf: Borrowed(\"a\") })'": (
        "Expecting 'table-cell', found something else"
    ),
    "std::bad_alloc": "bad_alloc",
    "thread panicked at src/cfb.rs:116:20": "thread panicked",
    "Parquet magic bytes not found in footer.": (
        "Parquet magic bytes not found in footer"
    ),
    "version 1.2.3 of model.pt is too old": "version 1.2.3 of model.pt is too old",
    "dtype('O')": "objects",
    "needs columns a, b and c: 3 were given, not 4": (
        "needs columns a, b and c: 3 were given, not 4"
    ),
    "": "",
}


@pytest.mark.parametrize(("said", "plain"), SAID.items())
def test_what_helps_stays_and_what_does_not_goes(said, plain):
    assert causes.plain(said) == plain
    assert causes.plain(plain) == plain


def test_of_a_trace_the_last_word_is_kept():
    try:
        np.zeros(3).reshape(2, 2)
    except ValueError:
        text = traceback.format_exc()
    assert causes.plain(text) == "cannot reshape array of size 3 into shape (2,2)"


FAILURES = [
    lambda: pq.read_table(io.BytesIO(b"PAR1" + b"x" * 50 + b"PAR1")),
    lambda: pa.ipc.open_file(pa.py_buffer(b"ARROW1" + bytes(40))),
    lambda: pa.ipc.open_stream(b"\xff\xff\xff\xff\x10" + bytes(5)),
    lambda: pa.array([1, "a"]),
    lambda: pickle.loads(b"\x80\x04garbage."),
    lambda: zipfile.ZipFile(io.BytesIO(b"PK\x03\x04")),
    lambda: np.load(io.BytesIO(b"\x93NUMPY\x01\x00\x10\x00"), allow_pickle=False),
    lambda: np.array(["a"]).astype(float),
    lambda: np.add(np.array(["a"]), 1),
    lambda: np.dot(np.zeros((2, 3)), np.zeros((2, 3))),
    lambda: __import__("xgboost").Booster(model_file=bytearray(b"{L" + bytes(50))),
    lambda: __import__("xgboost").Booster(model_file=bytearray(b'{"learner": 1}')),
    lambda: __import__("catboost").CatBoost().load_model(blob=b"CBM1" + bytes(50)),
    lambda: __import__("lightgbm").Booster(model_str="tree\nversion=v4\nx"),
    lambda: __import__("onnxruntime").InferenceSession(b"\x08\x0a" + bytes(50)),
    lambda: DecisionTreeClassifier().predict([[1]]),
]


@pytest.mark.parametrize("fails", FAILURES)
def test_real_failures_of_libraries_are_told_in_plain_words(fails):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of any library
        fails()
    for said in (
        str(caught.value),
        "".join(traceback.format_exception(caught.value)),
    ):
        why = EngineError("data.damaged", why=said, cause=said).params["why"]
        assert why
        assert not OURS.search(str(why)), why
