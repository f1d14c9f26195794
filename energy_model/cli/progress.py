"""Progress: messages of a running command → a live line on a terminal, plain lines on other standard errors."""

from __future__ import annotations

import time
from contextlib import suppress
from types import TracebackType

from rich.console import Console
from rich.status import Status

QUIET_SECONDS = 2.0  # between plain lines about the same activity


class Progress:
    """Prints progress messages and stores each with its time for the log of the run."""

    def __init__(self, silent: bool = False) -> None:
        self.console, self.silent = Console(stderr=True, highlight=False), silent
        self.begun, self.last = time.monotonic(), ("", 0.0)
        self.lines: list[str] = []
        self.status: Status | None = None

    def __enter__(self) -> Progress:
        if self.console.is_terminal and not self.silent:
            self.status = self.console.status("starting")
            self.status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.status is not None:
            self.status.stop()

    def __call__(self, message: str) -> None:
        """Prints one message; the text before a colon names the activity."""
        now = time.monotonic()
        activity = message.split(":")[0]
        is_new = activity != self.last[0] or now - self.last[1] >= QUIET_SECONDS
        if is_new:
            self.lines.append(f"{now - self.begun:8.1f} s  {message}")
            self.last = activity, now
        if self.silent:
            return
        if self.status is not None:
            self.status.update(f"{message}  ({now - self.begun:.0f} s)")
        elif is_new:
            with suppress(OSError, SystemExit):  # standard error may be closed or full
                self.console.print(f"{now - self.begun:6.1f} s  {message}")

    @property
    def seconds(self) -> float:
        """Time since the start [s]."""
        return time.monotonic() - self.begun

    @property
    def log(self) -> str:
        """All messages, one a line."""
        return "\n".join(self.lines) + "\n"
