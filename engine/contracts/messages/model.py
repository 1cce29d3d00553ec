"""Sentences about models and their hosts."""

from __future__ import annotations

from engine.contracts.i18n import mark
from engine.contracts.messages.steps import NOTHING

_AGAIN = mark("Open the model again; the data and everything else are still here.")
_SAVE_AGAIN = mark(
    "Save the model again with the installed version, or install the version it was "
    "saved with."
)

_HOST: dict[str, tuple[str, str]] = {
    "host.bad_answer": (
        mark("The model returned an invalid prediction: {why}."),
        mark(
            "Its process was ended and the prediction was not used. If the model is "
            "yours, check what it returns for these rows."
        ),
    ),
    "host.crashed": (
        mark("The model's process crashed ({how})."),
        mark(
            "The data are still loaded. The file may be damaged or need another "
            "version of its library; the details hold what the process last wrote."
        ),
    ),
    "host.crashed_twice": (
        mark(
            "The same request crashed the model's process twice, in two fresh "
            "processes ({how})."
        ),
        mark(
            "The data are still loaded. The file may be damaged or need another "
            "version of its library; the details hold what the process last wrote."
        ),
    ),
    "host.forbidden": (
        mark("The rules on this computer forbid opening {file}."),
        mark("Ask whoever administers it, or use recorded scores instead (--scores)."),
    ),
    "host.hangs": (
        mark("The model did not respond for {seconds} seconds and was stopped."),
        mark(
            "Try fewer rows, or a faster model. An administrator can allow more time "
            "({setting} in the policy file)."
        ),
    ),
    "host.memory": (
        mark("The model used {used} GB of memory, {allowed} GB are allowed."),
        mark("Close other programs, or evaluate fewer rows at a time (--where)."),
    ),
    "host.no_room": (
        mark("There is no room to pass rows to the model: {why}."),
        mark("Free some disk space and try again."),
    ),
    "host.no_sandbox": (
        mark(
            "{file} can run any program, and this system has no sandbox to contain it."
        ),
        mark(
            "Open it on Linux 5.13 or later, or save the model as skops or ONNX, "
            "or use its recorded scores (--scores)."
        ),
    ),
    "host.threads": (
        mark("The model started {n} threads, {allowed} are allowed."),
        mark("Its process was ended. Open the model only if you trust its author."),
    ),
    "host.works_unasked": (
        mark("The model's process kept computing without any request."),
        mark("It was ended. Open the model only if you trust its author."),
    ),
    "host.stopped": (mark("The model's process was stopped."), _AGAIN),
}

