"""Migrate a run: a run folder of release 0.1 → the same run with the names of today.

Names change and every number stays; columns that release 0.1 lacks are computed from the stored
program, and payments for emissions are added. The old folder is kept beside the new one.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import xarray as xr

from energy_model.case.renamed_inputs import current_cell, current_columns, current_settings
from energy_model.case.settings import Settings
from energy_model.case.system import System
from energy_model.case.time_aggregation import every_hour
from energy_model.common.atomic_write import new_folder
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES, build_model
from energy_model.io.migrate_case import current_changes
from energy_model.optimization.labels import notes
from energy_model.results import manifest, netcdf_file, stored_inputs
from energy_model.results.damage import readable
from energy_model.results.emission_payments import UNPAID
from energy_model.results.land_kinds import FORMER_SUM, land_by_kind, land_settings, with_kinds
from energy_model.results.run_files import OLD_METADATA, as_dataset, read_table
from energy_model.results.schema import with_units
from energy_model.results.solution import stored_solution
from energy_model.results.summary import limits_of_additions

Names = Mapping[str, str]
KEPT = ".before-migration"  # end of the old folder's name


def _names(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


METRICS = _names("""
    added capacity_added            retired capacity_retired    land land_use
    bought purchase                 sold sale                   sent flow_forward
""")  # fmt: skip
VARIABLES = METRICS | _names("""
    returned flow_backward          waiting demand_postponed    land_taken land_use
    level storage_level             day_level daily_storage_level
    day_highest daily_level_max     day_lowest daily_level_min
    charged vehicle_charge          given_back vehicle_discharge
    battery_level vehicle_storage_level
""")  # fmt: skip
CONSTRAINTS = _names("""
    capacity_sum capacity_balance               tied_capacity fixed_capacity_ratio
    activity_limit max_activity                 activity_minimum min_activity
    full_load_limit max_full_load_hours         level_change storage_balance
    level_limit max_storage_level               level_minimum min_storage_level
    connection_limit max_storage_power          day_change daily_storage_balance
    highest_of_day daily_level_upper            lowest_of_day daily_level_lower
    day_level_limit max_daily_storage_level     day_level_minimum min_daily_storage_level
    sent_limit max_flow_one_way                 both_ways_limit max_flow_both_ways
    battery_change vehicle_storage_balance      battery_limit max_vehicle_storage_level
    charger_limit max_charger_power             giving_limit max_v2g_power
    land_sum land_use_balance                   emissions_sum emission_balance
    emission_limit emission_target              limit_most limit_max
    limit_least limit_min                       release balance_with_spill
    yearly_release yearly_balance_with_spill
""")  # fmt: skip
COST_ENTRIES = _names("""
    owning investment_annuity   fixed fixed_om          running variable_om
    storing storage_om          carrying transport_om   distance vehicle_om
    wear battery_wear           rent land_rent
""")  # fmt: skip
# Constraints are dimensions of rows that Pyomo read.
DATASET = VARIABLES | CONSTRAINTS | _names("""
    price marginal_price        yearly_price yearly_marginal_price      wanted demand_rate
    step_length step_weight     run mode                                place land_area
""")  # fmt: skip
COLUMNS = {
    "capacities": METRICS | _names("""
        existing capacity_existing      addable max_capacity_added      used yearly_activity
    """),
    "carriers": METRICS | _names("""
        made production                 used consumption                wanted demand
        driven vehicles                 lost_carrying transport_losses  lost_storing storage_losses
    """),
    "land": _names("taken land_use  price shadow_price"),
}  # fmt: skip
CELLS = {"decision": VARIABLES | {"wanted": "demand"}, "entry": COST_ENTRIES}
SUMMARY = _names("emission_target_price emission_target_shadow_price  land_taken land_use")
METADATA = _names("headline summary  question query  made created")


def migrate_run(folder: Path) -> list[str]:
    """Replaces a run of release 0.1 by the same run with today's names; returns sentences on it.

    The new run is written beside the old one. Then the old folder gets the ending `KEPT`, and the
    new one takes its place.

    Raises:
        InputError: There is no such run, or one of its files changed or is damaged.
        WriteError: The new run cannot be written.
    """
    kept, draft = (folder.with_name(folder.name + end) for end in (KEPT, ".migrated"))
    if not (folder / OLD_METADATA).is_file():
        raise InputError.at(str(folder), "there is no run of release 0.1 here")
    if kept.exists():
        raise InputError.at(str(kept), "an earlier migration kept this folder; move it away")
    with readable(folder / OLD_METADATA):
        metadata = json.loads((folder / OLD_METADATA).read_text(encoding="utf-8"))
    listed = manifest.read(folder, metadata)
    manifest.refuse_changed(folder, listed or (), listed)
    with new_folder(draft, "make the folder writable", replace=True, also=(RuntimeError,)) as new:
        _write(folder, new, metadata, tuple(listed or ()))
    folder.rename(kept)
    draft.rename(folder)
    return [f"{folder} has the names of today; the old run is kept in {kept}"]


def _write(folder: Path, new: Path, metadata: dict[str, Any], listed: tuple[str, ...]) -> None:
    """Writes the files of a run with today's names to another folder."""
    metadata = _metadata(metadata)
    _write_program(folder / "certificate.npz", new / "certificate.npz", metadata["settings"])
    limits = _limits(new)
    with readable(folder / "results.nc"):
        datasets = netcdf_file.read(folder / "results.nc")
        price = metadata["summary"]["emission_price"]
        digest = _write_results(datasets, new / "results.nc", limits, price)
    metadata["digest"] = digest or metadata["digest"]
    for name in {*listed} - {OLD_METADATA, "results.nc", "certificate.npz"}:
        if name.endswith(".csv"):
            price = metadata["summary"]["emission_price"]
            _write_table(folder / name, new / name, limits, price)
        else:
            shutil.copyfile(folder / name, new / name)
    kinds = land_by_kind(read_table(new / "land.csv", "land"), land_settings(metadata["settings"]))
    metadata["summary"] = with_kinds(metadata["summary"], kinds)
    text = json.dumps(metadata, indent=1, ensure_ascii=False)
    (new / "metadata.json").write_text(text, encoding="utf-8")
    manifest.write(new)


