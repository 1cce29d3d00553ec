"""Sentences of the explanations: errors, notes and stages."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "explain.no_model": (
        mark("Recorded scores give no predictions for other rows."),
        mark("Open the model itself to explain its predictions (--model)."),
    ),
    "explain.labels_only": (
        mark("The model predicts only labels, without scores."),
        mark("Explanations need a score that can rise and fall."),
    ),
    "explain.no_row": (
        mark("No row selected."),
        mark("Click a row, or name one with --row; there are {total} rows."),
    ),
    "explain.path_too_long": (
        mark("One path through a tree uses {n} different features."),
        mark("Choose the model-agnostic method (-p route=sampling)."),
    ),
    "explain.structure_deviates": (
        mark(
            "The extracted structure does not reproduce the model's predictions, so "
            "a model-agnostic method is used."
        ),
        "",
    ),
    "explain.parts_miss": (
        mark(
            "The extracted structure reproduces the model's predictions only to "
            "within {gap}."
        ),
        mark(
            "Do not rely on smaller differences, or choose the model-agnostic method "
            "(-p route=sampling)."
        ),
    ),
    "explain.many_pairs": (
        mark(
            "The structure of this model is not available, and {n} features are too "
            "many pairs: up to {most} features can be computed."
        ),
        mark("Use a model of trees, or one with fewer features."),
    ),
    "explain.no_pair": (
        mark("“{first}” and “{second}” are not two different features of the model."),
        mark(
            "Give two names of its inputs, or none for the strongest pair (-p "
            "first=NAME, -p second=NAME)."
        ),
    ),
    "explain.trees": (mark("Evaluating the trees"), ""),
    "explain.shuffling": (mark("Shuffling features"), ""),
    "explain.replacing": (mark("Setting features to values"), ""),
    "explain.no_feature": (
        mark("The model has no input called “{name}”."),
        mark("Give the name of one of its inputs (-p first=NAME)."),
    ),
    "explain.same_feature": (
        mark("“{name}” cannot be combined with itself."),
        mark(
            "Give two different inputs, or one alone (-p first=NAME, -p second=NAME)."
        ),
    ),
    "explain.one_value": (
        mark("“{name}” has a single value in these rows, so it has no effect to show."),
        mark("Choose another feature, or more rows (-p first=NAME)."),
    ),
    "explain.pair_of_labels": (
        mark(
            "Both features are categorical (“{name}” too): ALE of two features needs "
            "at least one number."
        ),
        mark("Look at partial dependence, or at one feature alone."),
    ),
    "explain.bad_points": (
        mark("{given} is not a number of grid points."),
        mark("Give a whole number from {least} to {most} (-p points=…)."),
    ),
    "explain.refitting": (mark("Refitting without a feature"), ""),
    "explain.no_refit": (
        mark("A model of the kind {kind} cannot be refitted from its settings."),
        mark(
            "Use permutation importance instead (run permutation): it needs no "
            "refitting."
        ),
    ),
    "explain.wald": (
        mark(
            "Confidence intervals of the weights (95 %), from the likelihood of the "
            "{n} training rows (Wald)."
        ),
        "",
    ),
    "explain.not_likeliest": (
        mark(
            "No intervals for the weights: they are not the maximum-likelihood "
            "estimate on the training data (regularised, or fitted to other rows)."
        ),
        "",
    ),
    "explain.same_columns": (
        mark(
            "No intervals for the weights: some columns are collinear, so their "
            "weights are not determined."
        ),
        "",
    ),
    "explain.no_likelihood": (
        mark("No intervals for the weights: none is known for such a model."),
        "",
    ),
    "explain.many_columns": (
        mark("No intervals for the weights: there are more than {most} columns."),
        "",
    ),
    "explain.few_fitted_rows": (
        mark("No intervals for the weights: {n} training rows are too few."),
        "",
    ),
    "explain.no_fitted_rows": (
        mark(
            "No intervals for the weights: load the training data to get them "
            "(--reference)."
        ),
        "",
    ),
    "explain.sureness": (mark("Computing intervals of the weights"), ""),
    "explain.prepared": (
        mark("The steps before the estimator prepare the columns as in the file."),
        "",
    ),
    "explain.no_training_rows": (
        mark("There are no training rows with labels to fit to."),
        mark("Add the training data (--reference)."),
    ),
    "explain.refit_labels": (
        mark(
            "“{name}” is categorical: only models with numeric features are refitted."
        ),
        mark(
            "Use permutation importance instead (run permutation): it needs no "
            "refitting."
        ),
    ),
    "explain.refit_failed": (
        mark("{kind} cannot be fitted to the training rows: {why}"),
        mark(
            "Use permutation importance instead (run permutation): it needs no "
            "refitting."
        ),
    ),
    "explain.one_feature": (
        mark("“{name}” alone is not a pair."),
        mark(
            "Give two inputs or more, or none for those that contribute most (-p "
            "features=NAME,NAME)."
        ),
    ),
    "explain.neighbours": (mark("Predicting random rows"), ""),
    "explain.lines": (mark("Fitting local models"), ""),
    "explain.settings": (mark("Trying other settings"), ""),
    "explain.bad_count": (
        mark("{name} cannot be {given}."),
        mark("Give a number from {least} to {most} (-p {name}=…)."),
    ),
    "explain.bad_width": (
        mark("{given} is not a kernel width."),
        mark("Give a number above 0, or 0 for the usual width (-p kernel_width=…)."),
    ),
    "explain.poor_line": (
        mark("The local fit around this row is R² {r2}."),
        "",
    ),
    "explain.line_not_heard": (
        mark("LIME is shown but not counted: its local fit is only R² {r2}."),
        "",
    ),
    "explain.line_flips": (
        mark("With other random rows, {n} of the main conditions change sign."),
        "",
    ),
    "explain.line_moves": (
        mark("With other random rows, the weights vary by {percent} %."),
        "",
    ),
    "explain.one_shuffle": (
        mark("One shuffle cannot show how much the drop in {metric} varies."),
        mark("Shuffle twice or more often: -p repeats=2 at least."),
    ),
    "explain.line_misses": (
        mark(
            "At the row itself, the local model misses the prediction by more than "
            "the predictions around it vary."
        ),
        "",
    ),
    "explain.line_one_seed": (
        mark(
            "Its stability was not checked: one seed cannot show whether other random "
            "rows would give the same conditions. More seeds (repeats=10) would."
        ),
        "",
    ),
    "explain.line_order": (
        mark("With other random rows another condition comes first."),
        "",
    ),
    "explain.searching": (mark("Searching for counterfactuals"), ""),
    "explain.nearest_rows": (mark("Comparing with the nearest real rows"), ""),
    "explain.bad_aim": (
        mark("“{given}” is not a target for the prediction."),
        mark(
            "Write a range such as 100..200, or a change such as +10, -10 or ±10 "
            "(-p wanted=…)."
        ),
    ),
    "explain.bad_pair": (
        mark("“{given}” does not name an input of the model."),
        mark("Write the name of an input, an equals sign and what it may be."),
    ),
    "explain.bad_range": (
        mark("“{name}” cannot be kept within “{given}”."),
        mark(
            "Write 20..40, 20.. or ..40 for a number, or labels with | between "
            "(-p ranges=NAME=RANGE)."
        ),
    ),
    "explain.no_direction": (
        mark("“{name}” is categorical, so it can neither increase nor decrease."),
        mark(
            "Keep it fixed, or give the labels it may have (-p fixed=NAME, -p "
            "ranges=NAME=RANGE)."
        ),
    ),
    "explain.bad_cell": (
        mark("“{name}” cannot be “{given}” in this row."),
        mark(
            "Give a number, one of its labels, or nothing where values are "
            "missing (-p changes=NAME=VALUE)."
        ),
    ),
    "explain.as_wanted": (mark("The row already gets the decision wanted."), ""),
    "explain.nothing_may_change": (
        mark("No feature may change, or none has another value in the data."),
        mark("Let some change (-p fixed=, -p ranges=)."),
    ),
    "explain.time_up": (
        mark("The search was cut short after {seconds} s: there may be nearer ones."),
        mark("Give it more time, or let fewer features change (-p seconds=…)."),
    ),
    "explain.kinship": (mark("Finding correlated features"), ""),
    "explain.removing": (mark("Deleting and inserting features"), ""),
    "explain.adds_up_badly": (
        mark(
            "Base value and SHAP values add up to the prediction only to within {gap}."
        ),
        "",
    ),
    "explain.near_base": (
        mark("The prediction is close to the mean: there is little to explain."),
        "",
    ),
    "explain.chance_better": (
        mark(
            "Deletion test: random orders that change the prediction faster than the "
            "order of {explanation}: {percent} %."
        ),
        "",
    ),
    "explain.signs_disagree": (
        mark("Methods disagree on the direction of {n} of the main features."),
        "",
    ),
    "explain.order_differs": (
        mark("The methods rank the features differently."),
        "",
    ),
    "explain.methods_agree": (
        mark("The methods agree on the order of the features."),
        "",
    ),
    "explain.no_own_terms": (
        mark("The model is not additive, so its own terms cannot be compared."),
        "",
    ),
    "explain.opening": (mark("Reading the model"), ""),
    "explain.structure": (mark("Extracting the model's structure"), ""),
    "explain.rows": (mark("Explaining rows"), ""),
    "explain.coalitions": (mark("Evaluating combinations of features"), ""),
    "explain.walks": (mark("Evaluating the model step by step"), ""),
    "explain.bad_background": (
        mark("The background needs a number of rows, not “{given}”."),
        mark("Give a whole number, or all (-p background=…)."),
    ),
    "explain.unknown_background": (
        mark("There is no background called “{source}”."),
        mark(
            "Leave it empty, or write @kmeans, @group NAME or @decided CLASS (-p "
            "background_from=…)."
        ),
    ),
    "explain.empty_background": (
        mark("The background is empty: “{source}” has no rows."),
        mark("Choose other rows (-p background_from=…), or leave it empty."),
    ),
    "explain.bad_choice": (
        mark("{name} cannot be “{given}”."),
        mark("Choose one of: {choices} (-p {name}=…)."),
    ),
    "explain.no_cover": (
        mark("Path-dependent values need trees that store their training weights."),
        mark("Choose interventional values (-p variant=interventional)."),
    ),
    "explain.no_structure": (
        mark("The structure of this model is not available, or not for this output."),
        mark(
            "Let the program choose the method (-p route=auto): it will evaluate the "
            "model itself."
        ),
    ),
    "explain.no_gradients": (
        mark(
            "This model is not a network with known gradients, or not for this output."
        ),
        mark("Let the program choose the method (-p route=auto)."),
    ),
    "explain.cut_numbers": (
        mark(
            "{step} bins numbers before they reach the network, so gradients cannot "
            "pass through it."
        ),
        mark("Let the program choose the method (-p route=auto)."),
    ),
    "explain.way_lost": (
        mark(
            "The gradient cannot be computed for row {row}: a number in the network "
            "is missing or infinite."
        ),
        mark("Let the program choose the method (-p route=auto)."),
    ),
    "explain.gradient_shares": (
        mark(
            "These are gradient attributions (Aumann–Shapley, integrated gradients). "
            "They add up to the prediction, but differ from SHAP values where "
            "features interact."
        ),
        "",
    ),
    "explain.ways_followed": (
        mark(
            "Error of the attributions, estimated by halving the steps: at most "
            "{error}."
        ),
        "",
    ),
    "explain.ways_coarse": (
        mark(
            "Error of the attributions, estimated by halving the steps: up to "
            "{error}. Do not rely on smaller differences."
        ),
        mark(
            "Explain fewer rows (-p rows=…), or let the program choose the method "
            "(-p route=auto)."
        ),
    ),
    "explain.gradients": (mark("Computing gradients"), ""),
    "explain.closed": (
        mark(
            "The structure of this model cannot be shown: it is not linear, additive "
            "or made of trees."
        ),
        mark(
            "Use SHAP values, feature effects, importance or a surrogate tree instead."
        ),
    ),
    "explain.network": (
        mark(
            "This model is a neural network of {n} weights, which cannot be "
            "interpreted one by one."
        ),
        mark(
            "Use SHAP values, feature effects, importance or a surrogate tree instead."
        ),
    ),
    "explain.not_itself": (
        mark(
            "The extracted structure does not reproduce the model's predictions, so "
            "it is not shown."
        ),
        mark("Use SHAP values, feature effects or importance instead."),
    ),
    "explain.rows_astray": (
        mark(
            "{n} rows lie so near to a split value that rounding sends them to "
            "another branch than in the model."
        ),
        "",
    ),
    "explain.terms_not_shown": (
        mark("{n} terms are not shown: their values cannot be placed on an axis."),
        "",
    ),
    "explain.no_tree": (
        mark("There is no tree {given}: the model has {n}, counted from 0."),
        mark("Give a whole number below that (-p tree=…)."),
    ),
    "explain.fitting": (mark("Fitting a small tree to the predictions"), ""),
    "explain.too_few_rows": (
        mark("{n} rows are too few to fit a tree and to measure it on others."),
        mark("Use at least {least} rows (--data, --where)."),
    ),
    "explain.labels_left_out": (
        mark("The {n} rarest labels are grouped: the tree cannot name them."),
        "",
    ),
    "explain.not_deterministic": (
        mark(
            "The model is not deterministic: repeated predictions differ, and so do "
            "explanations."
        ),
        "",
    ),
}
