"""Sentences about metrics, curves and buckets."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "evaluate.no_predictions": (
        mark("There are no predictions yet."),
        mark(
            "Open data and a model, and accept how their columns match (--data, "
            "--model, --target)."
        ),
    ),
    "evaluate.other_task": (
        mark("This needs another task than {task}."),
        mark("It works for: {needed}."),
    ),
    "evaluate.no_rows": (
        mark("No row of the {part} data can be used: {selected} of {total} selected."),
        mark(
            "Clear the selection (--where), or check that target and predictions are "
            "filled in."
        ),
    ),
    "evaluate.unknown_positive": (
        mark("{positive} is not a class of this model."),
        mark("Choose one of: {classes} (--positive)."),
    ),
    "evaluate.bad_weights": (
        mark(
            "{n} weights are negative or missing; the first is {value}, in row {row}."
        ),
        mark("Correct the weight column, or leave it out (--weights)."),
    ),
    "evaluate.no_weight": (
        mark("The weights of all {n} rows are zero."),
        mark("Choose another weight column (--weights) or other rows (--where)."),
    ),
    "evaluate.not_categorical": (
        mark("{column} holds numbers, not categories."),
        mark(
            "Choose a categorical column, or change its kind: in the data panel, or as "
            "--kind COLUMN=categorical."
        ),
    ),
    "evaluate.too_many_labels": (
        mark("{column} has {n} different values; a table shows at most {limit}."),
        mark(
            "Choose a column with fewer categories (-p rows=COLUMN, -p columns=COLUMN)."
        ),
    ),
    "evaluate.unknown_metric": (
        mark("“{name}” is not a metric of these predictions."),
        mark("Choose one of: {choices} (-p metric=NAME)."),
    ),
    "evaluate.no_scores": (
        mark("Only predicted labels are known, no scores."),
        mark(
            "Open a model that gives probabilities, or name its score columns "
            "(--model, --scores)."
        ),
    ),
    "evaluate.not_probabilities": (
        mark("The scores are not probabilities."),
        mark(
            "Use a model that gives probabilities, or calibrate it first "
            "(--model, --scores)."
        ),
    ),
    "evaluate.no_positives": (
        mark("No row in use has this true class."),
        mark("Widen the selection (--where)."),
    ),
    "evaluate.no_negatives": (
        mark("Every row in use has this true class."),
        mark("Widen the selection (--where)."),
    ),
    "evaluate.never_predicted": (
        mark("This class is never predicted, so it has no precision."),
        mark("Lower the threshold (--threshold), or look at its recall."),
    ),
    "evaluate.neither": (
        mark(
            "This class occurs neither among the true classes nor among the "
            "predictions."
        ),
        mark("Widen the selection (--where)."),
    ),
    "evaluate.one_label": (
        mark(
            "True classes or predictions contain a single class, so agreement means "
            "nothing."
        ),
        mark("Widen the selection (--where), or read accuracy instead."),
    ),
    "evaluate.classes_without_rows": (
        mark("No row in use has the true class: {classes}."),
        mark("Widen the selection (--where); classes without rows cannot be judged."),
    ),
    "evaluate.counted_as_zero_precision": (
        mark("Never predicted, and counted as precision 0: {classes}."),
        mark("Read the precision of each class."),
    ),
    "evaluate.counted_as_zero_recall": (
        mark("Predicted without a true row, and counted as recall 0: {classes}."),
        mark("Read the balanced accuracy, which leaves them out."),
    ),
    "evaluate.same_axis": (
        mark("{column} cannot be the rows and the columns of one table."),
        mark("Choose another column for one of them (-p rows=…, -p columns=…)."),
    ),
    "evaluate.no_variation": (
        mark("These rows do not show how much this figure could vary."),
        mark("Evaluate on more rows (--data, --where)."),
    ),
    "evaluate.one_row": (
        mark("One row does not show how much this figure could vary."),
        mark("Evaluate on more rows (--data, --where)."),
    ),
    "evaluate.few_rows": (
        mark("There are too few rows for an interval."),
        mark("Evaluate on more rows (--data, --where)."),
    ),
    "evaluate.not_finite": (
        mark("The figure is too large to be represented."),
        mark("Look for extreme values in the target or in the predictions."),
    ),
    "evaluate.too_far_apart": (
        mark("Values from {low} to {high} are too far apart to be drawn."),
        mark("Look for extreme values in the target or in the predictions."),
    ),
    "evaluate.constant_target": (
        mark("The target is the same in every row, so there is nothing to explain."),
        mark("Widen the selection (--where)."),
    ),
    "evaluate.rows_left_out": (
        mark("{n} rows of the {part} data have no target value or no prediction."),
        mark("They are left out of every figure here."),
    ),
    "evaluate.weighted": (
        mark("Row weights are in use; for intervals they count as {effective} rows."),
        mark(
            "Kish's effective sample size: unequal weights carry less information "
            "than equal ones."
        ),
    ),
    "decision.no_threshold": (
        mark(
            "The model's own rule decides; no threshold on its score gives the same "
            "decisions."
        ),
        mark(
            "Set a threshold to decide by the score: --threshold on the command line."
        ),
    ),
    "decision.class_ties": (
        mark(
            "Rows whose highest score is shared by several classes: {n}, decided as "
            "{counts}."
        ),
        "",
    ),
    "decision.ties": (
        mark("Rows that score exactly {threshold}: {n}, all decided as {label}."),
        "",
    ),
    "decision.ties_split": (
        mark(
            "Rows that score exactly {threshold}: {n}, of which {n_label} are decided "
            "as {label}."
        ),
        "",
    ),
    "evaluate.bucket_unresolved": (
        mark("The rule of the saved group {name} no longer fits the data."),
        mark("Change or remove the group."),
    ),
    "evaluate.counting": (mark("Counting"), ""),
    "evaluate.ordering": (mark("Ordering classes"), ""),
    "evaluate.ranking": (mark("Sorting scores"), ""),
    "evaluate.intervals": (mark("Computing intervals"), ""),
    "evaluate.probabilities": (mark("Averaging"), ""),
}
