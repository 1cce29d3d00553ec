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


def answer(outputs: tuple[str, ...], chosen: int, space: str = "") -> str:
    """Return what is explained, in words: by the space it is in, where that is said."""
    name = outputs[chosen]
    if space == "margin":
        if not name:
            return tr("the model output (margin)")
        return tr("the model output (margin) for {name}", name=class_name(name))
    if space == "probability" and name:
        return tr("the predicted probability of {name}", name=class_name(name))
    if not name:
        return tr("the prediction")
    return tr("the prediction for {name}", name=class_name(name))
