"""Archive: runs on disk — written whole or not at all, opened again, proven again."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import xarray as xr

from energy_model.common.faults import Fault, InputFault
from energy_model.engine.formulation import TABLES as DECLARED
from energy_model.engine.solution import certificate, columns
from energy_model.engine.solution.run import Run
from energy_model.engine.tables.addresses import row_name
from energy_model.engine.tables.system import System

TABLES = ("capacities", "carriers", "costs", "emissions", "balances", "land", "names")
KEYS: dict[str, str | list[str]] = {
    "capacities": "asset",
    "carriers": "carrier",
    "land": ["site", "land_class"],
    "names": "name",
}
ROW_KEYS = {table.name: list(table.key) for table in DECLARED}
FILES = ("results.nc", "record.json", "certificate.npz")


def folder_name(system: System, extended: bool = False) -> str:
    """The name of a run's folder, the same for the same inputs."""
    resolution = (
        "full"
        if len(system.steps.length) == len(system.profiles)
        else str(system.settings.time.resolution)
    )
    own = "_own" if extended else ""
    return (
        f"{system.settings.name}_{system.scenario or 'base'}_{resolution}{own}_{system.digest[:10]}"
    )


def save(run: Run, out: str | Path, log_text: str = "") -> Path:
    """Writes a run whole or not at all; its folder. InputFault if the place cannot be written."""
    out = Path(out)
    draft = _draft(out)
    try:
        _write(run, draft, log_text)
        draft.chmod(0o755)
        if out.exists():
            stale = draft.with_name(f"{draft.name}_old")
            out.rename(stale)
            draft.rename(out)
            shutil.rmtree(stale)
        else:
            draft.rename(out)
    except OSError as wrong:
        shutil.rmtree(draft, ignore_errors=True)
        raise InputFault(
            [
                Fault(
                    str(out),
                    f"it could not be written ({os.strerror(wrong.errno) if wrong.errno else wrong}); nothing is left behind; free space or name another folder with --out",
                )
            ]
        ) from None
    run.path = out
    return out


def refuse(out: str | Path) -> None:
    """InputFault if a run cannot be written to a place; asked before solving, so that no answer is lost."""
    draft = _draft(Path(out))
    draft.rmdir()


def _draft(out: Path) -> Path:
    """A temporary folder beside the place of a run."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists() and any(out.iterdir()) and not (out / "record.json").is_file():
            remedy = "the folder holds something else; name another with --out"
            raise InputFault([Fault(str(out), remedy)])
        return Path(tempfile.mkdtemp(prefix=f".{out.name}_", dir=out.parent))
    except OSError as wrong:
        remedy = f"it cannot be written ({wrong.strerror}); name another folder with --out"
        raise InputFault([Fault(str(out), remedy)]) from None


def _fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but the record."""
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.name != "record.json")
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def changed_files(path: str | Path) -> list[str]:
    """The files of a run that are not as they were written; the record, if it tells another cost than the proof."""
    run = open_run(path)
    if run.path is None:
        return []
    now, then = _fingerprints(run.path), run.record.get("files", {})
    changed = [name for name in then if now.get(name) != then[name]]
    cost, said = verify(path).cost, (run.objective, run.headline.get("total_cost", run.objective))
    if not all(math.isclose(cost, told, rel_tol=1e-6, abs_tol=1e-2) for told in said):
        changed.append("record.json")
    return changed


def _write(run: Run, folder: Path, log_text: str) -> None:
    encoding = {
        name: {"zlib": True, "complevel": 1}
        for name in run.results.data_vars
        if run.results[name].size > 1000
    }
    parts: dict[str, xr.Dataset] = {"/": run.results}
    for name, frame in run.inputs.items():
        parts[f"/inputs/{name}"] = _described(_as_dataset(frame), name)
    for name, frame in run.tables.items():
        columns.with_units(frame, name).to_csv(folder / f"{name}.csv", index=name in KEYS)
        parts[f"/tables/{name}"] = _explained(_as_dataset(frame), name)
    xr.DataTree.from_dict(parts).to_netcdf(folder / "results.nc", encoding={"/": encoding})
    if run.proof is not None:
        certificate.store(folder / "certificate.npz", *run.proof)
    (folder / "log.txt").write_text(log_text, encoding="utf-8")
    record = run.record | {"files": _fingerprints(folder)}
    (folder / "record.json").write_text(
        json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8"
    )


