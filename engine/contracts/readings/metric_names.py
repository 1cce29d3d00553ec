"""What a metric is called, and what it says in half a sentence."""

from __future__ import annotations

from engine.contracts.i18n import mark, tr

TITLES: dict[str, tuple[str, str]] = {
    "accuracy": (mark("Accuracy"), mark("share of rows predicted correctly")),
    "balanced_accuracy": (
        mark("Balanced accuracy"),
        mark("mean of the classes' recalls: each class counts the same"),
    ),
    "precision": (
        mark("Precision"),
        mark("share of the rows flagged as positive that are positive"),
    ),
    "recall": (mark("Recall"), mark("share of the positive rows that are detected")),
    "f1": (mark("F1"), mark("harmonic mean of precision and recall")),
    "precision_macro": (mark("Precision, macro"), mark("mean over the classes")),
    "recall_macro": (mark("Recall, macro"), mark("mean over the classes")),
    "f1_macro": (mark("F1, macro"), mark("mean over the classes")),
    "roc_auc": (
        mark("ROC AUC"),
        mark("chance that a positive row scores above a negative one; 0.5 is chance"),
    ),
    "average_precision": (
        mark("Average precision"),
        mark("area under the precision–recall curve; compare with the prevalence"),
    ),
    "log_loss": (
        mark("Log loss"),
        mark("punishes confident errors most; lower is better"),
    ),
    "brier_score": (
        mark("Brier score"),
        mark("mean squared error of the probabilities; lower is better"),
    ),
    "matthews_corrcoef": (
        mark("Matthews correlation"),
        mark("correlation of true and predicted class; 0 is chance"),
    ),
    "cohen_kappa": (
        mark("Cohen's kappa"),
        mark("agreement beyond chance; 0 is chance"),
    ),
    "expected_calibration_error": (
        mark("Calibration error"),
        mark(
            "mean gap between predicted probability and accuracy, 15 equal-width "
            "bins, predicted class"
        ),
    ),
    "cost": (mark("Cost"), mark("mean cost of a row's decision")),
    "mean_absolute_error": (mark("Mean absolute error"), mark("in the target's unit")),
    "root_mean_squared_error": (
        mark("Root mean squared error"),
        mark("in the target's unit; large errors count most"),
    ),
    "median_absolute_error": (
        mark("Median absolute error"),
        mark("half of the errors are smaller than this"),
    ),
    "r2": (
        mark("R²"),
        mark("share of the variance explained; 0 is no better than the mean"),
    ),
    "mean_error": (
        mark("Mean error"),
        mark("prediction minus true value: positive means too high"),
    ),
}


def title(name: str) -> str:
    """Return the translated title of a metric; its name where it has none."""
    return tr(TITLES[name][0]) if name in TITLES else name


def meaning(name: str) -> str:
    """Return what the metric says, translated; ``""`` where unknown."""
    return tr(TITLES[name][1]) if name in TITLES else ""
