"""Words for what columns are, shared by headings, menus and details."""

from __future__ import annotations

from engine.contracts.dataset import Kind, Role
from engine.contracts.i18n import mark, tr, written

KINDS: dict[Kind, str] = {
    Kind.NUMERIC: mark("number"),
    Kind.CATEGORICAL: mark("category"),
    Kind.ORDINAL: mark("ordered category"),
    Kind.BOOLEAN: mark("yes/no"),
    Kind.DATETIME: mark("date"),
    Kind.TEXT: mark("text"),
    Kind.IMAGE: mark("image"),
}
ROLES: dict[Role, str] = {
    Role.TARGET: mark("target"),
    Role.FEATURE: mark("feature"),
    Role.SCORE: mark("score"),
    Role.PREDICTION: mark("prediction"),
    Role.GROUP: mark("group"),
    Role.DOMAIN: mark("domain"),
    Role.TIME: mark("time"),
    Role.ENTITY: mark("identifier"),
    Role.SPLIT: mark("split"),
    Role.WEIGHT: mark("weight"),
    Role.TEXT: mark("text"),
    Role.IMAGE: mark("image"),
    Role.IGNORE: mark("ignored"),
}


def kind_word(kind: Kind) -> str:
    """Return what a kind is called."""
    return tr(KINDS[kind])


def role_word(role: Role) -> str:
    """Return what a role is called."""
    return tr(ROLES[role])


def percent(share: float) -> str:
    """Return a share for a small place: ``41 %``, ``0.3 %``, ``< 0.1 %``."""
    if 0 < share < 0.001:
        return "< " + written("0.1 %")
    if 0 < share < 0.01 or 0.99 < share < 1:
        return written(f"{min(share * 100, 99.9):.1f} %")
    return f"{share * 100:.0f} %"
