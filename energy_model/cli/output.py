"""Output: results and errors of a command → standard output, standard error and an exit code."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from contextvars import ContextVar
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from energy_model.common.atomic_write import reason_of

FINE, INPUT_FAULT, NO_PLAN, STOPPED = 0, 2, 3, 4
_json_requested: ContextVar[bool] = ContextVar("json_requested", default=False)


def record_json(requested: bool) -> bool:
    """Records whether the command has ``--json``; errors are then printed as JSON too."""
    _json_requested.set(requested)
    return requested


AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print JSON, and nothing else, on standard output.",
        callback=record_json,
        is_eager=True,  # parsed before options that may be invalid
    ),
]


def begin() -> None:
    """Prepares standard output and error: characters missing in their encoding are replaced."""
    _json_requested.set(False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def print_lines(*lines: str) -> None:
    """Prints lines without markup and without wrapping, so that paths can be copied."""
    Console(highlight=False, soft_wrap=True).print("\n".join(lines), markup=False)


def exit_with(code: int, sentences: list[str], title: str) -> NoReturn:
    """Prints an error, as JSON too with ``--json``, and exits."""
    with contextlib.suppress(OSError, SystemExit):  # standard error may be closed or full
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"{title}:", markup=False)
        for sentence in sentences:
            console.print(f"  {sentence}", markup=False)
    if _json_requested.get():
        with contextlib.suppress(OSError):
            _write({"error": title, "faults": sentences, "exit_code": code})
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


def print_json(content: Any) -> None:
    """Writes JSON to standard output; nan and infinity become null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if hasattr(value, "item"):
            value = value.item()
        return None if isinstance(value, float) and not math.isfinite(value) else value

    _write(plain(content), indent=1)


def _write(content: Any, indent: int | None = None) -> None:
    """Writes JSON; characters missing in the encoding of standard output are escaped."""
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        text = json.dumps(content, ensure_ascii=True, indent=indent)
    sys.stdout.write(f"{text}\n")


def _discard_output() -> None:
    """Redirects standard output to the null device; otherwise the interpreter writes the buffer at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
