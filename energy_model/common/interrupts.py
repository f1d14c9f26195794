"""Interrupts: SIGINT, deferred until files are cleaned up."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class InterruptDeferral:
    """A SIGINT handler that can defer an interrupt until `restore`.

    ``is_deferring`` is set by an assignment, between which and the statement before no interrupt
    is handled. Outside the main thread, where Python handles no signals, nothing is deferred.
    """

    def __init__(self) -> None:
        self.is_deferring = False
        self._deferred: list[FrameType | None] = []
        self._previous: Any = None

    def install(self) -> None:
        """Puts this handler before the present SIGINT handler."""
        if threading.current_thread() is not threading.main_thread():
            return
        previous = signal.getsignal(signal.SIGINT)
        if callable(previous):
            self._previous = previous
            signal.signal(signal.SIGINT, self._handle)

    def restore(self) -> None:
        """Reinstates the earlier handler, which then handles a deferred interrupt."""
        if self._previous is None:
            return
        signal.signal(signal.SIGINT, self._previous)
        if self._deferred:
            self._previous(signal.SIGINT, self._deferred[-1])

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.is_deferring:
            self._deferred.append(frame)
        else:
            self._previous(number, frame)
