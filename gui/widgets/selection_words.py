"""A selection in the words a person would use for it."""

from __future__ import annotations

from engine.contracts.i18n import tr
from engine.contracts.rule_text import describe
from engine.contracts.selection import And, Not, Or, Range, Saved, Values
from engine.contracts.selection import Selection as Recipe


def words_of(recipe: Recipe) -> str:
    """Return ``true bad, predicted good`` where that says it, else the rule."""
    match recipe:
        case Values("@truth", labels):
            return tr("true {labels}", labels=_listed(labels))
        case Values("@prediction", labels):
            return tr("predicted {labels}", labels=_listed(labels))
        case Range("@error"):
            return tr("wrong") if recipe.low is not None else tr("right")
        case Saved(name):
            return tr("group {name}", name=name)
        case And(parts) if parts:
            return ", ".join(_inside(part) for part in parts)
        case Or(parts) if parts:
            return tr(" or ").join(_inside(part) for part in parts)
        case Not(of):
            return tr("not ({rule})", rule=words_of(of))
        case _:
            return describe(recipe)


def _inside(recipe: Recipe) -> str:
    text = words_of(recipe)
    compound = isinstance(recipe, And | Or) and len(recipe.of) > 1
    return f"({text})" if compound else text


def _listed(labels: tuple[str, ...]) -> str:
    return tr(" or ").join(labels)
