"""Sentences about taking model files in, what they hold, and who may open them."""

from __future__ import annotations

from engine.contracts.i18n import mark

_NONE = mark("Nothing to do.")
_AGAIN = mark("Ask its author for a new copy of the file, and compare the SHA-256.")
_BETTER = mark(
    "Ask its author to save it as ONNX, in the booster's own format, or as skops "
    "with parts of known libraries only: those open without consent."
)
_READ = mark("Look at the list of findings before you agree to anything.")
_HIDING = mark(
    "An honest writer does not do this. Do not open the file unless you know why it "
    "is so."
)
_SMALLER = mark("Save the model without what is not needed to predict.")

_INTAKE: dict[str, tuple[str, str]] = {
    "intake.copying": (mark("Taking the file in"), _NONE),
    "intake.missing": (
        mark("{file} is not there."),
        mark("Check the name (--model), or drop the file on the window again."),
    ),
    "intake.folder": (
        mark("{file} is a folder, not a model file."),
        mark("Open the model file inside it."),
    ),
    "intake.not_a_file": (
        mark("{file} is not a regular file (it is a pipe, a device or the like)."),
        mark("Copy the model into a regular file first."),
    ),
    "intake.denied": (
        mark("{file} cannot be read: {cause}."),
        mark("Check the permissions of the file and its folder."),
    ),
    "intake.empty": (
        mark("{file} is empty."),
        mark("Check that it was copied or downloaded to the end."),
    ),
    "intake.too_large": (
        mark("{file} has {n} bytes; the limit is {limit}."),
        _SMALLER,
    ),
    "intake.changed": (
        mark("{file} changed while it was read."),
        mark("Wait until whatever writes it has finished, then open it again."),
    ),
    "intake.no_space": (
        mark("{file} could not be copied into the program's own folder: {cause}."),
        mark("Free some space on the disk and try again."),
    ),
}

_POLICY: dict[str, tuple[str, str]] = {
    "policy.forbids": (
        mark(
            "The rules on this computer ({file}) do not allow {light} model files to "
            "be opened."
        ),
        mark("Ask your administrator. {contact}"),
    ),
    "policy.damaged": (
        mark(
            "The rules on this computer ({file}) cannot be read, so nothing that needs "
            "consent is opened."
        ),
        mark("Ask your administrator to correct the file. {contact}"),
    ),
}

_CONSENT: dict[str, tuple[str, str]] = {
    "consent.not_kept": (
        mark("Your consent holds for this time only: it could not be kept ({why})."),
        mark("You will be asked again. Check the folder {folder}."),
    ),
    "consent.not_withdrawn": (
        mark("The consent in {file} could not be removed: {why}."),
        mark("Remove the file, or ask your administrator to."),
    ),
}

