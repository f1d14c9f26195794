"""Study case: what all cases of a study share, and the overrides and query of one case."""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from energy_model.case.case_spec import CaseSpec
from energy_model.common.atomic_write import new_folder, write_error
from energy_model.common.errors import InputError
from energy_model.solving.case_solver import Query
from energy_model.studies.runner import former_names

Value = float | str
CASE_SUFFIXES = (".csv", ".toml")


@dataclass(frozen=True)
class CaseSnapshot:
    """What all cases of a study share: the case's specification, its files, and the watched metrics.

    It holds the file contents, so that a worker on another machine needs no shared folder.
    """

    spec: CaseSpec
    files: Mapping[str, bytes]
    watched: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        spec: CaseSpec,
        watched: tuple[str, ...] = (),
        extra_files: Mapping[str, bytes] | None = None,
    ) -> CaseSnapshot:
        """The snapshot of a case's folder, with further files.

        Raises:
            InputError: the folder holds no case.toml.
        """
        folder = spec.folder
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
        return cls(spec, files | dict(extra_files or {}), watched)

    @property
    def name(self) -> str:
        """The name of the case's folder."""
        return self.spec.folder.resolve().name

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """The SHA-256 of every file, cut to 16 digits."""
        return {name: hashlib.sha256(data).hexdigest()[:16] for name, data in self.files.items()}

    @cached_property
    def digest(self) -> str:
        """The fingerprint of the files and options together."""
        spec = self.spec
        options = [spec.scenario, spec.overrides, spec.resolution, self.watched]
        name = f"{spec.extend.__module__}.{spec.extend.__qualname__}" if spec.extend else ""
        return fingerprint_of([self.fingerprints, options, name])

    def extract(self) -> Path:
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

    ``inputs`` are the case's cells in the study's table. ``keep_run`` says whether the run is
    saved; None leaves it to the execution options. ``warm_start_from`` is the key of an earlier
    case whose final basis is this case's warm start; that of a case that ``is_warm_start`` is
    stored.
    """

    inputs: Mapping[str, Value]
    overrides: tuple[str, ...] = ()
    scenario: str | None = None
    query: Query = field(default_factory=Query)
    keep_run: bool | None = None
    warm_start_from: str | None = None
    is_warm_start: bool = False

    @cached_property
    def key(self) -> str:
        """The fingerprint of the case, equal for equal cases of any study and release; names its files."""
        overrides = [former_names.former_override(text) for text in self.overrides]
        return fingerprint_of([self.scenario, overrides, former_names.former_query(self.query)])


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
