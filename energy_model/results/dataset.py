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

Coordinates = dict[str, xr.Variable]
Variables = dict[str, xr.Variable]


def build_dataset(results: SolutionTables) -> xr.Dataset:
    """Dataset of every variable, the dual of every constraint, the price at every bus, and the cost entries."""
    system, model = results.problem.system, results.problem.model
    length, coords = system.steps.length, _coordinates(results)
    data = _variables(results, coords) | _shadow_prices(results, coords) | _prices(results)
    demand = model.demand_rate.profiles[np.asarray(model.demand_rate.which, int)].reshape(
        -1, len(length)
    )
    data["demand_rate"] = _array(coords, model.demand_rate, demand, "Demand", "unit/h")
    meaning = "Hours of the year that the step represents"
    data["step_weight"] = _variable("time", length, meaning, "h")
    meaning = "The step of each hour of the year, counted from 0"
    data["step_of_hour"] = _variable("hour", system.steps.of_hour.astype(np.int32), meaning, "1")
    costs = results.costs.groupby("entry")["cost"].sum()
    meaning = "Cost by entry; the entries sum to the objective"
    data["cost"] = _variable("entry", costs.to_numpy(), meaning, "EUR/a")
    coords["entry"] = xr.Variable("entry", costs.index.to_numpy(str))
    attributes = {
        "title": system.settings.title_en or system.settings.name,
        "scenario": system.scenario or "base",
        "objective": results.answer.objective,
        "digest": system.digest,
    }
    return xr.Dataset(data, coords, attributes)


def _variables(results: SolutionTables, coords: Coordinates) -> Variables:
    """The value of every variable."""
    steps, lp, shapes = results.problem.system.steps, results.problem.lp, results.problem.shapes
    data: Variables = {}
    for decision, block in lp.variables.items():
        component = results.problem.model.component(decision)
        values = results.answer.x[block.all].reshape(shapes[decision])
        data[decision] = _array(coords, component, values, *split_unit(component.doc))
    if len(steps.days):  # levels of long stores are relative to the start of the day
        starts = xr.DataArray(data["daily_storage_level"])
        means = starts.groupby(xr.DataArray(steps.days, dims="day")).mean("day").to_numpy()
        level = data["storage_level"]
        meaning = "Level at the end of the step, the mean of its days"
        values = level.to_numpy() + means[:, steps.day]
        data["storage_level"] = _variable(level.dims, values, meaning, "unit")
    return data


def _shadow_prices(results: SolutionTables, coords: Coordinates) -> Variables:
    """The dual of every constraint but the balances."""
    length, data = results.problem.system.steps.length, {}
    for family, block in results.problem.lp.constraints.items():
        component = results.problem.model.component(family)
        duals = results.answer.prices[block.all]
        if block.role == BALANCE or not duals.size:
            continue
        hourly = is_by_step(component)
        meaning = f"Value of relaxing this constraint by one unit (negative where it costs): {component.doc or family}"
        unit = "EUR for one unit more" + (" in an hour" if hourly else " in the year")
        worth = duals.reshape(results.problem.shapes[family]) / (length if hourly else 1.0)
        data[f"shadow_price_{family}"] = _array(coords, component, worth, meaning, unit)
    return data


def _stamps(system: System) -> np.ndarray:
    stamps: np.ndarray = system.profiles.index[system.steps.start].tz_localize(None).to_numpy()
    return stamps


def _coordinates(results: SolutionTables) -> Coordinates:
    attributes = {"long_name": "Start of the step, UTC"}
    coords = {"time": xr.Variable("time", _stamps(results.problem.system), attributes)}
    for name, dimension in DIMENSIONS.items():
        if name != "steps":
            labels = [label(member) for member in results.problem.model.component(name)]
            coords[dimension] = xr.Variable(dimension, np.array(labels, dtype=object))
    return coords


def _prices(results: SolutionTables) -> Variables:
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
    meaning, unit = "Cost of one more unit at the bus", "EUR/unit"
    return {
        "marginal_price": _variable(("bus", "time"), hourly, meaning, unit),
        "yearly_marginal_price": _variable("bus", yearly, f"{meaning}, over the year", unit),
    }


def _variable(dims: Any, values: np.ndarray, meaning: str, unit: str) -> xr.Variable:
    return xr.Variable(dims, values, {"long_name": meaning, "units": unit})


def _array(
    coords: Coordinates, component: pyo.Component, values: np.ndarray, meaning: str, unit: str
) -> xr.Variable:
    """Values of a component by the rows of its tables; rows read by Pyomo get a dimension of their own in ``coords``."""
    if not component.is_indexed():
        return _variable((), values.reshape(()), meaning, unit)
    sets = index_sets(component)
    if len(sets) != values.ndim:  # rows read by Pyomo are one-dimensional
        rows = np.array([label(i) for i in component])
        coords[component.name] = xr.Variable(component.name, rows)
        return _variable(component.name, values.ravel(), meaning, unit)
    dims: list[str] = []
    for axis, index in enumerate(sets):
        rows = table(index)
        dimension = DIMENSIONS.get(rows.local_name, rows.local_name)
        dims.append(dimension)
        if dimension == "time":
            continue
        names = [label(member) for member in index]
        if rows is not index:
            values, names = _spread(values, axis, names, rows)
        if dimension not in coords:  # a set of the user's own
            coords[dimension] = xr.Variable(dimension, np.array(names, dtype=object))
    return _variable(dims, values, meaning, unit)


def _spread(
    values: np.ndarray, axis: int, names: list[str], whole: pyo.Set
) -> tuple[np.ndarray, list[str]]:
    """The values of a subset expanded to all rows of a table, zero elsewhere; and the names of all rows."""
    all_names = [label(member) for member in whole]
    position = {name: i for i, name in enumerate(all_names)}
    expanded = np.zeros((*values.shape[:axis], len(all_names), *values.shape[axis + 1 :]))
    expanded[(slice(None),) * axis + ([position[name] for name in names],)] = values
    return expanded, all_names
