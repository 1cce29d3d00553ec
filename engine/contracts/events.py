"""What a job says while it runs. Exactly one terminal event ends each job."""

from __future__ import annotations

import msgspec

from engine.contracts.errors import ErrorInfo, Param
from engine.contracts.results import Result


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The job has begun."""

    job: int


# The stage of a job that lets others go first.
PREEMPTED = "engine.preempted"
# Seconds that a job may say nothing, where no policy says otherwise.
SILENT_SECONDS = 20.0


class Progressed(msgspec.Struct, frozen=True, tag="progressed"):
    """``done`` of ``total`` units of ``stage`` (a message code); seconds left."""

    job: int
    done: float
    total: float
    stage: str
    seconds_left: float | None = None


class Warned(msgspec.Struct, frozen=True, tag="warned"):
    """Something the user should know that does not stop the job."""

    job: int
    code: str
    params: dict[str, Param] = {}


class Refined(msgspec.Struct, frozen=True, tag="refined"):
    """A first result that will be replaced by a better one."""

    job: int
    result: Result


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """Terminal: the job is done."""

    job: int
    result: Result


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Terminal: the job could not be done."""

    job: int
    error: ErrorInfo


class CancelledEvent(msgspec.Struct, frozen=True, tag="cancelled"):
    """Terminal: the job was stopped at the user's wish."""

    job: int


class EngineReady(msgspec.Struct, frozen=True, tag="ready"):
    """The engine process has come up (job 0: about the process, not a job).

    ``silent_seconds`` is how long a job may say nothing before that is said.
    """

    pid: int
    versions: dict[str, str] = {}
    sandbox: tuple[str, ...] = ()
    silent_seconds: float = SILENT_SECONDS


class HostState(msgspec.Struct, frozen=True, tag="host"):
    """State of the model host: ``none``, ``spare``, ``open``, ``busy``, ``lost``."""

    state: str
    sandbox: tuple[str, ...] = ()


JobEvent = Started | Progressed | Warned | Refined | Finished | Failed | CancelledEvent
Event = JobEvent | EngineReady | HostState
TERMINAL = (Finished, Failed, CancelledEvent)
