"""Explainable boosting machines of InterpretML: a sum of looked-up terms.

Every term has its own encoded columns, one for each of its features: the places in
its table that the library itself finds for a row.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from engine.contracts.structure import AdditiveForm, Link
from engine.model_host.adapters import opened
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    unknown,
)

_LINKS = {
    "identity": Link.IDENTITY,
    "log": Link.LOG,
    "logit": Link.LOGIT,
    "mlogit": Link.SOFTMAX,
}
_MOST_FEATURES = 2  # of one term


def part_of(model: Any) -> Part:
    """Take a model apart.

    Raises
    ------
    EngineError
        ``model.no_structure`` for terms of three features and more, for links that
        are not known, and where the installed library finds places otherwise.
    """
    terms = [tuple(map(int, features)) for features in model.term_features_]
    link = _LINKS.get(str(model.link_))
    if link is None or any(len(features) > _MOST_FEATURES for features in terms):
        raise unknown()
    outputs = REGRESSION
    if is_classifier(model):
        outputs = class_outputs(opened.texts(model.classes_))
    k = len(outputs)
    base = np.asarray(model.intercept_, dtype=np.float64).reshape(-1)
    tables = [np.asarray(table, dtype=np.float64) for table in model.term_scores_]
    shapes = tuple(
        table.shape[: len(features)]
        for table, features in zip(tables, terms, strict=True)
    )
    if len(base) != k or any(t.size % k for t in tables):
        raise unknown()
    ends = np.cumsum([0, *map(len, terms)])
    form = AdditiveForm(
        columns=tuple(
            tuple(range(int(ends[i]), int(ends[i + 1]))) for i in range(len(terms))
        ),
        shapes=shapes,
        tables=np.concatenate([np.empty((0, k)), *(t.reshape(-1, k) for t in tables)]),
        base=base,
    )
    columns = tuple(feature for features in terms for feature in features)
    sizes = [size for shape in shapes for size in shape]
    return Part(form, link, outputs, lambda rows: _places(model, rows, sizes), columns)


def _places(model: Any, rows: Any, sizes: list[int]) -> np.ndarray:
    """Return ``(n, D)`` places; the last of an axis is for values never seen."""
    try:
        from interpret.glassbox._ebm._bin import eval_terms  # noqa: PLC0415
        from interpret.utils._clean_x import preclean_X  # noqa: PLC0415

        names, types = model.feature_names_in_, model.feature_types_in_
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cleaned, n = preclean_X(rows, names, types)
            by_term = eval_terms(
                cleaned, n, names, types, model.bins_, model.term_features_
            )
            found = [place for places in by_term for place in places]
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise unknown() from error
    encoded = np.stack(found, axis=1).astype(np.float64)
    return np.where(encoded < 0, np.array(sizes) - 1.0, encoded)
