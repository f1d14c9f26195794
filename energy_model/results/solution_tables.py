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
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import SolverResult
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

    problem: CompiledModel
    answer: SolverResult

    @cached_property
    def groups(self) -> tuple[list[tuple[str, str]], np.ndarray]:
        """Variable and label of each group of columns, and the group of every column."""
        return self.problem.lp.column_groups()

    def owner(self, group: tuple[str, str]) -> str:
        """The row of a table that a group belongs to; a plant's modes belong to the plant."""
        variable, label = group
        return label.split(":")[0] if variable == "activity" else label

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
        groups, which = self.groups
        found = []
        for entry, (weights, constant) in self.problem.cost_terms.items():
            amounts = np.bincount(which, weights * self.answer.x, len(groups))
            found += [
                (entry, groups[i][0], self.owner(groups[i]), amounts[i])
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
        groups, which = self.groups
        system, lp = self.problem.system, self.problem.lp
        found = []
        for family in BALANCES:
            block = lp.constraints.get(family)
            if block is None or not block.size:
                continue
            buses, width = block.labels, block.width
            hours = system.steps.length if block.by_step else np.ones(width)
            weights = np.tile(hours, len(buses))
            part = lp.A[block.all].tocoo()
            flow = part.data * self.answer.x[part.col] * weights[part.row]
            code = (part.row // width).astype(np.int64) * len(groups) + which[part.col]
            codes, back = np.unique(code, return_inverse=True)
            amounts = np.bincount(back, flow)
            found += [
                (
                    buses[c // len(groups)],
                    groups[c % len(groups)][0],
                    self.owner(groups[c % len(groups)]),
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
        groups, which = self.groups
        lp = self.problem.lp
        row = lp.A[lp.rows("emissions_sum")].tocoo()
        net = lp.columns("net_emissions").start
        amounts = np.bincount(which[row.col], -row.data * self.answer.x[row.col], len(groups))
        amounts[which[net]] = 0.0
        found = [(groups[i][0], self.owner(groups[i]), amounts[i]) for i in np.flatnonzero(amounts)]
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
        net = self.answer.x[self.problem.lp.columns("net_emissions").start]
        summed = self.emissions["emissions"].sum() if len(self.emissions) else 0.0
        if abs(summed - net) > MAX_IMBALANCE_SHARE * max(
            1.0, self.emissions["emissions"].abs().sum()
        ):
            raise ConsistencyError(
                f"Emissions by entry sum to {summed:.2f} t/a, net emissions are {net:.2f} t/a."
            )
