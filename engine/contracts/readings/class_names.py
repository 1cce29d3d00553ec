"""Names of classes, as they can stand in a sentence."""

from __future__ import annotations

from engine.contracts.i18n import tr


def class_name(name: str) -> str:
    """Return a class's name, in quotation marks where it would read as a figure.

    Examples
    --------
    >>> class_name("bad"), class_name("1")
    ('bad', '‘1’')
    """
    try:
        float(name)
    except ValueError:
        return name
    return tr("‘{name}’", name=name)


def answer(outputs: tuple[str, ...], chosen: int) -> str:
    """Return what is explained, in words."""
    name = outputs[chosen]
    if not name:
        return tr("the answer")
    return tr("the answer for {name}", name=class_name(name))
