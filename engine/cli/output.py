"""What commands print and write."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from engine.contracts.errors import EngineError
from engine.contracts.i18n import tr, written
from engine.contracts.messages import in_full, next_step, sentence
from engine.contracts.model import Task
from engine.contracts.printable import OWN, printable, shortened
from engine.contracts.provenance import Provenance
from engine.contracts.readings import decision, metric_names, numbers
from engine.contracts.readings import summary as reading
from engine.contracts.whole_files import written_whole

if TYPE_CHECKING:
    from engine.contracts.decision import Rule
    from engine.contracts.results import Metric, Result, Summary

_READINGS = {
    "Summary": "engine.contracts.readings.summary:read",
    "Confusion": "engine.contracts.readings.confusion:read",
    "Reliability": "engine.contracts.readings.reliability:read",
    "Residuals": "engine.contracts.readings.residuals:read",
    "Buckets": "engine.contracts.readings.buckets:read",
    "Shapley": "engine.contracts.readings.shapley.shapley_values:read",
    "Permutation": "engine.contracts.readings.importance.permutation:read",
    "DropColumn": "engine.contracts.readings.importance.drop_column:read",
    "Dependence": "engine.contracts.readings.effects.pdp_and_ale:read_dependence",
    "AccumulatedEffects": "engine.contracts.readings.effects.pdp_and_ale:read_ale",
    "FriedmanH": "engine.contracts.readings.effects.friedman_h:read",
    "Lime": "engine.contracts.readings.lime:read",
    "LimeRows": "engine.contracts.readings.lime:read_rows",
    "Counterfactuals": "engine.contracts.readings.counterfactual:read",
    "GlassBox": "engine.contracts.readings.glass_box.glass_box:read",
    "WhatIf": "engine.contracts.readings.what_if:read",
    "Surrogate": "engine.contracts.readings.glass_box.surrogate:read",
    "Agreement": "engine.contracts.readings.agreement:read",
    "Interactions": "engine.contracts.readings.shapley.interactions:read",
}
_KINDS = (".xlsx", ".csv", ".parquet")
_LONGEST = 400
_WIDEST = 60
_OWN = OWN.replace("\n", "").replace("\t", "")
_MOST_CELLS = 16


def evaluation(result: Summary) -> dict[str, Any]:
    """Return a summary as the JSON object of ``evaluate``."""
    labels = list(result.classes)
    matrix = [] if result.confusion is None else result.confusion.tolist()
    return {
        "task": result.task.value,
        "n_rows": result.n_rows,
        "classes": labels,
        "positive": result.positive or None,
        "threshold": None if result.rule is None else result.rule.boundary,
        "decision": _decision(result.rule),
        "confusion": {"labels": labels, "matrix": _whole(matrix)},
        "metrics": {
            name: {"value": m.value, "low": m.low, "high": m.high}
            for name, m in result.metrics.items()
        },
        "per_class": {
            c.label: {
                "precision": c.precision.value,
                "recall": c.recall.value,
                "f1": c.f1.value,
                "support": _whole(c.support),
            }
            for c in result.per_class
        },
        "baseline": result.baseline,
        "skipped_rows": result.skipped_rows,
        "notes": [
            {
                "code": note.code,
                "text": sentence(note.code, note.params),
                "next_step": next_step(note.code, note.params),
            }
            for note in result.notes
        ],
        "parts": {
            other.part: {
                "n_rows": other.n_rows,
                "metrics": {
                    name: {"value": m.value, "low": m.low, "high": m.high}
                    for name, m in other.metrics.items()
                },
            }
            for other in result.others
        },
        "provenance": msgspec.to_builtins(result.provenance),
    }


def _decision(rule: Rule | None) -> dict[str, Any] | None:
    """Return who decides, and how many rows lie exactly on the threshold."""
    if rule is None:
        return None
    sign = ">" if rule.strict else ">="
    at = numbers.threshold_digits(rule.boundary)
    return {
        "by": "model" if rule.own else "threshold",
        "rule": None if rule.cut is None else f"score {sign} {at}",
        "positive": rule.positive,
        "rows_on_threshold": rule.n_on,
        "of_these_positive": rule.n_on_positive,
    }


def evaluation_text(result: Summary) -> str:
    """Return a summary as a table to read."""
    lines = [reading.read(result)]
    if result.rule is not None:
        lines.append(decision.who(result.rule, result.score_kind))
    lines.append("")
    head = [tr("metric"), tr("value"), tr("95 % CI"), tr("baseline")]
    head += [tr(other.part) for other in result.others]
    rows = [head]
    for name, metric in result.metrics.items():
        row = [
            metric_names.title(name),
            _value(name, metric),
            _interval(name, metric),
            _baseline(name, metric, result.baseline.get(name)),
        ]
        row += [_value(name, o.metrics[name]) for o in result.others]
        rows.append(row)
    lines += _aligned(rows)
    if result.task is not Task.REGRESSION and result.confusion is not None:
        lines += ["", tr("Confusion matrix (rows: true class):")]
        lines += _aligned(_confusion_rows(result))
    if result.notes:
        lines += ["", *(in_full(note.code, note.params) for note in result.notes)]
    return "\n".join(lines)


def as_text(result: Result) -> str:
    """Return any result to read: what it means, then what it holds, arrays in short."""
    lines = []
    said = _READINGS.get(type(result).__name__)
    if said is not None:
        module, function = said.split(":")
        lines += [getattr(import_module(module), function)(result), ""]
    rows = []
    for name in result.__struct_fields__:
        value = getattr(result, name)
        if isinstance(value, Provenance):
            used = tr(
                "{n} of {total}",
                n=numbers.count(value.n_used),
                total=numbers.count(value.n_total),
            )
            rows.append([tr("rows"), used])
        elif value is not None:
            rows.append([name, _in_short(value)])
    width = max(len(row[0]) for row in rows)
    lines += [f"{name:<{width}}  {text}" for name, text in rows]
    return "\n".join(lines)


def _in_short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return _array_in_short(value)
    text = as_json(value).replace("\n", " ")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _array_in_short(values: np.ndarray) -> str:
    shape = " × ".join(str(side) for side in values.shape)
    if values.size <= _MOST_CELLS:
        return np.array2string(values, precision=6, separator=", ").replace("\n", "")
    if values.dtype.kind not in "fiu":
        return tr("{shape} values", shape=shape)
    low, high = np.nanmin(values), np.nanmax(values)
    return tr(
        "{shape} numbers, {low} to {high}",
        shape=shape,
        low=numbers.significant(low, 6),
        high=numbers.significant(high, 6),
    )


def as_json(value: Any) -> str:
    """Return any result as JSON; arrays as lists, nan and infinities as null.

    Characters that cannot be seen stand by their codes: a terminal that JSON is
    printed on obeys some of them, and half a character of UTF-16 is in no file.
    """
    plain = msgspec.to_builtins(value, enc_hook=_listed)
    text = json.dumps(_finite(plain), ensure_ascii=False, indent=1)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else _coded(c) for c in text)


def _coded(character: str) -> str:
    """Return a character that cannot be seen by its code, as JSON writes it."""
    return json.dumps(character)[1:-1]


def write_json(value: Any, path: str) -> None:
    """Write JSON to a file, whole or not at all, or to standard output (``-``)."""
    text = as_json(value) + "\n"
    if path == "-":
        sys.stdout.write(text)
    else:
        write_whole(path, text.encode())


def write_arrays(result: Result, path: str) -> None:
    """Write the arrays of a result, and its other fields as text, to ``.npz``."""
    arrays: dict[str, Any] = {}
    for name in result.__struct_fields__:
        value = getattr(result, name)
        if isinstance(value, np.ndarray):
            arrays[name] = value
        elif isinstance(value, tuple) and all(isinstance(v, str) for v in value):
            arrays[name] = np.asarray(value, dtype=np.str_)
        elif isinstance(value, (str, int, float)):
            arrays[name] = np.asarray(value)
        elif value is not None:
            arrays[name] = np.asarray(as_json(value))
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_whole(path, buffer.getvalue())


def check_places(*paths: str | None) -> None:
    """Refuse places that cannot be written to before the work is done.

    Raises
    ------
    EngineError
        ``command.cannot_write``.
    """
    for path in paths:
        if path and path != "-":
            folder = Path(path).absolute().parent
            if not folder.is_dir() or Path(path).is_dir():
                why = os.strerror(errno.EISDIR if folder.is_dir() else errno.ENOENT)
                raise EngineError("command.cannot_write", file=path, why=why)
            if not os.access(folder, os.W_OK):
                why = os.strerror(errno.EACCES)
                raise EngineError("command.cannot_write", file=path, why=why)


def check_kind(path: str) -> None:
    """Refuse a file of rows that is of no kind that is written.

    Raises
    ------
    EngineError
        ``command.unknown_kind``.
    """
    if Path(path).suffix.lower() not in _KINDS:
        raise EngineError("command.unknown_kind", file=path, kinds=_KINDS)


def write_whole(path: str, content: bytes) -> None:
    """Write a file that appears whole or not at all.

    Raises
    ------
    EngineError
        ``command.cannot_write``.
    """
    target = Path(path)
    try:
        with written_whole(target) as partial:
            partial.write_bytes(content)
    except OSError as error:
        why = error.strerror or str(error)
        raise EngineError("command.cannot_write", file=path, why=why) from error


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if float(value).is_integer() else value


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(type(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def _value(name: str, metric: Metric) -> str:
    return "–" if metric.value is None else numbers.metric(name, metric)


def _interval(name: str, metric: Metric) -> str:
    return "" if metric.low is None else numbers.metric_interval(name, metric)


def _baseline(name: str, metric: Metric, value: float | None) -> str:
    if value is None:
        return ""
    write = numbers.percent if name in numbers.SHARES else numbers.figure
    return write(value, metric.low, metric.high)


def _confusion_rows(result: Summary) -> list[list[str]]:
    counts = result.confusion if result.confusion is not None else np.empty((0, 0))
    most = 12
    shown = result.classes[:most]
    rows = [["", *shown]]
    for i, label in enumerate(shown):
        rows.append(
            [label, *(written(f"{counts[i, j]:,.6g}") for j in range(len(shown)))]
        )
    if len(result.classes) > most:
        rows.append(["…", tr("{n} classes in all", n=len(result.classes))])
    return rows


def _aligned(texts: list[list[str]]) -> list[str]:
    rows = [[_cell(text) for text in row] for row in texts]
    widths = [
        max(len(row[i]) for row in rows if i < len(row)) for i in range(len(rows[0]))
    ]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [
            cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=False)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _cell(text: str) -> str:
    """Return a text as a cell on a terminal: one line, not endless."""
    return printable(shortened(text, _WIDEST), _OWN)
