"""The order of long jobs: one works at a time, the most urgent first."""

from __future__ import annotations

import threading


class Scheduler:
    """A queue of jobs, of which one runs.

    A background job (no panel in sight waits for it) is passed by the others; where it
    runs already it is preempted at its next yield point, and goes on afterwards. Every
    job is preempted by those that come first, and these by none. A held job lets all
    others go first until it is released.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: list[int] = []
        self._first: set[int] = set()
        self._in_background: set[int] = set()
        self._preempted: set[int] = set()
        self._held: set[int] = set()
        self._working: int | None = None

    def join(self, job: int, *, first: bool = False) -> None:
        """Put a job at the end of the line, or before all that do not come first."""
        with self._changed:
            self._line.append(job)
            if first:
                self._first.add(job)

    def take(self, job: int, gone: threading.Event) -> bool:
        """Wait for the turn of a job in the line; ``False`` if it is gone before."""
        with self._changed:
            self._changed.wait_for(lambda: gone.is_set() or self._is_next(job))
            self._line.remove(job)
            if gone.is_set():
                self._forget(job)
                self._changed.notify_all()
                return False
            self._working = job
            return True

    def leave(self, job: int) -> None:
        """End a turn."""
        with self._changed:
            self._forget(job)
            if self._working == job:
                self._working = None
            self._changed.notify_all()

    def set_priority(self, job: int, *, in_background: bool) -> None:
        """Move a job to the background, or back."""
        with self._changed:
            known = job in self._line or job == self._working
            if in_background and known:
                self._in_background.add(job)
            else:
                self._in_background.discard(job)
            self._changed.notify_all()

    def hold(self, job: int, *, held: bool) -> None:
        """Have a job stand still, or go on."""
        with self._changed:
            known = job in self._line or job == self._working
            if held and known:
                self._held.add(job)
            else:
                self._held.discard(job)
            self._changed.notify_all()

    def is_held(self, job: int) -> bool:
        """Return whether a job is to stand still."""
        return job in self._held

    def should_yield(self, job: int) -> bool:
        """Return whether a more urgent job waits for the running one."""
        if job != self._working or job in self._first:
            return False
        if job in self._held:
            return True
        line = set(self._line) - self._held
        if line & self._first:
            return True
        return job in self._in_background and bool(line - self._in_background)

    def yield_to_others(self, job: int, gone: threading.Event) -> bool:
        """Let others run first; ``False`` if the job was cancelled meanwhile."""
        with self._changed:
            self._working = None
            self._line.insert(0, job)
            self._preempted.add(job)
            self._changed.notify_all()
        try:
            return self.take(job, gone)
        finally:
            with self._changed:
                self._preempted.discard(job)

    def preempted(self) -> tuple[int, ...]:
        """Return the jobs that were preempted."""
        with self._changed:
            return tuple(self._preempted)

    def look_again(self) -> None:
        """Have the waiting jobs see whether they are gone."""
        with self._changed:
            self._changed.notify_all()

    def is_working(self, job: int) -> bool:
        """Return whether it is the turn of a job."""
        return self._working == job

    def _is_next(self, job: int) -> bool:
        if self._working is not None:
            return False
        line = [other for other in self._line if other not in self._held]
        wanted = [other for other in line if other in self._first]
        wanted += [other for other in line if other not in self._in_background]
        return job == next(iter(wanted or line), None)

    def _forget(self, job: int) -> None:
        for kind in (self._first, self._in_background, self._held):
            kind.discard(job)
