"""Cases: what a study asks, one by one, and the ground all of them stand on."""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from energy_model.common.atomic_write import new_folder, write_error
from energy_model.common.errors import InputError
from energy_model.solving.case_solver import Query

Value = float | str
CASE_SUFFIXES = (".csv", ".toml")


@dataclass(frozen=True)
class CaseSnapshot:
    """What all cases of a study stand on: the files of a case, its scenario, changes and resolution, and the sums watched.

    It holds the files themselves, so that a process on another machine needs no folder shared with this one.
    """

    name: str
    files: Mapping[str, bytes]
    scenario: str | None = None
    changes: tuple[str, ...] = ()
    resolution: int | str | None = None
    watched: tuple[str, ...] = ()
    extend: Callable | None = None

    @classmethod
    def of(
        cls,
        folder: str | Path,
        scenario: str | None = None,
        changes: tuple[str, ...] = (),
        resolution: int | str | None = None,
        watched: tuple[str, ...] = (),
        extend: Callable | None = None,
    ) -> CaseSnapshot:
        """The ground in a case's folder. InputError if there is none."""
        folder = Path(folder)
        if not (folder / "case.toml").is_file():
            raise InputError.at(
                str(folder), "there is no case here; name a folder that holds a case.toml"
            )
        files = {
            str(path.relative_to(folder).as_posix()): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            and path.suffix in CASE_SUFFIXES
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        }
        return cls(
            folder.resolve().name, files, scenario, tuple(changes), resolution, watched, extend
        )

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of every file, cut to what tells files apart."""
        return {name: hashlib.sha256(data).hexdigest()[:16] for name, data in self.files.items()}

    @cached_property
    def digest(self) -> str:
        """The same for the same files and options."""
        options = [self.scenario, self.changes, self.resolution, self.watched]
        own = f"{self.extend.__module__}.{self.extend.__qualname__}" if self.extend else ""
        return fingerprint_of([self.fingerprints, options, own])

    def unpacked(self) -> Path:
        """The files in a temporary folder, which is whoever asks's to take away."""
        place = temporary_folder()
        with new_folder(place, "name another folder for temporary files with TMPDIR") as draft:
            for name, data in self.files.items():
                path = draft / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        return place


@dataclass(frozen=True)
class StudyCase:
    """One question: changes to the inputs under a scenario, and what is asked; ``inputs`` are its cells in the study's table.

    ``whole`` says whether its run is kept; if none, the study's execution does. ``begins_at`` is the key of a case asked before, an
    anchor, at whose end this one begins; its own end is kept if it is an ``anchor``.
    """

    inputs: Mapping[str, Value]
    changes: tuple[str, ...] = ()
    scenario: str | None = None
    question: Query = field(default_factory=Query)
    whole: bool | None = None
    begins_at: str | None = None
    anchor: bool = False

    @cached_property
    def key(self) -> str:
        """The same for the same question, whoever asks; names its files."""
        return fingerprint_of([self.scenario, self.changes, asdict(self.question)])


def temporary_folder() -> Path:
    """A new name among temporary files. WriteError if there is no folder for them with room."""
    try:
        return Path(tempfile.gettempdir()) / f"energy_model_{secrets.token_hex(6)}"
    except FileNotFoundError as wrong:
        raise write_error("temporary files", wrong.strerror or str(wrong), "free space") from None


def fingerprint_of(content: Any) -> str:
    """A short fingerprint of anything JSON can hold."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
