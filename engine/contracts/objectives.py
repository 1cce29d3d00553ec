"""What boosters are trained for: the names their files may give.

A name that is none of these may be a damaged one; taken for a regression by default
it would show calm, wrong numbers.
"""

from __future__ import annotations

CATBOOST_BINARY = frozenset({"Logloss", "CrossEntropy", "Focal"})
CATBOOST_MULTICLASS = frozenset({"MultiClass", "MultiClassOneVsAll"})
CATBOOST_RANKING = frozenset(
    {
        *("YetiRank", "YetiRankPairwise", "PairLogit", "PairLogitPairwise"),
        *("QueryRMSE", "QuerySoftMax", "QueryCrossEntropy", "QueryAUC"),
        *("StochasticFilter", "StochasticRank", "LambdaMart"),
        *("UserPerObjMetric", "UserQuerywiseMetric", "GroupQuantile"),
    }
)
CATBOOST_SEVERAL = frozenset(
    {
        *("MultiRMSE", "MultiRMSEWithMissingValues", "MultiLogloss"),
        *("MultiCrossEntropy", "MultiQuantile", "RMSEWithUncertainty"),
        *("Cox", "SurvivalAft", "PythonUserDefinedMultiTarget"),
    }
)
CATBOOST_LOG_SCALE = frozenset({"Poisson", "Tweedie"})
CATBOOST_VALUE = frozenset(
    {
        *("RMSE", "MAE", "Quantile", "Expectile", "LogLinQuantile", "MAPE"),
        *("Huber", "LogCosh", "Lq", "MSLE", "SMAPE", "R2", "FairLoss"),
        "PythonUserDefinedPerObject",
    }
)
_CATBOOST = (
    CATBOOST_BINARY
    | CATBOOST_MULTICLASS
    | CATBOOST_RANKING
    | CATBOOST_SEVERAL
    | CATBOOST_LOG_SCALE
    | CATBOOST_VALUE
)


def is_catboost_objective(name: object) -> bool:
    """Return whether CatBoost trains for this: a name, perhaps with settings."""
    return isinstance(name, str) and name.partition(":")[0] in _CATBOOST


_REGRESSION = ("reg_loss_param",)
SOFTMAX = ("softmax_multiclass_param",)
_RANK = ("lambdarank_param", "lambda_rank_param")
# XGBoost's objectives, and the settings one of which each needs in its file.
XGBOOST: dict[str, tuple[str, ...]] = {
    "reg:squarederror": _REGRESSION,
    "reg:linear": _REGRESSION,
    "reg:logistic": _REGRESSION,
    "reg:gamma": _REGRESSION,
    "binary:logistic": _REGRESSION,
    "binary:logitraw": _REGRESSION,
    "reg:squaredlogerror": (),
    "reg:absoluteerror": (),
    "reg:pseudohubererror": ("pseudo_huber_param",),
    "reg:quantileerror": ("quantile_loss_param",),
    "reg:expectileerror": ("expectile_loss_param",),
    "reg:tweedie": ("tweedie_regression_param",),
    "binary:hinge": (),
    "count:poisson": ("poisson_regression_param",),
    "survival:cox": (),
    "survival:aft": ("aft_loss_param",),
    "multi:softmax": SOFTMAX,
    "multi:softprob": SOFTMAX,
    "rank:pairwise": _RANK,
    "rank:ndcg": _RANK,
    "rank:map": _RANK,
}

# LightGBM's objectives, as they stand in the head of its files.
LIGHTGBM = frozenset(
    {
        *("regression", "regression_l1", "huber", "fair", "poisson", "quantile"),
        *("mape", "gamma", "tweedie", "binary", "multiclass", "multiclassova"),
        *("cross_entropy", "cross_entropy_lambda", "lambdarank", "rank_xendcg"),
        "custom",
    }
)
