"""Start: the entry point of the command line; handles an interrupt while libraries are imported."""

from __future__ import annotations

import gc
import sys

from energy_model.common.errors import InputError

INPUT_FAULT, STOPPED = 2, 4


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
    except InputError as error:  # an installed extension cannot be imported
        sys.stderr.write("".join(f"{issue}\n" for issue in error.issues))
        sys.exit(INPUT_FAULT)
    except KeyboardInterrupt:
        sys.stderr.write("stopped: Nothing was written.\n")
        sys.exit(STOPPED)
