"""Interrupts: SIGINT, held back while files are tidied up."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class InterruptGate:
    """A SIGINT handler that can be closed: an interrupt then waits until `restore`.

    Closing is the assignment of an attribute, between which and the statement before no
    interrupt is handled. Outside the main thread, where Python handles no signals, the gate does
    nothing.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self._pending: FrameType | None = None
        self._is_pending = False
        self._previous: Any = None

    def install(self) -> None:
        """Puts the gate in front of the present SIGINT handler."""
        if threading.current_thread() is not threading.main_thread():
            return
        previous = signal.getsignal(signal.SIGINT)
        if callable(previous):
            self._previous = previous
            signal.signal(signal.SIGINT, self._handle)

    def restore(self) -> None:
        """Reinstates the earlier handler, which then handles an interrupt that waited."""
        if self._previous is None:
            return
        signal.signal(signal.SIGINT, self._previous)
        if self._is_pending:
            self._previous(signal.SIGINT, self._pending)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.is_closed:
            self._is_pending, self._pending = True, frame
        else:
            self._previous(number, frame)