_OPENING: dict[str, tuple[str, str]] = {
    "model.no_adapter": (
        mark("{file} is of a kind ({format}) that gives no predictions."),
        mark("Save the model as skops, joblib, ONNX or the library's own format."),
    ),
    "model.cannot_open": (
        mark("{file} could not be opened: {why}."),
        mark("Check that the file is complete, and save the model again if you can."),
    ),
    "model.damaged": (
        mark("{file} is damaged or incomplete: {why}."),
        mark("Ask for a new copy of the file, or save the model again if you can."),
    ),
    "model.class_missing": (
        mark("{file} needs something the installed libraries do not have: {why}."),
        _SAVE_AGAIN,
    ),
    "model.needs_library": (
        mark("{file} needs the Python module {module}, which is not installed."),
        mark(
            "Save the model without code of its own (skops, ONNX), or use its "
            "recorded scores (--scores)."
        ),
    ),
    "model.too_old": (
        mark("{file} was saved by an old scikit-learn: {module} no longer exists."),
        _SAVE_AGAIN,
    ),
    "model.untrusted_types": (
        mark("{file} holds types that were not agreed to: {why}."),
        mark("Look at the file's safety report before opening it."),
    ),
    "model.not_a_model": (
        mark("The file holds {found} with {models} models in it; one is needed."),
        mark("Save the fitted model alone."),
    ),
    "model.not_fitted": (
        mark("This {found} was never trained."),
        mark("Save the model after calling fit."),
    ),
    "model.not_supervised": (
        mark("{found} predicts neither classes nor a number."),
        mark("Open a classifier or a regressor."),
    ),
    "model.multi_output": (
        mark("The model predicts {outputs} things at once."),
        mark("Open a model with one output, for example one of its parts."),
    ),
    "model.one_class": (
        mark("The model knows only one class: {found}."),
        mark("Train it on data with at least two classes."),
    ),
    "model.mixed_classes": (
        mark("The model's classes are numbers and texts at once."),
        mark("Train it with labels of one type."),
    ),
    "model.inputs_unknown": (
        mark("{found} does not say how many inputs it has."),
        mark("Save it inside a scikit-learn Pipeline, or with a current version."),
    ),
    "model.not_tabular": (
        mark("The model wants {found}, not rows of a table."),
        mark("Only models of tables are supported so far."),
    ),
    "model.old_xgboost": (
        mark("{file} is in XGBoost's old binary format, which was removed."),
        mark("Load it with the XGBoost that wrote it and save it as .json or .ubj."),
    ),
    "model.tree_weights": (
        mark(
            "The file gives its trees weights (DART) in a layout of a newer XGBoost "
            "that cannot be read here, and without them it would predict wrongly."
        ),
        mark(
            "Load it with the XGBoost that wrote it and save it as ONNX, or use "
            "its recorded scores (--scores)."
        ),
    ),
    "model.objective_unknown": (
        mark("The model was trained for {objective}, which cannot be evaluated here."),
        mark("Open a classifier or a regressor."),
    ),
    "model.categories_ambiguous": (
        mark(
            "The file does not say which of its {n} lists of categories belongs to "
            "which input."
        ),
        mark(
            "Save the model again with a current LightGBM, or inside its scikit-learn "
            "wrapper."
        ),
    ),
}

_PREDICTING: dict[str, tuple[str, str]] = {
    "model.not_open": (
        mark("No model is open."),
        mark("Open a model first (--model)."),
    ),
    "model.out_of_memory": (
        mark("The model asked for more memory than it may use: {allowed} GB."),
        mark("Close other programs, or evaluate fewer rows at a time (--where)."),
    ),
    "model.out_of_memory_for": (
        mark("The model asked for {needed} GB more memory; it may use {allowed} GB."),
        mark("Close other programs, or evaluate fewer rows at a time (--where)."),
    ),
    "model.raised": (
        mark("The model failed on these rows: {kind}: {why}."),
        mark(
            "Check that each column feeds the right input and holds the values the "
            "model was trained on."
        ),
    ),
    "model.takes_no_missing": (
        mark(
            "The model ({kind}) takes no missing values there: {column} is empty in "
            "{n} rows, the first is row {row}."
        ),
        mark(
            "Fill these cells in or take their rows out of the file, or open a model "
            "that fills them in itself."
        ),
    ),
    "model.too_large": (
        mark(
            "The model failed ({why}): {column} holds {value} in row {row}, more than "
            "most models can take (rows like it: {n})."
        ),
        mark(
            "Correct these cells or leave out their rows; the file itself was not "
            "changed."
        ),
    ),
    "model.not_finite": (
        mark(
            "The model gave no finite number for {n} rows of a batch, the first is "
            "row {row}."
        ),
        mark("Look at the inputs of that row: very large or missing values?"),
    ),
    "model.not_numeric": (
        mark("The model needs numbers in {column}, the data hold {found}."),
        mark(
            "Match another column to this input, or convert it (--match INPUT=COLUMN)."
        ),
    ),
    "model.missing_integer": (
        mark("The model needs whole numbers in {column}, and {n} rows have none."),
        mark("Fill the missing values, or leave those rows out."),
    ),
    "model.codes_unknown": (
        mark(
            "{column} is a category for the model, but its file does not say which "
            "category has which number."
        ),
        mark("Give the column as the whole numbers the model was trained on."),
    ),
    "model.wrong_columns": (
        mark("The model was given other columns than its inputs."),
        mark("Match the columns again (--match INPUT=COLUMN)."),
    ),
    "engine.preempted": (mark("Queued: visible panels first"), ""),
    "model.scoring": (mark("Scoring rows"), NOTHING),
    "model.no_structure": (
        mark("The structure of this model is not available."),
        mark("It is explained with model-agnostic methods, which take longer."),
    ),
}

