"""Dataset: solution tables → an xarray dataset of variables and prices by name and step, with units and meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from energy_model.case.system import System
from energy_model.formulation.metadata import BALANCE
from energy_model.optimization.labels import index_sets, is_by_step, label, split_unit, table

if TYPE_CHECKING:
    from energy_model.results.solution_tables import SolutionTables

DIMENSIONS = {
    "assets": "asset", "conversions": "conversion", "storages": "storage", "links": "link", "markets": "market",
    "demands": "demand", "vehicles": "vehicle", "fleets": "fleet", "steps": "time", "buses": "bus", "runs": "mode", "land": "land_area", "limits": "limit",
    "days": "day", "typical_days": "typical_day",
}  # fmt: skip


def build_dataset(results: SolutionTables) -> xr.Dataset:
    """Dataset of every variable, the dual of every constraint, the price at every bus, and the cost entries."""
    system, model = results.problem.system, results.problem.model
    length = system.steps.length
    data = xr.Dataset(coords=_coordinates(results))
    lp, shapes = results.problem.lp, results.problem.shapes
    for decision, block in lp.variables.items():
        component = model.component(decision)
        values = results.answer.x[block.all].reshape(shapes[decision])
        data[decision] = _array(results, component, values, *split_unit(component.doc))
    if len(system.steps.days):  # levels of long stores are relative to the start of the day
        starts = (
            data["daily_storage_level"]
            .groupby(xr.DataArray(system.steps.days, dims="day"))
            .mean("day")
        )
        mean = starts.to_numpy()[:, system.steps.day]
        data["storage_level"] = data["storage_level"] + mean
        data["storage_level"].attrs = {
            "long_name": "Level at the end of the step, the mean of its days",
            "units": "unit",
        }
    for family, block in lp.constraints.items():
        component = model.component(family)
        duals = results.answer.prices[block.all]
        if block.role == BALANCE or not duals.size:
            continue
        hourly = is_by_step(component)
        meaning = f"Value of relaxing this constraint by one unit (negative where it costs): {component.doc or family}"
        unit = "EUR for one unit more" + (" in an hour" if hourly else " in the year")
        worth = duals.reshape(shapes[family]) / (length if hourly else 1.0)
        data[f"shadow_price_{family}"] = _array(results, component, worth, meaning, unit)
    data["marginal_price"], data["yearly_marginal_price"] = _prices(results)
    demand = model.demand_rate.profiles[np.asarray(model.demand_rate.which, int)].reshape(
        -1, len(length)
    )
    data["demand_rate"] = _array(results, model.demand_rate, demand, "Demand", "unit/h")
    data["step_weight"] = (
        "time",
        length,
        {"long_name": "Hours of the year that the step represents", "units": "h"},
    )
    meaning = "The step of each hour of the year, counted from 0"
    data["step_of_hour"] = (
        "hour",
        system.steps.of_hour.astype(np.int32),
        {"long_name": meaning, "units": "1"},
    )
    costs = results.costs.groupby("entry")["cost"].sum()
    meaning = "Cost by entry; the entries sum to the objective"
    data["cost"] = ("entry", costs.to_numpy(), {"long_name": meaning, "units": "EUR/a"})
    data = data.assign_coords(entry=costs.index.to_numpy(str))
    data.attrs = {
        "title": system.settings.title_en or system.settings.name,
        "scenario": system.scenario or "base",
        "objective": results.answer.objective,
        "digest": system.digest,
    }
    return data


def _stamps(system: System) -> np.ndarray:
    stamps: np.ndarray = system.profiles.index[system.steps.start].tz_localize(None).to_numpy()
    return stamps


def _coordinates(results: SolutionTables) -> dict[str, Any]:
    attributes = {"long_name": "Start of the step, UTC"}
    coords: dict[str, Any] = {"time": ("time", _stamps(results.problem.system), attributes)}
    for name, dimension in DIMENSIONS.items():
        if name != "steps":
            labels = [label(member) for member in results.problem.model.component(name)]
            coords[dimension] = (dimension, np.array(labels, dtype=object))
    return coords


def _prices(results: SolutionTables) -> tuple[xr.DataArray, xr.DataArray]:
    """Marginal price of every bus in each step, and of buses balanced over the year [EUR/unit]."""
    length, lp = results.problem.system.steps.length, results.problem.lp
    buses = list(results.problem.model.buses)
    hourly, yearly = np.full((len(buses), len(length)), np.nan), np.full(len(buses), np.nan)
    for block in lp.constraints_of(BALANCE).values():
        indices = [buses.index(bus) for bus in block.labels]
        duals = block.by_label(results.answer.prices)
        if block.by_step:
            hourly[indices] = duals / length
        elif block.size:
            yearly[indices] = duals[:, 0]
    meaning, coords = "Cost of one more unit at the bus", {"bus": np.array(buses, dtype=object)}
    return (
        xr.DataArray(
            hourly, coords, ("bus", "time"), attrs={"long_name": meaning, "units": "EUR/unit"}
        ),
        xr.DataArray(
            yearly,
            coords,
            ("bus",),
            attrs={"long_name": f"{meaning}, over the year", "units": "EUR/unit"},
        ),
    )


def _array(
    results: SolutionTables, component: pyo.Component, values: np.ndarray, meaning: str, unit: str
) -> xr.DataArray:
    attrs = {"long_name": meaning, "units": unit}
    if not component.is_indexed():
        return xr.DataArray(values.reshape(()), attrs=attrs)
    sets = index_sets(component)
    if len(sets) != values.ndim:  # rows read by Pyomo are one-dimensional
        rows = {component.name: [label(i) for i in component]}
        return xr.DataArray(values.ravel(), rows, (component.name,), attrs=attrs)
    dims: list[str] = []
    coords: dict[str, np.ndarray] = {}
    for axis, index in enumerate(sets):
        rows = table(index)
        dimension = DIMENSIONS.get(rows.local_name, rows.local_name)
        dims.append(dimension)
        if dimension == "time":
            coords[dimension] = _stamps(results.problem.system)
            continue
        names = [label(member) for member in index]
        if rows is not index:
            values, names = _spread(values, axis, names, rows)
        coords[dimension] = np.array(names, dtype=object)
    return xr.DataArray(values, coords, dims, attrs=attrs)


def _spread(
    values: np.ndarray, axis: int, names: list[str], whole: pyo.Set
) -> tuple[np.ndarray, list[str]]:
    """The values of a subset expanded to all rows of a table, zero elsewhere; and the names of all rows."""
    all_names = [label(member) for member in whole]
    position = {name: i for i, name in enumerate(all_names)}
    expanded = np.zeros((*values.shape[:axis], len(all_names), *values.shape[axis + 1 :]))
    expanded[(slice(None),) * axis + ([position[name] for name in names],)] = values
    return expanded, all_names
