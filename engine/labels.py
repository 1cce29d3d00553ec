"""Labels of the data beside the classes of the model: which means which."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from engine.contracts.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

_MOST_SHOWN = 10
_REPLACED = 0.05  # of the rows: from so many on a label stands in for a class
_QUOTED = r'"(?:[^"]|"")*"'
_PAIR = re.compile(
    rf"\s*(?:(?P<whole>{_QUOTED})\s*(?=,|$)|(?P<label>{_QUOTED}\s*(?==)|[^,=]*)"
    rf"(?:=\s*(?P<name>{_QUOTED}\s*(?=,|$)|[^,]*))?)(?:,|$)"
)
_PAIRS = (
    ("0", "1"), ("no", "yes"), ("false", "true"), ("n", "y"), ("good", "bad"),
    ("negative", "positive"), ("benign", "malignant"), ("<=50k", ">50k"), ("-1", "1"),
)  # fmt: skip


def canonical(label: str) -> str:
    """Return the form in which labels of data and model are compared.

    ``1``, ``1.0`` and ``True`` are the same label; letters keep their case.
    """
    text = label.strip()
    if "_" in text:  # Python would read 1_0 as a number
        return text
    if text.casefold() in ("true", "false"):
        return "1" if text.casefold() == "true" else "0"
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else repr(number)


def class_codes(
    labels: tuple[str, ...], classes: tuple[str, ...], class_map: Mapping[str, str]
) -> NDArray[np.int32]:
    """Return the class code of every label of the data, ``-1`` for none.

    What ``class_map`` says comes first, then the very same text, then the same value
    (``1.0`` and ``1``), then the same word in other letter case, where the classes
    do not differ by that alone. A label that is written otherwise than two classes
    alike means neither. A label mapped to ``""`` is no class.
    """
    exact = {name: code for code, name in enumerate(classes)}
    forms = [canonical(name) for name in classes]
    alike = Counter(forms)
    known = {form: code for code, form in enumerate(forms) if alike[form] == 1}
    folded = {canonical(name).casefold(): code for code, name in enumerate(classes)}
    if len(folded) < len(classes):
        folded = {}
    said = {canonical(label): name for label, name in class_map.items()}
    found = []
    for label in labels:
        name = class_map.get(label, said.get(canonical(label), label))
        code = exact.get(name, known.get(canonical(name), -1))
        found.append(folded.get(canonical(name).casefold(), -1) if code < 0 else code)
    return np.asarray([*found, -1], dtype=np.int32)  # a missing label is code -1


def check(
    column: str,
    rows: Mapping[str, int],
    classes: tuple[str, ...],
    class_map: Mapping[str, str],
) -> None:
    """Refuse labels that are the classes under other names.

    Parameters
    ----------
    rows
        The labels that occur, with their rows.
    class_map
        What was said; where anything was, only what is known of no label is refused.

    Raises
    ------
    EngineError
        ``target.no_known_class``, ``target.shifted_labels``,
        ``target.other_labels``, ``target.no_such_label``, ``target.same_class``.
    """
    labels = tuple(rows)
    present = {canonical(label) for label in labels}
    for label in class_map:
        if labels and label not in rows and canonical(label) not in present:
            raise EngineError(
                "target.no_such_label",
                column=column,
                name=label,
                found=_shown(labels),
            )
    if not labels:
        return
    codes = class_codes(labels, classes, class_map)[:-1]
    params: dict[str, str | tuple[str, ...]] = {
        "column": column,
        "found": _shown(labels),
        "classes": _shown(classes),
    }
    shift = _shift(labels, classes)
    if shift and not class_map and (codes < 0).any():
        pairs = [(label, _moved(label, shift)) for label in _in_order(labels)]
        raise EngineError("target.shifted_labels", mapping=_said(pairs), **params)
    if (codes < 0).all():
        names = _in_order(labels)
        meant = _in_order(classes) if len(names) == len(classes) else ()
        pairs = list(zip(names, meant, strict=False))
        example = _said(pairs or [(names[0], classes[0])])
        raise EngineError("target.no_known_class", mapping=example, **params)
    unknown = [label for label, code in zip(labels, codes, strict=True) if code < 0]
    lacking = [c for code, c in enumerate(classes) if code not in set(codes.tolist())]
    if class_map and lacking:
        _check_all_said(labels, codes, lacking, class_map, column)
    share = sum(rows[label] for label in unknown) / max(sum(rows.values()), 1)
    stands_in = unknown and lacking and len(labels) == len(classes)
    if stands_in and not class_map and share >= _REPLACED:
        example = _said([(unknown[0], lacking[0])])
        nothing = _said([(unknown[0], "")])
        raise EngineError(
            "target.other_labels",
            labels=_shown(unknown),
            lacking=_shown(lacking),
            mapping=example,
            nothing=nothing,
            **params,
        )


def _check_all_said(
    labels: tuple[str, ...],
    codes: NDArray[np.int32],
    lacking: list[str],
    class_map: Mapping[str, str],
    column: str,
) -> None:
    """Refuse a map that leaves out a label called as a class that it gives away.

    ``2=1`` alone, of the labels 1 and 2, would make both of them the class 1.
    """
    said = {canonical(label) for label in class_map}
    by_map = [canonical(label) in said for label in labels]
    given = {int(code) for code, was in zip(codes, by_map, strict=True) if was}
    both = [
        label
        for label, code, was in zip(labels, codes, by_map, strict=True)
        if not was and code >= 0 and int(code) in given
    ]
    if both:
        raise EngineError(
            "target.same_class",
            column=column,
            label=both[0],
            lacking=_shown(lacking),
            mapping=_said([(both[0], lacking[0]), *class_map.items()]),
        )


def respelled(
    labels: Iterable[str], classes: tuple[str, ...], class_map: Mapping[str, str]
) -> tuple[str, ...]:
    """Return ``label = class`` where only letter case tells the two apart."""
    told = tuple(label for label in labels if label not in class_map)
    codes = class_codes(told, classes, {})[:-1]
    return tuple(
        f"{label} = {classes[code]}"
        for label, code in zip(told, codes, strict=True)
        if code >= 0 and canonical(label) != canonical(classes[code])
    )


def counterpart(label: str) -> str:
    """Return the other of two classes where only one occurs."""
    text = canonical(label).casefold()
    for pair in _PAIRS:
        if text in pair:
            return pair[1 - pair.index(text)]
    return f"not {label}"


def pairs_of(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Return what ``LABEL=CLASS,LABEL=CLASS`` says.

    Quotes around a label, a class or a whole pair keep the commas and ``=`` within
    them; a quote within quotes is doubled.

    Raises
    ------
    EngineError
        ``command.bad_pairs``.
    """
    found = {}
    for text in texts:
        for pair in _PAIR.finditer(text):
            left, right = pair["label"], pair["name"]
            if pair["whole"] is not None:
                left, _, right = _unquoted(pair["whole"]).partition("=")
            if right is None or not left.strip():
                raise EngineError("command.bad_pairs", option=option, text=pair[0])
            found[_unquoted(left)] = _unquoted(right)
            if pair.end() == len(text):
                break
    return found


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def _shift(labels: tuple[str, ...], classes: tuple[str, ...]) -> int:
    """Return by how much whole numbers have to move to be the classes, 0 for not."""
    here, there = _whole(labels), _whole(classes)
    if not here or not there or here <= there:
        return 0
    run = max(here) - min(here) + 1 == len(here)
    if not run and len(here) != len(there):
        return 0
    for shift in (min(there) - min(here), max(there) - max(here)):
        if shift and {number + shift for number in here} <= there:
            return shift
    return 0


def _whole(labels: tuple[str, ...]) -> set[int]:
    texts = [canonical(label) for label in labels]
    if not all(text.lstrip("-").isdecimal() for text in texts):
        return set()
    return {int(text) for text in texts}


def _moved(label: str, shift: int) -> str:
    return str(int(canonical(label)) + shift)


def _in_order(labels: tuple[str, ...]) -> list[str]:
    if _whole(labels):
        return sorted(labels, key=lambda label: int(canonical(label)))
    return sorted(labels)


def _said(pairs: list[tuple[str, str]]) -> str:
    """Return pairs as they are typed between the quotes after ``--labels``."""
    shown = (f"{_quoted(label, ',=')}={_quoted(name, ',')}" for label, name in pairs)
    return ",".join(itertools.islice(shown, _MOST_SHOWN)).replace('"', '\\"')


def _quoted(text: str, signs: str) -> str:
    if text == text.strip() and not set(text) & {'"', *signs}:
        return text
    return '"' + text.replace('"', '""') + '"'


def _shown(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(labels)[:_MOST_SHOWN]
