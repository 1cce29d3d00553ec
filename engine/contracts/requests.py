"""What the window or the command line may ask of the engine."""

from __future__ import annotations

import msgspec

from engine.contracts.case import CaseFile, CaseOpened
from engine.contracts.dataset import ColumnChoice, Part, ReadOptions, Split
from engine.contracts.decision import Decision
from engine.contracts.errors import Param
from engine.contracts.model import Mapping, RecordedScores
from engine.contracts.selection import Selection


class Recognise(msgspec.Struct, frozen=True, kw_only=True, tag="recognise"):
    """Say what dropped files are (data, model, case, folder), by content."""

    paths: tuple[str, ...]


class OpenData(msgspec.Struct, frozen=True, kw_only=True, tag="open_data"):
    """Read files into a part; answers :class:`DatasetInfo`."""

    paths: tuple[str, ...]
    part: Part = Part.EVALUATION
    options: ReadOptions = ReadOptions()


class ConfigureData(msgspec.Struct, frozen=True, kw_only=True, tag="configure_data"):
    """Set roles, kinds, the split; answers :class:`DatasetInfo`."""

    choices: dict[str, ColumnChoice] = {}
    split: Split | None = None


class Inspect(msgspec.Struct, frozen=True, kw_only=True, tag="inspect"):
    """Report on a model file without opening it; answers :class:`SafetyReport`."""

    path: str


class OpenModel(msgspec.Struct, frozen=True, kw_only=True, tag="open_model"):
    """Open a model in its host; answers :class:`ModelInfo`.

    Attributes
    ----------
    consent
        SHA-256 of the file that the user agrees to open now, ``""`` where nothing was
        asked. Never what a case file says.
    reason
        Why, in the user's words.
    """

    path: str
    consent: str = ""
    reason: str = ""


class ListConsents(msgspec.Struct, frozen=True, kw_only=True, tag="list_consents"):
    """Say what this person agreed to open; answers :class:`Consents`."""


class WithdrawConsent(
    msgspec.Struct, frozen=True, kw_only=True, tag="withdraw_consent"
):
    """Forget a consent, and close its model; answers those left, :class:`Consents`."""

    sha256: str


class UseRecordedScores(msgspec.Struct, frozen=True, kw_only=True, tag="use_scores"):
    """Work from score columns instead of a model; answers :class:`ModelInfo`."""

    scores: RecordedScores


class Match(msgspec.Struct, frozen=True, kw_only=True, tag="match"):
    """Match columns to inputs and try 200 rows; answers :class:`MatchPreview`."""

    target: str
    positive: str = ""
    mapping: Mapping | None = None
    class_map: dict[str, str] = {}


class Predict(msgspec.Struct, frozen=True, kw_only=True, tag="predict"):
    """Accept the match and score every loaded part; answers :class:`RowScores`."""

    target: str
    positive: str = ""
    weights: str = ""
    mapping: Mapping | None = None
    class_map: dict[str, str] = {}


class SetBuckets(msgspec.Struct, frozen=True, kw_only=True, tag="set_buckets"):
    """Tell the engine the named selections in force; answers :class:`Done`."""

    buckets: dict[str, Selection]


class Run(msgspec.Struct, frozen=True, kw_only=True, tag="run"):
    """Run a registered analysis; answers its result."""

    analysis: str
    params: dict[str, Param] = {}
    selection: Selection | None = None
    decision: Decision | None = None
    row: int | None = None
    seed: int = 0


class Resolve(msgspec.Struct, frozen=True, kw_only=True, tag="resolve"):
    """Resolve a selection on the evaluation part; answers :class:`Resolved`."""

    selection: Selection
    decision: Decision | None = None


class OpenView(msgspec.Struct, frozen=True, kw_only=True, tag="open_view"):
    """Filter and sort rows for a table; answers :class:`ViewInfo`.

    ``sort`` holds ``(column, descending)`` pairs; pseudo-columns are allowed.
    """

    part: Part = Part.EVALUATION
    where: Selection | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    decision: Decision | None = None


class ReadRows(msgspec.Struct, frozen=True, kw_only=True, tag="read_rows"):
    """Fetch a window of a view; answers :class:`RowsWindow`."""

    view: int
    start: int
    stop: int
    columns: tuple[str, ...]


class FindRow(msgspec.Struct, frozen=True, kw_only=True, tag="find_row"):
    """Where in a view a row of the part stands; answers :class:`RowPlace`."""

    view: int
    row: int


class Summarise(msgspec.Struct, frozen=True, kw_only=True, tag="summarise"):
    """Summaries of columns for table headers; answers :class:`ColumnSummaries`."""

    columns: tuple[str, ...]
    part: Part = Part.EVALUATION
    bins: int = 24


class Export(msgspec.Struct, frozen=True, kw_only=True, tag="export"):
    """Write the rows of a view as Excel, CSV or Parquet; answers :class:`Done`."""

    view: int
    columns: tuple[str, ...]
    path: str


class OpenCase(msgspec.Struct, frozen=True, kw_only=True, tag="open_case"):
    """Open or create a case file; answers :class:`CaseOpened`."""

    path: str
    create: bool = False


class LocateFiles(msgspec.Struct, frozen=True, kw_only=True, tag="locate_files"):
    """Look for files of an opened case elsewhere; answers :class:`CaseOpened`.

    ``places`` says where each file that was asked for is now. The answer names the
    files that are still gone, and those whose bytes are not the ones of the case.
    """

    opened: CaseOpened
    places: dict[str, str]


class SaveCase(msgspec.Struct, frozen=True, kw_only=True, tag="save_case"):
    """Write the case's state in one transaction; answers :class:`Done`."""

    path: str
    case: CaseFile


Request = (
    Recognise
    | OpenData
    | ConfigureData
    | Inspect
    | OpenModel
    | ListConsents
    | WithdrawConsent
    | UseRecordedScores
    | Match
    | Predict
    | SetBuckets
    | Run
    | Resolve
    | OpenView
    | ReadRows
    | FindRow
    | Summarise
    | Export
    | OpenCase
    | LocateFiles
    | SaveCase
)


class Submit(msgspec.Struct, frozen=True, tag="submit"):
    """Start a job; its number is chosen by the asker and never reused."""

    job: int
    request: Request


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """Stop a job."""

    job: int


class SetPriority(msgspec.Struct, frozen=True, tag="set_priority"):
    """Move a job to the background, where others go before it, or back."""

    job: int
    in_background: bool = True


class Hold(msgspec.Struct, frozen=True, tag="hold"):
    """Stand still between two batches and keep what is done, or go on."""

    job: int
    held: bool = True


class Shutdown(msgspec.Struct, frozen=True, tag="shutdown"):
    """End the engine process."""


Message = Submit | Cancel | SetPriority | Hold | Shutdown

# What leaves the engine in another state.
CHANGES = (
    OpenData,
    ConfigureData,
    OpenModel,
    WithdrawConsent,
    UseRecordedScores,
    Predict,
    SetBuckets,
    OpenCase,
)
