"""Build the allow-list: the names that honest model files are made of.

Fits every estimator of the installed scikit-learn (and pipelines, losses,
kernels, searches, encoders, the boosters' wrappers and InterpretML's EBM),
pickles each with several protocols and with joblib, dumps it with skops, and
lists the exact names and what was done with them, with the same machine that
judges users' files. What must not be vetted although it was seen is in
``EXCLUDED``; what is vetted although this run cannot see it is in ``REVIEWED``;
both with the reason, and both are written into the file.

Run ``python packaging/build_allow_list.py`` after changing a locked version.
"""

from __future__ import annotations

import io
import json
import pickle
import pkgutil
import sys
import warnings
import zipfile
from collections import OrderedDict, defaultdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import catboost
import joblib
import lightgbm
import numpy as np
import pandas as pd
import scipy.sparse
import sklearn
import skops.io
import xgboost
from interpret.glassbox import (
    ExplainableBoostingClassifier,
    ExplainableBoostingRegressor,
)
from sklearn import ensemble, gaussian_process, linear_model, neighbors, svm
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.datasets import make_classification
from sklearn.feature_selection import (
    SelectKBest,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
    r_regression,
)
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import kernels
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances
from skops.io import _trusted_types as trusted

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.models.static.joblib_arrays import read_array  # noqa: E402
from engine.models.static.pickle_machine import Listing, Machine  # noqa: E402
from engine.models.static.skops_files import survey  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = ROOT / "resources" / "allow_list" / "v1.json"
LIBRARIES = (
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "joblib",
    "skops",
    "xgboost-cpu",
    "xgboost",
    "lightgbm",
    "catboost",
    "interpret-core",
)
SKOPS_FAMILIES = ("sklearn", "numpy", "scipy", "builtins", "collections", "interpret")
"""The boosters' types are not vetted in skops: nothing there checks their bytes."""

BUILTINS = (
    *("bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int"),
    *("list", "range", "set", "slice", "str", "tuple"),
)
EXCLUDED = {
    "builtins.getattr": "reaches any attribute of any vetted object",
    "builtins.type": "makes new classes",
    "functools.partial": "turns a vetted function into a call with chosen arguments",
    "operator.attrgetter": "reaches any attribute",
    "operator.methodcaller": "calls any method",
    "operator.itemgetter": "of no use to an honest model",
    "scipy.stats._distn_infrastructure.rv_continuous_frozen": (
        "scipy's distributions execute source text kept in their pickled state"
    ),
    "scipy.stats._distn_infrastructure.rv_discrete_frozen": "as above",
}
REVIEWED: dict[str, tuple[list[str], str]] = {
    "numpy.core.multiarray._reconstruct": (
        ["call"],
        "numpy 1's name of numpy._core.multiarray._reconstruct",
    ),
    "numpy.core.multiarray.scalar": (
        ["call"],
        "numpy 1's name of numpy._core.multiarray.scalar",
    ),
    "numpy.core.numeric._frombuffer": (
        ["call"],
        "numpy 1's name of numpy._core.numeric._frombuffer",
    ),
    "numpy.random.__RandomState_ctor": (
        ["call"],
        "name of numpy.random._pickle.__randomstate_ctor before numpy 1.17",
    ),
    "numpy.random._pickle.__bit_generator_ctor": (
        ["call"],
        "argument is a name looked up in a table of bit generators",
    ),
    "numpy.random._pickle.__generator_ctor": (["call"], "as above"),
    "copyreg._reconstructor": (
        ["call"],
        "protocols 0 and 1; the machine also checks the base class and state",
    ),
    "_codecs.encode": (
        ["call"],
        "bytes in protocols 0 to 2; the machine also requires latin1",
    ),
    "joblib.numpy_pickle.NumpyArrayWrapper": (
        ["new"],
        "arrays in joblib files; the machine follows the bytes behind it",
    ),
}
REVIEWED_ARGUMENTS = {
    "numpy.core.multiarray._reconstruct": ["numpy.ndarray"],
    "collections.defaultdict": [
        *("builtins.dict", "builtins.float", "builtins.int", "builtins.list"),
        *("builtins.set", "builtins.str"),
    ],
}
NATIVE = {
    "xgboost.core.Booster": "bytes checked by the XGBoost reader before the light",
    "lightgbm.basic.Booster": "text checked by the LightGBM reader before the light",
    "catboost.core.CatBoostClassifier": "blob checked by the CatBoost reader",
    "catboost.core.CatBoostRegressor": "blob checked by the CatBoost reader",
}


