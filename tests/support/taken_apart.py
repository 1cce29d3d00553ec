"""Saved models opened in this process, and what their structures say of rows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pandas as pd

from engine.contracts.host import LoadModel
from engine.explain.structure_predictions import evaluate
from engine.model_host import adapters
from tests.support.model_files import arrow

if TYPE_CHECKING:
    from engine.contracts.structure import Structure, TreeEnsemble
    from engine.model_host.adapters.opened import Opened

N = 400


def opened(data: bytes, format_: str = "joblib") -> Opened:
    load = LoadModel(format=format_, name="m", sha256="", size=len(data))
    return adapters.open_model(data, load)


def pickled(model) -> Opened:
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return opened(buffer.getvalue())


def agrees(model: Opened, rows, tolerance: float) -> Structure:
    """Assert that the structure says what the model says; return it."""
    table = arrow(rows)
    structure = model.structure()
    encoded = model.encode(table)
    assert encoded.dtype == np.float64
    assert encoded.shape == (table.num_rows, len(structure.encoded))
    assert structure.source.shape == (len(structure.encoded),)
    said = evaluate(structure, encoded)
    own = model.predict(table).scores
    wanted = own[:, -1:] if said.shape[1] == 1 else own
    np.testing.assert_allclose(said, wanted, rtol=tolerance, atol=tolerance)
    classes = model.info.classes
    outputs = classes or ("",)
    assert structure.outputs == (outputs[-1:] if said.shape[1] == 1 else outputs)
    return structure


def edges(rows: pd.DataFrame, form: TreeEnsemble) -> pd.DataFrame:
    """Return rows with values on the thresholds of a form, and close beside them."""
    edge = pd.concat([rows] * 4, ignore_index=True)
    by_value = (form.left >= 0) & (form.levels_start < 0)
    for place, name in enumerate(rows.columns):
        cuts = form.threshold[by_value & (form.feature == place)]
        if not len(cuts) or edge[name].dtype.kind != "f":
            continue
        single = cuts.astype(np.float32)
        up, down = np.float32(np.inf), np.float32(-np.inf)
        near = [cuts, np.nextafter(cuts, 9e9), np.nextafter(cuts, -9e9)]
        with np.errstate(over="ignore"):  # some cut at the least number there is
            near += [np.nextafter(single, up), np.nextafter(single, down)]
        near.append(cuts + 1e-9)
        values = np.resize(np.concatenate(near), len(edge))
        chosen = np.random.default_rng(place).random(len(edge)) < 0.6
        edge[name] = np.where(chosen, values, edge[name])
    return edge


def numbers(seed: int = 0, *, missing: bool = False) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "a": generator.normal(size=N),
            "b": generator.integers(0, 20, N).astype(float),
            "c": np.round(generator.normal(size=N), 1),
            "d": generator.exponential(size=N),
        }
    )
    if missing:
        for place, name in enumerate(frame.columns):
            frame.loc[generator.random(N) < 0.1 + 0.02 * place, name] = np.nan
    return frame


def two(frame: pd.DataFrame) -> np.ndarray:
    filled = frame.fillna(0.3)
    noise = np.random.default_rng(1).normal(size=len(frame))
    high = filled["a"] + 0.1 * filled["b"] - filled["c"] + 0.3 * noise > 1
    return np.where(high, "yes", "no").astype(object)


def three(frame: pd.DataFrame) -> np.ndarray:
    filled = frame.fillna(0.3)
    noise = np.random.default_rng(1).normal(size=len(frame))
    return np.digitize(filled["a"] + filled["c"] + 0.3 * noise, [-0.5, 0.8])


def value(frame: pd.DataFrame) -> np.ndarray:
    filled = frame.fillna(0.3)
    noise = np.random.default_rng(1).normal(size=len(frame))
    return np.asarray(3 * filled["a"] * filled["c"] + filled["b"] + 0.1 * noise)
