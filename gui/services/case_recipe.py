"""The recipe of a case: its files, and what to ask the engine to be there again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths

from engine.contracts.case import FileRecipe
from engine.contracts.dataset import Part
from engine.contracts.requests import (
    ConfigureData,
    OpenData,
    OpenModel,
    Predict,
    SetBuckets,
    UseRecordedScores,
)
from gui.services.file_names import offered_name

if TYPE_CHECKING:
    from engine.contracts.case import CaseFile
    from engine.contracts.dataset import DatasetInfo
    from engine.contracts.requests import Request


def requests_of(recipe: CaseFile) -> list[Request]:
    """Return what to ask, in order: data, roles, model, buckets, predictions."""
    asked: list[Request] = [
        OpenData(paths=file.paths, part=file.part, options=file.options)
        for file in recipe.data
    ]
    if recipe.choices or recipe.split:
        asked.append(ConfigureData(choices=recipe.choices, split=recipe.split))
    if recipe.model is not None:
        # without consent: what this person agreed to is known to the engine
        asked.append(OpenModel(path=recipe.model.paths[0]))
    elif recipe.recorded is not None:
        asked.append(UseRecordedScores(scores=recipe.recorded))
    asked.append(SetBuckets(buckets=recipe.buckets))  # none of another case either
    if recipe.target and (recipe.model or recipe.recorded):
        asked.append(prediction_of(recipe))
    return asked


def prediction_of(recipe: CaseFile) -> Predict:
    """Return the match that was accepted, to be accepted again."""
    return Predict(
        target=recipe.target,
        positive=recipe.positive,
        weights=recipe.weights,
        mapping=recipe.mapping,
        class_map=recipe.class_map,
    )


def files_of(data: DatasetInfo, request: OpenData) -> FileRecipe:
    """Return the files that were read, with what tells them from others."""
    loaded = data.part(request.part)
    sources = loaded.sources if loaded is not None else ()
    return FileRecipe(
        paths=tuple(source.path for source in sources),
        sha256=tuple(source.sha256 for source in sources),
        part=request.part,
        options=sources[0].options if len(sources) == 1 else request.options,
    )


def contents_of(recipe: CaseFile) -> str:
    """Return the names of what is judged and of what judges, in one line."""
    judged = [f for f in recipe.data if f.part is Part.EVALUATION]
    paths = [file.paths for file in judged]
    if recipe.model is not None:
        paths.append(recipe.model.paths)
    names = [_named(several) for several in paths if several]
    return " · ".join(names)


def _named(paths: tuple[str, ...]) -> str:
    first = Path(paths[0]).name
    return first if len(paths) == 1 else f"{first} +{len(paths) - 1}"


def free_path(recipe: CaseFile) -> str:
    """Return a path in the user's folder of cases that is not taken yet."""
    folder = Path(
        QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    )
    stem = Path(recipe.data[0].paths[0]).stem if recipe.data else "case"
    number, cases = 1, folder / "cases"
    while (path := cases / offered_name((stem, str(number)), ".trasluz")).exists():
        number += 1
    return str(path)
