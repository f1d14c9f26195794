"""Case specification: a case's files and a study's changes → a snapshot all cases share, and one record per case."""

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
    """The input shared by all cases of a study: the case's files, scenario, overrides, resolution and watched metrics.

    It holds the file contents, so that a worker on another machine needs no shared folder.
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
        """The snapshot of a case folder.

        Raises:
            InputError: the folder holds no case.toml.
        """
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
        """The SHA-256 of every file, cut to 16 digits."""
        return {name: hashlib.sha256(data).hexdigest()[:16] for name, data in self.files.items()}

    @cached_property
    def digest(self) -> str:
        """The fingerprint of the files and options together."""
        options = [self.scenario, self.changes, self.resolution, self.watched]
        extension = f"{self.extend.__module__}.{self.extend.__qualname__}" if self.extend else ""
        return fingerprint_of([self.fingerprints, options, extension])

    def unpacked(self) -> Path:
        """The path of a temporary folder with the files; the caller removes it."""
        folder = temporary_folder()
        with new_folder(folder, "name another folder for temporary files with TMPDIR") as draft:
            for name, data in self.files.items():
                path = draft / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        return folder


@dataclass(frozen=True)
class StudyCase:
    """One case of a study: overrides of the inputs under a scenario, and a query.

    ``inputs`` are the case's cells in the study's table. ``whole`` says whether the run is saved;
    None leaves it to the execution options. ``begins_at`` is the key of an earlier case, an anchor,
    whose basis is this case's warm start; the final basis of an ``anchor`` is stored.
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
        """The fingerprint of the case, equal for equal cases of any study; names its files."""
        return fingerprint_of([self.scenario, self.changes, asdict(self.question)])


def temporary_folder() -> Path:
    """A new path among temporary files.

    Raises:
        WriteError: there is no writable folder for temporary files.
    """
    try:
        return Path(tempfile.gettempdir()) / f"energy_model_{secrets.token_hex(6)}"
    except FileNotFoundError as error:
        raise write_error("temporary files", error.strerror or str(error), "free space") from None


def fingerprint_of(content: Any) -> str:
    """The first 16 digits of the SHA-256 of any JSON content."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
