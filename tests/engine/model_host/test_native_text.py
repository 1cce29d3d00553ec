"""No source file, call or code of a native library reaches a user."""

from __future__ import annotations

import pytest

from engine.model_host.native_text import first_sentence

TOLD = {
    "xgboost": (
        "[23:06:38] /workspace/src/common/json.cc:27: Invalid cast, from Integer to "
        "Number\nStack trace:\n  [bt] (0) /x/libxgboost.so(+0x11031e) [0x7f50]\n",
        "Invalid cast, from Integer to Number",
    ),
    "catboost": (
        "catboost/libs/model/model.cpp:1237: Incorrect model file descriptor",
        "Incorrect model file descriptor",
    ),
    "lightgbm": (
        "Check failed: (label) > (0) at /__w/LightGBM/src/metric/regression_metric.hpp,"
        " line 275 .\n",
        "Check failed: (label) > (0)",
    ),
    "onnxruntime": (
        "[ONNXRuntimeError] : 1 : FAIL : Exception during initialization: "
        "/onnxruntime_src/onnxruntime/core/tree_ensemble_common.h:296 "
        "onnxruntime::common::Status onnxruntime::ml::Common<InputType, Out>::Init("
        "int, const onnxruntime::ml::V3<ThresholdType>&) [with InputType = float; "
        "Out = float] Unable to find node 0-22 (falsenode).\n",
        "Unable to find node 0-22 (falsenode)",
    ),
    "python": ("no luck\nwith {this}", "no luck with {this}"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("library", TOLD)
def test_what_a_library_says_is_told_without_its_insides(library):
    told, plain = TOLD[library]
    assert first_sentence(told) == plain


def test_a_long_text_is_cut():
    assert len(first_sentence("word " * 10_000)) <= 200
