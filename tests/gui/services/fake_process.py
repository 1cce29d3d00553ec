"""An engine process without a process: the test says what it answers."""

from __future__ import annotations

import queue

from engine.contracts.events import EngineReady
from engine.contracts.requests import Cancel, Submit


class FakeProcess:
    """Every started one is kept in ``made``, the last one last."""

    made: list[FakeProcess] = []

    def __init__(self) -> None:
        self.sent = []
        self.killed = self.closed = False
        self._events: queue.SimpleQueue = queue.SimpleQueue()
        FakeProcess.made.append(self)

    def start(self) -> None:
        self.tell(EngineReady(1, {}))

    def send(self, message) -> None:
        self.sent.append(message)

    def receive(self):
        event = self._events.get()
        if isinstance(event, BaseException):
            raise event
        return event

    def tell(self, *events) -> None:
        for event in events:
            self._events.put(event)

    def crash(self) -> None:
        self.tell(EOFError("gone"))

    def kill(self) -> None:
        self.killed = True
        self.crash()

    def close(self) -> None:
        self.closed = True
        self.crash()

    def requests(self, kind):
        return [
            m.request
            for m in self.sent
            if isinstance(m, Submit) and isinstance(m.request, kind)
        ]

    def cancelled(self):
        return [m.job for m in self.sent if isinstance(m, Cancel)]