_DECISION: dict[str, tuple[str, str]] = {
    "safety.reading": (mark("Reading what the file would do"), _NONE),
    "safety.needs_consent": (
        mark("{path} needs your consent before it is opened ({light})."),
        mark(
            "Look at its findings; to agree, give its SHA-256: {sha256} (on the "
            "command line with --consent)."
        ),
    ),
    "safety.no_sandbox": (
        mark(
            "{path} may run code of its own, and this computer offers no way to lock "
            "its process in."
        ),
        mark("Open it on a Linux computer with kernel 5.13 or later, or do not."),
    ),
    "safety.dangerous": (
        mark("Opening it would reach for {names}, which can take over the computer."),
        mark("Do not open it unless you know its author and why it needs this."),
    ),
    "safety.unknown": (
        mark("It holds what is not on the list of vetted names ({n}): {names}."),
        _BETTER,
    ),
    "safety.not_understood": (
        mark("The file could not be followed to the end, so nothing is vouched for."),
        _HIDING,
    ),
    "safety.onnx_endless": (
        mark(
            "It repeats a part of itself, and does not say how often at most "
            "({names}): an answer may never come."
        ),
        mark(
            "Open it if you know where it comes from. A question that hangs is ended."
        ),
    ),
    "safety.skops_vetted": (
        mark("A skops file in which every type is on the list of vetted names."),
        _NONE,
    ),
    "safety.pickle_vetted": (
        mark(
            "A pickle in which every name is on the list of vetted names. A pickle "
            "still runs as a program when it is opened."
        ),
        mark("Open it if you know where it comes from."),
    ),
    "safety.booster_sound": (
        mark("A booster's own file: it holds numbers only, and its trees are sound."),
        _NONE,
    ),
    "safety.onnx_standard": (
        mark("An ONNX file of standard operators that refers to no other file."),
        _NONE,
    ),
    "safety.plain_array": (
        mark("Plain numbers without objects."),
        mark("Open it as the data (--data), or open the model itself (--model)."),
    ),
    "safety.safetensors": (
        mark("Named arrays of numbers without code."),
        mark("The network that they belong to is not in the file."),
    ),
    "safety.state_dict": (
        mark("Weights whose pickled part holds vetted names only."),
        mark("The network that they belong to is not in the file: it is code."),
    ),
    "safety.keras_layers": (
        mark("A Keras file that names Keras's own classes only."),
        mark("Open it if you know where it comes from."),
    ),
    "safety.program": (
        mark("This format holds a program that runs when the file is opened."),
        mark("Ask its author for ONNX instead."),
    ),
    "safety.old_sklearn": (
        mark(
            "It was saved with another scikit-learn ({version}): {name} does not exist "
            "in the installed {installed}."
        ),
        mark(
            "Open it where it was made and save it again as skops or ONNX, or train "
            "it again with the installed version."
        ),
    ),
    "safety.xgboost_binary": (
        mark("XGBoost's old binary format, which XGBoost itself no longer reads."),
        mark(
            "Load it with XGBoost before 3.1 and save it again as JSON: "
            "booster.save_model('model.json')."
        ),
    ),
    "safety.joblib_old": (
        mark("A file of joblib before 0.10, which is no longer read."),
        mark("Load it where it was made and save it again."),
    ),
    "safety.joblib_lz4": (
        mark("A joblib file compressed with lz4, which is not read here."),
        mark("Save it with another compression: joblib.dump(model, path, compress=3)."),
    ),
    "safety.hdf5": (
        mark("A file of {program}; models in it are not opened."),
        mark("Save the model as ONNX (tf2onnx), or use its recorded scores."),
    ),
    "safety.of_r": (
        mark("A file of {program}; models of R are not opened."),
        mark(
            "Score the rows in R, save the scores beside them with write.csv, and open "
            "those as recorded scores (--scores)."
        ),
    ),
    "safety.of_exchange": (
        mark("A file of {program}; such models are not opened."),
        mark(
            "Save the model as ONNX where its program can, or score the rows there and "
            "open the recorded scores (--scores)."
        ),
    ),
    "safety.of_tensorflow": (
        mark("A file of {program}; such models are not opened."),
        mark("Convert it to ONNX (tf2onnx), or open its recorded scores (--scores)."),
    ),
    "safety.of_booster": (
        mark("A {program} model exported as JSON, from which it cannot be opened."),
        mark("Save it in the library's own format: booster.save_model(path)."),
    ),
    "safety.of_program": (
        mark("A file of {program}, not a model that is opened here."),
        mark(
            "Models are read as skops, joblib, pickle, ONNX, XGBoost JSON or UBJ, "
            "LightGBM text and CatBoost cbm. Without a model, use recorded scores."
        ),
    ),
    "safety.is_table": (
        mark("A table ({format}), not a model."),
        mark("Open it as the data (--data), and the model beside it."),
    ),
    "safety.unknown_archive": (
        mark("An archive of no model format that is known here."),
        mark("Open the model file inside it."),
    ),
    "safety.unknown_format": (
        mark("No model format known here, whatever the name says."),
        mark(
            "Models are read as skops, joblib, pickle, ONNX, XGBoost JSON or UBJ, "
            "LightGBM text and CatBoost cbm. Without a model, use recorded scores."
        ),
    ),
    "safety.too_large_to_check": (
        mark("The file is too large to be checked before it is opened."),
        _SMALLER,
    ),
    "safety.newer_version": (
        mark(
            "Saved with {library} {version}, newer than the installed {installed}: it "
            "may load without an error and predict wrongly."
        ),
        mark("Install {library} {version} or later, or compare some predictions."),
    ),
    "safety.older_version": (
        mark("Saved with {library} {version}; {installed} is installed."),
        mark("Compare some predictions with those its author recorded."),
    ),
    "safety.holds": (mark("It holds a {name}."), _NONE),
}

