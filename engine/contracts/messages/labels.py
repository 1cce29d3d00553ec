"""Sentences about the target column: its labels and the classes they mean."""

from __future__ import annotations

from engine.contracts.i18n import mark

_CHOOSE_TARGET = mark("Choose the target column (--target).")
_SAY_LABELS = mark(
    'Say which label means which class, on the Match sheet or as --labels "{mapping}", '
    "or choose another target."
)

MESSAGES: dict[str, tuple[str, str]] = {
    "target.missing_column": (
        mark("There is no target column called {column}."),
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
        mark("{column} has no label {name}; its labels are {found}."),
        mark("--labels wants LABEL=CLASS, the label of the data first."),
    ),
    "target.no_such_class": (
        mark("{name} is not a class; the classes are {classes}."),
        mark("Name one of them (--positive, or behind = in --labels)."),
    ),
    "match.positive_by_name": (
        mark("{name} is taken as the positive class, because of its name."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.positive_rarer": (
        mark("{name} is taken as the positive class: it is the rarer ({n} rows)."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.positive_larger": (
        mark("{name} is taken as the positive class: it is the larger number."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.positive_by_score": (
        mark("{name} is taken as the positive class: the score column names it."),
        mark("Choose the other one if that is wrong (--positive)."),
    ),
    "match.score_of_positive": (
        mark(
            "The scores in {column} are taken as those of {name}, the positive class."
        ),
        mark(
            "If they are of {other}, choose that one, or say whose they are: --scores "
            "{other}={column}."
        ),
    ),
    "match.labels_left_out": (
        mark(
            "Rows left out because their label in {column} has no class ({labels}): "
            "{n_rows}."
        ),
        mark(
            "To count them, give the label a class, on the Match sheet or as --labels "
            '"{mapping}".'
        ),
    ),
    "match.unmatched_labels": (
        mark(
            "In {column} the model has no class for {labels}; such rows do not count "
            "({n_rows})."
        ),
        mark(
            "Say which class they mean, on the Match sheet or as --labels "
            '"{mapping}"; if none, as --labels "{nothing}".'
        ),
    ),
    "match.respelled_labels": (
        mark("Labels and classes that differ in letter case are the same: {pairs}."),
        "",
    ),
}
