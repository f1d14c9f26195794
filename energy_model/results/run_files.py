"""Run files: a run → a folder, written atomically; a folder → a run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.case import map_layers
from energy_model.case.checks.map_features import feature_faults
from energy_model.case.map_layers import MapFeature
from energy_model.case.overrides import row_key
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System
from energy_model.common.atomic_write import new_folder, refuse_folder, write_error
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES as DECLARED
from energy_model.optimization import certificate
from energy_model.results import manifest, netcdf_file, schema, stored_inputs
from energy_model.results.damage import readable
from energy_model.results.record import read_record, written_record
from energy_model.results.run import Run

TABLES = ("capacities", "carriers", "costs", "emissions", "balances", "land", "names")
KEYS: dict[str, str | list[str]] = {
    "capacities": "asset",
    "carriers": "carrier",
    "land": ["site", "land_class"],
    "names": "name",
}
ROW_KEYS = {table.name: list(table.key) for table in DECLARED}
OLD_METADATA = "record.json"  # in runs of release 0.1
FILES = ("results.nc", "metadata.json", "certificate.npz")
RESULTS = (
    "capacity_added", "capacity_retired", "capacity", "activity", "net_emissions", "marginal_price", "yearly_marginal_price", "step_weight", "step_of_hour",
    "time", "cost", "bus",
)  # fmt: skip

SOURCES = "sources.csv"  # of the case, if it has any
MAP = "map.geojson"  # the map layers of the case, if it has any
ELSEWHERE = "name another folder with --out"


def default_folder_name(system: System, extended: bool = False) -> str:
    """The name of a run's folder; equal inputs give equal names."""
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
    """Writes a run atomically to a folder and returns the folder. An existing run is replaced.

    Raises:
        InputError: The folder holds something else, or it cannot be written.
    """
    out = Path(out)
    _refuse_other_content(out)
    # The netCDF library raises a RuntimeError if the disk is full.
    with new_folder(out, ELSEWHERE, replace=True, also=(RuntimeError,)) as draft:
        _write(run, draft, log_text)
    run.path = out
    return out


def ensure_writable(out: str | Path) -> None:
    """InputError if a run cannot be written to a folder; called before the solve, so that no result is lost."""
    _refuse_other_content(Path(out))
    refuse_folder(out, ELSEWHERE)


def _refuse_other_content(out: Path) -> None:
    """InputError if a folder has content that is not a run."""
    try:
        has_other_content = (
            out.is_dir()
            and any(out.iterdir())
            and not any((out / name).is_file() for name in ("metadata.json", OLD_METADATA))
        )
    except OSError as error:
        raise write_error(out, error, ELSEWHERE) from None
    if has_other_content:
        remedy = "the folder holds something else; name another with --out"
        raise InputError.at(str(out), remedy)


def _write(run: Run, folder: Path, log_text: str) -> None:
    encoding = {
        name: {"zlib": True, "complevel": 1}
        for name in run.dataset.data_vars
        if run.dataset[name].size > 1000
    }
    parts: dict[str, xr.Dataset] = {"/": run.dataset}
    encodings: dict[str, dict] = {"/": encoding}
    if run.system is not None:
        input_groups, compression = stored_inputs.parts(run.system)
        parts, encodings = parts | input_groups, encodings | compression
    for name, frame in run.tables.items():
        schema.with_units(frame, name).to_csv(folder / f"{name}.csv", index=name in KEYS)
        parts[f"/tables/{name}"] = as_dataset(frame, name)
    netcdf_file.write(folder / "results.nc", parts, encodings)
    if run.system is not None and len(run.system.sources):
        run.system.sources.to_csv(folder / SOURCES, index=False)
    if run.system is not None and run.system.map_layers:
        text = json.dumps(map_layers.as_collection(run.system.map_layers), ensure_ascii=False)
        (folder / MAP).write_text(text, encoding="utf-8")
    if run.proof is not None:
        certificate.store(folder / "certificate.npz", *run.proof)
    (folder / "log.txt").write_text(log_text, encoding="utf-8")
    (folder / "metadata.json").write_text(
        json.dumps(written_record(run.metadata), indent=1, ensure_ascii=False), encoding="utf-8"
    )
    manifest.write(folder)


def as_dataset(frame: pd.DataFrame, table: str) -> xr.Dataset:
    """A table of results as a dataset to store, with the unit and meaning of every column."""
    columns = frame.reset_index()
    if columns.columns[0] == "index":
        columns = columns.drop(columns="index")
    data = {}
    for name in map(str, columns):
        unit, meaning = schema.meaning(table, name)
        # the declaration decides, since a column of empty texts has a numeric type in some versions of pandas
        cells = (
            columns[name].to_numpy(float)
            if unit
            else np.array([_as_text(cell) for cell in columns[name]], str)
        )
        data[name] = ("row", cells, {"long_name": meaning, "units": unit or "-"})
    return xr.Dataset(data)


def _as_text(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell)


def find_run(path: str | Path) -> Path:
    """The folder of a run, or of the newest run in a folder. InputError if there is none, or a file is missing."""
    path = Path(path)
    with readable(path):
        if (path / OLD_METADATA).exists() and not (path / "metadata.json").exists():
            remedy = (
                f"its names are those of release 0.1; migrate it with: energy-model migrate {path}"
            )
            raise InputError.at(str(path), remedy)
        if not (path / "metadata.json").exists():
            records = (
                [record for record in path.glob("*/metadata.json") if record.is_file()]
                if path.is_dir()
                else []
            )
            by_age = sorted(records, key=lambda record: record.stat().st_mtime)
            if not by_age:
                remedy = "there is no run here; name a folder that holds a metadata.json"
                if (path / "study.toml").is_file():
                    remedy = "a study stands here, not a run; show it with: energy-model study show"
                raise InputError.at(str(path), remedy)
            path = by_age[-1].parent
        missing = [name for name in FILES if not (path / name).is_file()]
    if missing:
        remedy = f"the run is incomplete, {', '.join(missing)} is missing; run the case again"
        raise InputError.at(str(path), remedy)
    return path


