"""Sentences of the explanations: errors, notes and stages."""

from __future__ import annotations

from engine.contracts.i18n import mark

MESSAGES: dict[str, tuple[str, str]] = {
    "explain.no_model": (
        mark("Recorded scores cannot be asked about other rows."),
        mark("Open the model itself to explain its answers (--model)."),
    ),
    "explain.labels_only": (
        mark("The model answers with labels alone, without scores."),
        mark("Explanations need a score that can rise and fall."),
    ),
    "explain.no_row": (
        mark("No row is current."),
        mark("Click a row, or name one with --row; there are {total} rows."),
    ),
    "explain.path_too_long": (
        mark("One path through a tree asks for {n} different features."),
        mark("Choose the route that asks the model itself (-p route=sampling)."),
    ),
    "explain.structure_deviates": (
        mark(
            "Taken apart, the model does not say what it says when asked: it is asked."
        ),
        "",
    ),
    "explain.parts_miss": (
        mark("Taken apart, the model misses its own answers by up to {gap}."),
        mark(
            "Trust it no further than that, or choose the route that asks the model "
            "(-p route=sampling)."
        ),
    ),
    "explain.many_pairs": (
        mark(
            "This model can only be asked, and has {n} features: too many pairs. All "
            "combinations of up to {most} features can be asked about."
        ),
        mark("Use a model of trees, or one with fewer features."),
    ),
    "explain.no_pair": (
        mark("“{first}” and “{second}” are no pair of two features of the model."),
        mark(
            "Give two names of its inputs, or none for the strongest pair (-p "
            "first=NAME, -p second=NAME)."
        ),
    ),
    "explain.trees": (mark("Working through the trees"), ""),
    "explain.shuffling": (mark("Shuffling features"), ""),
    "explain.replacing": (mark("Setting features to values"), ""),
    "explain.no_feature": (
        mark("The model has no input called “{name}”."),
        mark("Give the name of one of its inputs (-p first=NAME)."),
    ),
    "explain.same_feature": (
        mark("“{name}” cannot be looked at together with itself."),
        mark(
            "Give two different inputs, or one alone (-p first=NAME, -p second=NAME)."
        ),
    ),
    "explain.one_value": (
        mark("“{name}” has one value alone in these rows: there is no way along it."),
        mark("Choose another feature, or more rows (-p first=NAME)."),
    ),
    "explain.pair_of_labels": (
        mark(
            "Both features have labels, “{name}” too: effects of two accumulate along "
            "one number at least."
        ),
        mark("Look at partial dependence, or at one feature alone."),
    ),
    "explain.bad_points": (
        mark("{given} is no number of places along a feature."),
        mark("Give a whole number from {least} to {most} (-p points=…)."),
    ),
    "explain.refitting": (mark("Fitting without a feature"), ""),
    "explain.no_refit": (
        mark("A model of the kind {kind} cannot be fitted anew from its settings."),
        mark("Shuffle features instead (run permutation): that needs no fitting."),
    ),
    "explain.wald": (
        mark(
            "Intervals of the weights: 95 %, by how fast they get less likely for the "
            "{n} reference rows."
        ),
        "",
    ),
    "explain.not_likeliest": (
        mark(
            "Weights come without an interval: they are not the likeliest for the "
            "reference rows, but were held small on purpose or fitted to other rows."
        ),
        "",
    ),
    "explain.same_columns": (
        mark(
            "Weights come without an interval: some columns say the same, and share "
            "their weight as they like."
        ),
        "",
    ),
    "explain.no_likelihood": (
        mark("Weights come without an interval: none is known for such a model."),
        "",
    ),
    "explain.many_columns": (
        mark("Weights come without an interval: they are of more than {most} columns."),
        "",
    ),
    "explain.few_fitted_rows": (
        mark(
            "Weights come without an interval: {n} reference rows are too few to tell "
            "one."
        ),
        "",
    ),
    "explain.no_fitted_rows": (
        mark(
            "Weights come without an interval: it takes the training rows, as the "
            "reference part."
        ),
        "",
    ),
    "explain.sureness": (mark("Looking how sure the weights are"), ""),
    "explain.prepared": (
        mark("What stands before the estimator prepares the columns as in the file."),
        "",
    ),
    "explain.no_training_rows": (
        mark("There are no reference rows with labels to fit to."),
        mark("Add the training rows as the reference part (--reference)."),
    ),
    "explain.refit_labels": (
        mark("“{name}” holds labels: only models of numbers are fitted anew."),
        mark("Shuffle features instead (run permutation): that needs no fitting."),
    ),
    "explain.refit_failed": (
        mark("{kind} cannot be fitted to the reference rows: {why}"),
        mark("Shuffle features instead (run permutation): that needs no fitting."),
    ),
    "explain.one_feature": (
        mark("“{name}” alone makes no pair."),
        mark(
            "Give two inputs or more, or none for those that move the answer most"
            " (-p features=NAME,NAME)."
        ),
    ),
    "explain.neighbours": (mark("Asking about random rows"), ""),
    "explain.lines": (mark("Fitting lines"), ""),
    "explain.settings": (mark("Trying other settings"), ""),
    "explain.bad_count": (
        mark("{name} cannot be {given}."),
        mark("Give a number from {least} to {most} (-p {name}=…)."),
    ),
    "explain.bad_width": (
        mark("{given} is no width of a kernel."),
        mark("Give a number above 0, or 0 for the usual width (-p kernel_width=…)."),
    ),
    "explain.poor_line": (
        mark(
            "The straight line tells {percent} per cent of how the model's answers "
            "vary about this row."
        ),
        "",
    ),
    "explain.line_not_heard": (
        mark(
            "LIME is shown but not heard: its line tells {percent} per cent of how the "
            "answers about the row vary."
        ),
        "",
    ),
    "explain.line_flips": (
        mark("With other random rows {n} of the main conditions change sides."),
        "",
    ),
    "explain.line_moves": (
        mark("With other random rows the weights move by {percent} per cent."),
        "",
    ),
    "explain.one_shuffle": (
        mark("One shuffle cannot show how much the loss of {metric} varies."),
        mark("Shuffle twice or more often: -p repeats=2 at least."),
    ),
    "explain.line_misses": (
        mark(
            "At the row itself the line is further from the model than the answers "
            "about the row vary."
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
    "explain.searching": (mark("Looking for changes"), ""),
    "explain.nearest_rows": (mark("Looking at the nearest real rows"), ""),
    "explain.bad_aim": (
        mark("“{given}” is no answer that could be wanted."),
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
        mark("“{name}” has labels, which neither grow nor shrink."),
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
    "explain.kinship": (mark("Seeing which features go together"), ""),
    "explain.removing": (mark("Taking features away"), ""),
    "explain.adds_up_badly": (
        mark("Base and contributions miss the model's answer by {gap}."),
        "",
    ),
    "explain.near_base": (
        mark("The answer is hardly different from the mean: little to explain."),
        "",
    ),
    "explain.chance_better": (
        mark(
            "In {percent} per cent of random orders, removing features changes the "
            "prediction faster than in the order of {explanation}."
        ),
        "",
    ),
    "explain.signs_disagree": (
        mark("Methods disagree on the direction of {n} of the main features."),
        "",
    ),
    "explain.order_differs": (
        mark("Methods put the features in different orders."),
        "",
    ),
    "explain.methods_agree": (
        mark("The methods agree on the order of the features."),
        "",
    ),
    "explain.no_own_terms": (
        mark("The model is no sum of one term a feature, which could be compared."),
        "",
    ),
    "explain.opening": (mark("Looking at the model"), ""),
    "explain.structure": (mark("Taking the model apart"), ""),
    "explain.rows": (mark("Explaining rows"), ""),
    "explain.coalitions": (mark("Asking about combinations of features"), ""),
    "explain.walks": (mark("Asking the model step by step"), ""),
    "explain.bad_background": (
        mark("The background needs a number of rows, not “{given}”."),
        mark("Give a whole number, or all (-p background=…)."),
    ),
    "explain.unknown_background": (
        mark("There is no background called “{source}”."),
        mark(
            "Leave it empty, or write @kmeans, @bucket NAME or @decided CLASS (-p"
            " background_from=…)."
        ),
    ),
    "explain.empty_background": (
        mark("No row can be the background: “{source}” holds none."),
        mark("Choose other rows (-p background_from=…), or leave it empty."),
    ),
    "explain.bad_choice": (
        mark("{name} cannot be “{given}”."),
        mark("Choose one of: {choices} (-p {name}=…)."),
    ),
    "explain.no_cover": (
        mark("Path-dependent values need trees that tell their training weights."),
        mark("Choose interventional values (-p variant=interventional)."),
    ),
    "explain.no_structure": (
        mark("This model cannot be taken apart, or not for this output."),
        mark(
            "Leave the route to the program (-p route=auto): it will ask the "
            "model itself."
        ),
    ),
    "explain.no_gradients": (
        mark(
            "This model is no network whose gradients are known, or not this output's."
        ),
        mark("Leave the route to the program (-p route=auto)."),
    ),
    "explain.cut_numbers": (
        mark(
            "{step} cuts numbers into pieces before they reach the network: there is "
            "no way between them along which a gradient could be followed."
        ),
        mark("Leave the route to the program (-p route=auto)."),
    ),
    "explain.way_lost": (
        mark(
            "The gradient cannot be followed to row {row}: a number in the network is "
            "missing or without end."
        ),
        mark("Leave the route to the program (-p route=auto)."),
    ),
    "explain.gradient_shares": (
        mark(
            "These are shares along the gradient (Aumann–Shapley): they add up to the "
            "answer, but where features act together they are not the Shapley values "
            "of switching features on and off."
        ),
        "",
    ),
    "explain.ways_followed": (
        mark("Judged by halving the steps along the way, shares are within {error}."),
        "",
    ),
    "explain.ways_coarse": (
        mark(
            "Judged by halving the steps along the way, shares may be off by {error}: "
            "trust them no further than that."
        ),
        mark(
            "Explain fewer rows (-p rows=…), or leave the route to the program "
            "(-p route=auto)."
        ),
    ),
    "explain.gradients": (mark("Following gradients"), ""),
    "explain.closed": (
        mark(
            "This model cannot be read by itself: it is no weighted sum, no trees and "
            "no shape functions that can be taken apart."
        ),
        mark(
            "Look at how it answers: contributions, effects, importance, or a small "
            "tree in its place."
        ),
    ),
    "explain.network": (
        mark(
            "This model is a neural network of {n} weights: none of them says anything "
            "by itself, so there is nothing to read here."
        ),
        mark(
            "Look at how it answers: contributions, effects, importance, or a small "
            "tree in its place."
        ),
    ),
    "explain.not_itself": (
        mark(
            "Taken apart, the model does not say what it says when asked: what was "
            "found is not shown."
        ),
        mark("Look at how it answers: contributions, effects, importance."),
    ),
    "explain.rows_astray": (
        mark(
            "{n} rows lie so near to a threshold that its rounding sends them another "
            "way than the model."
        ),
        "",
    ),
    "explain.terms_not_shown": (
        mark("{n} terms are not shown: their steps cannot be laid along the values."),
        "",
    ),
    "explain.no_tree": (
        mark("There is no tree {given}: the model has {n}, counted from 0."),
        mark("Give a whole number below that (-p tree=…)."),
    ),
    "explain.fitting": (mark("Fitting a small tree to the answers"), ""),
    "explain.too_few_rows": (
        mark("{n} rows are too few to fit a tree and to measure it on others."),
        mark("Use at least {least} rows (--data, --where)."),
    ),
    "explain.labels_left_out": (
        mark("The {n} rarest labels are taken together: the tree cannot name them."),
        "",
    ),
    "explain.not_deterministic": (
        mark("The model answers differently when asked again: so do explanations."),
        "",
    ),
}
