"""Exit codes: the outcome of a command → its exit code, with errors on standard error and as JSON."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn

from rich.console import Console

from energy_model.cli.output import json_requested, write_json
from energy_model.common.atomic_write import reason_of

FINE, INPUT_FAULT, NO_PLAN, STOPPED = 0, 2, 3, 4


def exit_with(code: int, sentences: list[str], title: str) -> NoReturn:
    """Prints an error, as JSON too with ``--json``, and exits."""
    with contextlib.suppress(OSError, SystemExit):  # standard error may be closed or full
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"{title}:", markup=False)
        for sentence in sentences:
            console.print(f"  {sentence}", markup=False)
    if json_requested.get():
        with contextlib.suppress(OSError):
            write_json({"error": title, "faults": sentences, "exit_code": code})
    finish(code)


def finish(code: int) -> NoReturn:
    """Flushes standard output and exits; prints a message if standard output cannot be written."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = code or STOPPED
        _discard_output()
    except OSError as error:
        code = code or INPUT_FAULT
        _discard_output()
        with contextlib.suppress(OSError):
            message = f"standard output: it cannot be written ({reason_of(error)})."
            sys.stderr.write(f"{message}\n")
    sys.exit(code)


def _discard_output() -> None:
    """Redirects standard output to the null device; otherwise the interpreter writes the buffer at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
