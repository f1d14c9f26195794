"""Ends: exit codes, standard output, and how the program says what is wrong or prints JSON."""

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
_json_asked: ContextVar[bool] = ContextVar("json_asked", default=False)


def ask_json(asked: bool) -> bool:
    """Notes whether the command that runs was asked for JSON; faults are then told as JSON too."""
    _json_asked.set(asked)
    return asked


AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print JSON, and nothing else, on standard output.",
        callback=ask_json,
        is_eager=True,  # before an option that may be wrong
    ),
]


def begin() -> None:
    """Prepares standard output: a letter that its encoding lacks is replaced."""
    _json_asked.set(False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def exit_with(code: int, sentences: list[str], title: str) -> NoReturn:
    """Says what is wrong — as JSON too if that was asked for — and ends."""
    with contextlib.suppress(OSError, SystemExit):  # standard error may be closed or full
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"{title}:", markup=False)
        for sentence in sentences:
            console.print(f"  {sentence}", markup=False)
    if _json_asked.get():
        with contextlib.suppress(OSError):
            _write({"error": title, "faults": sentences, "exit_code": code})
    finish(code)


def finish(code: int) -> NoReturn:
    """Ends with what was printed written out; says so if standard output cannot be written."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = code or STOPPED
        _discard_output()
    except OSError as wrong:
        code = code or INPUT_FAULT
        _discard_output()
        with contextlib.suppress(OSError):
            said = f"standard output: it cannot be written ({reason_of(wrong)})."
            sys.stderr.write(f"{said}\n")
    sys.exit(code)


def print_json(content: Any) -> None:
    """Writes JSON alone on standard output; a number that is none becomes null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        if hasattr(value, "item"):
            value = value.item()
        return None if isinstance(value, float) and not math.isfinite(value) else value

    _write(plain(content), indent=1)


def _write(content: Any, indent: int | None = None) -> None:
    """Writes JSON; letters that the encoding of standard output lacks are escaped."""
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        text = json.dumps(content, ensure_ascii=True, indent=indent)
    sys.stdout.write(f"{text}\n")


def _discard_output() -> None:
    """Standard output goes nowhere; else the interpreter writes what is left when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
