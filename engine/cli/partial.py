"""What a command had found when Ctrl+C came, marked as not the whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from engine.cli import output
from engine.contracts.i18n import tr
from engine.contracts.messages import sentence
from engine.contracts.readings import numbers, unfinished

if TYPE_CHECKING:
    from engine.contracts.events import Progressed
    from engine.contracts.results import Result


def tell(result: Result | None, progress: Progressed | None, *, json: bool) -> None:
    """Print first figures between where they were stopped and how to go on.

    Parameters
    ----------
    result
        The last partial result, ``None`` where there was none yet.
    progress
        The last that was heard of the work.
    json
        Whether standard output is for JSON alone; a partial result is never in it.
    """
    if result is None:
        lines = [_reached(progress), tr("There are no figures yet.")]
    else:
        lines = [
            tr(
                "PARTIAL: {stopped} The results below use only that; no file was "
                "written.",
                stopped=unfinished.stopped(result),
            ),
            "",
            output.as_text(result),
            "",
        ]
    lines.append(
        tr(
            "To go on, give the same command again: it begins anew, with the same seed "
            "and the same figures. In the window it can be continued where it was "
            "stopped."
        )
    )
    to = sys.stdout if result is not None and not json else sys.stderr
    print("\n".join(lines), file=to, flush=True)


def _reached(progress: Progressed | None) -> str:
    if progress is None or not progress.total:
        return tr("Stopped before the end.")
    share = min(progress.done / progress.total, 1.0)
    return tr(
        "Stopped at: {stage}, {share}.",
        stage=sentence(progress.stage),
        share=numbers.percent(share),
    )
