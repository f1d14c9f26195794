"""Workspace: names → paths in the folder of a server with saved scenarios, jobs, runs and studies.

A name from a page becomes a path only if it matches a strict pattern and stays in the folder.
"""

from __future__ import annotations

import json
import re
import secrets
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import filelock
import tomli_w

from energy_model.common.atomic_write import new_parts, write_bytes
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message

NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")
FOLDERS = ("jobs", "runs", "studies", "scenarios")
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss"})
MAX_SAVED_SCENARIOS = 200  # saved scenarios of a case
WRITE_REMEDY = "name another folder with --workspace"


class Workspace:
    """The folder of a server, locked for one server at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.lock = filelock.FileLock(self.folder / "server.lock", thread_local=False)
        with new_parts(self.folder, FOLDERS, WRITE_REMEDY):
            try:
                self.lock.acquire(timeout=0)
            except filelock.Timeout:  # Timeout is a subclass of OSError
                remedy = "another server uses this folder; end it, or name another folder"
                raise InputError.at("--workspace", remedy, value=str(folder)) from None
            try:
                self.secret()
            except BaseException:
                self.close()
                Path(self.lock.lock_file).unlink(missing_ok=True)
                raise

    def close(self) -> None:
        """Releases the lock of the folder."""
        self.lock.release()

    def path(self, subfolder: str, *names: str) -> Path:
        """Returns a path in a subfolder. Raises KeyError if a name is invalid or leads outside."""
        if subfolder not in FOLDERS or not all(NAME.fullmatch(name) for name in names):
            raise KeyError(names)
        path = (self.folder / subfolder).joinpath(*names)
        if not path.resolve().is_relative_to(self.folder / subfolder):
            raise KeyError(names)
        return path

    def secret(self) -> str:
        """Returns the key that signs sessions, created once with access only for its owner."""
        path = self.folder / "secret"
        if not path.is_file():
            write_bytes(path, secrets.token_hex(32).encode(), WRITE_REMEDY, mode=0o600)
        return path.read_text(encoding="utf-8")

    # --- saved scenarios --------------------------------------------------------------------------

    def scenarios(self, case: str) -> dict[str, dict[str, Any]]:
        """Returns the saved scenarios of a case by name."""
        scenarios = {}
        for path in sorted(self.path("scenarios", case).glob("*.toml")):
            if NAME.fullmatch(path.stem):
                try:
                    scenarios[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
                except (OSError, ValueError):
                    continue  # being edited by hand
        return scenarios

    def save_scenario(self, case: str, title: str, content: Mapping[str, Any]) -> str:
        """Writes a scenario atomically and returns its name, derived from the title.

        Raises:
            InputError: There are too many, or no valid character remains of the title.
        """
        name = plain_name(title)
        folder = self.path("scenarios", case)
        path = folder / f"{name}.toml"
        if not path.is_file() and len(list(folder.glob("*.toml"))) >= MAX_SAVED_SCENARIOS:
            remedy = Message(
                "{count:#} scenarios are saved already; replace one of them by its title",
                count=MAX_SAVED_SCENARIOS,
            )
            raise InputError.at(N_("scenario"), remedy, value=title)
        write(path, tomli_w.dumps({"title": title.strip()[:80], **content}).encode())
        return name


def plain_name(title: str) -> str:
    """Returns a title as a valid file name. Raises InputError if no valid character remains."""
    text = unicodedata.normalize("NFKD", title.strip().lower().translate(LETTERS))
    name = re.sub(r"[^a-z0-9]+", "_", text.encode("ascii", "ignore").decode()).strip("_")[:60]
    if not NAME.fullmatch(name):
        remedy = N_("enter a title of letters and digits")
        raise InputError.at(N_("scenario"), remedy, value=title)
    return name


def write(path: Path, data: bytes) -> None:
    """Writes a file atomically. Raises WriteError if it cannot be written."""
    write_bytes(path, data, WRITE_REMEDY)


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file atomically. Raises WriteError if it cannot be written."""
    write(path, json.dumps(content, indent=1, ensure_ascii=False).encode())
