"""Store: a study → a folder with its definition, a file for every finished case, tables and runs.

A finished case is written to a temporary file and renamed, so an interrupted study keeps all
finished cases and can be resumed. Several processes may work on one study: the process that works
on a case holds its lock, which the operating system frees when the process ends.
"""

from __future__ import annotations

import io
import json
import shutil
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
import tomli_w

from energy_model.common.atomic_write import new_folder, new_parts, write_bytes, write_error
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.extras import require_extra
from energy_model.optimization.warm_start import WarmStart
from energy_model.studies.runner import former_names
from energy_model.studies.runner.study_case import CaseSnapshot, StudyCase

DEFINITION = "study.toml"
MAX_SHOWN_CHARACTERS = 80  # of a value in a message
FOLDERS = ("cases", "runs", "claims", "starts")
OTHER_FOLDER_REMEDY = "name another folder with --out"
RESUME_REMEDY = (
    f"{OTHER_FOLDER_REMEDY}; finished cases are stored, and the same command resumes the study"
)
FIRST_COLUMNS = ("case", "status", "reason", "objective")


class StudyStore:
    """The folder of a study."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def open_or_create(self, snapshot: CaseSnapshot, definition: Mapping[str, Any]) -> bool:
        """Writes the definition; returns whether the same one is stored already.

        Raises:
            InputError: another study is stored here, or its inputs have changed; it lists all
                differences.
            WriteError: the folder cannot be written.
        """
        require_extra("studies")  # tables need it; without it no case is solved

        content = {
            "study": dict(definition)
            | {
                "case": snapshot.name,
                "scenario": snapshot.spec.scenario or "",
                "changes": list(snapshot.spec.overrides),
                "resolution": str(snapshot.spec.resolution or ""),
                "watched": list(snapshot.watched),
                "digest": snapshot.digest,
            },
            "files": dict(snapshot.fingerprints),
        }
        definition_path = self.folder / DEFINITION
        try:
            if not definition_path.is_file():
                entries = list(self.folder.iterdir()) if self.folder.is_dir() else []
                names = [entry.name for entry in entries if entry.name not in FOLDERS]
                if any(not name.startswith(f".{DEFINITION}") for name in names):
                    remedy = "the folder holds something else; name another with --out"
                    raise InputError.at(str(self.folder), remedy)
                with new_parts(self.folder, FOLDERS, OTHER_FOLDER_REMEDY):
                    write_bytes(
                        definition_path, tomli_w.dumps(content).encode(), OTHER_FOLDER_REMEDY
                    )
                return False
        except OSError as error:
            raise write_error(self.folder, error, OTHER_FOLDER_REMEDY) from None
        issues = _differences(definition_path, content)
        if issues:
            raise InputError(issues)
        with new_parts(self.folder, FOLDERS, OTHER_FOLDER_REMEDY):
            return True

    def remove_empty(self) -> None:
        """Removes a study without finished cases, so that nothing remains of one that a full disk stopped."""
        if not any((self.folder / "cases").glob("*.json")):
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- cases ------------------------------------------------------------------------------------

    def has_result(self, case: StudyCase) -> bool:
        """Whether a case is finished."""
        return self.load_result(case) is not None

    def load_result(self, case: StudyCase) -> dict[str, Any] | None:
        """The result of a case, or None if it is not finished."""
        content = self.read_json(f"cases/{case.key}")
        return None if content is None else former_names.current_result(content)

    def save_result(self, case: StudyCase, result: Mapping[str, Any], run: bytes | None) -> None:
        """Stores a finished case: its run first, so that a case that exists is complete."""
        if run is not None:
            run_folder = self.folder / "runs" / case.key
            for draft_folder in run_folder.parent.glob(f".{case.key}_*"):  # of a killed process
                shutil.rmtree(draft_folder, ignore_errors=True)
            with (
                new_folder(run_folder, RESUME_REMEDY, replace=True) as draft,
                zipfile.ZipFile(io.BytesIO(run)) as packed,
            ):
                packed.extractall(draft)
        text = json.dumps(result, ensure_ascii=False)
        _write(self.folder / "cases" / f"{case.key}.json", text.encode())

    def lock_case(self, name: str) -> filelock.BaseFileLock | None:
        """The acquired lock of a case or step; None if another process holds it.

        Raises:
            WriteError: the lock file cannot be created.
        """
        path = self.folder / "claims" / f"{name}.lock"
        lock = filelock.FileLock(path, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            return None
        except OSError as error:
            raise write_error(path, error, RESUME_REMEDY) from None
        return lock

    def unlock_finished(self, lock: filelock.BaseFileLock) -> None:
        """Frees the lock of a finished case or step, and removes its file; a later holder finds the result."""
        with suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()

    # --- warm starts ------------------------------------------------------------------------------

    def load_warm_start(self, case: str = "begin") -> WarmStart | None:
        """The warm start of all cases, or the final basis of one case by its key; None if unknown."""
        try:
            arrays = self.load_arrays(f"starts/{case}")
            return None if arrays is None else WarmStart.unpacked(arrays)
        except ValueError:
            return None

    def save_warm_start(
        self, start: WarmStart | Mapping[str, np.ndarray], case: str = "begin"
    ) -> None:
        """Stores the warm start of all cases, or the final basis of one case."""
        arrays = start.packed() if isinstance(start, WarmStart) else dict(start)
        self.save_arrays(f"starts/{case}", arrays)

    # --- arrays -----------------------------------------------------------------------------------

    def load_arrays(self, name: str) -> dict[str, np.ndarray] | None:
        """The arrays that `save_arrays` wrote; None if they do not exist or cannot be read."""
        try:
            with np.load(self.folder / f"{name}.npz") as arrays:
                return dict(arrays)
        except (OSError, ValueError, zipfile.BadZipFile):
            return None

    def save_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Stores arrays by their names."""
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        _write(self.folder / f"{name}.npz", file.getvalue())

    # --- tables -----------------------------------------------------------------------------------

    def table(self, cases: Iterable[StudyCase]) -> pd.DataFrame:
        """A row for every case: its inputs, status, cost and headline numbers."""
        rows, input_names = [], []
        for number, case in enumerate(cases, 1):
            result = self.load_result(case) or {
                "status": "waiting",
                "reason": "",
                "objective": None,
            }
            row = {"case": number} | dict(case.inputs)
            row |= {name: result[name] for name in ("status", "reason", "objective")}
            row |= result.get("summary", {}) | result.get("quantities", {})
            row |= {f"price of {name}": price for name, price in result.get("prices", {}).items()}
            rows.append(row | {"run": case.key})
            input_names += [name for name in case.inputs if name not in input_names]
        frame = pd.DataFrame(rows)
        if frame.empty:
            return frame
        for name in input_names:
            frame[name] = _as_numbers(frame[name])
        others = [column for column in frame if column not in (*FIRST_COLUMNS, *input_names, "run")]
        return frame[["case", *input_names, "status", "reason", "objective", *others, "run"]]

    def assets(self, cases: Iterable[StudyCase]) -> pd.DataFrame:
        """The capacity, added and retired capacity and yearly cost of every asset, case by case."""
        rows = []
        for number, case in enumerate(cases, 1):
            result = self.load_result(case) or {}
            rows += [(number, asset, *sizes) for asset, sizes in result.get("assets", {}).items()]
        columns = ["case", "asset", "capacity", "capacity_added", "capacity_retired", "yearly_cost"]
        return pd.DataFrame(rows, columns=columns)

    def write(self, name: str, frame: pd.DataFrame) -> None:
        """Writes a table as Parquet for pandas and as CSV for Excel (with a byte-order mark)."""
        _write(self.folder / f"{name}.csv", frame.to_csv(index=False).encode("utf-8-sig"))
        file = io.BytesIO()
        plain = frame.copy()
        for column in plain:
            if plain[column].dtype == object:
                numbers = _as_numbers(plain[column])
                is_numeric = numbers.dtype != object
                plain[column] = numbers if is_numeric else plain[column].fillna("").astype(str)
        plain.to_parquet(file, index=False)
        _write(self.folder / f"{name}.parquet", file.getvalue())

    def write_json(self, name: str, content: Any) -> None:
        """Writes JSON content."""
        text = json.dumps(content, indent=1, ensure_ascii=False)
        _write(self.folder / f"{name}.json", text.encode())

    def read_json(self, name: str) -> Any:
        """The content that `write_json` wrote; None if it does not exist."""
        try:
            return json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None


