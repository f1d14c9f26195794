"""Solver monitor: callbacks of the solver → progress messages, and a stop on an interrupt."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from energy_model.common.language import Message

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # keyboard interrupt and process termination
REPORT_INTERVAL_SECONDS = 0.1  # the simplex method calls back thousands of times in a second
RESTARTED = "the interior point method began again"
Progress = Callable[[str], None]


class SolverMonitor:
    """Callback that reports the progress of the solver and stops it on an interrupt.

    With ``stops_restart`` it also stops an interior point method that begins again, and ``restarted`` is then true: HiGHS
    follows HiPO, where that does not converge, by IPX, which takes hours for a large program.
    """

    def __init__(self, progress: Progress | None, stops_restart: bool = False) -> None:
        self.progress, self.begun, self.interrupted = progress, time.monotonic(), False
        self.next_report = self.begun
        self.stops_restart, self.restarted = stops_restart, False
        self._last_iteration = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Records stop signals until the next callback of the solver, which cannot raise an exception."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._interrupt) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _interrupt(self, *_: Any) -> None:
        self.interrupted = True

    def __call__(self, event: Any) -> None:
        """Called by the solver from time to time."""
        now = time.monotonic()
        if self.progress is not None and now >= self.next_report:
            self.next_report = now + REPORT_INTERVAL_SECONDS
            output = event.data_out
            # minus one where a method has not begun
            count = max(output.ipm_iteration_count, output.simplex_iteration_count, 0)
            seconds = round(now - self.begun)
            self.progress(
                Message("iteration {count:#}, {seconds:s}", count=int(count), seconds=seconds)
            )
        if self.stops_restart:
            iteration = event.data_out.ipm_iteration_count
            self.restarted = self.restarted or 0 <= iteration < self._last_iteration
            self._last_iteration = max(self._last_iteration, iteration)
        if self.interrupted or self.restarted:
            event.interrupt()
