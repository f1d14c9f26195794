"""Manifest: the files of a run → their SHA-256 in the format of ``sha256sum --check``.

It includes the record. A file that is not listed is not part of the run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from energy_model.common.errors import InputError, InputIssue
from energy_model.results.damage import readable

NAME = "SHA256SUMS"
LINE = re.compile(r"([0-9a-f]{64}) [ *]([^/\\\x00-\x1f]+)")
DERIVED = (
    "report.html",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
)  # files made from a run, or by a desktop
PICTURES = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class Compared:
    """Result of the comparison of a run's files with its manifest, by file name.

    ``changed`` files are missing or changed; the manifest itself is one if it is missing. ``strange`` files are in the
    folder but not listed. ``derived`` likewise, but of a type that is made from a run, such as its page.
    """

    changed: tuple[str, ...]
    strange: tuple[str, ...]
    derived: tuple[str, ...]


def digest(file: Path) -> str:
    """SHA-256 of a file. OSError if it cannot be read."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write(folder: Path) -> None:
    """Writes the manifest of all files of a folder."""
    files = sorted(path for path in folder.iterdir() if path.name != NAME)
    lines = [f"{digest(file)}  {file.name}\n" for file in files]
    (folder / NAME).write_text("".join(lines), encoding="utf-8")


def read(folder: Path, record: Mapping[str, Any] | None = None) -> dict[str, str] | None:
    """SHA-256 by file name; None if there is no manifest.

    Runs of earlier versions have it in the record, which is then not listed. InputError if the manifest is damaged.
    """
    path = folder / NAME
    if not path.exists():
        files = (record or {}).get("files")
        return dict(files) if isinstance(files, dict) and files else None
    with readable(path):
        lines = path.read_text(encoding="utf-8").splitlines()
        matches = [LINE.fullmatch(line) for line in lines]
        if not all(matches):
            raise ValueError("a line is not a SHA-256 and a name")
        return {match[2]: match[1] for match in matches if match}


def compare(folder: Path, record: Mapping[str, Any] | None = None) -> Compared:
    """Compares a run's folder with its manifest. InputError if the manifest is damaged."""
    listed = read(folder, record)
    names = sorted(path.name for path in folder.iterdir())
    if listed is None:
        return Compared((NAME,), (), ())
    changed = [name for name in sorted(listed) if not _same(folder / name, listed[name])]
    if (folder / NAME).exists() and "metadata.json" not in listed:
        changed.append("metadata.json")
    unlisted = [name for name in names if name not in listed and name not in (NAME, *changed)]
    if not (folder / NAME).exists():
        unlisted.remove("metadata.json")
    derived = [name for name in unlisted if _derived(folder / name)]
    return Compared(
        tuple(changed), tuple(name for name in unlisted if name not in derived), tuple(derived)
    )


def refuse_changed(folder: Path, names: Iterable[str], listed: Mapping[str, str] | None) -> None:
    """InputError if a file differs from its manifest entry; without a manifest nothing is checked."""
    issues = []
    for name in names if listed is not None else ():
        path = folder / name
        with readable(path):
            if digest(path) != (listed or {}).get(name, ""):
                remedy = (
                    "the file changed after the run was written; put it back or run the case again"
                )
                issues.append(InputIssue(str(path), remedy))
    if issues:
        raise InputError(issues)


def _same(file: Path, then: str) -> bool:
    try:
        return digest(file) == then
    except OSError:
        return False


def _derived(path: Path) -> bool:
    if path.is_dir():
        inside = list(path.rglob("*"))
        return bool(inside) and all(
            content.is_dir() or content.suffix in PICTURES for content in inside
        )
    return path.name in DERIVED or path.suffix in PICTURES
