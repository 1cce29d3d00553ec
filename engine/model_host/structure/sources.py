"""Which input each column comes from after the steps of a pipeline.

Only steps that make every column from one column are followed. Positions stand
for columns: ``through(step, (0, 0, 1))`` says what becomes of three columns of
which the first two come from input 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectorMixin
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)

from engine.model_host.structure.parts import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ONE_TO_ONE = (
    Binarizer,
    MaxAbsScaler,
    MinMaxScaler,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
_CUTTING = (Binarizer, KBinsDiscretizer)
_CUTTING_FUNCTIONS = (np.ceil, np.floor, np.rint, np.sign, np.trunc)
_PARTS = ("steps", "transformers_", "transformer_list")  # name, part, …
_Sources = tuple[int, ...]


def through(step: Any, sources: Sequence[int]) -> _Sources:
    """Return the input of every column that leaves a fitted step.

    Raises
    ------
    EngineError
        ``model.no_structure`` where columns meet, or for a step that is not known.
    """
    sources = tuple(sources)
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return sources
    for kinds, follow in _KINDS:
        if isinstance(step, kinds):
            found = follow(step, sources)
            if len(found) != int(_columns_out(step, len(found))):
                raise unknown()
            return found
    raise unknown()


def cut_by(step: Any) -> str:
    """Return the class name of what cuts numbers into pieces in a step, or ``""``."""
    if isinstance(step, _CUTTING):
        return type(step).__name__
    if isinstance(step, FunctionTransformer):
        cuts = any(step.func is function for function in _CUTTING_FUNCTIONS)
        return type(step).__name__ if cuts else ""
    for name in _PARTS:
        parts = getattr(step, name, None)
        if isinstance(parts, list):
            return next(filter(None, (cut_by(part[1]) for part in parts)), "")
    return ""


def _columns_out(step: Any, otherwise: int) -> int:
    """Return how many names a step gives its columns, where it gives any."""
    if isinstance(step, (Pipeline, ColumnTransformer, FeatureUnion)):
        return otherwise  # its parts are asked
    try:
        return len(step.get_feature_names_out())
    except (AttributeError, ValueError, TypeError):
        return otherwise


def _same(step: Any, sources: _Sources) -> _Sources:
    return sources


def _pipeline(step: Any, sources: _Sources) -> _Sources:
    for _, part in step.steps:
        sources = through(part, sources)
    return sources


def _table(step: Any, sources: _Sources) -> _Sources:
    taken = getattr(step, "_transformer_to_input_indices", {})
    made: dict[int, int] = {}
    for name, part, _ in step.transformers_:
        place = step.output_indices_.get(name)
        if place is None or place.stop == place.start or _is(part, "drop"):
            continue
        found = through(part, [sources[index] for index in taken.get(name, ())])
        if len(found) != place.stop - place.start:
            raise unknown()
        made.update(zip(range(place.start, place.stop), found, strict=True))
    if sorted(made) != list(range(len(made))):
        raise unknown()
    return tuple(made[index] for index in range(len(made)))


def _is(part: Any, word: str) -> bool:
    return isinstance(part, str) and part == word


def _union(step: Any, sources: _Sources) -> _Sources:
    parts = [part for _, part in step.transformer_list if not _is(part, "drop")]
    return tuple(source for part in parts for source in through(part, sources))


def _function(step: Any, sources: _Sources) -> _Sources:
    func = step.func
    if func is None or (isinstance(func, np.ufunc) and func.nin == func.nout == 1):
        return sources
    raise unknown()


def _imputer(step: Any, sources: _Sources) -> _Sources:
    kept = sources
    if not step.keep_empty_features:
        kept = tuple(
            source
            for source, value in zip(sources, step.statistics_, strict=True)
            if not _is_nan(value)
        )
    if step.indicator_ is not None:
        kept += _indicator(step.indicator_, sources)
    return kept


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value


def _indicator(step: Any, sources: _Sources) -> _Sources:
    return tuple(sources[int(index)] for index in step.features_)


def _selected(step: Any, sources: _Sources) -> _Sources:
    return tuple(sources[int(index)] for index in step.get_support(indices=True))


def _one_hot(step: Any, sources: _Sources) -> _Sources:
    counts = getattr(step, "_n_features_outs", None)
    if counts is None:  # written by an old version
        counts = [len(levels) for levels in step.categories_]
        if step.drop_idx_ is not None:
            counts = [
                count - (dropped is not None)
                for count, dropped in zip(counts, step.drop_idx_, strict=True)
            ]
    return _repeated(sources, counts)


def _bins(step: Any, sources: _Sources) -> _Sources:
    if step.encode == "ordinal":
        return sources
    return _repeated(sources, step.n_bins_)


def _splines(step: Any, sources: _Sources) -> _Sources:
    return _repeated(sources, [step.n_features_out_ // len(sources)] * len(sources))


def _target(step: Any, sources: _Sources) -> _Sources:
    several = len(step.classes_) if step.target_type_ == "multiclass" else 1
    return _repeated(sources, [several] * len(sources))


def _repeated(sources: _Sources, counts: Sequence[int]) -> _Sources:
    return tuple(
        source
        for source, count in zip(sources, counts, strict=True)
        for _ in range(int(count))
    )


_KINDS: tuple[tuple[Any, Callable[[Any, _Sources], _Sources]], ...] = (
    (Pipeline, _pipeline),
    (ColumnTransformer, _table),
    (FeatureUnion, _union),
    (_ONE_TO_ONE, _same),
    (FunctionTransformer, _function),
    (SimpleImputer, _imputer),
    (MissingIndicator, _indicator),
    (SelectorMixin, _selected),
    (OneHotEncoder, _one_hot),
    (KBinsDiscretizer, _bins),
    (SplineTransformer, _splines),
    (TargetEncoder, _target),
)
