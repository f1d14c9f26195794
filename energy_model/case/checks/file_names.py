"""File names: the folder of a case → issues for files and folders with nearly valid names.

Such files would otherwise be ignored silently.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from energy_model.case.input_log import InputLog

HOURLY_FOLDERS = ("profiles", "weather", "measured")
FOLDERS = (*HOURLY_FOLDERS, "scenarios", "map")
ENDINGS = {"scenarios": ".toml", "map": ".geojson"}  # of the files of a folder; others hold .csv
BACKUP_ENDINGS = ("~", ".bak", ".orig", ".old", ".swp", ".tmp")
SHEET_ENDINGS = (".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".ods")


def check_file_names(folder: Path, tables: Iterable[str], input_log: InputLog) -> None:
    """Adds an issue for every file or folder whose name is close to a valid one."""
    names = [*tables, "sources"]
    for path in sorted(folder.iterdir()):
        if _is_passed_over(path):
            _note_lost_original(path, names, input_log)
            continue
        if path.is_dir() and not path.name.lower().endswith(".csv"):
            _check_folder(path, input_log)
        elif path.suffix == ".csv" and path.is_file():
            if not _is_table(path.stem, names):
                close_names = difflib.get_close_matches(path.stem, names, n=2, cutoff=0.5)
                hint = (
                    f"nearest are {', '.join(close_names)}"
                    if close_names
                    else f"known are {', '.join(names)}"
                )
                remedy = f"no table has this name; {hint}, or put it in another folder"
                input_log.add_issue(path.name, remedy)
        else:
            _check_ending(path, path.name, names, input_log)
    for name in FOLDERS:
        if (folder / name).is_dir():
            _check_inner_files(folder / name, ENDINGS.get(name, ".csv"), input_log)


def _is_passed_over(path: Path) -> bool:
    """Returns whether a path is a hidden file, a lock file or an editor's backup."""
    return path.name.startswith((".", "~$")) or path.name.lower().endswith(BACKUP_ENDINGS)


def _note_lost_original(path: Path, names: Iterable[str], input_log: InputLog) -> None:
    """Notes a backup of a table or of the sources whose original is missing."""
    ending = next((end for end in BACKUP_ENDINGS if path.name.lower().endswith(end)), "")
    original = path.name[: len(path.name) - len(ending)]
    if not ending or not original.endswith(".csv") or path.with_name(original).exists():
        return
    if _is_table(original.removesuffix(".csv"), names):
        input_log.notes.append(
            f"{path.name}: it is ignored as a backup, and there is no {original}; "
            "rename it if it is to be read."
        )


def _is_table(stem: str, names: Iterable[str]) -> bool:
    return any(stem == name or stem.startswith(f"{name}_") for name in names)


def _stem(name: str) -> str:
    """Returns a name without sheet extensions, in lower case: ``demands`` for ``demands.CSV``."""
    stem = re.sub(r"\s+", "", name.lower())
    while (ending := Path(stem).suffix) in SHEET_ENDINGS:
        stem = stem.removesuffix(ending)
    return stem


def _check_ending(path: Path, name: str, names: Iterable[str], input_log: InputLog) -> None:
    """Adds an issue for a table with another extension, or a folder named like a file."""
    lower = path.name.lower()
    if path.is_file() and not path.suffix and _is_table(lower, names):
        input_log.add_issue(
            name, f"only CSV files are read; rename it to {lower}.csv, or move it away"
        )
        return
    if not (".csv" in lower or lower.endswith(SHEET_ENDINGS)):
        return
    stem = _stem(path.name)
    if path.is_dir():
        input_log.add_issue(
            name, "a folder has this name where a file is read; give it another name"
        )
    elif ".csv" in lower:
        rename_hint = f"; rename it to {stem}.csv" if _is_table(stem, names) else ""
        remedy = f"only names that end in .csv in small letters are read{rename_hint}"
        input_log.add_issue(name, f"{remedy}, or put it in another folder")
    elif _is_table(stem, names):
        remedy = f"only CSV files are read; save it as {stem}.csv, or put it in another folder"
        input_log.add_issue(name, remedy)


def _check_folder(path: Path, input_log: InputLog) -> None:
    """Adds an issue for a folder whose name is close to a valid one."""
    close_names = difflib.get_close_matches(path.name.lower(), FOLDERS, n=1, cutoff=0.8)
    if close_names and path.name not in FOLDERS:
        remedy = (
            f"no folder of a case has this name; rename it to {close_names[0]}, or put it elsewhere"
        )
        input_log.add_issue(f"{path.name}/", remedy)


def _check_inner_files(folder: Path, ending: str, input_log: InputLog) -> None:
    """Adds an issue for files of profiles or scenarios with a wrong extension."""
    for path in sorted(folder.iterdir()):
        name = f"{folder.name}/{path.name}"
        if _is_passed_over(path):
            continue
        has_ending = path.suffix == ending
        if path.is_dir() and (has_ending or any(path.rglob(f"*{ending}"))):
            input_log.add_issue(name, "a folder is where only files are read; move its files up")
        elif path.is_file() and not has_ending and ending in path.name.lower():
            remedy = f"only names that end in {ending} in small letters are read; rename it"
            input_log.add_issue(name, remedy)
