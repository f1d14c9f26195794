"""A watchdog: what takes too long is ended where it stands.

It counts the time the process works, so that a busy machine makes nothing hang; what sleeps is
ended by whoever runs the mutations.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

MAX_SECONDS = 20.0  # of work


class Hang(BaseException):
    """A mutation took longer than it may; no `except Exception` of the program catches it."""


@contextmanager
def watched(seconds: float = MAX_SECONDS) -> Iterator[None]:
    """Raises Hang within, after so many seconds."""

    def end(*_: object) -> None:
        raise Hang(f"longer than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
