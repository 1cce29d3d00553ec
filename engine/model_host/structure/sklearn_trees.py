"""Trees, forests and gradient boosting of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)

from engine.contracts.structure import Link
from engine.model_host.adapters import opened
from engine.model_host.structure.forest import Tree, ensemble, in_output
from engine.model_host.structure.parts import (
    REGRESSION,
    Part,
    class_outputs,
    in_single,
    unknown,
)

_SINGLE = (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
)
_FORESTS = (
    RandomForestClassifier,
    RandomForestRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
)
_BAGS = (BaggingClassifier, BaggingRegressor)
_BOOSTED = (GradientBoostingClassifier, GradientBoostingRegressor)
KINDS = (*_SINGLE, *_FORESTS, *_BAGS, *_BOOSTED)
_TWO = 2


def part_of(model: Any) -> Part:
    """Take a tree or an ensemble of trees apart.

    Raises
    ------
    EngineError
        ``model.no_structure`` for bags of anything but trees, and for boosting
        that starts from another model's answers.
    """
    if isinstance(model, _BOOSTED):
        return _boosted(model)
    if isinstance(model, _SINGLE):
        members, columns = [model], None
    else:
        members = list(model.estimators_)
        columns = getattr(model, "estimators_features_", None)
        if any(type(member) not in _SINGLE for member in members):
            raise unknown()
    trees = [_averaged(member, model, len(members)) for member in members]
    if columns is not None:
        trees = [
            tree._replace(feature=np.asarray(chosen)[tree.feature.clip(0)])
            for tree, chosen in zip(trees, columns, strict=True)
        ]
    outputs = REGRESSION
    if is_classifier(model):
        outputs = class_outputs(opened.texts(model.classes_))
    base = np.zeros(len(outputs))
    return _part(model, ensemble(trees, base), Link.IDENTITY, outputs)


def _averaged(member: Any, model: Any, n_members: int) -> Tree:
    grown = member.tree_
    values = grown.value[:, 0, :]
    if is_classifier(model):
        k = len(model.classes_)
        whole = values.sum(axis=1, keepdims=True)  # counts before version 1.3
        values = values / np.where(whole == 0, 1, whole)
        spread = np.zeros((len(values), k))  # a bag's member may lack a class
        spread[:, _class_codes(member, model)] = values
        values = spread[:, 1:] if k == _TWO else spread
    return _tree(grown, values / n_members)


def _class_codes(member: Any, model: Any) -> np.ndarray:
    """Return where a member's classes stand among the model's."""
    if not isinstance(model, _BAGS):
        return np.arange(len(model.classes_))
    return np.asarray(member.classes_, dtype=np.intp)


def _tree(grown: Any, values: np.ndarray) -> Tree:
    return Tree(
        left=grown.children_left,
        right=grown.children_right,
        feature=grown.feature,
        threshold=grown.threshold,
        missing_left=np.asarray(grown.missing_go_to_left, dtype=bool),
        cover=grown.weighted_n_node_samples,
        values=values,
        levels={},
    )


def _boosted(model: Any) -> Part:
    start = model.init_
    plain = (DummyClassifier, DummyRegressor)
    if not (isinstance(start, plain) or (isinstance(start, str) and start == "zero")):
        raise unknown()
    nothing = np.zeros((1, model.n_features_in_), dtype=np.float32)
    base = model._raw_predict_init(nothing)[0]
    k = len(base)
    outputs, link, scale = REGRESSION, Link.IDENTITY, 1.0
    if is_classifier(model):
        outputs = class_outputs(opened.texts(model.classes_))
        link = Link.LOGIT if k == 1 else Link.SOFTMAX
        scale = 2.0 if model.loss == "exponential" else 1.0
    factor = scale * model.learning_rate
    trees = [
        _tree(member.tree_, in_output(factor * member.tree_.value[:, 0, 0], output, k))
        for stage in model.estimators_
        for output, member in enumerate(stage)
    ]
    return _part(model, ensemble(trees, scale * base), link, outputs)


def _part(model: Any, form: Any, link: Link, outputs: tuple[str, ...]) -> Part:
    columns = tuple(range(int(model.n_features_in_)))
    return Part(form, link, outputs, in_single, columns)