_USES: dict[str, tuple[str, str]] = {
    "safety.only_named": (mark("imported, not called"), _NONE),
    "safety.called": (mark("called when the file is opened"), _NONE),
    "safety.patched": (mark("its own attributes are changed on opening"), _HIDING),
    "safety.odd_argument": (mark("handed to {name}, which no honest file does"), _READ),
    "safety.odd_call": (mark("called with arguments no honest file uses"), _READ),
    "safety.skops_loader": (mark("rebuilt by skops as {loader}"), _NONE),
    "safety.onnx_operator": (mark("standard operator"), _NONE),
    "safety.onnx_function": (mark("function defined in the file itself"), _NONE),
    "safety.onnx_custom": (
        mark("not a standard operator: needs foreign code"),
        _BETTER,
    ),
    "safety.onnx_outside": (
        mark("It refers to another file, {name}, and one file alone is taken in."),
        mark("Save the model as one file: onnx.save(model, path)."),
    ),
    "safety.native_checked": (mark("its trees were checked and are sound"), _NONE),
    "safety.trees_checked": (mark("{n} trees, all sound"), _NONE),
    "safety.code_member": (mark("source code that runs on opening"), _READ),
}

_PICKLE: dict[str, tuple[str, str]] = {
    "safety.cut_off": (
        mark("The file is incomplete: it ends before it should."),
        _AGAIN,
    ),
    "safety.no_opcode": (
        mark("Byte {position} is no instruction of a pickle."),
        _AGAIN,
    ),
    "safety.frame_crossed": (mark("A frame ends in the wrong place."), _HIDING),
    "safety.stack_underflow": (
        mark("At byte {position} it takes what was never put there."),
        _AGAIN,
    ),
    "safety.memo_unset": (
        mark("At byte {position} it fetches what was never kept."),
        _AGAIN,
    ),
    "safety.bad_text": (mark("A text in it cannot be read."), _AGAIN),
    "safety.bad_number": (mark("At byte {position} stands no number."), _AGAIN),
    "safety.number_too_long": (mark("It holds a number of absurd length."), _HIDING),
    "safety.computed_name": (mark("The name it imports is computed."), _HIDING),
    "safety.computed_callee": (mark("What it calls is computed."), _HIDING),
    "safety.name_too_long": (mark("It imports a name of absurd length."), _HIDING),
    "safety.odd_build": (mark("It sets the state of what has none."), _HIDING),
    "safety.odd_maker": (mark("It makes an object in an unusual way."), _HIDING),
    "safety.odd_array": (mark("An array in it is wrapped in an unusual way."), _HIDING),
    "safety.odd_dtype": (mark("An array's type is made in an unusual way."), _HIDING),
    "safety.more_behind": (mark("Behind the pickle stands something else."), _HIDING),
    "safety.after_stop": (mark("Behind the pickle stands something else."), _HIDING),
    "safety.newer_protocol": (mark("The pickle's protocol is newer than 5."), _BETTER),
    "safety.persistent_id": (mark("It refers to objects outside the file."), _HIDING),
    "safety.outside_buffer": (mark("It refers to buffers outside the file."), _HIDING),
    "safety.nested_too_deep": (
        mark("It is nested deeper than {limit} levels."),
        _HIDING,
    ),
    "safety.too_many_operations": (
        mark("The pickle has more than {limit} instructions."),
        _BETTER,
    ),
    "safety.too_many_names": (mark("It imports more than {limit} names."), _HIDING),
    "safety.too_many_pickles": (mark("It holds more than {limit} pickles."), _HIDING),
    "safety.booster_hidden": (
        mark("The booster's bytes inside {name} could not be found and checked."),
        _BETTER,
    ),
    "safety.compression": (
        mark("It is compressed with {method}, which is not read here."),
        mark("Save it with another compression, such as zlib."),
    ),
    "safety.bad_compression": (mark("The {method} compression is damaged."), _AGAIN),
    "safety.after_compression": (
        mark("Behind the compressed part stands something else."),
        _HIDING,
    ),
    "safety.unpacks_too_far": (
        mark("It unpacks to more than {limit} bytes: out of proportion."),
        _HIDING,
    ),
}

