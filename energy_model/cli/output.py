"""Output: results of a command → standard output, as lines or JSON."""

from __future__ import annotations

import json
import math
import sys
from contextvars import ContextVar
from typing import Annotated, Any

import typer
from rich.console import Console

json_requested: ContextVar[bool] = ContextVar("json_requested", default=False)


def record_json(requested: bool) -> bool:
    """Records whether the command has ``--json``; errors are then printed as JSON too."""
    json_requested.set(requested)
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
    json_requested.set(False)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def print_lines(*lines: str) -> None:
    """Prints lines without markup and without wrapping, so that paths can be copied."""
    Console(highlight=False, soft_wrap=True).print("\n".join(lines), markup=False)


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

    write_json(plain(content), indent=1)


def write_json(content: Any, indent: int | None = None) -> None:
    """Writes JSON; characters missing in the encoding of standard output are escaped."""
    text = json.dumps(content, ensure_ascii=False, indent=indent)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        text = json.dumps(content, ensure_ascii=True, indent=indent)
    sys.stdout.write(f"{text}\n")