def main() -> None:
    """Fit, list, review, write."""
    warnings.simplefilter("ignore")
    globals_: defaultdict[str, set[str]] = defaultdict(set)
    skops: defaultdict[str, set[str]] = defaultdict(set)
    arguments: defaultdict[str, set[str]] = defaultdict(set)
    n = 0
    for model in honest_models():
        n += 1
        list_globals(model, globals_, arguments)
        list_skops(model, skops)
    add_plain_names(globals_, skops)
    for name, (uses, _) in REVIEWED.items():
        globals_[name] |= {"name", *uses}
    for name, names in REVIEWED_ARGUMENTS.items():
        arguments[name] |= set(names)
    for name in EXCLUDED:
        globals_.pop(name, None)
        skops.pop(name, None)
    document = {
        "version": "v1",
        "made_with": made_with(),
        "models": n,
        "globals": {name: sorted(globals_[name]) for name in sorted(globals_)},
        "arguments": {name: sorted(arguments[name]) for name in sorted(arguments)},
        "skops": {name: sorted(skops[name]) for name in sorted(skops)},
        "skops_extra": extra_types(skops),
        "reviewed": {name: why for name, (_, why) in sorted(REVIEWED.items())},
        "native": NATIVE,
        "excluded": EXCLUDED,
        "sklearn_modules": sorted(sklearn_modules()),
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{n} models, {len(globals_)} globals, {len(skops)} skops types")


def made_with() -> dict[str, str]:
    """Return the versions of the libraries whose names are listed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def data() -> list[tuple[Any, ...]]:
    """Return the candidate training data, tried in turn."""
    x, y = make_classification(40, 6, n_informative=4, random_state=0)
    positive = np.abs(x)
    real = x[:, 0] * 2 + 1
    texts = ["alpha beta gamma", "beta delta gamma", "delta words here"] * 5
    return [
        (x, y),
        (positive, y),
        (x, real),
        (positive, np.abs(real) + 0.1),
        (x, np.c_[y, 1 - y]),
        (x, np.c_[real, real]),
        (x[:, 0], real),
        (texts, [0, 1, 0] * 5),
        ([{"a": 1, "b": "x"}, {"a": 2}] * 5, None),
        ([["a"], ["b"]] * 5, None),
        (y, None),
        ([("a", "b"), ("b",)],),
        (x, None),
        (positive @ positive.T, y),
        (["a", "b"],),
    ]


def fitted(model: Any, candidates: list[tuple[Any, ...]]) -> Any | None:
    """Return the model fitted on the first data it accepts, or ``None``."""
    for candidate in candidates:
        try:
            model.fit(*candidate)
        except Exception:  # noqa: BLE001 - the next data may suit it
            continue
        return model
    return None


def honest_models() -> Iterator[Any]:
    """Yield fitted models of every kind people save."""
    candidates = data()
    for _, cls in all_estimators():
        try:
            instances = list(_construct_instances(cls))
        except BaseException:  # noqa: BLE001 - a class that cannot be made alone
            continue
        for model in instances:
            if fitted(model, candidates) is not None:
                yield model
            else:
                print(f"not fitted: {cls.__name__}", file=sys.stderr)
    x, y = candidates[0]
    for model, kind in [*variants(), *boosters()]:
        target = y if kind == "class" else np.abs(candidates[3][1])
        yield model.fit(np.abs(x), target)
    yield from pipelines()


def variants() -> Iterator[tuple[Any, str]]:
    """Yield unfitted models with the choices that change what is saved."""
    for loss in ("squared_error", "absolute_error", "gamma", "poisson", "quantile"):
        options = {"quantile": 0.5} if loss == "quantile" else {}
        yield (
            ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=2, **options),
            "real",
        )
    yield (
        ensemble.HistGradientBoostingRegressor(max_iter=9, early_stopping=True),
        "real",
    )
    yield ensemble.HistGradientBoostingClassifier(max_iter=2), "class"
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield ensemble.GradientBoostingRegressor(loss=loss, n_estimators=2), "real"
    for loss in ("log_loss", "exponential"):
        yield ensemble.GradientBoostingClassifier(loss=loss, n_estimators=2), "class"
    for loss in (
        "hinge",
        "log_loss",
        "modified_huber",
        "squared_hinge",
        "perceptron",
        "squared_error",
        "huber",
        "epsilon_insensitive",
        "squared_epsilon_insensitive",
    ):
        yield linear_model.SGDClassifier(loss=loss, early_stopping=True), "class"
    for power in (0, 1, 1.5, 2, 3):
        yield linear_model.TweedieRegressor(power=power), "real"
    for algorithm in ("kd_tree", "ball_tree", "brute"):
        for metric in ("euclidean", "manhattan", "chebyshev", "minkowski"):
            yield (
                neighbors.KNeighborsClassifier(algorithm=algorithm, metric=metric),
                "class",
            )
    for metric in ("haversine", "canberra", "braycurtis", "hamming"):
        if metric != "haversine":
            yield (
                neighbors.KNeighborsRegressor(algorithm="ball_tree", metric=metric),
                "real",
            )
    for kernel in (
        kernels.RBF() + kernels.WhiteKernel(),
        kernels.Matern() * kernels.ConstantKernel(),
        kernels.RationalQuadratic(),
        kernels.DotProduct() ** 2,
        kernels.ExpSineSquared() + kernels.WhiteKernel(),
    ):
        yield gaussian_process.GaussianProcessRegressor(kernel, alpha=10.0), "real"
    yield svm.SVC(kernel="linear", random_state=np.random.RandomState(0)), "class"
    yield (
        ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(0)),
        ("class"),
    )
    for cv in (KFold(3), StratifiedKFold(3)):
        search = GridSearchCV(LogisticRegression(), {"C": [1.0, 2.0]}, cv=cv)
        search.set_params(scoring="roc_auc" if isinstance(cv, KFold) else "f1_macro")
        yield search, "class"
    for name in get_scorer_names():
        yield _Holder(get_scorer(name)), "class"


class _Holder(BaseEstimator):  # type: ignore[misc]
    """Carries a scorer into the pickle; its own name is dropped."""

    def __init__(self, what: Any = None) -> None:
        self.what = what

    def fit(self, x: Any, y: Any) -> _Holder:
        """Fit nothing."""
        return self


def boosters() -> Iterator[tuple[Any, str]]:
    """Yield the boosters' scikit-learn wrappers and InterpretML's models."""
    for booster in ("gbtree", "dart", "gblinear"):
        yield xgboost.XGBClassifier(n_estimators=2, booster=booster), "class"
    yield xgboost.XGBRegressor(n_estimators=2), "real"
    yield xgboost.XGBRFClassifier(n_estimators=2), "class"
    yield xgboost.XGBRFRegressor(n_estimators=2), "real"
    for kind in ("gbdt", "dart"):
        yield (
            lightgbm.LGBMClassifier(
                n_estimators=2, boosting_type=kind, verbose=-1, min_child_samples=2
            ),
            "class",
        )
    yield lightgbm.LGBMRegressor(n_estimators=2, verbose=-1), "real"
    quiet = {"iterations": 2, "verbose": 0, "allow_writing_files": False}
    yield catboost.CatBoostClassifier(**quiet), "class"
    yield catboost.CatBoostRegressor(**quiet), "real"
    yield ExplainableBoostingClassifier(max_rounds=3, n_jobs=1), "class"
    yield ExplainableBoostingRegressor(max_rounds=3, n_jobs=1), "real"


def pipelines() -> Iterator[Any]:
    """Yield pipelines on a table with numbers, categories, flags and dates."""
    x, y = data()[0]
    table = pd.DataFrame(np.abs(x[:, :3]), columns=["a", "b", "c"])
    table["d"] = np.where(y == 1, "red", "blue")
    table["e"] = pd.Categorical(table["d"])
    table.loc[3, "a"] = np.nan
    parts = [
        ("n", make_pipeline(SimpleImputer(), StandardScaler()), ["a", "b"]),
        ("k", OneHotEncoder(handle_unknown="ignore"), ["d", "e"]),
        ("f", FunctionTransformer(np.log1p), make_column_selector("c")),
    ]
    for columns in (parts, [*parts[:2], ("s", "passthrough", slice(2, 3))]):
        mixed = ColumnTransformer(columns, remainder="drop")
        yield make_pipeline(mixed, LogisticRegression()).fit(table, y)
        yield make_pipeline(mixed, LogisticRegression()).fit(table, table["d"])
    frozen = FrozenEstimator(LogisticRegression().fit(x, y))
    yield frozen
    for form in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil"):
        for kind in ("matrix", "array"):
            yield getattr(scipy.sparse, f"{form}_{kind}")(np.eye(3))
    yield {"a": OrderedDict(b=frozenset({1}), c={1, 2}, d=1j, e=range(3))}
    for score in (
        *(chi2, f_classif, f_regression, r_regression),
        *(mutual_info_classif, mutual_info_regression),
    ):
        selected = make_union(SelectKBest(score, k=2), StandardScaler())
        yield make_pipeline(selected, LogisticRegression()).fit(np.abs(x), y)
    yield np.random.default_rng(0)
    yield np.ma.masked_array([1.0, 2.0], [False, True])


def list_globals(
    model: Any,
    found: defaultdict[str, set[str]],
    arguments: defaultdict[str, set[str]],
) -> None:
    """Add the names in the model's pickles, and which of them are arguments."""
    for protocol in (0, 2, 4, 5):
        buffer = io.BytesIO()
        joblib.dump(model, buffer, protocol=protocol)
        for raw in (pickle.dumps(model, protocol=protocol), buffer.getvalue()):
            listing = _listing(raw)
            for name, uses in listing.uses.items():
                if not name.startswith("__main__."):
                    found[name] |= uses
            for name, names in listing.arguments.items():
                arguments[name] |= names


def _listing(raw: bytes) -> Listing:
    listing = Listing()
    machine = Machine(raw, listing, on_build=read_array)
    machine.run()
    if machine.position != len(raw) or listing.odd:
        raise SystemExit(f"the machine lost the thread: {listing.odd}")
    return listing


def list_skops(model: Any, found: defaultdict[str, set[str]]) -> None:
    """Add the types in the model's skops dump, where skops can dump it."""
    try:
        raw = skops.io.dumps(model)
    except Exception:  # noqa: BLE001 - skops refuses some models
        return
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        schema = survey(json.loads(archive.read("schema.json")))
    for name, loader in schema.nodes:
        if name.startswith(tuple(f"{family}." for family in SKOPS_FAMILIES)):
            found[name].add(loader)


def add_plain_names(
    globals_: defaultdict[str, set[str]], skops: defaultdict[str, set[str]]
) -> None:
    """Vet plain types and numpy's ufuncs: arithmetic, whatever the arguments."""
    for name in BUILTINS:
        globals_[f"builtins.{name}"] |= {"name", "call"}
        skops[f"builtins.{name}"].add("TypeNode")
    skops["builtins.set"].add("SetNode")
    for kind in set(np.sctypeDict.values()):
        globals_[f"numpy.{kind.__name__}"].add("name")
        skops[f"numpy.{kind.__name__}"] |= {"NdArrayNode", "TypeNode"}
    for name in sorted(vars(np)):
        if isinstance(getattr(np, name), np.ufunc):
            globals_[f"numpy.{name}"].add("name")
            skops[f"numpy.{name}"].add("FunctionNode")


def extra_types(found: defaultdict[str, set[str]]) -> list[str]:
    """Return vetted types that skops itself does not trust by default."""
    own = {
        name
        for group, names in vars(trusted).items()
        if group.endswith("_TYPE_NAMES")
        for name in names
    }
    return sorted(
        name
        for name in found
        if name not in own
        and name.startswith(("sklearn.", "numpy.", "scipy.", "interpret."))
    )


def sklearn_modules() -> set[str]:
    """Return the modules of the installed scikit-learn, by file name only."""
    return {"sklearn"} | {
        module.name
        for module in pkgutil.walk_packages(
            sklearn.__path__, "sklearn.", onerror=lambda _: None
        )
        if ".tests" not in module.name
    }


if __name__ == "__main__":
    main()
