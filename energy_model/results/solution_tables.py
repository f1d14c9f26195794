"""Solution tables: a compiled model and a solver result → tables and arrays, with units and meanings.

All results are computed from the matrix of the solver. The output of a plant to a bus is its column's coefficient in
the row of the bus times its value. Its cost is its weight in a cost entry times its value. A price is the dual of a
row. Results are thus consistent with the solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.formulation.metadata import BALANCE, NET_EMISSIONS
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import SolverResult
from energy_model.results import dataset as arrays
from energy_model.results.emission_payments import UNPAID

# Tolerance of cost sums and bus balances, relative to the total flow
MAX_IMBALANCE_SHARE = 1e-6
# Absolute tolerance of a bus balance in an hour [unit/h]: that of a row of the certificate, which an interior point of
# several branches comes near
MAX_HOURLY_IMBALANCE = MAX_VIOLATION_SHARE


class ConsistencyError(ArithmeticError):
    """Inconsistent sums or balances of results; such a run is not stored."""


@dataclass
class SolutionTables:
    """Tables and arrays of one solver result, by the names of the model."""

    problem: CompiledModel
    answer: SolverResult

    @cached_property
    def groups(self) -> tuple[list[tuple[str, str]], np.ndarray]:
        """Variable and label of each group of columns, and the group of every column."""
        return self.problem.lp.column_groups()

    def owner(self, group: tuple[str, str]) -> str:
        """The row of a table that a group of columns belongs to."""
        return self.problem.lp.owner(*group)

    @cached_property
    def owners(self) -> pd.DataFrame:
        """Table, carrier, site, firm and labels of every name with results."""
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
            residual_rows = residuals[["label_en", "label_da", "sector"]].assign(
                table="residual_emissions"
            )
            result = (
                pd.concat([result, residual_rows.reindex(columns=result.columns)])
                if len(result)
                else residual_rows.reindex(columns=result.columns)
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
        """Cost [EUR/a] by entry, variable and table row, with firm and sector; the sum is the objective."""
        groups, group_of_column = self.groups
        rows = []
        for entry, (weights, constant) in self.problem.cost_terms.items():
            amounts = np.bincount(group_of_column, weights * self.answer.x, len(groups))
            rows += [
                (entry, groups[i][0], self.owner(groups[i]), amounts[i])
                for i in np.flatnonzero(amounts)
            ]
            if constant:
                rows.append((entry, "", "", constant))
        frame = pd.DataFrame(rows, columns=["entry", "decision", "name", "cost"])
        frame = frame.groupby(["entry", "decision", "name"], as_index=False, sort=False)[
            "cost"
        ].sum()
        for column in ("table", "firm", "sector", "group"):
            # texts, also where all are missing, which pandas would take for numbers
            frame[column] = frame["name"].map(self.owners[column]).astype(object)
        tables = {name: block.table for name, block in self.problem.lp.variables.items()}
        frame.loc[frame["decision"].map(tables) == "land", "sector"] = "land"
        frame.loc[frame["decision"] == NET_EMISSIONS, "sector"] = "emissions"
        return frame

    @cached_property
    def balances(self) -> pd.DataFrame:
        """Yearly output (+) or input (-) of each name at each bus [unit/a], including demands."""
        groups, group_of_column = self.groups
        system, lp = self.problem.system, self.problem.lp
        rows = []
        for block in lp.constraints_of(BALANCE).values():
            if not block.size:
                continue
            buses, width = block.labels, block.width
            hours = system.steps.length if block.by_step else np.ones(width)
            weights = np.tile(hours, len(buses))
            part = lp.A[block.all].tocoo()
            flow = part.data * self.answer.x[part.col] * weights[part.row]
            code = (part.row // width).astype(np.int64) * len(groups) + group_of_column[part.col]
            codes, code_index = np.unique(code, return_inverse=True)
            amounts = np.bincount(code_index, flow)
            rows += [
                (
                    buses[pair // len(groups)],
                    groups[pair % len(groups)][0],
                    self.owner(groups[pair % len(groups)]),
                    amount,
                )
                for pair, amount in zip(codes.tolist(), amounts.tolist(), strict=True)
            ]
        demands = system["demands"]
        rows += [
            (f"{row['carrier']}@{row['site']}", "demand", name, -row["yearly"])
            for name, row in demands.iterrows()
        ]
        frame = pd.DataFrame(rows, columns=["bus", "decision", "name", "amount"])
        frame = frame.groupby(["bus", "decision", "name"], as_index=False, sort=False)[
            "amount"
        ].sum()
        return frame.join(system.buses[["carrier", "site", "unit"]], on="bus")

    @cached_property
    def emissions(self) -> pd.DataFrame:
        """Emissions [t/a] by variable and table row, including residuals; the sum is the net emissions.

        ``scheme`` is the scheme under which they are paid for, ``payment`` their cost at the emission price [EUR/a].
        """
        groups, group_of_column = self.groups
        lp = self.problem.lp
        row = lp.A[lp.rows("emission_balance")].tocoo()
        net = lp.columns(NET_EMISSIONS).start
        amounts = np.bincount(
            group_of_column[row.col], -row.data * self.answer.x[row.col], len(groups)
        )
        amounts[group_of_column[net]] = 0.0
        rows = [(groups[i][0], self.owner(groups[i]), amounts[i]) for i in np.flatnonzero(amounts)]
        system = self.problem.system
        residuals = system["residual_emissions"]
        frame = pd.DataFrame(rows, columns=["decision", "name", "emissions"])
        frame["sector"] = frame["name"].map(self.owners["sector"])
        frame["scheme"] = frame["name"].map(_schemes(system["markets"], system["conversions"]))
        residual_rows = pd.DataFrame(
            {
                "decision": "residual",
                "name": residuals.index,
                "emissions": residuals["amount"].to_numpy(),
                "sector": residuals["sector"].to_numpy(),
                "scheme": residuals["emission_scheme"].to_numpy(),
            }
        )
        parts = [part for part in (frame, residual_rows) if len(part)]
        frame = pd.concat(parts, ignore_index=True) if parts else frame
        frame["scheme"] = frame["scheme"].astype(object).where(frame["scheme"].notna(), UNPAID)
        frame["payment"] = system.emission_cost * frame["emissions"].astype(float)
        return frame

    @cached_property
    def dataset(self) -> xr.Dataset:
        """Every variable and price by name and step, with units and meanings."""
        return arrays.build_dataset(self)

    # --- checks -----------------------------------------------------------------------------------

    def check(self) -> None:
        """Checks the sums of costs and emissions, and the balance of every bus.

        Raises:
            ConsistencyError: A sum differs from the solver's value, or a bus is not balanced.
        """
        total, objective = self.costs["cost"].sum(), self.answer.objective
        if abs(total - objective) > MAX_IMBALANCE_SHARE * max(1.0, self.costs["cost"].abs().sum()):
            raise ConsistencyError(
                f"Costs by entry sum to {total:.2f} EUR/a, the objective is {objective:.2f} EUR/a."
            )
        sums = (
            self.balances.groupby("bus")["amount"]
            .agg(["sum", lambda a: a.abs().sum()])
            .set_axis(["left", "through"], axis=1)
        )
        has_surplus = self.problem.system.buses["allow_spill"].reindex(sums.index) == "yes"
        imbalance = sums["left"].where(~has_surplus, sums["left"].clip(upper=0)).abs()
        # The solver's tolerance, summed over all hours.
        rounding = MAX_HOURLY_IMBALANCE * self.problem.system.hours
        is_unbalanced = imbalance > MAX_IMBALANCE_SHARE * sums["through"] + rounding
        if is_unbalanced.any():
            bus = is_unbalanced.idxmax()
            raise ConsistencyError(
                f"Bus {bus} does not balance: {sums.at[bus, 'left']:.6g} are left of {sums.at[bus, 'through']:.6g}."
            )
        net = self.answer.x[self.problem.lp.columns(NET_EMISSIONS).start]
        summed = self.emissions["emissions"].sum() if len(self.emissions) else 0.0
        if abs(summed - net) > MAX_IMBALANCE_SHARE * max(
            1.0, self.emissions["emissions"].abs().sum()
        ):
            raise ConsistencyError(
                f"Emissions by entry sum to {summed:.2f} t/a, net emissions are {net:.2f} t/a."
            )


def _schemes(*tables: pd.DataFrame) -> dict[str, str]:
    """The emission scheme of each row of tables; rows without one are left out."""
    return {
        str(name): str(scheme)
        for table in tables
        for name, scheme in table["emission_scheme"].items()
        if isinstance(scheme, str)
    }