def open_run(path: str | Path) -> Run:
    """Reads a run from its folder, or the newest run in a folder of runs.

    Raises:
        InputError: There is no run, or one of its files is damaged or has changed since it was written.
    """
    path = find_run(path)
    record = read_record(path / "metadata.json")
    listed = manifest.read(path, record)
    if listed is None:
        remedy = "the list of the run's files is missing, so nothing shows whether they changed; "
        remedy += "put it back, run the case again, or see what verify finds"
        raise InputError.at(str(path / manifest.NAME), remedy)
    files = ["results.nc", *(f"{name}.csv" for name in TABLES)]
    files += [name for name in (SOURCES, MAP) if name in listed]
    is_listed_separately = (path / manifest.NAME).exists()
    manifest.refuse_changed(
        path, ["metadata.json", *files] if is_listed_separately else files, listed
    )
    with (
        readable(path / "results.nc"),
        xr.open_dataset(path / "results.nc", engine="netcdf4") as data,
    ):
        results = data.load()
        _refuse_incomplete(results)
    tables = {name: read_table(path / f"{name}.csv", name) for name in TABLES}
    row_counts = {
        "capacities": results.sizes["asset"],
        "carriers": tables["balances"]["carrier"].nunique(),
    }
    for name, count in row_counts.items():
        if len(tables[name]) != count:
            remedy = f"it has {len(tables[name])} rows where the results have {count}; run the case again"
            raise InputError.at(str(path / f"{name}.csv"), remedy)
    return Run(results, tables, record, path=path)


def _refuse_incomplete(results: xr.Dataset) -> None:
    """ValueError if a dataset lacks a variable that every run has."""
    lacking = [name for name in RESULTS if name not in results.variables]
    if lacking:
        raise ValueError(f"there is no {', '.join(lacking)}")


def read_table(file: Path, name: str) -> pd.DataFrame:
    """A table of results from its CSV file, with its keys as index. InputError if it is damaged."""
    with readable(file):
        frame = schema.read_csv(file, name)
        schema.refuse_wrong(frame, name)
        return frame.set_index(KEYS[name]) if name in KEYS else frame


def sources_of(run: Run) -> pd.DataFrame:
    """The sources of the case of a run, from memory or from its file; empty if it stores none."""
    if run.system is not None:
        return run.system.sources
    file = None if run.path is None else run.path / SOURCES
    if file is None or not file.is_file():
        return pd.DataFrame()
    with readable(file):
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def map_layers_of(run: Run) -> tuple[MapFeature, ...]:
    """The map layers of the case of a run, from memory or from its file; empty if it stores none."""
    if run.system is not None:
        return run.system.map_layers
    file = None if run.path is None else run.path / MAP
    if file is None or not file.is_file():
        return ()
    with readable(file):
        return run.once("map", lambda: _stored_layers(file))


def _stored_layers(file: Path) -> tuple[MapFeature, ...]:
    features = map_layers.of_collection(json.loads(file.read_bytes()))
    for feature in features:
        if fault := next(feature_faults(feature.record), None):
            raise ValueError(f"{fault[0]}: {fault[2]}")
    return features


def system_of_run(run: Run) -> System:
    """The system that a run solves, from memory or from its stored inputs; cached in the run.

    Raises:
        InputError: The run stores no profiles, as those before version 0.2, or its file is damaged.
    """
    return run.system or run.once("system", lambda: _stored_system(run))


def _stored_system(run: Run) -> System:
    remedy = "it stores no profiles; run the case again"
    if run.path is None:
        raise InputError.at("run", remedy)
    file = run.path / "results.nc"
    with readable(file):
        groups = netcdf_file.read(file)
        if stored_inputs.has_all(groups):
            return stored_inputs.system_of(groups)
    raise InputError.at(str(run.path), remedy)


def input_tables(run: Run) -> dict[str, pd.DataFrame]:
    """The input tables of a run, from memory or from its file, indexed by row name; cached in the run."""
    if run.named_inputs:
        return dict(run.named_inputs)
    if run.inputs:
        frames = {name: frame.reset_index() for name, frame in run.inputs.items()}
    elif run.path is None:
        return {}
    else:
        frames = {}
        file = run.path / "results.nc"
        with readable(file):
            for path, data in netcdf_file.read(file, stored_inputs.INPUTS).items():
                if name := path.removeprefix(stored_inputs.INPUTS).removeprefix("/"):
                    frame = data.to_dataframe().reset_index(drop=True)
                    frames[name] = _shown(frame, name)
    run.named_inputs.update({name: _by_name(name, frame) for name, frame in frames.items()})
    return dict(run.named_inputs)


def _shown(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """A stored table with hourly cells in the short form for display."""
    declared = next(t for t in DECLARED if t.name == table)
    for column in declared.columns:
        if column.hourly and column.name in frame:
            frame[column.name] = [
                ProfileExpression.parse(cell).short if cell else cell for cell in frame[column.name]
            ]
    return frame


def _by_name(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    keys = [key for key in ROW_KEYS[table] if key in frame]
    names = [row_key(tuple(row) if len(keys) > 1 else row[0]) for row in frame[keys].to_numpy()]
    return frame.drop(columns=keys).set_axis(pd.Index(names, name="row"))
