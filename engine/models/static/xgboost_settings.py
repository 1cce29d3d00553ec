"""What an XGBoost file says beside its trees, as strictly as the library reads it.

Settings are texts in the file, and the library gives up on the first that does not
read as the number it expects.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from engine.contracts.objectives import SOFTMAX, XGBOOST
from engine.models.static.outcome import BrokenError, NotUnderstoodError

_INTEGER = re.compile(r"-?\d{1,18}")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_WHOLE = frozenset(
    {
        *("num_class", "num_feature", "num_target", "boost_from_average"),
        *("num_trees", "num_parallel_tree", "num_nodes", "num_deleted"),
        *("num_roots", "num_pairsample", "num_output_group", "size_leaf_vector"),
    }
)
_MOST, _MOST_UNSIGNED = 2**31 - 1, 2**32 - 1
_LEAST_REAL, _MOST_REAL = 1.1754944e-38, 3.4028234e38
# What the library gives up on when it is beyond.
_RANGES = {
    "scale_pos_weight": (0.0, _MOST_REAL),
    "tweedie_variance_power": (1.0, 2.0),
    "max_delta_step": (0.0, _MOST_REAL),
    "quantile_alpha": (0.0, 1.0),
    "lambdarank_bias_norm": (0.0, _MOST_REAL),
}
_YES_OR_NO = frozenset({"0", "1"})
_CHOICES = {
    "aft_loss_distribution": frozenset({"normal", "logistic", "extreme"}),
    "lambdarank_pair_method": frozenset({"mean", "topk"}),
    "lambdarank_normalization": _YES_OR_NO,
    "lambdarank_score_normalization": _YES_OR_NO,
    "lambdarank_unbiased": _YES_OR_NO,
    "ndcg_exp_gain": _YES_OR_NO,
}
_BIASES = ("ti+", "tj-")  # of places in a ranking
_PROBABLE = frozenset({"binary:logistic", "reg:logistic", "binary:logitraw"})
_POSITIVE = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:")
_KINDS = frozenset({"float", "int", "i", "q", "c"})


def check_settings(told: Any, where: str) -> None:
    """Check an object of settings: names to texts that are numbers.

    Raises
    ------
    BrokenError
        Naming the first that is none.
    """
    if not isinstance(told, dict):
        raise BrokenError("safety.broken_booster", part=where)
    for name, value in told.items():
        if not isinstance(value, str) or not _reads(name, value):
            raise BrokenError("safety.broken_booster", part=f"{where}, {name[:40]}")


def _reads(name: str, value: str) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    if name == "lambdarank_num_pair_per_sample":
        return bool(_INTEGER.fullmatch(value)) and 1 <= int(value) <= _MOST_UNSIGNED
    if name in _WHOLE:
        return bool(_INTEGER.fullmatch(value)) and -1 <= int(value) <= _MOST
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    numbers = [number.strip() for number in value.split(",")]
    if not all(_FLOAT.fullmatch(number) for number in numbers):
        return False
    low, high = _RANGES.get(name, (-_MOST_REAL, _MOST_REAL))
    return all(low <= float(n) <= high and _is_single(float(n)) for n in numbers)


def _is_single(number: float) -> bool:
    """Return whether a number is one of single precision, to which they are read."""
    return not number or _LEAST_REAL <= abs(number) <= _MOST_REAL


def check_learner(learner: dict[str, Any]) -> None:
    """Check a model's objective, names and attributes.

    Raises
    ------
    BrokenError
        Naming what the library would stumble over.
    NotUnderstoodError
        For an objective that is not known.
    """
    check_settings(learner.get("learner_model_param"), "learner_model_param")
    objective = learner.get("objective")
    name = objective.get("name") if isinstance(objective, dict) else None
    if not isinstance(name, str) or not isinstance(objective, dict):
        raise BrokenError("safety.broken_booster", part="objective")
    if name not in XGBOOST:
        raise NotUnderstoodError("safety.xgboost_objective", name=name[:40])
    for part, told in objective.items():
        if part not in ("name", *_BIASES):
            check_settings(told, part[:40])
    _check_base(learner["learner_model_param"], name)
    wanted = XGBOOST[name]
    if wanted and not set(wanted) & set(objective):
        raise BrokenError("safety.broken_booster", part=wanted[0])
    _check_needed(objective, wanted)
    attributes = learner.get("attributes")
    if not isinstance(attributes, dict) or not all(
        isinstance(value, str) for value in attributes.values()
    ):
        raise BrokenError("safety.broken_booster", part="attributes")
    best = attributes.get("best_iteration", "0")
    if not _INTEGER.fullmatch(best):
        raise BrokenError("safety.broken_booster", part="best_iteration")
    _check_names(learner)


def _check_needed(objective: dict[str, Any], wanted: tuple[str, ...]) -> None:
    """Check settings that the library cannot go without."""
    told: dict[str, str] = {}
    for part in wanted:
        told = objective.get(part, told)
    if wanted == SOFTMAX and int(told.get("num_class", "0")) < 1:
        raise BrokenError("safety.broken_booster", part="num_class")
    if "quantile_loss_param" in wanted and "quantile_alpha" not in told:
        raise BrokenError("safety.broken_booster", part="quantile_alpha")
    given = [name for name in _BIASES if name in objective]
    if told.get("lambdarank_unbiased") == "1":
        given = list(_BIASES)
    for name in given:
        numbers = objective.get(name)
        if isinstance(numbers, np.ndarray) and numbers.dtype.kind == "f":
            numbers = numbers.tolist()
        if not isinstance(numbers, list) or not all(
            type(number) is float and math.isfinite(number) for number in numbers
        ):
            raise BrokenError("safety.broken_booster", part=name)


def _check_base(told: dict[str, str], objective: str) -> None:
    """Check where the sum begins: one number, or one for each output."""
    text = told.get("base_score")
    if text is None:
        raise BrokenError("safety.broken_booster", part="base_score")
    several = max(int(told.get("num_class", "0")), int(told.get("num_target", "1")), 1)
    bases = [float(number) for number in text.strip("[]").split(",")]
    sound = len(bases) in (1, several)
    if objective in _PROBABLE:
        sound = sound and all(0 < base < 1 for base in bases)
    if objective.startswith(_POSITIVE):
        sound = sound and all(base > 0 for base in bases)
    if not sound:
        raise BrokenError("safety.broken_booster", part="base_score")


def _check_names(learner: dict[str, Any]) -> None:
    names = learner.get("feature_names", [])
    kinds = learner.get("feature_types", [])
    sound = all(isinstance(name, str) for name in (*names, *kinds))
    if not sound or len(set(names)) != len(names):
        raise BrokenError("safety.broken_booster", part="feature_names")
    if not set(kinds) <= _KINDS:
        raise BrokenError("safety.broken_booster", part="feature_types")
