"""Start: the first file the command runs; an interrupt is answered in a sentence from the first moment on."""

from __future__ import annotations

import gc
import sys

from energy_model.common.errors import InputError

INPUT_FAULT, STOPPED = 2, 4


def main() -> None:
    """The command line, once it is loaded."""
    try:
        # Looking for what may be forgotten while libraries load, and then again and again among all they made, takes a
        # second of a run; what is loaded stays.
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
