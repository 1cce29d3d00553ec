"""The sentences above the model itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.i18n import tr
from engine.contracts.messages import sentences
from engine.contracts.readings.class_names import answer
from engine.contracts.readings.glass_box.tree_rules import Rules
from engine.contracts.readings.numbers import (
    count,
    decimals_of,
    fixed,
    percent,
    significant,
)
from engine.contracts.readings.output_units import unit
from engine.contracts.results.glass_box import Shapes, Trees, WeightedSum
from engine.contracts.structure import Link

if TYPE_CHECKING:
    from engine.contracts.results import GlassBox

_EXACT = 1e-12
_NEAR_ONE = 0.1


def read(result: GlassBox, output: int = 0) -> str:
    """Return what the model is made of, what weighs most, and how exact that is."""
    body = result.body
    told: list[str] = []
    if isinstance(body, WeightedSum):
        told = _linear(result, body, output)
    elif isinstance(body, Shapes):
        told = _additive(result, body, output)
    elif isinstance(body, Trees):
        told = [
            _tree(result, body, output) if _is_one(body) else _ensemble(result, body)
        ]
    if body is not None:
        told.append(exactness(result))
    return " ".join([*told, *sentences(result.notes)])


def exactness(result: GlassBox) -> str:
    """Return how what is shown was held against the model."""
    n = count(result.n_compared)
    if result.gap <= _EXACT:
        return tr("Verified on {n} rows: reproduces all predictions.", n=n)
    return tr(
        "Verified on {n} rows: reproduces the predictions to within {gap}.",
        n=n,
        gap=significant(result.gap, 1),
    )


def rules_of(result: GlassBox) -> Rules:
    """Return the shown tree's questions as texts."""
    assert isinstance(result.body, Trees)
    return Rules(result.body.tree, result.feature_names, result.n_missing)


def weight_name(result: GlassBox, place: int) -> str:
    """Return what a weight belongs to."""
    body = result.body
    assert isinstance(body, WeightedSum)
    name, kind = result.feature_names[body.feature[place]], body.kind[place]
    if kind == "level":
        return f"{name} = {body.what[place]}"
    if kind == "missing":
        return tr("{name} is missing", name=name)
    return body.what[place] if kind == "encoded" else name


def factor_text(value: float) -> str:
    """Return a factor so that it can be told from 1."""
    if abs(value - 1.0) >= _NEAR_ONE:
        return significant(value, 3)
    return fixed(value, decimals_of(value - 1.0, 2))


def shape_name(result: GlassBox, place: int) -> str:
    """Return the one or two inputs of a shape function."""
    assert isinstance(result.body, Shapes)
    features = result.body.shapes[place].features
    return " × ".join(result.feature_names[feature] for feature in features)


def _is_one(body: Trees) -> bool:
    return len(body.n_leaves) == 1


def _linear(result: GlassBox, body: WeightedSum, output: int) -> list[str]:
    base = float(body.intercept[output])
    told = [
        tr(
            "The model is a weighted sum of {n} inputs plus an intercept of {base}, "
            "{unit}.",
            n=count(len(np.unique(body.feature))),
            base=fixed(base, decimals_of(base)),
            unit=unit(result.space),
        )
    ]
    size = np.abs(body.standardised()[:, output])
    if len(size) and size.max() > 0:
        most = int(np.argmax(size))
        told.append(
            tr(
                "{feature} has the largest weight: one standard deviation changes "
                "{answer} by {size}.",
                feature=weight_name(result, most),
                answer=answer(result.outputs, output, result.space),
                size=significant(float(size[most]), 3),
            )
        )
        told.append(_multiplied(result, body, most, output))
    if "level" in body.kind:
        told.append(tr("For labels, only the differences between weights matter."))
    return [part for part in told if part]


def _multiplied(result: GlassBox, body: WeightedSum, place: int, output: int) -> str:
    ratios = result.ratios()
    if ratios is None:
        return ""
    factor = factor_text(float(ratios[place, output]))
    if body.kind[place] == "number":
        return (
            tr("One unit more multiplies the odds by {factor}.", factor=factor)
            if result.link is Link.LOGIT
            else tr(
                "One unit more multiplies the prediction by {factor}.", factor=factor
            )
        )
    if result.link is Link.LOGIT:
        return tr("It multiplies the odds by {factor}.", factor=factor)
    return tr("It multiplies the prediction by {factor}.", factor=factor)


def _additive(result: GlassBox, body: Shapes, output: int) -> list[str]:
    pairs = sum(len(shape.features) > 1 for shape in body.shapes)
    said = tr(
        "The model is additive: a sum of {n} functions of one feature and {pairs} of "
        "two, {unit}.",
        n=count(len(body.shapes) - pairs),
        pairs=count(pairs),
        unit=unit(result.space),
    )
    if not body.shapes:
        return [said]
    size = [float(shape.strength[output]) for shape in body.shapes]
    most = int(np.argmax(size))
    return [
        said,
        tr(
            "{feature} contributes most: {size} on average over the rows.",
            feature=shape_name(result, most),
            size=significant(size[most], 3),
        ),
    ]


def _tree(result: GlassBox, body: Trees, output: int) -> str:
    said = tr(
        "The model is a decision tree with {leaves} leaves and depth {depth}.",
        leaves=count(int(body.n_leaves[0])),
        depth=count(int(body.depths[0])),
    )
    mine = row_rule(result, output)
    return f"{said} {mine}" if mine else said


def row_rule(result: GlassBox, output: int) -> str:
    """Return where the current row comes to in the shown tree; ``""`` without one."""
    body = result.body
    assert isinstance(body, Trees)
    path, values = body.tree.path, body.tree.values
    if len(path) == 0:
        return ""
    end = int(path[-1])
    says = _is_one(body) or body.averaged
    if says and result.space == "probability":
        output = int(np.argmax(values[end]))  # the class that it says is likeliest
    value = float(values[end, output])
    rule = rules_of(result).to(end)
    whose = answer(result.outputs, output, result.space)
    text = fixed(value, decimals_of(value))
    if says:
        return tr(
            "The selected row reaches the leaf: {rule}. There {answer} is {value}.",
            rule=rule,
            answer=whose,
            value=text,
        )
    return tr(
        "The selected row reaches the leaf: {rule}. There the tree adds {value} to "
        "{answer}.",
        rule=rule,
        answer=whose,
        value=text,
    )


def _ensemble(result: GlassBox, body: Trees) -> str:
    many = count(len(body.n_leaves))
    how = (
        tr("The model is the mean of {n} trees.", n=many)
        if body.averaged
        else tr(
            "The model is the sum of {n} trees, {unit}.",
            n=many,
            unit=unit(result.space),
        )
    )
    size = tr(
        "A tree has {leaves} leaves (median); the depth is at most {depth}.",
        leaves=count(float(np.median(body.n_leaves))),
        depth=count(int(body.depths.max())),
    )
    use = body.splits if body.apart is None else body.apart
    if not use.sum() > 0:
        return f"{how} {size}"
    most = int(np.argmax(use))
    which = (
        tr(
            "{feature} has the highest impurity importance: {share} of the total.",
            feature=result.feature_names[most],
            share=percent(float(use[most] / use.sum())),
        )
        if body.apart is not None
        else tr(
            "{feature} is used most: in {share} of the splits.",
            feature=result.feature_names[most],
            share=percent(float(use[most] / use.sum())),
        )
    )
    return f"{how} {size} {which}"
