"""Sentences about matching, predicting, running and selecting."""

from __future__ import annotations

from engine.contracts.i18n import mark

_CHOOSE_TARGET = mark("Choose the column that holds the truth (--target).")
_SAY_LABELS = mark(
    'Say which label means which class, on the Match sheet or as --labels "{mapping}", '
    "or choose another target."
)

MESSAGES: dict[str, tuple[str, str]] = {
    "engine.internal": (
        mark("Something went wrong inside the program ({kind})."),
        mark("Nothing was changed. Copy the details and report them."),
    ),
    "engine.out_of_memory": (
        mark("There is not enough memory for this: {free} GB are free."),
        mark("Close other programs, or use fewer rows or columns."),
    ),
    "engine.out_of_memory_for": (
        mark(
            "There is not enough memory for this: it asked for {needed} GB more, and "
            "{free} GB are free."
        ),
        mark("Close other programs, or use fewer rows or columns."),
    ),
    "engine.disk_full": (
        mark("The disk is full: nothing more can be written to {folder}."),
        mark("Free some space on that disk, then try again. Nothing was changed."),
    ),
    "engine.no_room": (
        mark("The answer could not be handed over: {why}."),
        mark("Make room on the disk that holds your cache folder."),
    ),
    "analysis.unknown": (
        mark("There is no analysis called {name}; there are {known}."),
        "",
    ),
    "analysis.unknown_parameter": (
        mark("{analysis} has no parameter {name}; it has {known}."),
        "",
    ),
    "analysis.bad_parameter": (
        mark("A parameter of {analysis} does not fit: {why}."),
        "",
    ),
    "predict.no_model": (
        mark("There is no model and no recorded score."),
        mark(
            "Open a model, or say which columns hold its scores or labels (--model, "
            "--scores, --prediction)."
        ),
    ),
    "predict.not_yet": (
        mark("Nothing has been predicted yet."),
        mark("Accept how columns and model match first."),
    ),
    "target.missing_column": (
        mark("There is no column called {column} to hold the truth."),
        _CHOOSE_TARGET,
    ),
    "target.not_labels": (
        mark("{column} holds too many different numbers to be classes."),
        _CHOOSE_TARGET,
    ),
    "target.not_numeric": (
        mark("{column} holds text, but the model predicts a number."),
        _CHOOSE_TARGET,
    ),
    "target.no_known_class": (
        mark("{column} holds {found}, but the classes of the model are {classes}."),
        _SAY_LABELS,
    ),
    "target.shifted_labels": (
        mark(
            "The labels of {column} are shifted: {found}, but the classes of the model "
            "are {classes}."
        ),
        _SAY_LABELS,
    ),
    "target.other_labels": (
        mark(
            "{column} holds {found}, but the classes of the model are {classes}: "
            "{labels} is none of them, and no row is of {lacking}."
        ),
        mark(
            'Say what it means, on the Match sheet or as --labels "{mapping}"; if it '
            'is another class, which the model does not know, as --labels "{nothing}".'
        ),
    ),
    "target.same_class": (
        mark(
            "It was not said what {label} of {column} means; the class of that name "
            "was given to another label, and no row is of {lacking}."
        ),
        mark(
            'Say what every label means, on the Match sheet or as --labels "{mapping}".'
        ),
    ),
    "target.no_such_label": (
        mark("{column} never holds {name}; it holds {found}."),
        mark("--labels wants LABEL=CLASS, the label of the data first."),
    ),
    "target.no_such_class": (
        mark("{name} is not a class; the classes are {classes}."),
        mark("Name one of them (--positive, or behind = in --labels)."),
    ),
    "weights.missing_column": (
        mark("There is no column called {column} to weigh the rows."),
        mark("Choose the column with the weights (--weights), or none."),
    ),
    "weights.not_numeric": (
        mark("The weights in {column} are text."),
        mark("Choose the column with the weights (--weights), or none."),
    ),
    "weights.not_a_weight": (
        mark(
            "Row {row} of {column} is missing, negative or infinite (rows like it: "
            "{n})."
        ),
        mark(
            "Weights have to be finite and not negative: correct them, or choose "
            "another column (--weights)."
        ),
    ),
    "weights.all_zero": (
        mark("All {n} rows of {column} weigh nothing."),
        mark("Choose another column for the weights (--weights), or none."),
    ),
    "weights.extreme": (
        mark("Row {row} of {column} weighs {value}: too extreme to compute with."),
        mark("Divide or multiply all weights by the same number, or correct this row."),
    ),
    "weights.outweighs": (
        mark(
            "Row {row} of {column} weighs {value}: beside it all other rows together "
            "count for nothing."
        ),
        mark("Correct this weight, or choose another column (--weights), or none."),
    ),
    "scores.missing_column": (
        mark("There is no column called {column} to hold what was recorded."),
        mark("Choose among {columns} (--scores, --prediction)."),
    ),
    "scores.not_numeric": (
        mark("The score column {column} holds text."),
        mark(
            "Choose the column with the numbers (--scores; labels: --prediction), or "
            "say which text in it means missing (--missing COLUMN=TEXT --kind "
            "COLUMN=numeric)."
        ),
    ),
    "scores.columns": (
        mark("{n_columns} score columns do not fit the classes {classes}."),
        mark(
            "Name one score column for each class, or one alone for the class to be "
            "found of two (--scores, --positive)."
        ),
    ),
    "scores.names": (
        mark("It is not clear which of {columns} belongs to which of {classes}."),
        mark(
            "Name the columns after the classes, for example p_bad, or say it: "
            "--scores CLASS=COLUMN,CLASS=COLUMN."
        ),
    ),
    "scores.missing": (
        mark(
            "Row {row} of {column} has no finite score (rows like it: {n}); such rows "
            "are left out."
        ),
        "",
    ),
    "scores.odd": (
        mark(
            "Row {row} of {column} holds {value}, which is no score as the others are "
            "(rows like it: {n}); such rows are left out."
        ),
        mark("If they are scores, say so: --score-kind, or on the Match sheet."),
    ),
    "scores.no_label": (
        mark(
            "Row {row} of {column} has no label (rows like it: {n}); such rows are "
            "left out."
        ),
        "",
    ),
    "scores.none": (
        mark("None of the {n} rows has a score in {columns}."),
        mark("Choose the columns with the scores (--scores), or say --score-kind."),
    ),
    "scores.are_truth": (
        mark("{column} cannot be both what was recorded and the truth."),
        mark(
            "Choose another column for one of them (--scores or --prediction; "
            "--target)."
        ),
    ),
    "scores.as_margin": (
        mark(
            "The scores in {columns} are taken for margins, not probabilities: many "
            "lie below 0. One alone decides for its class from 0 on, of several the "
            "largest."
        ),
        mark("Say so if they are something else: --score-kind, or on the Match sheet."),
    ),
    "scores.neither": (
        mark(
            "The scores in {column} run from {low} to {high}: beyond 1 (first in row "
            "{row}), as no probability does, and never below 0, as margins do."
        ),
        mark(
            "Say what they are, on the Match sheet or by --score-kind: percent for 0 "
            "to 100, margin if they decide for the class from 0 on."
        ),
    ),
    "scores.range": (
        mark(
            "Row {row} of {column} holds {value}, which is no probability (rows like "
            "it: {n})."
        ),
        mark("If these are no probabilities, say --score-kind margin."),
    ),
    "scores.sum": (
        mark("The probabilities of row {row} sum to {total} (rows like it: {n})."),
        mark(
            "Check that every class has its column (--scores); scores of each class "
            "apart are --score-kind margin."
        ),
    ),
    "scores.sum_left_out": (
        mark(
            "The probabilities of row {row} sum to {total} (rows like it: {n}); such "
            "rows are left out."
        ),
        "",
    ),
    "scores.unknown_label": (
        mark("Row {row} of {column} is {value}, none of the classes {classes}."),
        mark("Correct these rows, or leave the part with them out."),
    ),
    "match.missing": (
        mark(
            "There is no column for {n} of the model's inputs: {columns}. Unused are "
            "{spare}."
        ),
        mark(
            "Match them by hand, on the Match sheet or as --match INPUT=COLUMN, or "
            "open data that have them."
        ),
    ),
    "match.no_such_column": (
        mark("The match names columns that the data do not have: {columns}."),
        mark("Match by name, or name other columns (--match INPUT=COLUMN)."),
    ),
    "match.no_such_input": (
        mark("The model has no input called {names}; its inputs are {inputs}."),
        mark("--match wants INPUT=COLUMN, the model's input first."),
    ),
    "match.missing_all_used": (
        mark("There is no column for {n} of the model's inputs: {columns}."),
        mark("Open data that have them."),
    ),
    "match.not_numeric": (
        mark(
            "{column} is {kind}, but the model wants a number there; row {row} holds "
            "{value} (rows like it: {n})."
        ),
        mark(
            "Correct the values, say that they are missing (--missing COLUMN=TEXT), or "
            "choose another column for this input (--match INPUT=COLUMN)."
        ),
    ),
    "match.numbers_as_text": (
        mark("{column} holds numbers written as text, and the model wants numbers."),
        mark(
            "Change the kind of the column (--kind COLUMN=numeric), or how the file is "
            "read."
        ),
    ),
    "match.texts_as_numbers": (
        mark(
            "{column} was read as text, and the model wants numbers: “{value}” is "
            "given as {number}."
        ),
        "",
    ),
    "match.similar_names": (
        mark("Some names differ in blanks or letter case: {pairs}."),
        mark("If they are not the same columns, match by hand (--match INPUT=COLUMN)."),
    ),
    "match.not_categories": (
        mark("{column} holds more different numbers than the model has categories."),
        mark("If it is another column, match by hand (--match INPUT=COLUMN)."),
    ),
    "match.positive_by_name": (
        mark("{name} is taken as the class to be found, because of its name."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.positive_rarer": (
        mark("{name} is taken as the class to be found: it is the rarer ({n} rows)."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.positive_larger": (
        mark("{name} is taken as the class to be found: it is the larger number."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.positive_by_score": (
        mark("{name} is taken as the class to be found: the score column names it."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.score_of_positive": (
        mark(
            "The scores in {column} are taken for those of {name}, the class to be "
            "found."
        ),
        mark(
            "If they are of {other}, choose that one, or say whose they are: --scores "
            "{other}={column}."
        ),
    ),
    "match.no_target": (
        mark("No column says by itself that it holds the truth."),
        mark(
            "Choose the column with the true answers (--target), or open data that "
            "have one."
        ),
    ),
    "match.target_is_input": (
        mark("{column} is the target and also an input of the model."),
        mark("Choose another target, or match by hand (--target, --match)."),
    ),
    "match.order_count": (
        mark("The model has {n_inputs} inputs, but {n_columns} columns are left."),
        mark(
            "Ignore columns that are no features (--role COLUMN=ignore), or match by "
            "hand (--match INPUT=COLUMN)."
        ),
    ),
    "match.no_rows": (mark("The evaluation part has no rows."), ""),
    "match.by_order": (
        mark("Columns are matched by their order alone: a wrong order is not noticed."),
        mark("Compare the first predictions with what you expect."),
    ),
    "match.unknown_categories": (
        mark(
            "{column} has {n} values that the model has never seen, in {n_rows} rows: "
            "{categories}."
        ),
        "",
    ),
    "match.respelled": (
        mark(
            "{column} has {n} values that the model knows only in another spelling, in "
            "{n_rows} rows: “{value}” is taken for “{level}”."
        ),
        "",
    ),
    "match.tokens_as_missing": (
        mark(
            "{column} has {categories} in {n_rows} rows, which are read as missing; "
            "the model does not say whether it knows them as values."
        ),
        "",
    ),
    "match.tokens_as_text": (
        mark(
            "{column} has {categories} in {n_rows} rows, which may mean missing "
            "values; the model does not say what it knows, and is given the texts."
        ),
        "",
    ),
    "match.unseen_missing": (
        mark(
            "{column} is empty in {n} rows; the model has never seen a missing value "
            "there."
        ),
        "",
    ),
    "match.unmatched_labels": (
        mark(
            "In {column} the model has no class for {labels}; such rows do not count "
            "({n_rows})."
        ),
        mark(
            "Say which class they mean, if any, on the Match sheet or as --labels "
            '"{mapping}".'
        ),
    ),
    "match.respelled_labels": (
        mark("Labels and classes that differ in letter case are the same: {pairs}."),
        "",
    ),
    "rows.no_such_column": (
        mark("There is no column called {column}."),
        mark("Check the spelling; names with blanks stand in quotes."),
    ),
    "rows.no_such_bucket": (mark("There is no bucket called {name}."), ""),
    "rows.endless": (
        mark("The rule goes round in a circle: a bucket is made of itself."),
        mark("Change one of the buckets it names."),
    ),
    "rows.wrong_kind": (
        mark("{column} cannot be compared in this way."),
        mark("Use = or in for labels, and <, > or between for numbers."),
    ),
    "rows.date_expected": (
        mark("{column} holds dates: a date is expected, like {example}, not {found}."),
        mark("A month is written 2024-02, a time 2024-02-01T13:30."),
    ),
    "rows.not_dates": (
        mark("{column} holds no dates, and is not compared with {found}."),
        mark("Compare it with what it holds, or see how its dates are written."),
    ),
    "rows.not_predicted": (
        mark("{column} is known only after the model has predicted."),
        "",
    ),
    "rows.no_such_row": (
        mark("There is no row {row}; the rows are numbered 0 to {n} less one."),
        "",
    ),
    "command.bad_split": (
        mark("--split wants COLUMN=VALUE, not {text}."),
        mark("An example: --split part=evaluation."),
    ),
    "command.bad_reading": (
        mark("--read wants KEY=VALUE, not {text}. The keys are {known}."),
        mark("An example: --read header=2,decimal=, (lines count from 1)."),
    ),
    "command.bad_reading_value": (
        mark("--read cannot use {text}: it wants {known}."),
        mark("An example: --read header=2,decimal=, (lines count from 1)."),
    ),
    "command.no_threshold": (
        mark("A threshold decides nothing here (the task is {task})."),
        mark("Leave --threshold out, or give probabilities of two classes."),
    ),
    "command.bad_threshold": (mark("--threshold wants a number, not {text}."), ""),
    "command.threshold_range": (
        mark(
            "The scores are probabilities, from 0 to 1 (also those recorded in per "
            "cent): on none of them could the threshold {threshold} lie."
        ),
        mark("Give a threshold between 0 and 1: --threshold 0.5 is 50 %."),
    ),
    "command.cannot_write": (
        mark("{file} cannot be written: {why}."),
        mark("Choose another folder, or make room."),
    ),
    "command.bad_parameter": (
        mark("-p wants KEY=VALUE, not {text}."),
        mark("An example: -p bins=20."),
    ),
    "command.bad_pairs": (
        mark("{option} wants NAME=VALUE, not {text}."),
        mark(
            'Examples: --labels "1=yes,2=no", --match age=AGE, --kind zip=categorical.'
        ),
    ),
    "command.order_and_match": (
        mark("--by-order and --match exclude each other."),
        mark("Leave one of them out."),
    ),
    "command.no_such_word": (
        mark("{option} knows no {text}; it knows {known}."),
        "",
    ),
    "rows.view_gone": (mark("The table was replaced by a newer one."), ""),
}
