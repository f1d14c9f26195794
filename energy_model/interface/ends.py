"""Ends: exit codes, and how the program says what is wrong or prints JSON."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from rich.console import Console

FINE, INPUT_FAULT, NO_PLAN, STOPPED = 0, 2, 3, 4


def leave(code: int, sentences: list[str], title: str) -> None:
    """Says what is wrong — as JSON too if that was asked for — and ends."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"{title}:", markup=False)
    for sentence in sentences:
        console.print(f"  {sentence}", markup=False)
    if "--json" in sys.argv:
        sys.stdout.write(
            json.dumps({"error": title, "faults": sentences, "exit_code": code}, ensure_ascii=False)
            + "\n"
        )
    sys.exit(code)


def write_json(content: Any) -> None:
    """Writes JSON alone on standard output; a number that is none becomes null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        if hasattr(value, "item"):
            value = value.item()
        return None if isinstance(value, float) and not math.isfinite(value) else value

    sys.stdout.write(json.dumps(plain(content), indent=1, ensure_ascii=False) + "\n")