_ARCHIVE: dict[str, tuple[str, str]] = {
    "safety.bad_archive": (mark("The archive is damaged."), _AGAIN),
    "safety.too_many_members": (
        mark("The archive has {n} members; the limit is {limit}."),
        _HIDING,
    ),
    "safety.member_name": (
        mark("A member's name tries to leave the archive: {name}."),
        _HIDING,
    ),
    "safety.member_twice": (mark("Two members are called {name}."), _HIDING),
    "safety.member_encrypted": (mark("{name} is encrypted."), _BETTER),
    "safety.member_method": (
        mark("{name} is compressed in a way that is not read here."),
        _BETTER,
    ),
    "safety.member_overlap": (mark("{name} overlaps another member."), _HIDING),
    "safety.member_ratio": (
        mark("{name} unpacks to hundreds of times its size."),
        _HIDING,
    ),
    "safety.member_size": (mark("{name} is larger than {limit} bytes."), _HIDING),
    "safety.member_damaged": (mark("{name} is missing or damaged."), _AGAIN),
    "safety.member_missing": (mark("The member {name} is missing."), _AGAIN),
    "safety.archive_total": (
        mark("The archive unpacks to {n} bytes; the limit is {limit}."),
        _HIDING,
    ),
    "safety.archive_in_archive": (mark("There is an archive in the archive."), _HIDING),
    "safety.object_array": (
        mark("The array {name} holds objects, as pickles."),
        _HIDING,
    ),
    "safety.bad_array": (mark("An array's header cannot be read."), _AGAIN),
    "safety.bad_schema": (mark("The file's description of itself is damaged."), _AGAIN),
    "safety.skops_protocol": (
        mark("The skops protocol {found} is not known here."),
        mark("Save it with the installed version of skops."),
    ),
}

_STRUCTURE: dict[str, tuple[str, str]] = {
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
        _HIDING,
    ),
    "safety.too_many_nodes": (
        mark("The graph has more than {limit} nodes."),
        _HIDING,
    ),
    "safety.booster_kind": (mark("A booster of the kind {name} is not read."), _BETTER),
    "safety.linear_trees": (
        mark("Trees with linear models in their leaves are not checked here."),
        _READ,
    ),
    "safety.asymmetric_trees": (
        mark("CatBoost's asymmetric trees are not checked here."),
        _READ,
    ),
    "safety.catboost_part": (
        mark("CatBoost models that use {name} are not checked here."),
        _READ,
    ),
    "safety.xgboost_objective": (
        mark("{name} is no objective of XGBoost that is known here."),
        _AGAIN,
    ),
    "safety.lightgbm_objective": (
        mark("{name} is no objective of LightGBM that is known here."),
        _AGAIN,
    ),
    "safety.onnx_checker": (
        mark("The graph does not hang together: {why}."),
        _AGAIN,
    ),
    "safety.catboost_objective": (
        mark("{name} is nothing that CatBoost trains models for."),
        _AGAIN,
    ),
    "safety.lightgbm_version": (
        mark("LightGBM's format {found} is not known here."),
        mark("Save it with the installed version of LightGBM."),
    ),
}

MESSAGES: dict[str, tuple[str, str]] = {
    **_INTAKE,
    **_POLICY,
    **_CONSENT,
    **_DECISION,
    **_USES,
    **_PICKLE,
    **_ARCHIVE,
    **_STRUCTURE,
}
