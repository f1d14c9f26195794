"""Store: a study as a folder — its definition, a file for every finished case, tables, and the runs.

A finished case is written to a temporary file and renamed, so a study killed at any moment keeps all that was
finished, and goes on where it stood. Several processes may work on one study: who works on a case holds its lock,
which the system frees when that process ends, however it ends.
"""

from __future__ import annotations

import io
import json
import shutil
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pandas as pd
import tomli_w

from energy_model.common.atomic_write import new_folder, new_parts, write_bytes, write_error
from energy_model.common.errors import InputError, InputIssue
from energy_model.optimization import highs
from energy_model.studies.runner.case_spec import CaseSnapshot, StudyCase

DEFINITION = "study.toml"
FOLDERS = ("cases", "runs", "claims", "starts")
ELSEWHERE = "name another folder with --out"
GO_ON = f"{ELSEWHERE}; finished cases are kept, and the same command goes on from them"
FIRST = ("case", "status", "reason", "objective")


class StudyStore:
    """The folder of a study."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def begin(self, ground: CaseSnapshot, definition: Mapping[str, Any]) -> bool:
        """Writes the definition, or finds the same one standing; whether it stood already.

        InputError with all that differs if another study stands here, or its inputs have changed since.
        """
        content = {
            "study": dict(definition)
            | {"case": ground.name, "scenario": ground.scenario or "", "changes": list(ground.changes),
               "resolution": str(ground.resolution or ""), "watched": list(ground.watched), "digest": ground.digest},
            "files": dict(ground.fingerprints),
        }  # fmt: skip
        place = self.folder / DEFINITION
        try:
            if not place.is_file():
                there = [p.name for p in self.folder.iterdir()] if self.folder.is_dir() else []
                if any(
                    name not in FOLDERS and not name.startswith(f".{DEFINITION}") for name in there
                ):
                    remedy = "the folder holds something else; name another with --out"
                    raise InputError.at(str(self.folder), remedy)
                with new_parts(self.folder, FOLDERS, ELSEWHERE):
                    write_bytes(place, tomli_w.dumps(content).encode(), ELSEWHERE)
                return False
        except OSError as wrong:
            raise write_error(self.folder, wrong, ELSEWHERE) from None
        faults = _differences(place, content)
        if faults:
            raise InputError(faults)
        with new_parts(self.folder, FOLDERS, ELSEWHERE):
            return True

    def remove_empty(self) -> None:
        """Removes a study of which no case is finished, so that a disk that was full holds nothing of it."""
        if not any((self.folder / "cases").glob("*.json")):
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- cases ------------------------------------------------------------------------------------

    def finding(self, case: StudyCase) -> dict[str, Any] | None:
        """What was found for a case, if it is finished."""
        try:
            return json.loads((self.folder / "cases" / f"{case.key}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None

    def keep(self, case: StudyCase, finding: Mapping[str, Any], run: bytes | None) -> None:
        """Keeps a finished case: its run first, so that a case that is there is whole."""
        if run is not None:
            place = self.folder / "runs" / case.key
            for left in place.parent.glob(f".{case.key}_*"):  # of a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            with (
                new_folder(place, GO_ON, replace=True) as draft,
                zipfile.ZipFile(io.BytesIO(run)) as packed,
            ):
                packed.extractall(draft)
        text = json.dumps(finding, ensure_ascii=False)
        _write(self.folder / "cases" / f"{case.key}.json", text.encode())

    def claim(self, name: str) -> filelock.BaseFileLock | None:
        """The lock of a case or step, held; none if another process holds it. WriteError if it cannot be made."""
        place = self.folder / "claims" / f"{name}.lock"
        lock = filelock.FileLock(place, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            return None
        except OSError as wrong:
            raise write_error(place, wrong, GO_ON) from None
        return lock

    # --- where all begin --------------------------------------------------------------------------

    def start(self, case: str = "begin") -> highs.WarmStart | None:
        """Where all cases begin, or the end of an anchor by its key, if that is known."""
        place = self.folder / "starts" / f"{case}.npz"
        try:
            with np.load(place) as arrays:
                return highs.WarmStart.unpacked(dict(arrays))
        except (OSError, ValueError, zipfile.BadZipFile):
            return None

    def keep_start(self, start: highs.WarmStart | Mapping[str, np.ndarray], case: str = "begin") -> None:  # fmt: skip
        """Keeps where all cases begin, or the end of an anchor; nothing where there is nowhere to begin."""
        file = io.BytesIO()
        arrays = start.packed() if isinstance(start, highs.WarmStart) else dict(start)
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        _write(self.folder / "starts" / f"{case}.npz", file.getvalue())

    # --- tables -----------------------------------------------------------------------------------

    def table(self, cases: Iterable[StudyCase]) -> pd.DataFrame:
        """A row for every case: what was varied, how it ended, its cost and its headline numbers."""
        rows, inputs = [], []
        for number, case in enumerate(cases, 1):
            found = self.finding(case) or {"status": "waiting", "reason": "", "objective": None}
            rows.append(
                {"case": number} | dict(case.inputs)
                | {name: found[name] for name in ("status", "reason", "objective")}
                | dict(found.get("headline", {})) | dict(found.get("quantities", {}))
                | {f"price of {name}": price for name, price in found.get("prices", {}).items()}
                | {"run": case.key}
            )  # fmt: skip
            inputs += [name for name in case.inputs if name not in inputs]
        frame = pd.DataFrame(rows)
        if frame.empty:
            return frame
        for name in inputs:
            frame[name] = _as_numbers(frame[name])
        others = [c for c in frame if c not in (*FIRST, *inputs, "run")]
        return frame[["case", *inputs, "status", "reason", "objective", *others, "run"]]

    def assets(self, cases: Iterable[StudyCase]) -> pd.DataFrame:
        """What is added, retired and there of every asset, case by case."""
        rows = []
        for number, case in enumerate(cases, 1):
            found = self.finding(case) or {}
            rows += [(number, asset, *sizes) for asset, sizes in found.get("assets", {}).items()]
        columns = ["case", "asset", "capacity", "added", "retired", "yearly_cost"]
        return pd.DataFrame(rows, columns=columns)

    def write(self, name: str, frame: pd.DataFrame) -> None:
        """A table for pandas (Parquet) and for Excel (CSV, with a mark that tells it the letters)."""
        _write(self.folder / f"{name}.csv", frame.to_csv(index=False).encode("utf-8-sig"))
        file = io.BytesIO()
        plain = frame.copy()
        for column in plain:
            if plain[column].dtype == object:
                numbers = _as_numbers(plain[column])
                told = numbers.dtype != object
                plain[column] = numbers if told else plain[column].fillna("").astype(str)
        plain.to_parquet(file, index=False)
        _write(self.folder / f"{name}.parquet", file.getvalue())

    def write_json(self, name: str, content: Any) -> None:
        """A file of numbers and words."""
        _write(self.folder / f"{name}.json", json.dumps(content, indent=1, ensure_ascii=False).encode())  # fmt: skip

    def read_json(self, name: str) -> Any:
        """What `write_json` wrote; none if it is not there."""
        try:
            return json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None


def _as_numbers(column: pd.Series) -> pd.Series:
    """A column as numbers if all its cells that hold anything are numbers; as it is otherwise.

    A text stays a text, also one that reads as a number: ``0751`` is a name.
    """
    if column.dtype != object:
        return column
    blank = column.isna() | (column == "")
    texts = column.map(lambda value: isinstance(value, str)) & ~blank
    if bool(blank.all()) or bool(texts.any()):
        return column
    return pd.to_numeric(column.where(~blank), errors="coerce")


def _write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all. WriteError if it cannot be written."""
    write_bytes(path, data, GO_ON)