def _as_numbers(column: pd.Series) -> pd.Series:
    """A column as numbers if all its non-empty cells are numbers; unchanged otherwise.

    A text remains a text, even one that reads as a number: ``0751`` is a name.
    """
    if column.dtype != object:
        return column
    blank = column.isna() | (column == "")
    texts = column.map(lambda value: isinstance(value, str)) & ~blank
    if bool(blank.all()) or bool(texts.any()):
        return column
    return pd.to_numeric(column.where(~blank), errors="coerce")


def _write(path: Path, data: bytes) -> None:
    """Writes a file atomically.

    Raises:
        WriteError: the file cannot be written.
    """
    write_bytes(path, data, RESUME_REMEDY)


def _differences(path: Path, content: Mapping[str, Any]) -> list[InputIssue]:
    """The differences between the stored study and the requested one."""
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
        stored_files, current_files = stored["files"], content["files"]
        options = former_names.current_options(stored["study"])
        current_options = former_names.current_options(content["study"])
    except (OSError, ValueError, KeyError):
        remedy = "it cannot be read; name another folder with --out"
        return [InputIssue(str(path), remedy)]
    question = content["study"].get("question")
    if options.get("question") != question:
        remedy = f"the folder holds a study of another kind ({options.get('question')}); name another folder with --out"
        return [InputIssue(str(path.parent), remedy, value=str(question))]
    issues = []
    for name in sorted({*stored_files, *current_files}):
        if stored_files.get(name) != current_files.get(name):
            change = "is new" if name not in stored_files else "has changed"
            change = "is gone" if name not in current_files else change
            remedy = f"it {change} since the study began, so its cases would differ; restore it, or name another folder with --out"
            issues.append(InputIssue(name, remedy))
    for name, value in current_options.items():
        if name != "digest" and options.get(name) != value:
            other = options.get(name)
            remedy = f"the study in this folder has {_short(other, value)}; use the same value, or name another folder with --out"
            issues.append(InputIssue(str(path), remedy, column=name, value=_short(value, other)))
    return issues


def _short(value: object, other: object) -> str:
    """A value as short text; of named values and lists, what differs from another one."""
    if isinstance(value, Mapping):
        same = other if isinstance(other, Mapping) else {}
        items = [
            f"{name}: {_short(item, same.get(name))}"
            for name, item in value.items()
            if same.get(name) != item
        ]
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        others = [*other] if isinstance(other, list) else []
        others += [None] * (len(value) - len(others))
        pairs = zip(value, others[: len(value)], strict=True)
        items = [_short(item, same) for item, same in pairs if item != same]
    elif isinstance(value, list):
        texts = [str(item) for item in value]
        items = [text for text in texts if len(text.split()) > 1 or len(texts) == 1]
    else:
        items = [f"{value:g}" if isinstance(value, float) else str(value)]
    text = "; ".join(items) or "none of these"
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[: MAX_SHOWN_CHARACTERS - 3]}..."
