"""Sentences about what is wrong inside a model file: pickles, archives, trees."""

from __future__ import annotations

from engine.contracts.i18n import mark
from engine.contracts.messages.steps import DISHONEST, FINDINGS, OTHER_FORMAT, SMALLER

_AGAIN = mark("Ask its author for a new copy of the file, and compare the SHA-256.")

MESSAGES: dict[str, tuple[str, str]] = {
    "safety.cut_off": (
        mark("The file is incomplete: it ends before it should."),
        _AGAIN,
    ),
    "safety.no_opcode": (
        mark("Byte {position} is not a pickle instruction."),
        _AGAIN,
    ),
    "safety.frame_crossed": (mark("A frame ends in the wrong place."), DISHONEST),
    "safety.stack_underflow": (
        mark("At byte {position} it takes what was never put there."),
        _AGAIN,
    ),
    "safety.memo_unset": (
        mark("At byte {position} it fetches what was never kept."),
        _AGAIN,
    ),
    "safety.bad_text": (mark("A text in it cannot be read."), _AGAIN),
    "safety.bad_number": (mark("There is no number at byte {position}."), _AGAIN),
    "safety.number_too_long": (mark("It holds a number of absurd length."), DISHONEST),
    "safety.computed_name": (mark("The name it imports is computed."), DISHONEST),
    "safety.computed_callee": (mark("What it calls is computed."), DISHONEST),
    "safety.name_too_long": (mark("It imports a name of absurd length."), DISHONEST),
    "safety.odd_build": (
        mark("It sets state on an object that has no state."),
        DISHONEST,
    ),
    "safety.odd_maker": (mark("It makes an object in an unusual way."), DISHONEST),
    "safety.odd_array": (
        mark("An array in it is wrapped in an unusual way."),
        DISHONEST,
    ),
    "safety.odd_dtype": (mark("An array's type is made in an unusual way."), DISHONEST),
    "safety.more_behind": (
        mark("There is something else after the pickle."),
        DISHONEST,
    ),
    "safety.after_stop": (mark("There is something else after the pickle."), DISHONEST),
    "safety.newer_protocol": (
        mark("The pickle's protocol is newer than 5."),
        OTHER_FORMAT,
    ),
    "safety.persistent_id": (mark("It refers to objects outside the file."), DISHONEST),
    "safety.outside_buffer": (
        mark("It refers to buffers outside the file."),
        DISHONEST,
    ),
    "safety.nested_too_deep": (
        mark("It is nested deeper than {limit} levels."),
        DISHONEST,
    ),
    "safety.too_many_operations": (
        mark("The pickle has more than {limit} instructions."),
        OTHER_FORMAT,
    ),
    "safety.too_many_names": (mark("It imports more than {limit} names."), DISHONEST),
    "safety.too_many_pickles": (mark("It holds more than {limit} pickles."), DISHONEST),
    "safety.booster_hidden": (
        mark("The booster's bytes inside {name} could not be found and checked."),
        OTHER_FORMAT,
    ),
    "safety.compression": (
        mark("It is compressed with {method}, which is not read here."),
        mark("Save it with another compression, such as zlib."),
    ),
    "safety.bad_compression": (mark("The {method} compression is damaged."), _AGAIN),
    "safety.after_compression": (
        mark("There is something else after the compressed part."),
        DISHONEST,
    ),
    "safety.unpacks_too_far": (
        mark("It unpacks to more than {limit} bytes: out of proportion."),
        DISHONEST,
    ),
    "safety.bad_archive": (mark("The archive is damaged."), _AGAIN),
    "safety.too_many_members": (
        mark("The archive has {n} members; the limit is {limit}."),
        DISHONEST,
    ),
    "safety.member_name": (
        mark("A member's name tries to leave the archive: {name}."),
        DISHONEST,
    ),
    "safety.member_twice": (mark("Two members are called {name}."), DISHONEST),
    "safety.member_encrypted": (mark("{name} is encrypted."), OTHER_FORMAT),
    "safety.member_method": (
        mark("{name} is compressed in a way that is not read here."),
        OTHER_FORMAT,
    ),
    "safety.member_overlap": (mark("{name} overlaps another member."), DISHONEST),
    "safety.member_ratio": (
        mark("{name} unpacks to hundreds of times its size."),
        DISHONEST,
    ),
    "safety.member_size": (mark("{name} is larger than {limit} bytes."), DISHONEST),
    "safety.member_damaged": (mark("{name} is missing or damaged."), _AGAIN),
    "safety.member_missing": (mark("The member {name} is missing."), _AGAIN),
    "safety.archive_total": (
        mark("The archive unpacks to {n} bytes; the limit is {limit}."),
        DISHONEST,
    ),
    "safety.archive_in_archive": (
        mark("There is an archive in the archive."),
        DISHONEST,
    ),
    "safety.object_array": (
        mark("The array {name} holds objects, as pickles."),
        DISHONEST,
    ),
    "safety.bad_array": (mark("An array's header cannot be read."), _AGAIN),
    "safety.bad_schema": (mark("The file's description of itself is damaged."), _AGAIN),
    "safety.skops_protocol": (
        mark("The skops protocol {found} is not known here."),
        mark("Save it with the installed version of skops."),
    ),
    "safety.broken_tree": (
        mark("A tree is damaged: node {node} points outside it or back."),
        _AGAIN,
    ),
    "safety.broken_booster": (
        mark("The model's trees contradict themselves ({part})."),
        _AGAIN,
    ),
    "safety.broken_json": (mark("The JSON is damaged."), _AGAIN),
    "safety.broken_ubj": (mark("The file is damaged at byte {position}."), _AGAIN),
    "safety.broken_onnx": (mark("The ONNX file is damaged."), _AGAIN),
    "safety.broken_tensor": (
        mark("The array {name} is not as long as it says."),
        _AGAIN,
    ),
    "safety.huge_tensor": (
        mark("The operator {name} asks for {n} numbers at once."),
        DISHONEST,
    ),
    "safety.too_many_inputs": (
        mark("The model has {n} inputs; the limit is {limit}."),
        SMALLER,
    ),
    "safety.too_many_nodes": (
        mark("The graph has more than {limit} nodes."),
        DISHONEST,
    ),
    "safety.booster_kind": (
        mark("A booster of the kind {name} is not read."),
        OTHER_FORMAT,
    ),
    "safety.linear_trees": (
        mark("Trees with linear models in their leaves are not checked here."),
        FINDINGS,
    ),
    "safety.asymmetric_trees": (
        mark("CatBoost's asymmetric trees are not checked here."),
        FINDINGS,
    ),
    "safety.catboost_part": (
        mark("CatBoost models that use {name} are not checked here."),
        FINDINGS,
    ),
    "safety.xgboost_objective": (
        mark("{name} is not a known XGBoost objective."),
        _AGAIN,
    ),
    "safety.lightgbm_objective": (
        mark("{name} is not a known LightGBM objective."),
        _AGAIN,
    ),
    "safety.onnx_checker": (
        mark("The graph is inconsistent: {why}."),
        _AGAIN,
    ),
    "safety.onnx_opset": (
        mark(
            "It is written in version {version} of ONNX's operators; the newest known "
            "here is {newest}."
        ),
        mark("Save it again with an older version (target_opset)."),
    ),
    "safety.onnx_recursive": (
        mark("A function of it, {name}, calls itself, so that it never ends."),
        DISHONEST,
    ),
    "safety.onnx_twice": (
        mark("Two functions of it are called {name}."),
        DISHONEST,
    ),
    "safety.catboost_objective": (
        mark("{name} is not a known CatBoost loss function."),
        _AGAIN,
    ),
    "safety.lightgbm_version": (
        mark("LightGBM's format {found} is not known here."),
        mark("Save it with the installed version of LightGBM."),
    ),
}
