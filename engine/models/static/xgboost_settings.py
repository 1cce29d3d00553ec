"""What an XGBoost file says beside its trees, as strictly as the library reads it.

Settings are texts in the file, and the library gives up on the first that does not
read as the number it expects.
"""

from __future__ import annotations

import math
import re
from typing import Any

from engine.contracts.objectives import SOFTMAX, XGBOOST
from engine.models.static.outcome import BrokenError, NotUnderstoodError

_INTEGER = re.compile(r"-?\d{1,18}")
_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_WORDS = frozenset({"mean", "topk", "normal", "logistic", "extreme"})
_WHOLE = frozenset(
    {
        *("num_class", "num_feature", "num_target", "boost_from_average"),
        *("num_trees", "num_parallel_tree", "num_nodes", "num_deleted"),
        *("num_roots", "num_pairsample", "num_output_group", "size_leaf_vector"),
        *("lambdarank_normalization", "lambdarank_score_normalization"),
        *("lambdarank_unbiased", "lambdarank_num_pair_per_sample", "ndcg_exp_gain"),
    }
)
_UNSIGNED = frozenset({"lambdarank_num_pair_per_sample"})
_MOST, _MOST_UNSIGNED = 2**31 - 1, 2**32 - 1
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
    if name in _WHOLE:
        most = _MOST_UNSIGNED if name in _UNSIGNED else _MOST
        return _INTEGER.fullmatch(value) is not None and -1 <= int(value) <= most
    if value in _WORDS:
        return True
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    numbers = value.split(",")
    return all(
        _FLOAT.fullmatch(number.strip()) and math.isfinite(float(number))
        for number in numbers
    )


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
        if part != "name":
            check_settings(told, part[:40])
    _check_base(learner["learner_model_param"], name)
    wanted = XGBOOST[name]
    if wanted and not set(wanted) & set(objective):
        raise BrokenError("safety.broken_booster", part=wanted[0])
    if wanted == SOFTMAX and "num_class" not in objective[wanted[0]]:
        raise BrokenError("safety.broken_booster", part="num_class")
    attributes = learner.get("attributes")
    if not isinstance(attributes, dict) or not all(
        isinstance(value, str) for value in attributes.values()
    ):
        raise BrokenError("safety.broken_booster", part="attributes")
    best = attributes.get("best_iteration", "0")
    if not _INTEGER.fullmatch(best):
        raise BrokenError("safety.broken_booster", part="best_iteration")
    _check_names(learner)


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
