"""LightGBM: text files, and its scikit-learn wrappers in pickles."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import lightgbm

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task
from engine.model_host import columns
from engine.model_host.adapters import boosters, opened, sklearn_model
from engine.model_host.adapters.boosters import Goal
from engine.model_host.adapters.opened import Answer, Opened
from engine.model_host.structure.alone import Alone
from engine.model_host.structure.lightgbm_model import booster_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

    from engine.contracts.host import LoadModel
    from engine.model_host.adapters.objects import Seen

_MAX_WAYS = 10_000
# bits of a split's ``decision_type``
_OF_MISSING, _BY_NAN = 0b1100, 0b1000
_TELLS_MISSING = ("use_missing: 1", "zero_as_missing: 0")
_TWO = 2


def open_model(data: bytes, load: LoadModel) -> Opened:
    """Open a text file, also of LightGBM 2."""
    # the library counts bytes from tree to tree, and ends the process at a "\r"
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    try:
        booster = lightgbm.Booster(model_str=text)
    except (lightgbm.basic.LightGBMError, ValueError) as error:
        raise opened.damaged(load.name, str(error)) from error
    return _from_booster(booster, "lightgbm.basic.Booster", None, text)


def from_object(model: Any, seen: Seen) -> Opened:
    """Open a booster or a scikit-learn wrapper that came out of a pickle."""
    booster = model if isinstance(model, lightgbm.Booster) else model.booster_
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    classes = getattr(model, "classes_", None)
    text = booster.model_to_string()
    if classes is not None and _goal(_header(text)).task is Task.REGRESSION:
        return sklearn_model.from_object(model, seen)  # an objective of its own
    return _from_booster(booster, kind, classes, text)


def _from_booster(
    booster: lightgbm.Booster, kind: str, classes: Sequence[object] | None, text: str
) -> Opened:
    header = _header(text)
    goal = _goal(header)
    names = booster.feature_name()
    known = names != [f"Column_{index}" for index in range(len(names))]
    shown = tuple(names) if known else opened.numbered(len(names))
    infos = header.get("feature_infos", "").split(" ")
    levels = _levels(infos, booster.pandas_categorical or [])
    met = _met_missing(text)
    inputs = tuple(
        opened.level_input(
            name,
            "category" if index in levels else "float",
            levels.get(index, ()),
            takes_missing=met.get(index),
        )
        for index, name in enumerate(shown)
    )
    info = boosters.booster_info(
        kind=kind,
        goal=goal,
        n_classes=max(_TWO, int(header.get("num_class", "1"))),
        classes=classes,
        inputs=inputs,
        names_known=known,
        parameters=opened.parameters(
            {
                "objective": header.get("objective", "none"),
                "format": header.get("version", ""),
                "rounds": booster.current_iteration(),
                **booster.params,
            }
        ),
        saved_with={},
        here={"lightgbm": lightgbm.__version__},
        notes=_rounds_note(booster),
    )
    coded = {index: opened.codes(known) for index, known in levels.items()}
    raw_score = goal.score_kind is ScoreKind.MARGIN

    def matrix(table: pa.Table) -> np.ndarray:
        of_name = {table.column_names[index]: known for index, known in coded.items()}
        return columns.numbers(table, of_name)

    def predict(table: pa.Table) -> Answer:
        raw = booster.predict(matrix(table), raw_score=raw_score)
        return boosters.answer(goal, raw)

    inside = Alone(
        lambda: booster_part(booster, info.classes, raw=raw_score), inputs, matrix
    )
    return Opened(
        info=info,
        predict=predict,
        structure=inside.structure,
        encode=inside.encode,
    )


def levels_inside(model: Any) -> dict[int, list[Any]]:
    """Return input position → categories of a wrapper inside another estimator."""
    booster = model.booster_
    header = _header(booster.model_to_string(num_iteration=1))
    infos = header.get("feature_infos", "").split(" ")
    return _levels(infos, booster.pandas_categorical or [])


def missing_inside(model: Any) -> dict[int, bool]:
    """Return input position → whether a wrapper inside another estimator met blanks."""
    return _met_missing(model.booster_.model_to_string())


def _met_missing(text: str) -> dict[int, bool]:
    """Return input position → whether a value was missing there in training.

    Splits keep how missing values are told: by ``nan`` only where there were some,
    unless training was asked not to tell them at all, or to take noughts for them.
    """
    settings = text[text.rfind("\nparameters:") :]
    if not all(f"\n[{setting}]\n" in settings for setting in _TELLS_MISSING):
        return {}
    asked = re.findall(r"^split_feature=([\d ]+)$", text, re.MULTILINE)
    told = re.findall(r"^decision_type=([\d ]+)$", text, re.MULTILINE)
    pairs = {
        (int(column), int(kind) & _OF_MISSING)
        for columns_, kinds in zip(asked, told, strict=False)
        for column, kind in zip(columns_.split(), kinds.split(), strict=False)
    }
    return {column: (column, _BY_NAN) in pairs for column, _ in pairs}


def _header(text: str) -> dict[str, str]:
    """Return the ``name=value`` lines above the first tree."""
    head = text[: text.find("\nTree=0")] if "\nTree=0" in text else text[:1_000_000]
    pairs = (line.partition("=") for line in head.splitlines())
    return {name: value for name, equals, value in pairs if equals}


def _goal(header: dict[str, str]) -> Goal:
    objective = header.get("objective", "").split(" ")[0]
    n_classes = int(header.get("num_class", "1"))
    if objective in ("binary", "cross_entropy"):
        return Goal(Task.BINARY, ScoreKind.PROBABILITY)
    if n_classes > 1:
        task = Task.BINARY if n_classes == _TWO else Task.MULTICLASS
        if objective == "multiclass":
            return Goal(task, ScoreKind.PROBABILITY)
        return Goal(task, ScoreKind.MARGIN, (Note(code="model.not_normalised"),))
    if objective.startswith(("lambdarank", "rank_")):
        notes = (Note(code="model.ranking", params={"objective": objective}),)
        return Goal(Task.REGRESSION, ScoreKind.VALUE, notes)
    return Goal(Task.REGRESSION, ScoreKind.VALUE)


def _rounds_note(booster: lightgbm.Booster) -> list[Note]:
    used, total = booster.best_iteration, booster.current_iteration()
    if 0 < used < total:
        params = {"used": used, "total": total}
        return [Note(code="model.best_iteration", params=params)]
    return []


def _levels(infos: Sequence[str], lists: list[list[Any]]) -> dict[int, list[Any]]:
    """Find which inputs the file's unnamed lists of categories belong to.

    A file says of each input ``[low:high]`` (numeric), ``1:0:2`` (codes of the
    categories seen) or ``none`` (never used), and holds the category lists of
    pandas columns in the order of these columns, without names.
    """
    coded = [
        index
        for index, info in enumerate(infos)
        if info and info != "none" and not info.startswith("[")
    ]
    if not lists:
        return {}
    unused = [index for index, info in enumerate(infos) if info == "none"]
    ways = []
    for extra in itertools.islice(
        itertools.combinations(unused, max(0, len(lists) - len(coded))), _MAX_WAYS
    ):
        chosen = sorted([*coded, *extra])
        if len(chosen) == len(lists) and all(
            _fits(infos[index], levels)
            for index, levels in zip(chosen, lists, strict=True)
        ):
            ways.append(dict(zip(chosen, lists, strict=True)))
    used = [{index: way[index] for index in coded} for way in ways]
    if not used or any(other != used[0] for other in used):
        raise EngineError("model.categories_ambiguous", n=len(lists))
    return ways[0]


def _fits(info: str, levels: list[Any]) -> bool:
    """Return whether all codes seen in training have a category in ``levels``."""
    if info == "none":
        return True
    seen = [int(code) for code in info.split(":") if code.lstrip("-").isdigit()]
    return max(seen, default=0) < len(levels)
