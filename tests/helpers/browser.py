"""A real browser without a window: what a page is after its scripts ran, and what it complained of."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)  # fmt: skip
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


class Seen(NamedTuple):
    """A page as it stands after a while, and the lines of its console."""

    page: str
    console: list[str]


def see(path: Path, folder: Path, query: str = "", width: int = 1200, height: int = 9000) -> Seen:
    """Opens a page of a file and waits until it has drawn."""
    asked = [PROGRAM, *QUIET, f"--user-data-dir={folder}", f"--window-size={width},{height}", "--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom", f"file://{path}{query}"]  # fmt: skip
    done = subprocess.run(asked, capture_output=True, text=True, timeout=180, check=False)
    return Seen(done.stdout, re.findall(r"CONSOLE[:(].*", done.stderr))
