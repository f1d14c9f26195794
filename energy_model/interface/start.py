"""Start: the first file the command runs; an interrupt is answered in a sentence from the first moment on."""

from __future__ import annotations

import sys

STOPPED = 4


def main() -> None:
    """The command line, once it is loaded."""
    try:
        from energy_model.interface.cli import main as command  # noqa: PLC0415 - takes a second

        command()
    except KeyboardInterrupt:
        sys.stderr.write("stopped: Nothing was written.\n")
        sys.exit(STOPPED)
