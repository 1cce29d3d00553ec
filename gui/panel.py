"""What every panel does: it asks for one result and is in one of six states."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QTimer

from engine.contracts.i18n import tr
from engine.contracts.messages import next_step, sentence
from engine.contracts.readings import unfinished
from gui.dialogs.about_method import show_about
from gui.dialogs.as_table import show_table
from gui.dialogs.panel_menus import add_exports, open_export, open_more
from gui.panel_frame import PanelFrame
from gui.widgets.badge import badge_of
from gui.widgets.panel_foot import CONTINUE, STOP
from gui.widgets.unbroken import unbroken

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu, QWidget

    from engine.contracts.errors import ErrorInfo
    from engine.contracts.events import Progressed
    from engine.contracts.requests import Request
    from engine.contracts.results import Result
    from engine.contracts.tables import Table
    from gui.context import AppContext
    from gui.services.engine_client import Job
    from gui.services.theme import Tokens
    from gui.widgets.segmented import Segmented

# A job longer than this shows that it is running; a shorter one just appears.
QUIET_MS = 300
SETTLE_MS = 120
# What is said of answers that are still being worked out.
_NOT_YET = frozenset({"rows.not_predicted", "predict.not_yet"})


class State(Enum):
    """What a panel is doing."""

    EMPTY = auto()
    UNSUPPORTED = auto()
    RUNNING = auto()
    READY = auto()
    STALE = auto()
    FAILED = auto()


class Freshness(Enum):
    """What the figures of a panel are."""

    LAST = auto()
    FIRST = auto()  # of a job that goes on, or was stopped
    OLD = auto()  # of before the job that goes on, or was stopped


class Panel(PanelFrame):
    """Asks the engine for one result and shows it.

    A subclass declares the class data and implements the hooks; the base paints
    the states, drops answers that are no longer wanted, and asks again when
    something named in ``FOLLOWS`` (data, model, predictions, buckets, decision,
    selection, row) has changed.
    """

    FOLLOWS: ClassVar[frozenset[str]] = frozenset({"predictions"})
    # Other names the palette finds the panel by, and pictures it finds in the panel:
    # the key of the choice ``view`` and a title.
    ALSO: ClassVar[str] = ""
    PICTURES: ClassVar[tuple[tuple[str, str], ...]] = ()
    view: Segmented  # of the panels that have pictures to choose from

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.state = State.EMPTY
        self.result: Result | None = None
        self._job: Job | None = None
        self._freshness, self._slow = Freshness.LAST, False
        self._live = True
        self._missed = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask_now)
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._ask_now)
        self._loud = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._loud.timeout.connect(self._show_running)
        self.setObjectName(f"panel-{self.ID}")
        self.setAccessibleName(tr(self.TITLE))
        self._build_frame()
        self._foot.pressed.connect(self._stop_or_continue)
        self._page.cancel_requested.connect(self._cancel)
        self._page.retry_requested.connect(self._try_again)
        self._follow()
        self._retheme()
        self.ask()

    # Hooks

    def reason(self) -> str | None:
        """Return why the panel does not apply now, or ``None``."""
        return None

    def request(self) -> Request | None:
        """Return what to ask the engine; ``None`` if the body needs no answer."""
        return None

    def show_result(self, result: Any) -> None:
        """Show an answer."""

    def follow_decision(self, decision: Any) -> None:
        """Follow the decision at once, by look-up."""

    def follow_selection(self) -> None:
        """Follow the selection at once, by look-up."""

    def apply_theme(self, tokens: Tokens) -> None:
        """Take over the colours of the theme."""

    def reading(self) -> str:
        """Return the sentence that matters; may contain ``<b>``."""
        return ""

    def arranged_in(self, perspective: str) -> None:
        """Take note of the perspective that the panel stands in from now on."""

    def badge_text(self) -> str:
        """Return what the result was computed on and how."""
        return badge_of(getattr(self.result, "provenance", None))

    def as_table(self) -> Table:
        """Return what is shown as a header and rows of values."""
        return [], []

    # For subclasses

    def ask(self) -> None:
        """Ask the engine anew, once in this turn of the event loop."""
        self._soon.start()

    @property
    def live(self) -> bool:
        """Whether the panel is in sight and follows what happens."""
        return self._live

    def set_live(self, live: bool) -> None:
        """Sleep while nobody can see the panel; catch up when shown again.

        What it asked for meanwhile is answered after what is asked for in sight.
        """
        woken = live and not self._live
        self._live = live
        if self._job is not None:
            self.context.engine.set_priority(self._job, in_background=not live)
        if woken and self._missed:
            self._missed = False
            self.ask()

    def reading_now(self) -> str:
        """Return the sentence that stands above the body, if any does."""
        return self.reading() if self.state in (State.READY, State.STALE) else ""

    def update_reading(self) -> None:
        """Write the reading and the badge again."""
        ready = self.state in (State.READY, State.STALE)
        not_last = self._unfinished() if ready else ""
        stopped = self._stopped
        parts = [
            f"<b>{not_last}</b>" if stopped and not_last else "",
            self.reading_now(),
        ]
        text = " ".join(part for part in parts if part)
        self._reading.setText(unbroken(text))
        self._reading.setVisible(bool(text))
        badge = [self.badge_text() if ready else "", "" if stopped else not_last]
        self._badge.setText(" · ".join(part for part in badge if part))
        waits = self._freshness is Freshness.FIRST and self._job is not None
        offers = CONTINUE if stopped else STOP if waits else ""
        self._foot.offer(offers if ready else "")

    @property
    def _stopped(self) -> bool:
        """Whether what is shown is not the last, and nothing works on it."""
        goes_on = self._job is not None and not self._job.held
        return self._freshness is not Freshness.LAST and not goes_on

    def _unfinished(self) -> str:
        """Return that what is shown is not the last, if so."""
        if self._freshness is Freshness.FIRST:
            return (unfinished.stopped if self._stopped else unfinished.so_far)(
                self.result
            )
        if self._freshness is Freshness.OLD and self._stopped:
            return tr("Stopped: the previous result is shown.")
        if self._freshness is Freshness.OLD and self._slow:
            return tr("being recomputed")
        return ""

    # What it follows

    def _follow(self) -> None:
        case = self.context.case
        watched = {
            "data": case.data_changed,
            "model": case.model_changed,
            "predictions": case.predictions_changed,
            "buckets": case.buckets_changed,
        }
        for name, signal in watched.items():
            if name in self.FOLLOWS:
                signal.connect(self.ask)
        if "row" in self.FOLLOWS:
            case.current_row_changed.connect(self._row_changed)
        self.context.decision.changed.connect(self._decision_changed)
        self.context.selection.changed.connect(self._selection_changed)
        self.context.theme.changed.connect(self._retheme)

    def _row_changed(self, _row: int | None) -> None:
        if self._live:
            self._settled.start()  # arrow keys pass over rows nobody asks about
        else:
            self._missed = True

    def _decision_changed(self, _old: object, new: object, _origin: str) -> None:
        if not self._live:
            self._missed = True
            return
        if self.state in (State.READY, State.STALE):
            self.follow_decision(new)
            self.update_reading()
        if "decision" in self.FOLLOWS:
            self._settled.start()  # asked again when the hand rests

    def _selection_changed(self, *_: object) -> None:
        if not self._live:
            self._missed = True
            return
        if self.state in (State.READY, State.STALE):
            self.follow_selection()
            self.update_reading()
        if "selection" in self.FOLLOWS:
            self.ask()

    def _retheme(self) -> None:
        self._style_frame(self.context.theme)
        self.apply_theme(self.context.theme.tokens)

    def show_picture(self, key: str) -> None:
        """Show one of the pictures that the panel has a choice of."""
        self.view.press(key)

    def open_button(self, name: str) -> None:
        """Open what a button of the head is for."""
        match name:
            case "table":
                show_table(self)
            case "export":
                open_export(self, self._buttons[name])
            case "about":
                show_about(self)
            case "more":
                open_more(self, self._buttons[name])

    def offer_picture(self, menu: QMenu) -> None:
        """Add to a plot's menu what can be done with the panel's picture."""
        menu.addAction(tr("View as table"), lambda: show_table(self))
        add_exports(menu, self)

    # Asking

    def _ask_now(self) -> None:
        if not self._live:
            self._missed = True
            return
        if self._job is not None:
            self._job.cancel()
            self._job = None
        reason = self.reason()
        failure = self.context.case.failure
        if reason is not None and failure is not None:
            self._show_failure(failure)  # the cause, not what it led to
            return
        if reason is not None:
            empty = self.context.case.is_empty
            self._enter(State.EMPTY if empty else State.UNSUPPORTED)
            self._page.show_text(reason)
            return
        request = self.request()
        if request is None:
            self._freshness = Freshness.LAST
            self._show(None)
            return
        self._freshness, self._slow = Freshness.LAST, False
        if self.state in (State.READY, State.STALE) and self.result is not None:
            self._enter(State.STALE)
            self._freshness = Freshness.OLD  # not sooner: there is no job yet
        self._loud.start()
        job = self._job = self.context.engine.submit(
            request,
            on_result=self._answered,
            on_partial=self._show_first,
            on_error=self._failed,
            on_cancelled=lambda: self._cancelled(job),
            label=tr(self.TITLE),
        )

    def _answered(self, result: Result) -> None:
        self._job, self._freshness = None, Freshness.LAST
        self._show(result)

    def _show_first(self, result: Result) -> None:
        self._freshness = Freshness.FIRST
        self._show(result)

    def _show(self, result: Result | None) -> None:
        self.result = result
        self._enter(State.READY)
        if result is not None:
            self.show_result(result)
        self.follow_decision(self.context.decision.decision)
        self.follow_selection()
        self.update_reading()

    def tells(self, error: ErrorInfo) -> bool:
        """Return whether the panel itself says what failed, its result kept."""
        return False

    def _failed(self, error: ErrorInfo) -> None:
        self._job = None
        if self.result is not None and self.tells(error):
            self._enter(State.READY)
            return
        if error.code in _NOT_YET and self.context.case.predicting:
            return  # asked again as soon as there are predictions
        self._show_failure(error)

    def _show_failure(self, error: ErrorInfo) -> None:
        self._enter(State.FAILED)
        self._page.show_failure(
            sentence(error.code, error.params),
            next_step(error.code, error.params),
            error.details,
        )

    def _cancelled(self, job: Job) -> None:
        if job is not self._job:
            return  # replaced by a newer question, not stopped by the user
        self._job = None
        if job.held:
            self.update_reading()  # it could not stand still: going on begins anew
        elif not job.cancelling:
            self._ask_now()  # it had been preempted, and the case is another now
        elif self.result is None:
            self._enter(State.EMPTY)
            self._page.show_stopped(tr("Stopped. Nothing was changed."))
        else:
            self._enter(State.READY)

    def _stop_or_continue(self, what: str) -> None:
        if self._job is None:
            self.ask()  # there is nothing to go on with
        else:
            self.context.engine.hold(self._job, held=what == STOP)

    def held(self, job: Job) -> None:
        """Show that the job stands still, or goes on (called by the window)."""
        if job is self._job:
            self.update_reading()

    def _try_again(self) -> None:
        """Ask anew; all there was, where that is gone."""
        if self.context.case.failure is not None:
            self.context.case.replay()
        else:
            self.ask()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _show_running(self) -> None:
        if self._job is None:
            return
        self._slow = True
        if self.state is State.STALE:
            self.update_reading()
        else:
            self._enter(State.RUNNING)
        self._page.show_running(self._job)

    def started(self, job: Job) -> None:
        """Show that the job waits no longer (called by the window)."""
        if job is self._job and self.state is State.RUNNING:
            self._page.show_running(job)

    def progressed(self, job: Job, event: Progressed) -> None:
        """Show how far the job has come (called by the window)."""
        if job is self._job and self.state is State.RUNNING:
            self._page.show_progress(event)

    def _enter(self, state: State) -> None:
        self.state = state
        self._loud.stop()
        self._show_body(ready=state in (State.READY, State.STALE))
        self.update_reading()
