"""Start: the entry point of the command line; handles an interrupt while libraries are imported."""

from __future__ import annotations

import gc
import sys

STOPPED = 4


def main() -> None:
    """Imports the command line and runs it."""
    try:
        # Garbage collection during the imports, and later of the imported objects, takes a second of a run; imported
        # objects are permanent.
        gc.disable()
        from energy_model.cli.app import main as command  # noqa: PLC0415 - takes a second

        gc.freeze()
        gc.enable()
        gc.set_threshold(100_000, 20, 100)
        command()
    except KeyboardInterrupt:
        sys.stderr.write("stopped: Nothing was written.\n")
        sys.exit(STOPPED)
