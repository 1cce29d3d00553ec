"""Sentences about what a model file is, and whether it may be opened."""

from __future__ import annotations

from engine.contracts.i18n import mark
from engine.contracts.messages.steps import (
    DISHONEST,
    FINDINGS,
    NOTHING,
    OTHER_FORMAT,
    SMALLER,
)

MESSAGES: dict[str, tuple[str, str]] = {
    "safety.reading": (mark("Reading what the file would do"), NOTHING),
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
        mark("It uses {n} names that are not on the vetted list: {names}."),
        OTHER_FORMAT,
    ),
    "safety.not_understood": (
        mark(
            "The file could not be analysed completely, so no assurance can be given."
        ),
        DISHONEST,
    ),
    "safety.onnx_endless": (
        mark(
            "It contains a loop without an upper limit ({names}): a prediction may "
            "never finish."
        ),
        mark(
            "Open it if you know where it comes from. A prediction that hangs is "
            "stopped."
        ),
    ),
    "safety.skops_vetted": (
        mark("A skops file in which every type is on the list of vetted names."),
        NOTHING,
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
        NOTHING,
    ),
    "safety.onnx_standard": (
        mark("An ONNX file of standard operators that refers to no other file."),
        NOTHING,
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
        mark(
            "Save the model as ONNX (tf2onnx), or use its recorded scores (--scores)."
        ),
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
            "Models are read as skops, joblib, pickle, ONNX, XGBoost JSON or UBJ,"
            " LightGBM text and CatBoost cbm. Without a model, use recorded "
            "scores (--scores)."
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
            "Models are read as skops, joblib, pickle, ONNX, XGBoost JSON or UBJ,"
            " LightGBM text and CatBoost cbm. Without a model, use recorded "
            "scores (--scores)."
        ),
    ),
    "safety.too_large_to_check": (
        mark("The file is too large to be checked before it is opened."),
        SMALLER,
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
    "safety.holds": (mark("It holds a {name}."), NOTHING),
    "safety.only_named": (mark("imported, not called"), NOTHING),
    "safety.called": (mark("called when the file is opened"), NOTHING),
    "safety.patched": (mark("its own attributes are changed on opening"), DISHONEST),
    "safety.odd_argument": (
        mark("passed to {name}, which no legitimate file does"),
        FINDINGS,
    ),
    "safety.odd_call": (
        mark("called with arguments no legitimate file uses"),
        FINDINGS,
    ),
    "safety.skops_loader": (mark("rebuilt by skops as {loader}"), NOTHING),
    "safety.onnx_operator": (mark("standard operator"), NOTHING),
    "safety.onnx_function": (mark("function defined in the file itself"), NOTHING),
    "safety.onnx_custom": (
        mark("not a standard operator: needs foreign code"),
        OTHER_FORMAT,
    ),
    "safety.onnx_outside": (
        mark("It refers to another file, {name}, and one file alone is taken in."),
        mark("Save the model as one file: onnx.save(model, path)."),
    ),
    "safety.native_checked": (mark("its trees were checked and are sound"), NOTHING),
    "safety.trees_checked": (mark("{n} trees, all sound"), NOTHING),
    "safety.code_member": (mark("code that may run on opening"), FINDINGS),
}