def _metadata(old: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {METADATA.get(name, name): value for name, value in old.items() if name != "files"}
    metadata["summary"] = _renamed(metadata["summary"], SUMMARY)
    metadata["settings"] = _settings(metadata["settings"])
    metadata["changes"] = _changes(metadata["changes"])
    metadata["summary"] |= _payments(metadata)
    if "query" in metadata:
        query = _renamed(metadata["query"], METRICS)
        if "limits" in query:
            query["limits"] = {_metric(name): pair for name, pair in query["limits"].items()}
        if "least" in query:
            query["minimize"] = [[weight, _metric(name)] for weight, name in query.pop("least")]
        if "watched" in query:
            query["watched"] = [_metric(name) for name in query["watched"]]
        metadata["query"] = query
    return metadata


def _payments(metadata: Mapping[str, Any]) -> dict[str, float]:
    """Returns the numbers on payments for emissions, which a run of release 0.1 lacks: nobody pays.

    Its emission price lacks the cost factor of the perspective.
    """
    settings, summary = metadata["settings"], metadata["summary"]
    factor = settings["perspectives"][settings["perspective"]].get("cost_factor", 1.0)
    price = factor * summary["emission_price"]
    payments = price * summary["net_emissions"]
    schemes = {f"emission_payments_{scheme}": 0.0 for scheme in ("ets", "ets2", "tax")}
    return schemes | {
        "emission_price": price,
        "emission_payments_nobody": payments,
        "cost_without_emission_payments": metadata["objective"] - payments,
    }


def _metric(text: str) -> str:
    """Returns the metric of today, such as ``purchase:gas_market + land_use:*``."""
    parts = [part.partition(":") for part in text.split(" + ")]
    renamed = (f"{METRICS.get(kind, kind)}{colon}{rows}" for kind, colon, rows in parts)
    return " + ".join(f"{name}:*" if name == FORMER_SUM else name for name in renamed)


def _renamed(values: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in values.items()}


def _limits(folder: Path) -> pd.DataFrame:
    """Returns the columns on maxima of added capacity, which release 0.1 lacks, by asset."""
    solution = stored_solution(folder)
    return limits_of_additions(solution.lp, solution.x, solution.prices)


def _write_table(old: Path, new: Path, limits: pd.DataFrame, price: float) -> None:
    names = COLUMNS.get(old.stem, {})
    with readable(old), old.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if old.stem == "emissions":
        amount = header.index("emissions [t/a]")
        rows = [[*row, UNPAID, repr(price * float(row[amount]))] for row in rows]
        header += ["scheme", "payment [EUR/a]"]
    cells = [CELLS.get(name, {}) for name in header]
    header = [re.sub(r"^\w+", lambda match: names.get(match[0], match[0]), name) for name in header]
    rows = [[words.get(cell, cell) for words, cell in zip(cells, row, strict=True)] for row in rows]
    if old.stem == "capacities":
        place = header.index("max_capacity_added") + 1
        more = with_units(limits.loc[[row[0] for row in rows]], old.stem)
        header[place:place] = list(more)
        for row, (at_limit, worth) in zip(rows, more.to_numpy(object), strict=True):
            row[place:place] = [at_limit, "" if worth != worth else worth]
    with new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_program(old: Path, new: Path, settings: dict[str, Any]) -> None:
    with readable(old), np.load(old, allow_pickle=False) as file:
        arrays = dict(file)
        names = json.loads(bytes(arrays["names"]).decode())
    declared = _declared(settings)
    for side, renames in (("columns", VARIABLES), ("rows", CONSTRAINTS)):
        names[side] = {
            name: [*values, *declared.get(name, ("", "", ""))]
            for name, values in _renamed(names[side], renames).items()
        }
    arrays["names"] = np.frombuffer(json.dumps(names, ensure_ascii=False).encode(), np.uint8)
    np.savez_compressed(new, **arrays)


def _declared(settings: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    """Returns what the declarations say of variables and constraints; from a case without rows."""
    emissions = settings["emissions"] | {"target": 0.0}
    frames = {table.name: stored_inputs.frame_of({}, table) for table in TABLES}
    system = System(
        Settings.model_validate(settings | {"emissions": emissions}),
        "",
        frames,
        pd.DataFrame(index=pd.date_range("2030", periods=1, freq="h", tz="UTC")),
        every_hour(1),
        pd.DataFrame(),
        (),
        "",
    )
    components = build_model(system).component_objects((pyo.Var, pyo.Constraint))
    return {component.local_name: notes(component) for component in components}


def _write_results(
    datasets: dict[str, xr.Dataset], new: Path, limits: pd.DataFrame, price: float
) -> str | None:
    """Writes the datasets by path; returns the fingerprint of the inputs, None if they are incomplete."""
    for path, data in datasets.items():
        group, _, table = path.strip("/").partition("/")
        if group == "tables" and table:
            datasets[path] = _with_cells(_with_names(data, COLUMNS.get(table, {})))
            if table == "capacities":
                assets = datasets[path]["asset"].to_numpy()
                more = as_dataset(limits.loc[list(map(str, assets))], table)
                datasets[path] = datasets[path].assign(more.drop_vars("asset").data_vars)
            if table == "emissions":
                frame = datasets[path].to_dataframe().reset_index(drop=True)
                frame = frame.assign(scheme=UNPAID, payment=price * frame["emissions"])
                datasets[path] = as_dataset(frame, table)
        elif group == "inputs" and table:
            datasets[path] = _with_current_columns(table, data)
    inputs = datasets["/inputs"].attrs
    for name, current in (("settings", _settings), ("changes", _changes)):
        if name in inputs:
            inputs[name] = json.dumps(current(json.loads(inputs[name])), ensure_ascii=False)
    results = datasets["/"]
    if "floored" in results.dims:  # stores with a minimum: an axis of its own in release 0.1
        name = "price_of_level_minimum"
        on_axis = results[name].rename(floored="storage")
        spread = on_axis.reindex(storage=results["storage"], fill_value=0.0)
        results = results.drop_dims("floored").assign({name: spread.assign_attrs(on_axis.attrs)})
    prices = {str(name): _shadow_price(str(name)) for name in results if "price_of_" in str(name)}
    results = _with_cells(_with_names(results, DATASET | prices)).sortby("entry")
    digest = None
    if stored_inputs.has_all(datasets):
        digest = stored_inputs.system_of(datasets).digest
        results.attrs["digest"] = digest
    xr.DataTree.from_dict(datasets | {"/": results}).to_netcdf(new)
    return digest


def _shadow_price(name: str) -> str:
    constraint = name.removeprefix("price_of_")
    return f"shadow_price_{CONSTRAINTS.get(constraint, constraint)}"


def _with_current_columns(table: str, data: xr.Dataset) -> xr.Dataset:
    """Returns a table of the inputs with today's columns and words."""
    columns = {}
    for column, cells in data.variables.items():
        for name in current_columns(table, str(column)):
            columns[name] = cells.copy()
            if cells.dtype.kind in "OU":
                words = [current_cell(table, name, str(cell)) for cell in cells.to_numpy()]
                columns[name] = cells.copy(data=np.array(words, dtype=object))
                columns[name].encoding = {}
    return xr.Dataset(columns, attrs=data.attrs)


def _settings(content: Mapping[str, Any]) -> dict[str, Any]:
    return current_settings(content, lambda *_: None)


def _changes(changes: list[str]) -> list[str]:
    return [current for change in changes for current in current_changes(change, is_old_case=True)]


def _with_names(data: xr.Dataset, names: Names) -> xr.Dataset:
    known = {*map(str, data.variables), *map(str, data.dims)}
    return data.rename({old: new for old, new in names.items() if old in known})


def _with_cells(data: xr.Dataset) -> xr.Dataset:
    for column, words in CELLS.items():
        if column in data.variables:
            data[column] = _words(data[column], words)
    return data


def _words(cells: xr.DataArray, words: Names) -> xr.DataArray:
    values = np.array([words.get(str(cell), str(cell)) for cell in cells.to_numpy()], dtype=object)
    words_of_today = cells.copy(data=values)
    words_of_today.encoding = {}  # it limits the length of texts
    return words_of_today
