"""Build the allow-list: the names that honest model files are made of.

Fits every estimator of the installed scikit-learn (and pipelines, losses,
kernels, searches, encoders, the boosters' wrappers and InterpretML's EBM),
pickles each with several protocols and with joblib, dumps it with skops, and
lists the exact names and what was done with them, with the same machine that
judges users' files. What must not be vetted although it was seen is in
``EXCLUDED``; what is vetted although this run cannot see it is in ``REVIEWED``;
both with the reason, and both are written into the file.

Run ``python tools/build_allow_list.py`` after changing a locked version.
"""

from __future__ import annotations

import io
import json
import pickle
import pkgutil
import sys
import warnings
import zipfile
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
import skops.io
from honest_models import honest_models
from skops.io import _trusted_types as trusted

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from engine.models.static.joblib_arrays import read_array  # noqa: E402
from engine.models.static.pickle_machine import Listing, Machine  # noqa: E402
from engine.models.static.skops_files import survey  # noqa: E402

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
                if not name.startswith("honest_models."):
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
    skops["builtins.object"].add("TypeNode")
    for kind in set(np.sctypeDict.values()):
        globals_[f"numpy.{kind.__name__}"].add("name")
        skops[f"numpy.{kind.__name__}"] |= {"NdArrayNode", "TypeNode"}
    for kind in vars(np).values():  # numpy.number and its like: columns by kind
        if isinstance(kind, type) and issubclass(kind, np.generic):
            globals_[f"numpy.{kind.__name__}"].add("name")
            skops[f"numpy.{kind.__name__}"].add("TypeNode")
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
