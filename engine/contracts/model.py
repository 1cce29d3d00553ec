"""A model as everyone but its host sees it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from engine.contracts.consent import Consent
from engine.contracts.dataset import Note
from engine.contracts.errors import Param


class Task(StrEnum):
    """What is predicted."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


_OF_VERSIONS = frozenset(
    {"model.saved_newer", "model.saved_older", "model.saved_unknown"}
)


_MOST_NAMED = 8


class ScoreKind(StrEnum):
    """What a model's numbers mean."""

    PROBABILITY = "probability"
    MARGIN = "margin"
    VALUE = "value"
    LABEL = "label"


def natural_threshold(kind: ScoreKind) -> float:
    """Return the usual threshold of such scores: a half, or 0 for margins."""
    return 0.0 if kind is ScoreKind.MARGIN else 0.5


class Light(StrEnum):
    """May the file be opened: at once, after a click, after typed consent, never."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    FORBIDDEN = "forbidden"


class Verdict(StrEnum):
    """What is known of one thing that a file would import, call or contain."""

    VETTED = "vetted"
    UNKNOWN = "unknown"
    DANGEROUS = "dangerous"
    NOT_UNDERSTOOD = "not_understood"


class SafetyFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found in a file without opening it.

    ``what`` is a kind of thing (``global``, ``skops_type``, ``onnx_domain``,
    ``external_data``, ``archive_member``, ``structure`` …), ``name`` the thing.
    """

    what: str
    name: str
    verdict: Verdict
    note: Note | None = None


class SafetyReport(msgspec.Struct, frozen=True, kw_only=True, tag="safety"):
    """The static report on a model file: nothing in it was run or imported.

    ``consent`` is what this person agreed to about these bytes on this computer, also
    where it no longer holds.
    """

    path: str
    sha256: str
    size: int
    format: str
    producer: str = ""
    versions: dict[str, str] = {}
    light: Light
    reason: Note
    findings: tuple[SafetyFinding, ...] = ()
    notes: tuple[Note, ...] = ()
    allow_list: str = ""
    consent: Consent | None = None

    @property
    def is_agreed_to(self) -> bool:
        """Whether an earlier consent opens the file as it is judged now."""
        kept = self.consent
        return (
            kept is not None
            and kept.holds
            and kept.sha256 == self.sha256
            and kept.light == self.light.value
        )

    @property
    def asks(self) -> bool:
        """Whether it may be opened, but not unasked."""
        return self.light in (Light.AMBER, Light.RED)


class Levels(StrEnum):
    """What the values are that a model knows one by one."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    UNKNOWN = "unknown"


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One input of a model, in the model's order.

    Attributes
    ----------
    dtype
        ``float``, ``int``, ``category``, ``string``, ``bool`` or ``any``.
    categories
        Levels the model knows, if it says so, as texts; a missing value is none.
    levels
        What these levels are: the text ``0`` is another level than the number.
    takes_missing
        Whether the model has met missing values here; ``None`` if it does not say.
    blank_is_text
        Whether an empty cell of a file comes as an empty text, which the model may
        know beside a missing value.
    used
        Whether the model looks at it at all. One that it drops changes no answer,
        and may be lacking.
    """

    name: str
    dtype: str = "any"
    categories: tuple[str, ...] = ()
    levels: Levels = Levels.UNKNOWN
    takes_missing: bool | None = None
    blank_is_text: bool = False
    used: bool = True


class Capability(StrEnum):
    """What a model's kind offers beyond predictions; explanations choose by these."""

    PROBABILITY = "probability"
    MARGIN = "margin"
    LINEAR = "linear"
    TREE_ENSEMBLE = "tree_ensemble"
    ADDITIVE = "additive"
    DIFFERENTIABLE = "differentiable"
    TEXT_PIPELINE = "text_pipeline"


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True, tag="model"):
    """A model that is open in its host.

    Attributes
    ----------
    kind
        Full name of the estimator or format (``sklearn.pipeline.Pipeline``).
    estimator
        Full name of what decides at the end of a pipeline, whose ``parameters`` these
        are; empty where nothing stands before it.
    steps
        Names of a pipeline's parts, outermost first.
    names_known
        Whether ``inputs`` carry the model's own names (else only a count and
        order are known and names are ``x0, x1 …``).
    classes
        Labels in the order of the score columns; empty for regression.
    deterministic
        ``None`` until asked twice.
    """

    name: str
    sha256: str
    format: str
    kind: str
    task: Task
    score_kind: ScoreKind
    classes: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    names_known: bool = True
    estimator: str = ""
    steps: tuple[str, ...] = ()
    parameters: dict[str, Param] = {}
    saved_with: dict[str, str] = {}
    installed: dict[str, str] = {}
    capabilities: tuple[Capability, ...] = ()
    notes: tuple[Note, ...] = ()
    sandbox: tuple[str, ...] = ()
    safety: SafetyReport | None = None
    deterministic: bool | None = None


def version_notes(info: ModelInfo) -> tuple[Note, ...]:
    """Return what is to be told of the versions a model was saved and opened with.

    Every command, every result and the window's model chip repeat it.
    """
    return tuple(note for note in info.notes if note.code in _OF_VERSIONS)


def unused_inputs(inputs: tuple[Input, ...]) -> tuple[Note, ...]:
    """Return what is to be told of inputs that the model drops."""
    names = tuple(field.name for field in inputs if not field.used)
    if not names:
        return ()
    params: dict[str, Param] = {"names": names[:_MOST_NAMED], "n": len(names)}
    return (Note(code="model.unused_inputs", params=params),)


class RecordedScores(msgspec.Struct, frozen=True, kw_only=True):
    """No model: the columns of the data that hold what it once said.

    Attributes
    ----------
    scores
        One column per class in the order of ``classes``; one column alone is
        the positive class's score, or the predicted value for regression.
    prediction
        Column of predicted labels, if there is one: they are the model's own
        decisions, whatever the scores.
    kind
        ``probability``, ``percent`` or ``margin``; ``""``: as the numbers tell.
    """

    scores: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    prediction: str | None = None
    kind: str = ""


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """Which column feeds which input.

    Attributes
    ----------
    method
        ``name``, ``order`` or ``hand``.
    columns
        Input name to column name.
    """

    method: str = "name"
    columns: dict[str, str] = {}
    notes: tuple[Note, ...] = ()
