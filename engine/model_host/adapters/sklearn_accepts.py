"""What each input of a fitted scikit-learn object may hold.

Found by looking through pipelines and whatever wraps an estimator, down to what sees
the columns first: an encoder with its levels, an imputer, an estimator of numbers.
Where that cannot be known, nothing is said, and values go in as they are.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer

from engine.model_host.adapters.sklearn_parts import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DEEPEST = 50
_TEXT = "sklearn.feature_extraction.text."
_IMPUTERS = "sklearn.impute."
# of scikit-learn, and yet no estimators of numbers alone
_TAKES_ANYTHING = (
    "sklearn.dummy.",
    "sklearn.feature_extraction.",
    "sklearn.preprocessing._function_transformer.",
    "sklearn.preprocessing._label.",
)
# attributes in which wrappers keep what they fitted, the likeliest first
_FITTED = ("best_estimator_", "regressor_", "estimators_", "estimator_")
_BOOSTERS = {
    "catboost": "engine.model_host.adapters.catboost_model",
    "lightgbm": "engine.model_host.adapters.lightgbm_model",
    "xgboost": "engine.model_host.adapters.xgboost_model",
}
_WRAPPING = ("estimator", "estimators", "base_estimator", "regressor")


@dataclass(frozen=True)
class Accepts:
    """What one input may hold.

    Attributes
    ----------
    levels
        The values that are known one by one, without a missing one.
    takes_missing
        Whether missing values were there in training; ``None`` if unknown.
    null
        What stands for a missing value.
    of_texts
        Whether levels that are not told are texts.
    as_category
        Whether the column has to be a categorical one of a frame.
    as_objects
        Whether numbers have to come as Python objects, as the encoder met them.
    used
        Whether the column is looked at at all.
    """

    dtype: str = "any"
    levels: tuple[Any, ...] = ()
    takes_missing: bool | None = None
    null: Any = np.nan
    of_texts: bool = False
    as_category: bool = False
    as_objects: bool = False
    used: bool = True


_ANYTHING = Accepts()
_DROPPED = Accepts(used=False)
_NUMBER = Accepts("float")
Found = list[Accepts]


def accepts(model: Any, count: int) -> Found:
    """Return what each of the ``count`` inputs of a fitted object may hold."""
    return _of(model, count, _DEEPEST) or [_ANYTHING] * count


def reads_text(model: Any, deepest: int = _DEEPEST) -> bool:
    """Return whether a model is given one text a row, not columns."""
    if deepest <= 0 or kind_of(model).startswith(_TEXT):
        return deepest > 0
    steps = _steps(model)
    if steps:
        return reads_text(steps[0], deepest - 1)
    union = getattr(model, "transformer_list", None)
    inner = [p for _, p in union] if isinstance(union, list) else _inner(model)
    return any(reads_text(part, deepest - 1) for part in inner if _is_object(part))


def sighted(model: Any, deepest: int = _DEEPEST) -> Iterator[Any]:
    """Yield the parts of a model that see its columns, outermost first."""
    yield model
    if deepest > 0 and (behind := _steps(model) or _inner(model)):
        yield from sighted(behind[0], deepest - 1)


def _of(part: Any, count: int, deepest: int) -> Found | None:
    """Return what a part that sees ``count`` columns accepts, ``None`` if unknown."""
    if deepest <= 0 or not _is_object(part):
        return None
    levels = getattr(part, "categories_", None)
    if isinstance(levels, (list, tuple)) and len(levels) == count:
        return [_encoded(known) for known in levels]
    declared = getattr(part, "feature_types_in_", None)
    if declared is not None and len(declared) == count:
        return _of_interpret(part, declared)
    if isinstance(part, ColumnTransformer):
        return _of_columns(part, count, deepest)
    steps = _steps(part)
    if steps:
        return _of_steps(steps, count, deepest)
    union = getattr(part, "transformer_list", None)
    if isinstance(union, list):
        return _merged([_of(p, count, deepest - 1) for _, p in union], count)
    prepared = getattr(part, "_preprocessor", None)
    if isinstance(prepared, ColumnTransformer):  # histogram boosting
        found = _of_columns(prepared, count, deepest)
        return [replace(_NUMBER) if one.dtype == "any" else one for one in found]
    return _of_inner(part, count, deepest) or _of_leaf(part, count)


def _is_object(part: Any) -> bool:
    return part is not None and not isinstance(part, str)


def _steps(part: Any) -> list[Any]:
    """Return the steps of a pipeline that do anything."""
    steps = getattr(part, "steps", None)
    if not isinstance(steps, list):
        return []
    return [step for _, step in steps if _is_object(step)]


def _of_steps(steps: Sequence[Any], count: int, deepest: int) -> Found | None:
    """Return what a pipeline accepts: its first step decides, but for imputers."""
    first, rest = steps[0], steps[1:]
    found = _of(first, count, deepest - 1)
    if not rest:
        return found
    if found is not None and isinstance(first, ColumnTransformer):
        return _of_passed(first, rest, found, deepest)
    if found is not None or not _passes(first):
        return found
    later = _of_steps(rest, count, deepest - 1) or [_ANYTHING] * count
    return [_before(first, one) for one in later]


def _passes(part: Any) -> bool:
    """Return whether a part hands each column on as it is, or imputes it."""
    if part == "passthrough":
        return True
    kind = kind_of(part)
    unchanged = kind.endswith(".FunctionTransformer") and part.func is None
    return unchanged or kind.startswith(_IMPUTERS)


def _before(part: Any, one: Accepts) -> Accepts:
    """Return what a part that passes a column on accepts, given who gets it."""
    if not kind_of(part).startswith(_IMPUTERS):
        return one
    missing = getattr(part, "missing_values", np.nan)
    if isinstance(missing, str):  # a text that the imputer knows
        return replace(one, levels=(*one.levels, missing), used=True)
    null = None if missing is None else np.nan
    return replace(one, takes_missing=True, null=null, used=True)


def _of_passed(
    transformer: Any, rest: Sequence[Any], found: Found, deepest: int
) -> Found:
    """Return what columns are that a later step gets as they are."""
    made: dict[str, slice] = getattr(transformer, "output_indices_", {})
    width = max((place.stop for place in made.values()), default=0)
    later = _of_steps(rest, width, deepest - 1)
    if later is None:
        return found
    names = [str(name) for name in getattr(transformer, "feature_names_in_", ())]
    known = list(found)
    for name, part, chosen in transformer.transformers_:
        places = _places(chosen, names, len(found))
        behind = later[made[name]] if name in made else []
        if len(behind) != len(places) or not _passes(part):
            continue
        for place, one in zip(places, behind, strict=True):
            if known[place].dtype == "any":
                known[place] = _before(part, one)
    return known


def _of_leaf(part: Any, count: int) -> Found | None:
    kind = kind_of(part)
    package = kind.partition(".")[0]
    if package in _BOOSTERS:
        return _of_booster(part, package, count)
    if kind.startswith(_IMPUTERS):
        numbers = np.asarray(getattr(part, "statistics_", 0.0)).dtype.kind in "fiu"
        return [_NUMBER] * count if numbers else None
    if not kind.startswith("sklearn.") or kind.startswith(_TAKES_ANYTHING):
        return None
    if getattr(part, "n_features_in_", None) != count:
        return None  # not fitted, or on something else
    named = part.get_params(deep=False) if hasattr(part, "get_params") else {}
    if any(name in named for name in _WRAPPING) or hasattr(part, "transform_input"):
        return None  # a wrapper that could not be looked through
    return [_NUMBER] * count


def _of_booster(part: Any, package: str, count: int) -> Found | None:
    """Return what a booster inside a scikit-learn object accepts."""
    adapter = importlib.import_module(_BOOSTERS[package])
    met: dict[int, bool] = adapter.missing_inside(part)
    if package == "catboost":
        texts = {*part.get_cat_feature_indices(), *part.get_text_feature_indices()}
        kinds = dict.fromkeys(texts, Accepts("category", null="nan", of_texts=True))
    else:
        known: dict[int, list[Any]] = adapter.levels_inside(part)
        kinds = {
            place: Accepts("category", tuple(levels), as_category=True)
            for place, levels in known.items()
        }
    return [
        replace(kinds.get(place, _NUMBER), takes_missing=met.get(place))
        for place in range(count)
    ]


def _of_inner(part: Any, count: int, deepest: int) -> Found | None:
    """Return what the estimators in a wrapper accept."""
    inner = _inner(part)
    if not inner:
        return None
    chosen = _columns_of_each(part, len(inner), count)
    found = []
    for one, places in zip(inner, chosen, strict=True):
        known = getattr(one, "n_features_in_", len(places))
        own = None if known != len(places) else _of(one, len(places), deepest - 1)
        if own is not None and len(own) == len(places):
            spread = [_ANYTHING] * count
            for place, accepted in zip(places, own, strict=True):
                spread[place] = accepted
            found.append(spread)
    return _merged(found, count)


def _inner(part: Any) -> list[Any]:
    """Return the fitted estimators that a wrapper keeps."""
    if kind_of(part).startswith(("sklearn.ensemble._forest.", "sklearn.ensemble._gb.")):
        return []  # trees
    calibrated = getattr(part, "calibrated_classifiers_", None)
    if isinstance(calibrated, list):
        return [one.estimator for one in calibrated]
    for name in _FITTED:
        found = getattr(part, name, None)
        if isinstance(found, np.ndarray):
            found = found.ravel().tolist()
        inner = list(found) if isinstance(found, (list, tuple)) else [found]
        if inner := [one for one in inner if hasattr(one, "predict")]:
            return inner
    frozen = getattr(part, "estimator", None)
    return [frozen] if type(part).__name__ == "FrozenEstimator" else []


def _columns_of_each(part: Any, n_inner: int, count: int) -> list[list[int]]:
    """Return which columns each estimator in a wrapper is given."""
    everything = list(range(count))
    subsets = getattr(part, "estimators_features_", None)
    if subsets is not None and len(subsets) == n_inner:  # bagging
        return [[int(place) for place in subset] for subset in subsets]
    support = getattr(part, "support_", None)
    if support is not None and np.asarray(support).dtype == bool and n_inner == 1:
        return [np.flatnonzero(support).tolist()]  # recursive feature elimination
    return [everything] * n_inner


def _of_columns(transformer: Any, count: int, deepest: int) -> Found:
    names = [str(name) for name in getattr(transformer, "feature_names_in_", ())]
    found: list[Found | None] = []
    dropped = set(range(count))
    for _, part, chosen in transformer.transformers_:
        places = _places(chosen, names, count)
        if isinstance(part, str) and part == "drop":
            continue
        dropped -= set(places)
        own = _of_text(part, len(places)) or _of(part, len(places), deepest - 1)
        if own is None or len(own) != len(places):
            continue
        spread = [_ANYTHING] * count
        for place, accepted in zip(places, own, strict=True):
            spread[place] = accepted
        found.append(spread)
    merged = _merged(found, count) or [_ANYTHING] * count
    return [_DROPPED if at in dropped else one for at, one in enumerate(merged)]


def _of_text(part: Any, count: int) -> Found | None:
    return [Accepts("string")] if count == 1 and reads_text(part) else None


def _places(chosen: Any, names: list[str], count: int) -> list[int]:
    """Return the positions of the columns that a transformer is given."""
    if isinstance(chosen, str):
        return [names.index(chosen)]
    if isinstance(chosen, slice):
        start, stop = (
            names.index(edge) if isinstance(edge, str) else edge
            for edge in (chosen.start, chosen.stop)
        )
        if isinstance(chosen.stop, str):
            stop += 1  # names are taken with the last
        return list(range(count))[slice(start, stop, chosen.step)]
    array = np.asarray(chosen)
    if array.dtype == bool:
        return [int(place) for place in np.flatnonzero(array)]
    return [
        names.index(place) if isinstance(place, str) else range(count)[int(place)]
        for place in np.atleast_1d(array).tolist()
    ]


def _encoded(known: Any) -> Accepts:
    """Return what an encoder of these levels accepts."""
    values = _values(known)
    present = tuple(v for v in values if not _is_missing(v))
    lacking = [v for v in values if _is_missing(v)]
    return Accepts(
        dtype="category",
        levels=present,
        takes_missing=bool(lacking),
        null=None if any(value is None for value in lacking) else np.nan,
        as_objects=np.asarray(known).dtype == object,
    )


def _values(known: Any) -> list[Any]:
    array = np.asarray(known)
    if array.dtype.kind == "M":
        return list(array.astype("datetime64[us]").tolist())
    return list(array.tolist())


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA will not be compared
        return True


def _of_interpret(model: Any, declared: Iterable[Any]) -> Found:
    """Return what an explainable boosting machine accepts."""
    found = []
    terms = getattr(model, "term_features_", ())
    counted = zip(terms, getattr(model, "bin_weights_", ()), strict=False)
    # of what a term of one input has met, the first bin is that of missing values
    missing = {term[0]: float(met[0]) for term, met in counted if len(term) == 1}
    for place, (kind, bins) in enumerate(
        zip(declared, getattr(model, "bins_", ()), strict=False)
    ):
        first = bins[0] if isinstance(bins, (list, tuple)) and bins else None
        met = missing[place] > 0 if place in missing else None
        if str(kind) == "continuous":
            found.append(replace(_NUMBER, takes_missing=met))
        elif isinstance(first, dict):
            known = tuple(map(str, first))
            found.append(Accepts("category", known, takes_missing=met))
        else:
            found.append(Accepts("category" if "nal" in str(kind) else "any"))
    return found


def _merged(several: Sequence[Found | None], count: int) -> Found | None:
    """Return what all of several parts accept that see the same columns."""
    known = [found for found in several if found is not None]
    if not known:
        return None
    return [_both([found[place] for found in known]) for place in range(count)]


def _both(several: Sequence[Accepts]) -> Accepts:
    """Return what parts together accept of one column.

    Whoever knows levels decides: beside it a part that says nothing, or thinks of
    numbers, is given the same values.
    """
    seeing = [one for one in several if one.used]
    if not seeing:
        return _DROPPED
    of_levels = [one for one in seeing if one.levels]
    if not of_levels:
        said = {one.dtype: one for one in seeing if one.dtype != "any"}
        if len(said) != 1:
            return _ANYTHING
        met = {one.takes_missing for one in seeing}
        (one,) = said.values()
        return replace(one, takes_missing=met.pop() if len(met) == 1 else None)
    levels = tuple(dict.fromkeys(v for one in of_levels for v in one.levels))
    missing = {one.takes_missing for one in of_levels}
    return replace(
        of_levels[0],
        levels=levels,
        takes_missing=next(iter(missing)) if len(missing) == 1 else None,
        as_category=any(one.as_category for one in seeing),
        as_objects=all(one.as_objects for one in of_levels),
    )
