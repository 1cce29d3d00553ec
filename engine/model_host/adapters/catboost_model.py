"""CatBoost: .cbm files, and its estimators in pickles."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

import catboost
import numpy as np
import pandas as pd

from engine.contracts import objectives
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import ScoreKind, Task
from engine.model_host import columns
from engine.model_host.adapters import boosters, opened
from engine.model_host.adapters.boosters import Goal
from engine.model_host.adapters.catboost_texts import MISSING, Spellings
from engine.model_host.adapters.opened import Answer, Opened
from engine.model_host.structure.alone import Alone
from engine.model_host.structure.catboost_model import met_missing, part_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from engine.contracts.host import LoadModel
    from engine.model_host.adapters.objects import Seen

_RELEASE = re.compile(
    r"(?:CatBoost release |tags/v)(\d+\.\d+(?:\.\d+)*)", re.IGNORECASE
)
_HALF = 0.5


def open_model(data: bytes, load: LoadModel) -> Opened:
    """Open a native file."""
    model = catboost.CatBoost()
    try:
        model.load_model(blob=data)
    except catboost.CatBoostError as error:
        raise opened.damaged(load.name, str(error)) from error
    return _from_model(model, "catboost.core.CatBoost")


def from_object(model: Any, seen: Seen) -> Opened:
    """Open an estimator that came out of a pickle."""
    return _from_model(model, f"{type(model).__module__}.{type(model).__qualname__}")


def _from_model(model: Any, kind: str) -> Opened:
    told = {str(name): str(value) for name, value in dict(model.get_metadata()).items()}
    loss = _objective(told)
    goal = _goal(loss)
    names = [str(name) for name in model.feature_names_]
    known = names != [str(index) for index in range(len(names))]
    shown = tuple(names) if known else opened.numbered(len(names))
    if model.get_embedding_feature_indices():
        raise EngineError("model.not_tabular", found="embeddings")
    categorical = set(model.get_cat_feature_indices())
    texts = set(model.get_text_feature_indices())
    met = met_missing(model)
    inputs = tuple(
        opened.level_input(
            name,
            _dtype(index, categorical, texts),
            (),
            takes_missing=met.get(index),
            of_texts=index in categorical,
            blank_is_text=index in categorical,
        )
        for index, name in enumerate(shown)
    )
    classes = [] if goal.task is Task.REGRESSION else list(model.classes_)
    notes = _age(told)
    if categorical:
        notes.append(Note(code="model.missing_as_text", params={"text": MISSING}))
    here = {"catboost": catboost.__version__}
    info = boosters.booster_info(
        kind=kind,
        goal=goal,
        n_classes=max(2, len(classes)),
        classes=classes or None,
        inputs=inputs,
        names_known=known,
        parameters=opened.parameters(
            {"trees": model.tree_count_, "loss_function": loss, **_settings(model)}
        ),
        saved_with=_saved_with(told),
        here=here,
        notes=notes,
    )

    def pool_of(rows: Any) -> catboost.Pool:
        return catboost.Pool(
            rows,
            cat_features=sorted(categorical) or None,
            text_features=sorted(texts) or None,
        )

    spellings = Spellings(lambda rows: model.calc_leaf_indexes(pool_of(rows)))
    rows = _rows_maker(categorical, texts, spellings)

    def pool(table: pa.Table) -> catboost.Pool:
        return pool_of(rows(table))

    inside = Alone(lambda: part_of(model), inputs, rows)
    return Opened(
        info=info,
        predict=_predictor(model, goal, loss, pool),
        structure=inside.structure,
        encode=inside.encode,
    )


def missing_inside(model: Any) -> dict[int, bool]:
    """Return input position → whether an estimator inside another met blanks."""
    return met_missing(model)


def _predictor(
    model: Any, goal: Goal, loss: str, pool: Callable[[pa.Table], catboost.Pool]
) -> Callable[[pa.Table], Answer]:
    if goal.task is Task.REGRESSION:
        logarithmic = loss in objectives.CATBOOST_LOG_SCALE
        scale = "Exponent" if logarithmic else "RawFormulaVal"
        return lambda table: opened.values(
            model.predict(pool(table), prediction_type=scale)
        )
    margin = goal.score_kind is ScoreKind.MARGIN
    kind = "RawFormulaVal" if margin else "Probability"

    def predict(table: pa.Table) -> Answer:
        raw = np.asarray(model.predict(pool(table), prediction_type=kind))
        answer = boosters.answer(goal, raw)
        if goal.task is Task.BINARY and not margin:
            threshold = _threshold(model)
            if threshold != _HALF:
                labels = (answer.scores[:, 1] > threshold).astype(np.int32)
                return Answer(answer.scores, labels)
        return answer

    return predict


def _rows_maker(
    categorical: set[int], texts: set[int], spellings: Spellings
) -> Callable[[pa.Table], Any]:
    """Return a function from a table to what the library takes rows from."""
    if not categorical and not texts:
        return columns.numbers

    def rows(table: pa.Table) -> pd.DataFrame:
        made = {}
        for index, name in enumerate(table.column_names):
            column = table.column(index)
            if index in categorical:
                made[name] = columns.strings(column, MISSING)
            elif index in texts:
                made[name] = columns.strings(column, "")
            else:
                made[name] = columns.number(column, name)
        found = pd.DataFrame(made)
        for index in sorted(categorical):
            spellings.settle(found, index)
        return found

    return rows


def _goal(loss: str) -> Goal:
    if loss in objectives.CATBOOST_BINARY:
        return Goal(Task.BINARY, ScoreKind.PROBABILITY)
    if loss == "MultiClass":
        return Goal(Task.MULTICLASS, ScoreKind.PROBABILITY)
    if loss in objectives.CATBOOST_MULTICLASS:
        notes = (Note(code="model.not_normalised"),)
        return Goal(Task.MULTICLASS, ScoreKind.MARGIN, notes)
    if loss in objectives.CATBOOST_RANKING:
        notes = (Note(code="model.ranking", params={"objective": loss}),)
        return Goal(Task.REGRESSION, ScoreKind.VALUE, notes)
    if loss in objectives.CATBOOST_VALUE | objectives.CATBOOST_LOG_SCALE:
        return Goal(Task.REGRESSION, ScoreKind.VALUE)
    raise EngineError("model.objective_unknown", objective=loss)


def _objective(told: dict[str, str]) -> str:
    """Return what the model was trained for, as files of every age say it.

    The library itself reads it only from files that hold all of today's settings.
    """
    try:
        loss = json.loads(told["params"])["loss_function"]
        name = loss["type"] if isinstance(loss, dict) else loss
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError("model.objective_unknown", objective="–") from error
    return str(name).partition(":")[0][:40]


def _settings(model: Any) -> dict[str, Any]:
    """Return every setting of training; none for files from before version 0.24."""
    found: dict[str, Any] = {}
    with contextlib.suppress(catboost.CatBoostError):
        found = model.get_all_params()
    return found


def _dtype(index: int, categorical: set[int], texts: set[int]) -> str:
    if index in categorical:
        return "category"
    return "string" if index in texts else "float"


def _saved_with(told: dict[str, str]) -> dict[str, str]:
    found = _RELEASE.search(told.get("catboost_version_info", ""))
    return {"catboost": found[1]} if found else {}


def _age(told: dict[str, str]) -> list[Note]:
    """Say when a model was trained whose file does not name a version."""
    if _saved_with(told):
        return []
    date = told.get("train_finish_time", "")[:10] or "–"
    params = {
        "library": "catboost",
        "date": date,
        "installed": str(catboost.__version__),
    }
    return [Note(code="model.saved_unknown", params=dict(params))]


def _threshold(model: Any) -> float:
    try:
        return float(model.get_probability_threshold())
    except (AttributeError, catboost.CatBoostError):
        return _HALF
