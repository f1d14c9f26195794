"""Workspace: the folder that holds everything a server keeps — saved scenarios, jobs, runs and studies.

No name that comes from a page becomes a path unless it keeps to a strict pattern and its place lies inside the folder.
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

NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")
FOLDERS = ("jobs", "runs", "studies", "scenarios")
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss"})
MAX_SAVED_SCENARIOS = 200  # saved scenarios of a case
ELSEWHERE = "name another folder with --workspace"


class Workspace:
    """The folder a server keeps; one server at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.lock = filelock.FileLock(self.folder / "server.lock", thread_local=False)
        with new_parts(self.folder, FOLDERS, ELSEWHERE):
            try:
                self.lock.acquire(timeout=0)
            except filelock.Timeout:  # it is an OSError too
                remedy = "another server keeps this folder; end it, or name another folder"
                raise InputError.at("--workspace", remedy, value=str(folder)) from None
            try:
                self.secret()
            except BaseException:
                self.close()
                Path(self.lock.lock_file).unlink(missing_ok=True)
                raise

    def close(self) -> None:
        """Lets another server keep the folder."""
        self.lock.release()

    def place(self, room: str, *names: str) -> Path:
        """A place in a room of the folder. KeyError if a name is not one, or leads out of it."""
        if room not in FOLDERS or not all(NAME.fullmatch(name) for name in names):
            raise KeyError(names)
        found = (self.folder / room).joinpath(*names)
        if not found.resolve().is_relative_to(self.folder / room):
            raise KeyError(names)
        return found

    def secret(self) -> str:
        """What sessions are signed with; made once, readable by nobody else."""
        path = self.folder / "secret"
        if not path.is_file():
            write_bytes(path, secrets.token_hex(32).encode(), ELSEWHERE, mode=0o600)
        return path.read_text(encoding="utf-8")

    # --- saved scenarios --------------------------------------------------------------------------

    def scenarios(self, case: str) -> dict[str, dict[str, Any]]:
        """The saved scenarios of a case by name."""
        found = {}
        for path in sorted(self.place("scenarios", case).glob("*.toml")):
            if NAME.fullmatch(path.stem):
                try:
                    found[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
                except (OSError, ValueError):
                    continue  # somebody edits it by hand
        return found

    def keep_scenario(self, case: str, title: str, content: Mapping[str, Any]) -> str:
        """Writes a scenario whole; its name, made of its title. InputError if there are too many."""
        name = plain_name(title)
        folder = self.place("scenarios", case)
        path = folder / f"{name}.toml"
        if not path.is_file() and len(list(folder.glob("*.toml"))) >= MAX_SAVED_SCENARIOS:
            remedy = f"{MAX_SAVED_SCENARIOS} scenarios are saved already; save over one of them by its name"
            raise InputError.at("scenario", remedy, value=title)
        write(path, tomli_w.dumps({"title": title.strip()[:80], **content}).encode())
        return name


def plain_name(title: str) -> str:
    """A title as a name that may be a file. InputError if nothing is left of it."""
    text = unicodedata.normalize("NFKD", title.strip().lower().translate(LETTERS))
    name = re.sub(r"[^a-z0-9]+", "_", text.encode("ascii", "ignore").decode()).strip("_")[:60]
    if not NAME.fullmatch(name):
        raise InputError.at("scenario", "give it a name of letters and digits", value=title)
    return name


def write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all. WriteError if it cannot be written."""
    write_bytes(path, data, ELSEWHERE)


def write_json(path: Path, content: Any) -> None:
    """Writes numbers and words whole or not at all."""
    write(path, json.dumps(content, indent=1, ensure_ascii=False).encode())
