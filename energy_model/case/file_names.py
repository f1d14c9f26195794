"""File names: a file that is nearly one of a case, and would be left out without a word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from energy_model.case.input_log import InputLog

HOURLY_FOLDERS = ("profiles", "weather", "measured")
FOLDERS = (*HOURLY_FOLDERS, "scenarios")
BACKUP_ENDINGS = ("~", ".bak", ".orig", ".old", ".swp", ".tmp")
SHEET_ENDINGS = (".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".ods")


def check_file_names(folder: Path, tables: Iterable[str], reading: InputLog) -> None:
    """Notes a fault for every file or folder whose name is nearly one that is read."""
    names = [*tables, "sources"]
    for path in sorted(folder.iterdir()):
        if _is_passed_over(path):
            continue
        if path.is_dir() and not path.name.lower().endswith(".csv"):
            _check_folder(path, reading)
        elif path.suffix == ".csv" and path.is_file():
            if not _is_table(path.stem, names):
                near = difflib.get_close_matches(path.stem, names, n=2, cutoff=0.5)
                hint = f"nearest are {', '.join(near)}" if near else f"known are {', '.join(names)}"
                remedy = f"no table has this name; {hint}, or put it in another folder"
                reading.add_issue(path.name, remedy)
        else:
            _check_ending(path, path.name, names, reading)
    for name in FOLDERS:
        if (folder / name).is_dir():
            ending = ".toml" if name == "scenarios" else ".csv"
            _check_inner_files(folder / name, ending, reading)


def _is_passed_over(path: Path) -> bool:
    """Whether a name marks a hidden file, a lock or a backup of an editor."""
    return path.name.startswith((".", "~$")) or path.name.lower().endswith(BACKUP_ENDINGS)


def _is_table(stem: str, names: Iterable[str]) -> bool:
    return any(stem == name or stem.startswith(f"{name}_") for name in names)


def _stem(name: str) -> str:
    """A name without the endings of sheets, in small letters: ``demands.CSV`` is ``demands``."""
    stem = re.sub(r"\s+", "", name.lower())
    while (ending := Path(stem).suffix) in SHEET_ENDINGS:
        stem = stem.removesuffix(ending)
    return stem


def _check_ending(path: Path, name: str, names: Iterable[str], reading: InputLog) -> None:
    """Notes a table saved under another ending, or a folder in the place of a file."""
    lower = path.name.lower()
    if path.is_file() and not path.suffix and _is_table(lower, names):
        reading.add_issue(
            name, f"only CSV files are read; rename it to {lower}.csv, or move it away"
        )
        return
    if not (".csv" in lower or lower.endswith(SHEET_ENDINGS)):
        return
    stem = _stem(path.name)
    if path.is_dir():
        reading.add_issue(name, "a folder has this name where a file is read; give it another name")
    elif ".csv" in lower:
        near = f"; rename it to {stem}.csv" if _is_table(stem, names) else ""
        remedy = f"only names that end in .csv in small letters are read{near}"
        reading.add_issue(name, f"{remedy}, or put it in another folder")
    elif _is_table(stem, names):
        remedy = f"only CSV files are read; save it as {stem}.csv, or put it in another folder"
        reading.add_issue(name, remedy)


def _check_folder(path: Path, reading: InputLog) -> None:
    """Notes a folder whose name is nearly one that is read."""
    near = difflib.get_close_matches(path.name.lower(), FOLDERS, n=1, cutoff=0.8)
    if near and path.name not in FOLDERS:
        remedy = f"no folder of a case has this name; rename it to {near[0]}, or put it elsewhere"
        reading.add_issue(f"{path.name}/", remedy)


def _check_inner_files(folder: Path, ending: str, reading: InputLog) -> None:
    """Notes files of a folder of hours or scenarios that are not read for their endings."""
    for path in sorted(folder.iterdir()):
        name = f"{folder.name}/{path.name}"
        if _is_passed_over(path):
            continue
        right = path.suffix == ending
        if path.is_dir() and (right or any(path.rglob(f"*{ending}"))):
            reading.add_issue(name, "a folder stands where files are read; move its files up")
        elif path.is_file() and not right and ending in path.name.lower():
            remedy = f"only names that end in {ending} in small letters are read; rename it"
            reading.add_issue(name, remedy)