_NOTES: dict[str, tuple[str, str]] = {
    "model.saved_newer": (
        mark(
            "Saved with {library} {saved}, newer than the installed {installed}: it "
            "may predict differently without any error."
        ),
        mark("Compare a few predictions with those of the program it comes from."),
    ),
    "model.saved_older": (
        mark("Saved with {library} {saved}, opened with {installed}."),
        mark("Compare a few predictions with those of the program it comes from."),
    ),
    "model.saved_unknown": (
        mark(
            "The file does not say which {library} saved it (trained {date}); opened "
            "with {installed}."
        ),
        mark("Compare a few predictions with those of the program it comes from."),
    ),
    "model.unused_inputs": (
        mark(
            "The model does not use {names}: their values do not change the "
            "predictions."
        ),
        "",
    ),
    "model.labels_only": (
        mark("The model predicts only the class, without a score."),
        mark("Thresholds, ROC and calibration need scores (--scores)."),
    ),
    "model.margins_only": (
        mark("The model's scores are margins, not probabilities."),
        mark("Calibration needs probabilities; a calibrator can provide them."),
    ),
    "model.logits": (
        mark("The outputs do not sum to 1: they are taken as raw scores."),
        mark("If they are logits, softmax would turn them into probabilities."),
    ),
    "model.softmax": (
        mark("Made for labels only; its probabilities are the softmax of its margins."),
        NOTHING,
    ),
    "model.best_iteration": (
        mark(
            "Training was stopped early: the first {used} of {total} rounds are used."
        ),
        mark("Predicting with all rounds would give other numbers."),
    ),
    "model.reg_logistic": (
        mark("Trained as reg:logistic: its values are probabilities of class 1."),
        NOTHING,
    ),
    "model.not_normalised": (
        mark("Each class is scored on its own: the scores do not sum to 1."),
        mark("They are compared as margins."),
    ),
    "model.names_unknown": (
        mark("The model does not name its {n} inputs."),
        mark("Columns are matched by order: check that the order is right."),
    ),
    "model.classes_unnamed": (
        mark("The file does not name its classes; they are numbered from 0."),
        mark("Say which of your labels is which number (--labels)."),
    ),
    "model.fixed_batch": (
        mark("The model takes exactly {n} rows at a time; the last ones are padded."),
        NOTHING,
    ),
    "model.missing_as_text": (
        mark(
            "Missing categories are passed to the model as “{text}”, or as an empty "
            "text where it knows that one alone."
        ),
        NOTHING,
    ),
    "model.ranking": (
        mark("Trained to rank ({objective}): its scores only order the rows."),
        NOTHING,
    ),
    "model.more_steps": (mark("It has {n} more steps, which are not shown."), NOTHING),
    "model.more_settings": (
        mark("It has {n} more settings, which are not shown."),
        NOTHING,
    ),
    "model.more_notes": (
        mark("There are {n} more notes, which are not shown."),
        NOTHING,
    ),
    "model.more_inputs": (
        mark("It has {n} more inputs, which are used but not listed here."),
        NOTHING,
    ),
    "model.more_categories": (
        mark("It knows {n} more categories, which are used but not listed here."),
        NOTHING,
    ),
    "model.not_deterministic": (
        mark(
            "The model is not deterministic: it gave different predictions for the "
            "same rows."
        ),
        mark("Every figure depends on the run. Look for sampling or dropout in it."),
    ),
}

MESSAGES: dict[str, tuple[str, str]] = {**_HOST, **_OPENING, **_PREDICTING, **_NOTES}
