"""The static report: what is in a model file, before anything opens it.

Nothing in the file is run or imported. Each format has its reader in
:mod:`engine.models.static`; here the reader is chosen, the light decided, and
the administrator's policy applied.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine import scratch
from engine.contracts.dataset import Note
from engine.contracts.errors import EngineError
from engine.contracts.model import Light, SafetyReport
from engine.contracts.progress import SILENT
from engine.models.consent.policy import Policy, read_policy
from engine.models.intake import Intake, take_in
from engine.models.static import (
    catboost_files,
    lightgbm_files,
    onnx_files,
    other_files,
    pickles,
    skops_files,
    torch_files,
    xgboost_files,
)
from engine.models.static.allow_list import shipped
from engine.models.static.installed import compare
from engine.models.static.outcome import Outcome

if TYPE_CHECKING:
    from engine.contracts.progress import Progress

MAX_IN_MEMORY = 2 << 30
# formats that are known and not opened, with the way out of each
REFUSED = {
    "xgboost_binary": "safety.xgboost_binary",
    "joblib_old": "safety.joblib_old",
    "joblib_lz4": "safety.joblib_lz4",
    "hdf5": "safety.hdf5",
    "zip": "safety.unknown_archive",
    "unknown": "safety.unknown_format",
    "text": "safety.unknown_format",
    "r": "safety.of_r",
    "pmml": "safety.of_exchange",
    "mojo": "safety.of_exchange",
    "saved_model": "safety.of_tensorflow",
    "tflite": "safety.of_tensorflow",
    "keras_json": "safety.of_tensorflow",
    "lightgbm_json": "safety.of_booster",
    "catboost_json": "safety.of_booster",
}


def inspect(path: str | Path, progress: Progress = SILENT) -> SafetyReport:
    """Report on a model file without opening it.

    Raises
    ------
    EngineError
        ``intake.*`` where the file cannot be read at all.
    """
    with tempfile.TemporaryDirectory(prefix="trasluz-") as folder:
        return report_on(take_in(path, Path(folder), progress), progress)


def report_on(
    intake: Intake, progress: Progress = SILENT, policy: Policy | None = None
) -> SafetyReport:
    """Report on a file that was taken in.

    Parameters
    ----------
    policy
        Instead of the administrator's.

    Raises
    ------
    EngineError
        ``engine.disk_full`` where the file cannot be unpacked to look at it.
    """
    progress.advance(0, 1, "safety.reading")
    with intake.path_in_store.open("rb") as file:
        try:
            outcome, kind = _examine(file, intake, progress)
        except OSError as error:  # unpacking may fill the disk: that is no fault of it
            if full := scratch.disk_full(error, tempfile.gettempdir()):
                raise full from error
            outcome, kind = _refused("safety.not_understood"), intake.format
        except Exception:  # noqa: BLE001 - a reader that is surprised vouches for nothing
            outcome, kind = _refused("safety.not_understood"), intake.format
    if "scikit-learn" in outcome.versions:
        compare("scikit-learn", outcome.versions["scikit-learn"], outcome)
    light, reason = outcome.light()
    rules = read_policy() if policy is None else policy
    light, reason = rules.apply(light, reason, intake.sha256)
    progress.advance(1, 1, "safety.reading")
    return SafetyReport(
        path=intake.path,
        sha256=intake.sha256,
        size=intake.size,
        format=kind,
        producer=outcome.producer,
        versions=outcome.versions,
        light=light,
        reason=reason,
        findings=tuple(outcome.findings),
        notes=tuple(outcome.notes),
        allow_list=shipped().version,
    )


def check_consent(report: SafetyReport, consent: str, sandboxed: bool) -> None:
    """Let a file pass, or say why not.

    Parameters
    ----------
    report
        Carries what the user agreed to before, where that is kept.
    consent
        SHA-256 the user agrees to now, or ``""``.
    sandboxed
        Whether the model host is locked down: red files need it.

    Raises
    ------
    EngineError
        ``safety.refused``, ``safety.needs_consent`` or ``safety.no_sandbox``.
    """
    if report.light is Light.FORBIDDEN:
        params = dict(report.reason.params)
        raise EngineError(report.reason.code, **{**params, "path": report.path})
    if report.light is Light.GREEN:
        return
    if report.light is Light.RED and not sandboxed:
        raise EngineError("safety.no_sandbox", path=report.path)
    if consent != report.sha256 and not report.is_agreed_to:
        raise EngineError(
            "safety.needs_consent",
            path=report.path,
            light=report.light.value,
            sha256=report.sha256,
        )


def _examine(
    file: IO[bytes], intake: Intake, progress: Progress
) -> tuple[Outcome, str]:
    kind = intake.container
    if intake.cut:
        return _refused("safety.cut_off"), kind
    if kind in REFUSED:
        return _refused(REFUSED[kind], program=intake.program), kind
    if intake.family in ("data", "packed", "case"):
        return _refused("safety.is_table", format=kind), kind
    if intake.family == "other" and kind not in ("npy", "npz"):
        return _refused("safety.of_program", program=intake.program or kind), kind
    if kind in ("java", "gguf"):
        return _refused("safety.of_exchange", program=intake.program), kind
    if kind == "pickle" or kind in pickles.COMPRESSED:
        return pickles.examine(file, intake.size, kind, progress)
    if kind == "skops":
        return skops_files.examine(file, progress), kind
    if kind in torch_files.KINDS:
        return torch_files.examine(file, kind, progress), kind
    if kind == "npy":
        return other_files.examine_npy(file, progress), kind
    if kind == "npz":
        return other_files.examine_npz(file, progress), kind
    if kind == "safetensors":
        return other_files.examine_safetensors(file), kind
    if kind == "keras":
        return other_files.examine_keras(file), kind
    if intake.size > MAX_IN_MEMORY:
        return _refused("safety.too_large_to_check"), kind
    return _examine_bytes(file.read(), kind, progress), kind


def _examine_bytes(data: bytes, kind: str, progress: Progress) -> Outcome:
    if kind == "onnx":
        return onnx_files.examine(data, progress)
    if kind in ("xgboost_json", "xgboost_ubj"):
        return xgboost_files.examine(data, kind, progress)
    if kind == "lightgbm":
        return lightgbm_files.examine(data, progress)
    return catboost_files.examine(data)


def _refused(code: str, **params: str) -> Outcome:
    note = Note(code=code, params=dict(params))
    return Outcome(best=Light.RED, reason=note, refusal=note)