def _differences(place: Path, content: Mapping[str, Any]) -> list[InputIssue]:
    """What differs between the study that stands and the one that is asked."""
    try:
        stood = tomllib.loads(place.read_text(encoding="utf-8"))
        then, now = stood["files"], content["files"]
        options = stood["study"]
    except (OSError, ValueError, KeyError):
        remedy = "it cannot be read; name another folder with --out"
        return [InputIssue(str(place), remedy)]
    question = content["study"].get("question")
    if options.get("question") != question:
        remedy = f"a study of another question stands here ({options.get('question')}); name another folder with --out"
        return [InputIssue(str(place.parent), remedy, value=str(question))]
    faults = []
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            what = "is gone" if name not in now else "is new" if name not in then else "has changed"
            remedy = f"it {what} since the study began, so its cases would not be alike; put it back, or name another folder with --out"
            faults.append(InputIssue(name, remedy))
    for name, value in content["study"].items():
        if name != "digest" and options.get(name) != value:
            remedy = f"the study in this folder has {_short(options.get(name))}; ask the same, or name another folder with --out"
            faults.append(InputIssue(str(place), remedy, column=name, value=_short(value)))
    return faults


def _short(value: object) -> str:
    """A value as a person reads it; of a list, what can be read in it."""
    text = "; ".join(str(v) for v in value if len(str(v).split()) > 1 or len(value) == 1) if isinstance(value, list) else str(value)  # fmt: skip
    return text if len(text) <= 80 else f"{text[:77]}..."