def _described(data: xr.Dataset, table: str) -> xr.Dataset:
    """An input table with the unit and meaning of every column."""
    for column in next(declared for declared in DECLARED if declared.name == table).columns:
        if column.name in data:
            data[column.name].attrs = {
                "long_name": column.meaning,
                "units": column.unit if column.range else "-",
            }
    return data


def _explained(data: xr.Dataset, table: str) -> xr.Dataset:
    """A table of results with the unit and meaning of every column."""
    for name in data:
        unit, said = columns.meaning(table, str(name))
        data[name].attrs = {"long_name": said, "units": unit or "-"}
    return data


def _as_dataset(frame: pd.DataFrame) -> xr.Dataset:
    flat = frame.reset_index()
    if flat.columns[0] == "index":
        flat = flat.drop(columns="index")
    plain = {}
    for name in flat:
        numbers = pd.api.types.is_numeric_dtype(flat[name])
        plain[str(name)] = (
            "row",
            flat[name].to_numpy(float)
            if numbers
            else flat[name].map(lambda v: "" if v is None or v != v else str(v)).to_numpy(object),
        )
    return xr.Dataset(plain)


def open_run(path: str | Path) -> Run:
    """A run from its folder, or the newest in a folder of runs. InputFault if there is none."""
    path = Path(path)
    if not (path / "record.json").is_file():
        found = (
            sorted(path.glob("*/record.json"), key=lambda p: p.stat().st_mtime)
            if path.is_dir()
            else []
        )
        if not found:
            study = (path / "study.toml").is_file()
            remedy = "a study stands here, not a run; show it with: energy-model study show" if study else "there is no run here; name a folder that holds a record.json"  # fmt: skip
            raise InputFault([Fault(str(path), remedy)])
        path = found[-1].parent
    missing = [name for name in FILES if not (path / name).is_file()]
    if missing:
        raise InputFault(
            [
                Fault(
                    str(path),
                    f"the run is incomplete, {', '.join(missing)} is missing; run the case again",
                )
            ]
        )
    try:
        record = json.loads((path / "record.json").read_text(encoding="utf-8"))
        try:
            with xr.open_dataset(path / "results.nc", engine="netcdf4") as data:
                results = data.load()
        except (OSError, ValueError):
            raise ValueError("results.nc is damaged") from None
        tables = {}
        for name in TABLES:
            frame = columns.read_csv(path / f"{name}.csv", name)
            tables[name] = frame.set_index(KEYS[name]) if name in KEYS else frame
    except (OSError, ValueError, KeyError) as wrong:
        raise InputFault(
            [Fault(str(path), f"the run cannot be read ({wrong}); run the case again")]
        ) from None
    return Run(results, tables, record, path=path)


def inputs_of(run: Run) -> dict[str, pd.DataFrame]:
    """The input tables of a run, from memory or from its file, by the names of their rows."""
    if run.named_inputs:
        return dict(run.named_inputs)
    if run.inputs:
        frames = {name: frame.reset_index() for name, frame in run.inputs.items()}
    elif run.path is None:
        return {}
    else:
        frames = {}
        with xr.open_datatree(run.path / "results.nc", engine="netcdf4") as tree:
            for name, node in tree["inputs"].children.items():
                frames[name] = node.to_dataset(inherit=False).to_dataframe().reset_index(drop=True)
    run.named_inputs.update({name: _by_name(name, frame) for name, frame in frames.items()})
    return dict(run.named_inputs)


def _by_name(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    keys = [key for key in ROW_KEYS[table] if key in frame]
    names = [row_name(tuple(row) if len(keys) > 1 else row[0]) for row in frame[keys].to_numpy()]
    return frame.drop(columns=keys).set_axis(pd.Index(names, name="row"))


def verify(path: str | Path) -> certificate.Certificate:
    """Recomputes a stored run's feasibility, bound and gap from its file, without a solver."""
    run = open_run(path)
    if run.path is None:
        raise InputFault([Fault(str(path), "there is no run here")])
    try:
        lp, x, prices = certificate.load(run.path / "certificate.npz")
    except (OSError, ValueError, KeyError) as wrong:
        raise InputFault(
            [
                Fault(
                    str(run.path / "certificate.npz"),
                    f"it cannot be read ({wrong}); run the case again",
                )
            ]
        ) from None
    found = certificate.certify(lp, x, prices)
    asked = float(run.record.get("proof", {}).get("asked", certificate.GAP))
    return replace(found, allowed=max(asked, certificate.GAP))
