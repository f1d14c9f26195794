"""Archive: runs on disk — written whole or not at all, opened again, proven again."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import xarray as xr

from energy_model.engine.formulation import TABLES as DECLARED
from energy_model.engine.solution import certificate
from energy_model.engine.solution.run import Run
from energy_model.engine.tables.schema import Fault, InputFault
from energy_model.engine.tables.system import System

TABLES = ("capacities", "carriers", "costs", "emissions", "balances", "land", "names")
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
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists() and any(out.iterdir()) and not (out / "record.json").is_file():
            raise InputFault(
                [Fault(str(out), "the folder holds something else; name another with --out")]
            )
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}_", dir=out.parent))
    except OSError as wrong:
        raise InputFault(
            [
                Fault(
                    str(out),
                    f"it cannot be written ({wrong.strerror}); name another folder with --out",
                )
            ]
        ) from None
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


def _write(run: Run, folder: Path, log_text: str) -> None:
    encoding = {
        name: {"zlib": True, "complevel": 1}
        for name in run.results.data_vars
        if run.results[name].size > 1000
    }
    run.results.to_netcdf(folder / "results.nc", encoding=encoding)
    for name, frame in run.inputs.items():
        table = _described(_as_dataset(frame), name)
        table.to_netcdf(folder / "results.nc", mode="a", group=f"inputs/{name}")
    for name, frame in run.tables.items():
        frame.to_csv(folder / f"{name}.csv")
        _as_dataset(frame).to_netcdf(folder / "results.nc", mode="a", group=f"tables/{name}")
    if run.proof is not None:
        certificate.store(folder / "certificate.npz", *run.proof)
    (folder / "log.txt").write_text(log_text, encoding="utf-8")
    (folder / "record.json").write_text(
        json.dumps(run.record, indent=1, ensure_ascii=False), encoding="utf-8"
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
            raise InputFault(
                [Fault(str(path), "there is no run here; name a folder that holds a record.json")]
            )
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
        with xr.open_dataset(path / "results.nc") as data:
            results = data.load()
        keys = {
            "capacities": "asset",
            "carriers": "carrier",
            "land": ["site", "land_class"],
            "names": "name",
        }
        tables = {}
        for name in TABLES:
            frame = pd.read_csv(path / f"{name}.csv")
            tables[name] = (
                frame.set_index(keys[name])
                if name in keys
                else frame.drop(columns="Unnamed: 0", errors="ignore")
            )
    except (OSError, ValueError, KeyError) as wrong:
        raise InputFault(
            [Fault(str(path), f"the run cannot be read ({wrong}); run the case again")]
        ) from None
    return Run(results, tables, record, path=path)


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
    return certificate.certify(lp, x, prices)
