"""XGBoost: .json and .ubj files, and its scikit-learn wrappers in pickles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import xgboost

from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import Input, ScoreKind, Task
from engine.model_host import columns
from engine.model_host.adapters import boosters, opened, sklearn_model
from engine.model_host.adapters.boosters import Goal
from engine.model_host.adapters.objects import Seen
from engine.model_host.adapters.opened import Answer, Opened
from engine.model_host.adapters.xgboost_layout import apply_tree_weights, written_by
from engine.model_host.structure.alone import Alone
from engine.model_host.structure.xgboost_model import booster_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.contracts.host import LoadModel

_DTYPES = {"c": "category", "i": "bool", "int": "int", "float": "float", "q": "float"}
_MULTICLASS = frozenset({"multi:softprob", "multi:softmax"})


def open_model(data: bytes, load: LoadModel) -> Opened:
    """Open a native file."""
    if data.lstrip()[:1] != b"{":
        raise EngineError("model.old_xgboost", file=load.name)
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(data))
    except xgboost.core.XGBoostError as error:
        raise opened.damaged(load.name, str(error)) from error
    written = written_by(data)
    seen = Seen({"xgboost": written} if written else {})
    apply_tree_weights(booster, data)
    return _from_booster(booster, "xgboost.core.Booster", None, seen, float("nan"))


def from_object(model: Any, seen: Seen) -> Opened:
    """Open a booster or a scikit-learn wrapper that came out of a pickle."""
    if isinstance(model, xgboost.Booster):
        name = "xgboost.core.Booster"
        return _from_booster(model, name, None, seen, float("nan"))
    booster = model.get_booster()
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    classes = getattr(model, "classes_", None)
    if classes is not None and _goal(_config(booster)).task is Task.REGRESSION:
        return sklearn_model.from_object(model, seen)  # an objective of its own
    return _from_booster(booster, kind, classes, seen, model.missing)


def _from_booster(
    booster: xgboost.Booster,
    kind: str,
    classes: Sequence[object] | None,
    seen: Seen,
    missing: float,
) -> Opened:
    config = _config(booster)
    goal = _goal(config)
    linear = config["gradient_booster"]["name"] == "gblinear"
    rounds, notes = _rounds(booster, config)
    names = booster.feature_names
    count = booster.num_features()
    known = names is not None
    shown = tuple(names) if names is not None else opened.numbered(count)
    types = booster.feature_types or ["float"] * count
    levels = _levels(booster)
    inputs = tuple(
        opened.level_input(name, _DTYPES.get(kind_, "float"), levels.get(index, ()))
        for index, (name, kind_) in enumerate(zip(shown, types, strict=True))
    )
    n_classes = max(2, int(config["learner_model_param"]["num_class"]))
    info = boosters.booster_info(
        kind=kind,
        goal=goal,
        n_classes=n_classes,
        classes=classes,
        inputs=inputs,
        names_known=known,
        parameters=_parameters(booster, config),
        saved_with=seen.saved_with,
        here={"xgboost": xgboost.__version__},
        linear=linear,
        notes=notes,
    )
    softmax = config["objective"]["name"] == "multi:softmax"
    matrix = _matrix_maker(inputs, {i: opened.codes(v) for i, v in levels.items()})
    in_place = not linear and "c" not in types

    def predict(table: pa.Table) -> Answer:
        if in_place:  # without a copy of the rows
            raw = booster.inplace_predict(
                matrix(table),
                iteration_range=rounds,
                predict_type="margin" if softmax else "value",
                missing=missing,
                validate_features=False,
            )
        else:
            rows = xgboost.DMatrix(
                matrix(table),
                missing=missing,
                feature_names=names,
                feature_types=booster.feature_types,
                enable_categorical=True,
            )
            raw = booster.predict(rows, iteration_range=rounds, output_margin=softmax)
        return boosters.answer(goal, boosters.softmax(raw) if softmax else raw)

    inside = Alone(
        lambda: booster_part(booster, info.classes, missing, rounds[1]), inputs, matrix
    )
    return Opened(
        info=info,
        predict=predict,
        structure=inside.structure,
        encode=inside.encode,
    )


def _matrix_maker(
    inputs: Sequence[Input], levels: Mapping[int, Mapping[str, int]]
) -> Callable[[pa.Table], np.ndarray]:
    def matrix(table: pa.Table) -> np.ndarray:
        coded = {table.column_names[index]: known for index, known in levels.items()}
        for index, field in enumerate(inputs):
            if field.dtype == "category" and index not in levels:
                _check_codes(table, index)
        return columns.numbers(table, coded, np.float32)

    return matrix


def _check_codes(table: pa.Table, index: int) -> None:
    """Without stored categories only the numbers of training make sense."""
    name = table.column_names[index]
    try:
        found = columns.number(table.column(index), name)
    except EngineError as error:
        raise EngineError("model.codes_unknown", column=name) from error
    known = found[~np.isnan(found)]
    if np.any(known != np.floor(known)) or np.any(known < 0):
        raise EngineError("model.codes_unknown", column=name)


def levels_inside(model: Any) -> dict[int, list[Any]]:
    """Return input position → categories of a wrapper inside another estimator."""
    return _levels(model.get_booster())


def missing_inside(_: Any) -> dict[int, bool]:
    """Return nothing: trees say where blanks go whether or not there were any."""
    return {}


def _levels(booster: xgboost.Booster) -> dict[int, list[Any]]:
    """Return input position → categories in the order of their codes, if it has them.

    XGBoost 3 counts characters where it should count bytes when it stores names: any
    beyond ASCII shifts those behind it and cuts the last. Such names are not believed.
    """
    if not booster.feature_types or "c" not in booster.feature_types:
        return {}
    try:
        stored = booster.get_categories(export_to_arrow=True).to_arrow()
    except (AttributeError, xgboost.core.XGBoostError):
        return {}
    found = {}
    for index, (_, levels) in enumerate(stored or ()):
        if levels is not None and not _is_shifted(levels):
            found[index] = levels.to_pylist()
    return found


def _is_shifted(levels: pa.Array) -> bool:
    """Return whether names may stand at the wrong places."""
    if not pa.types.is_string(levels.type):
        return False
    text = levels.buffers()[2]
    return text is not None and not bytes(text).isascii()


def _goal(config: Mapping[str, Any]) -> Goal:
    """Take the task from the objective: wrappers accept any file silently."""
    objective = str(config["objective"]["name"])
    learner = config["learner_model_param"]
    if int(learner.get("num_target", "1")) > 1:
        raise EngineError("model.multi_output", outputs=int(learner["num_target"]))
    if objective in _MULTICLASS:
        task = Task.BINARY if int(learner["num_class"]) <= 2 else Task.MULTICLASS
        softmax = objective == "multi:softmax"
        notes = (Note(code="model.softmax"),) if softmax else ()
        return Goal(task, ScoreKind.PROBABILITY, notes)
    if objective == "binary:logistic":
        return Goal(Task.BINARY, ScoreKind.PROBABILITY)
    if objective == "reg:logistic":
        notes = (Note(code="model.reg_logistic"),)
        return Goal(Task.BINARY, ScoreKind.PROBABILITY, notes)
    if objective == "binary:logitraw":
        return Goal(Task.BINARY, ScoreKind.MARGIN)
    if objective == "binary:hinge":
        return Goal(Task.BINARY, ScoreKind.LABEL, (Note(code="model.labels_only"),))
    if objective.startswith("rank:"):
        notes = (Note(code="model.ranking", params={"objective": objective}),)
        return Goal(Task.REGRESSION, ScoreKind.VALUE, notes)
    if objective.startswith(("reg:", "count:", "survival:")):
        return Goal(Task.REGRESSION, ScoreKind.VALUE)
    raise EngineError("model.objective_unknown", objective=objective)


def _rounds(
    booster: xgboost.Booster, config: Mapping[str, Any]
) -> tuple[tuple[int, int], list[Note]]:
    """Return the rounds used, as XGBoost's scikit-learn wrappers choose them."""
    best = booster.attributes().get("best_iteration", "")
    total = booster.num_boosted_rounds()
    if not best.isdigit() or config["gradient_booster"]["name"] == "gblinear":
        return (0, 0), []
    used = int(best) + 1
    if used >= total:
        return (0, 0), []
    params = {"used": used, "total": total}
    return (0, used), [Note(code="model.best_iteration", params=params)]


def _config(booster: xgboost.Booster) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(booster.save_config())["learner"]
    return found


def _parameters(booster: xgboost.Booster, config: Mapping[str, Any]) -> dict[str, Any]:
    grown = config["gradient_booster"]
    trees = grown.get("tree_train_param", {})
    return opened.parameters(
        {
            "objective": config["objective"]["name"],
            "booster": grown["name"],
            "rounds": booster.num_boosted_rounds(),
            "base_score": config["learner_model_param"]["base_score"],
            **{f"tree.{name}": value for name, value in trees.items()},
        }
    )
