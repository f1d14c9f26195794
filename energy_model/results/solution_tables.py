"""Results: matrix × solution → tables and arrays, with units and meanings.

Nothing is derived twice. What a plant gives a bus is its column's entry in the bus's row times its value; what
it costs is its entry in the cost entry times its value; a price is a row's dual. So a report cannot disagree
with the solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.formulation.balance import BALANCES
from energy_model.optimization.highs import SolverResult
from energy_model.optimization.labels import label, members
from energy_model.optimization.problem import Item, Problem
from energy_model.results import dataset as arrays

# How closely costs must sum and buses balance, relative to what goes through them
MAX_IMBALANCE_SHARE = 1e-6
# What may be left at a bus in an hour [unit/h]; HiGHS keeps its rows to 1e-7
MAX_HOURLY_IMBALANCE = 1e-6


class ConsistencyError(ArithmeticError):
    """Results that do not add up; nothing of such a run is kept."""


@dataclass
class SolutionTables:
    """One answer, read back in the model's words."""

    problem: Problem
    answer: SolverResult

    @property
    def items(self) -> tuple[list[Item], np.ndarray]:
        """The items, and the item of every column."""
        return self.problem.items

    def owner(self, item: Item) -> str:
        """The row of a table that an item belongs to; a plant's modes belong to the plant."""
        return item.name.split(":")[0] if item.decision == "activity" else item.name

    @cached_property
    def owners(self) -> pd.DataFrame:
        """Table, carrier, site, firm and labels of everything that has results."""
        frames = []
        for table in ("markets", "demands"):
            frame = self.problem.system[table].reindex(
                columns=["label_en", "label_da", "firm", "site", "carrier"]
            )
            frames.append(frame.assign(table=table, group=None))
        assets = self.problem.system.assets[
            ["label_en", "label_da", "firm", "site", "carrier", "table", "group"]
        ]
        result = (
            pd.concat([frame for frame in (assets, *frames) if len(frame)])
            if len(assets) or any(map(len, frames))
            else assets
        )
        fleets = self.problem.system["fleets"]
        vehicles = result.index[result["table"] == "vehicles"]
        services = self.problem.system["vehicles"].loc[vehicles, "fleet"].map(fleets["service"])
        result.loc[vehicles, "carrier"] = services
        residuals = self.problem.system["residual_emissions"]
        result["sector"] = result["carrier"].map(self.problem.system["carriers"]["sector"])
        if len(residuals):
            rest = residuals[["label_en", "label_da", "sector"]].assign(table="residual_emissions")
            result = (
                pd.concat([result, rest.reindex(columns=result.columns)])
                if len(result)
                else rest.reindex(columns=result.columns)
            )
        places = [
            self.problem.system[table][["label_en", "label_da"]].assign(table=table)
            for table in ("sites", "firms", "fleets", "carriers")
        ]
        others = pd.concat(places).reindex(columns=result.columns)
        others = others[~others.index.isin(result.index) & ~others.index.duplicated()]
        return (pd.concat([result, others]) if len(result) else others).rename_axis("name")

    # --- accounts ---------------------------------------------------------------------------------

    @cached_property
    def costs(self) -> pd.DataFrame:
        """Cost [EUR/a] by entry, decision and row, with firm and sector; sums to the objective."""
        items, which = self.items
        found = []
        for entry, (weights, constant) in self.problem.matrix.entries.items():
            amounts = np.bincount(which, weights * self.answer.x, len(items))
            found += [
                (entry, items[i].decision, self.owner(items[i]), amounts[i])
                for i in np.flatnonzero(amounts)
            ]
            if constant:
                found.append((entry, "", "", constant))
        frame = pd.DataFrame(found, columns=["entry", "decision", "name", "cost"])
        frame = frame.groupby(["entry", "decision", "name"], as_index=False, sort=False)[
            "cost"
        ].sum()
        for column in ("table", "firm", "sector", "group"):
            frame[column] = frame["name"].map(self.owners[column])
        places = frame["decision"] == "land_taken"
        frame.loc[places, "sector"] = "land"
        frame.loc[frame["decision"] == "net_emissions", "sector"] = "emissions"
        return frame

    @cached_property
    def balances(self) -> pd.DataFrame:
        """What each item gives (+) or takes (-) at each bus over the year [unit/a]; demands included."""
        items, which = self.items
        system, matrix = self.problem.system, self.problem.matrix
        found = []
        for family in BALANCES:
            if family not in matrix.rows or not int(np.prod(matrix.rows[family][1], dtype=int)):
                continue
            first, shape = matrix.rows[family]
            component = self.problem.model.component(family)
            buses = [label(member) for member in members(component)]
            weights = (
                np.tile(system.steps.length, len(buses)) if len(shape) > 1 else np.ones(len(buses))
            )
            part = matrix.A[first : first + len(weights)].tocoo()
            width = len(weights) // len(buses)
            flow = part.data * self.answer.x[part.col] * weights[part.row]
            code = (part.row // width).astype(np.int64) * len(items) + which[part.col]
            codes, back = np.unique(code, return_inverse=True)
            amounts = np.bincount(back, flow)
            found += [
                (
                    buses[c // len(items)],
                    items[c % len(items)].decision,
                    self.owner(items[c % len(items)]),
                    a,
                )
                for c, a in zip(codes.tolist(), amounts.tolist(), strict=True)
            ]
        demands = system["demands"]
        found += [
            (f"{row['carrier']}@{row['site']}", "wanted", name, -row["yearly"])
            for name, row in demands.iterrows()
        ]
        frame = pd.DataFrame(found, columns=["bus", "decision", "name", "amount"])
        frame = frame.groupby(["bus", "decision", "name"], as_index=False, sort=False)[
            "amount"
        ].sum()
        return frame.join(system.buses[["carrier", "site", "unit"]], on="bus")

    @cached_property
    def emissions(self) -> pd.DataFrame:
        """Emissions [t/a] by decision and row, residuals included; sums to the net emissions."""
        items, which = self.items
        first, _ = self.problem.rows["emissions_sum"]
        row = self.problem.matrix.A[[first]].tocoo()
        net, _ = self.problem.columns["net_emissions"]
        amounts = np.bincount(which[row.col], -row.data * self.answer.x[row.col], len(items))
        amounts[which[net]] = 0.0
        found = [
            (items[i].decision, self.owner(items[i]), amounts[i]) for i in np.flatnonzero(amounts)
        ]
        residuals = self.problem.system["residual_emissions"]
        frame = pd.DataFrame(found, columns=["decision", "name", "emissions"])
        frame["sector"] = frame["name"].map(self.owners["sector"])
        rest = pd.DataFrame(
            {
                "decision": "residual",
                "name": residuals.index,
                "emissions": residuals["amount"].to_numpy(),
                "sector": residuals["sector"].to_numpy(),
            }
        )
        parts = [part for part in (frame, rest) if len(part)]
        return pd.concat(parts, ignore_index=True) if parts else frame

    @cached_property
    def dataset(self) -> xr.Dataset:
        """Every decision and price, by name and step, with units and sentences."""
        return arrays.build_dataset(self)

    # --- checks -----------------------------------------------------------------------------------

    def check(self) -> None:
        """Raises Inconsistent unless costs sum to the objective and every bus balances."""
        total, said = self.costs["cost"].sum(), self.answer.objective
        if abs(total - said) > MAX_IMBALANCE_SHARE * max(1.0, self.costs["cost"].abs().sum()):
            raise ConsistencyError(
                f"Costs by entry sum to {total:.2f} EUR/a, the objective is {said:.2f} EUR/a."
            )
        sums = (
            self.balances.groupby("bus")["amount"]
            .agg(["sum", lambda a: a.abs().sum()])
            .set_axis(["left", "through"], axis=1)
        )
        open_ones = self.problem.system.buses["surplus"].reindex(sums.index) == "yes"
        left = sums["left"].where(~open_ones, sums["left"].clip(upper=0)).abs()
        # What the solver may leave in every hour.
        rounding = MAX_HOURLY_IMBALANCE * self.problem.system.hours
        wrong = left > MAX_IMBALANCE_SHARE * sums["through"] + rounding
        if wrong.any():
            bus = wrong.idxmax()
            raise ConsistencyError(
                f"Bus {bus} does not balance: {sums.at[bus, 'left']:.6g} are left of {sums.at[bus, 'through']:.6g}."
            )
        net = self.answer.x[self.problem.columns["net_emissions"][0]]
        summed = self.emissions["emissions"].sum() if len(self.emissions) else 0.0
        if abs(summed - net) > MAX_IMBALANCE_SHARE * max(
            1.0, self.emissions["emissions"].abs().sum()
        ):
            raise ConsistencyError(
                f"Emissions by entry sum to {summed:.2f} t/a, net emissions are {net:.2f} t/a."
            )
