"""Summary: solution tables → yearly tables of capacities, carriers and land, and headline numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.case.system import System, bus_name
from energy_model.common.formatting import MIN_CAPACITY, rate_unit
from energy_model.common.language import N_
from energy_model.formulation.metadata import ADDED, THROUGHPUT
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results.emission_payments import SUMMARY_NAMES, payments_by_scheme
from energy_model.results.land_kinds import headline_numbers, land_by_kind
from energy_model.results.schema import COLUMNS
from energy_model.results.solution_tables import SolutionTables

MIN_HEADLINE_VALUE = 1e-4  # smaller values are rounding of an interior-point method
MAX_LIMIT_GAP_SHARE = 1e-4  # share of a maximum by which an addition at it may be smaller
MIN_SHARE_OF_LARGEST_ADDITION = 1e-4  # of the largest addition to the same table; less is rounding
MIN_UNSERVED_SHARE = 1e-6  # share of a demand below which all is served
MIN_SHORTAGE_SHARE = 1e-3  # share of the largest shortage below which one is rounding
MIN_TRADED_SHARE = 1e-6  # share of the largest flow in a unit below which a carrier is not traded
# Column of the table of carriers that the balances of a table's rows belong to
KINDS = {"links": "transport_losses", "vehicles": "vehicles"}


def capacities(results: SolutionTables) -> pd.DataFrame:
    """Every asset: existing, retired, added and resulting capacity; use in the year [unit/a]; investment and cost."""
    system, data, costs = results.problem.system, results.dataset, results.costs
    assets = system.assets
    frame = assets[["table", "label_en", "label_da", "group", "firm", "site", "carrier"]].copy()
    frame["capacity_existing"] = assets["capacity_existing"]
    for name in ("capacity_retired", "capacity_added", "capacity"):
        frame[name] = data[name].to_series()
    frame["max_capacity_added"] = assets["max_capacity_added"]
    limits = limits_of_additions(results.problem.lp, results.answer.x, results.answer.prices)
    frame[list(limits)] = limits.reindex(frame.index)
    frame["unit"] = [
        capacity_unit(system, table, carrier)
        for table, carrier in zip(frame["table"], frame["carrier"], strict=True)
    ]
    length = data["step_weight"]
    frame["yearly_activity"] = 0.0
    for variable, block in results.problem.lp.variables_of(THROUGHPUT).items():
        sums = (data[variable] * length).sum("time").to_series()
        sums = sums.groupby([block.owner(name) for name in sums.index]).sum()
        frame["yearly_activity"] = frame["yearly_activity"].add(sums, fill_value=0.0)
    frame["full_load_hours"] = frame["yearly_activity"] / frame["capacity"].where(
        frame["capacity"] > 1e-9
    )
    frame["unit_investment"] = assets["investment_cost"]
    frame["investment"] = frame["capacity_added"] * assets["investment_cost"]
    frame["yearly_cost"] = costs.groupby("name")["cost"].sum().reindex(frame.index).fillna(0.0)
    return frame


def is_added(built: pd.DataFrame) -> pd.Series:
    """Whether capacity is added to each asset, without rounding beside the largest of its table.

    Args:
        built: The table of `capacities`.
    """
    return built["capacity_added"] > least_additions(built["capacity_added"], built["table"])


def least_additions(added: pd.Series, tables: pd.Series) -> pd.Series:
    """The added capacity up to which one is rounding beside the largest of its table, by asset."""
    largest = added.groupby(tables).transform("max")
    return (MIN_SHARE_OF_LARGEST_ADDITION * largest).clip(lower=MIN_CAPACITY)


def carriers(results: SolutionTables) -> pd.DataFrame:
    """Every carrier over the year [unit/a]: demand, production, use, trade, losses, shortage; and its mean price."""
    system, balances = results.problem.system, results.balances
    names = [name for name in COLUMNS["carriers"] if name != "mean_price"]
    table_of_name = results.owners["table"].to_dict()
    row_kinds = []
    columns = (balances[column] for column in ("decision", "amount", "name"))
    for decision, amount, name in zip(*columns, strict=True):
        owner_table = table_of_name.get(name)
        if decision in names:  # of markets and demands
            row_kinds.append(decision)
        elif owner_table == "conversions":
            row_kinds.append("production" if amount > 0 else "consumption")
        else:
            row_kinds.append(KINDS.get(owner_table, "storage_losses"))
    rows = balances.assign(kind=row_kinds)
    table = rows.pivot_table(
        index="carrier", columns="kind", values="amount", aggfunc="sum", fill_value=0.0
    )
    table = table.reindex(columns=names, fill_value=0.0)
    table["mean_price"] = pd.Series(
        {carrier: mean_price(results, carrier) for carrier in table.index}
    )
    info = system["carriers"].loc[table.index, ["label_en", "label_da", "unit", "sector"]]
    return info.join(table)


def mean_price(results: SolutionTables, carrier: str) -> float:
    """Demand-weighted mean of a carrier's marginal prices [EUR/unit]; without demand, the mean over hours."""
    system, data = results.problem.system, results.dataset
    buses = system.buses.index[system.buses["carrier"] == carrier]
    if not len(buses):
        return float("nan")
    if system["carriers"].at[carrier, "balance"] == "year":
        return float(data["yearly_marginal_price"].sel(bus=list(buses)).mean())
    demands = system["demands"]
    demanded = demands[(demands["carrier"] == carrier) & (demands["yearly"] > 0)]
    by_step = data["marginal_price"].sel(bus=list(buses)).transpose("bus", "time").to_numpy()
    if demanded.empty:
        return float(np.average(by_step.mean(axis=0), weights=data["step_weight"].to_numpy()))
    position = {bus: i for i, bus in enumerate(buses)}
    paid = 0.0
    for shape, rows in demanded.groupby("profile", sort=False):
        at_sites = by_step[[position[bus_name(carrier, site)] for site in rows["site"]]]
        of_unit = system.by_step(system.hourly_rates(shape, 1.0)) * system.steps.length
        paid += float(rows["yearly"].to_numpy(float) @ at_sites @ of_unit)
    return paid / float(demanded["yearly"].sum())


def traded(carriers: pd.DataFrame) -> pd.Series:
    """Whether a carrier of the table of carriers has a flow in the year; one far below the largest in its unit is rounding."""
    names = [name for name in COLUMNS["carriers"] if name in carriers and name != "mean_price"]
    largest = carriers[names].abs().max(axis=1)
    return largest > MIN_TRADED_SHARE * largest.groupby(carriers["unit"]).transform("max")


def land(results: SolutionTables) -> pd.DataFrame:
    """Land by site and class: used and available area [ha], and the points of citizens and firms."""
    frame = results.problem.system["land"].drop(columns="colour")
    if frame.empty:
        return frame.assign(land_use=[])
    frame["land_use"] = results.answer.x[results.problem.lp.columns("land_use")]
    answer = results.answer
    frame["shadow_price"] = _worth_of_bounds(results.problem.lp, answer.prices, "land_use")
    for party in ("citizens", "firms"):
        frame[f"{party}_total"] = frame[f"{party}_points"] * frame["land_use"]
    return frame


def limits_of_additions(lp: LinearProgram, x: np.ndarray, prices: np.ndarray) -> pd.DataFrame:
    """Which additions are at their maximum, and what one unit more of it is worth, by asset.

    ``at_limit`` is true where capacity is added and equals the upper bound of the addition.
    ``worth_of_one_more`` [EUR/capacity/a] is the shadow price of this bound, missing elsewhere. Times
    the addition, it is the rent of the maximum in the accounts.

    Args:
        lp: The linear program.
        x: The values of its columns.
        prices: The duals of its rows.
    """
    columns = lp.columns(ADDED)
    added, most = x[columns], lp.upper[columns]
    gap = np.where(np.isfinite(most), most - added, np.inf)
    at_limit = (added > MIN_CAPACITY) & (gap <= MAX_LIMIT_GAP_SHARE * np.abs(added))
    worth = np.where(at_limit, _worth_of_bounds(lp, prices, ADDED), np.nan)
    index = pd.Index(lp.variables[ADDED].labels, name="asset")
    return pd.DataFrame({"at_limit": at_limit, "worth_of_one_more": worth}, index)


def _worth_of_bounds(lp: LinearProgram, prices: np.ndarray, decision: str) -> np.ndarray:
    """Shadow prices of a variable's upper bounds: the saving by one unit more [EUR/a per unit]."""
    reduced = (lp.cost - lp.A.T @ prices)[lp.columns(decision)]
    return np.maximum(-reduced, 0.0)


def export_credit(results: SolutionTables) -> float:
    """Avoided emissions of the year's sales, at the emission factors of the markets [t/a]."""
    system = results.problem.system
    sold, total = results.dataset["sale"], 0.0
    for name, row in system["markets"].iterrows():
        if row["max_sale"] > 0:
            total += float(
                sold.sel(market=name).to_numpy()
                @ (system.step_values(row["emission_factor"]) * system.steps.length)
            )
    return total


def headline(
    results: SolutionTables, built: pd.DataFrame, table: pd.DataFrame, places: pd.DataFrame
) -> dict[str, float]:
    """The headline numbers of a solution, by the names of `MEANINGS`.

    Further numbers are the used land of each kind and the mean price of each demanded carrier.

    ``built``, ``table`` and ``places`` are the tables of `capacities`, `carriers` and `land`.
    """
    system, data = results.problem.system, results.dataset
    net, credited = float(data["net_emissions"]), system.settings.emissions.credit_exports
    credit = export_credit(results)
    payments = payments_by_scheme(results.emissions)
    numbers = {
        "total_cost": results.answer.objective,
        "cost_without_emission_payments": results.answer.objective - sum(payments.values()),
        **{f"emission_payments_{SUMMARY_NAMES[scheme]}": paid for scheme, paid in payments.items()},
        "investment": float(built["investment"].sum()),
        "net_emissions": net,
        "net_emissions_without_export_credit": net + credit if credited else net,
        "net_emissions_with_export_credit": net if credited else net - credit,
        "emission_price": system.emission_cost,
        "emission_target_shadow_price": -float(data["shadow_price_emission_target"])
        if "shadow_price_emission_target" in data
        else 0.0,
        "unserved": _unserved_sum(table),
        "unserved_hours": _unserved_hours(results),
        **headline_numbers(land_by_kind(places, system.settings.land)),
        "citizens_points": float(places["citizens_total"].sum()) if len(places) else 0.0,
        "firms_points": float(places["firms_total"].sum()) if len(places) else 0.0,
    }
    for carrier in system["demands"]["carrier"].unique():
        numbers[f"{carrier}_price"] = float(table.at[carrier, "mean_price"])
    return {
        name: 0.0 if abs(value) < MIN_HEADLINE_VALUE else value for name, value in numbers.items()
    }


def unserved_carriers(carriers: pd.DataFrame) -> pd.Series:
    """Unserved share of the demand of each carrier, without what is rounding."""
    shares = carriers["unserved"] / -carriers["demand"]
    return shares[shares > MIN_UNSERVED_SHARE]


def unserved_peaks(data: xr.Dataset) -> pd.Series:
    """Demand that lacks capacity in the highest hour, by carrier [unit/h], without what is rounding."""
    if "peak_unserved" not in data:
        return pd.Series(dtype=float)
    missing = data["peak_unserved"].to_series().dropna()
    missing = missing[missing > MIN_SHORTAGE_SHARE * max(1.0, missing.max())]
    return missing.groupby(missing.index.str.split("@").str[0]).sum()


def _unserved_sum(carriers: pd.DataFrame) -> float:
    """Unserved demand of all carriers, without what is rounding beside the demand of its carrier."""
    return float(carriers["unserved"].reindex(unserved_carriers(carriers).index).sum())


def _unserved_hours(results: SolutionTables) -> float:
    """Hours with unserved demand above the solver's rounding [h/a]."""
    system, data = results.problem.system, results.dataset
    if "unserved" not in data or not data["unserved"].size:
        return 0.0
    missing = data["unserved"].to_numpy()
    largest = max(float(data["unserved"].max()), 1.0)
    return float(system.steps.length[(missing > MIN_SHORTAGE_SHARE * largest).any(axis=0)].sum())


# Unit and meaning of each number.
MEANINGS = {
    "total_cost": ("EUR/a", N_("Annual cost")),
    "cost_without_emission_payments": ("EUR/a", N_("Annual cost without CO2 payments")),
    "emission_payments_ets": ("EUR/a", N_("CO2 payments for quotas of the EU ETS")),
    "emission_payments_ets2": ("EUR/a", N_("CO2 payments for quotas of the ETS2")),
    "emission_payments_tax": ("EUR/a", N_("CO2 payments as a national tax")),
    "emission_payments_nobody": ("EUR/a", N_("CO2 payments that nobody pays")),
    "investment": ("EUR", N_("Investment")),
    "net_emissions": ("t/a", N_("Net emissions")),
    "net_emissions_without_export_credit": ("t/a", N_("Net emissions without credit for exported electricity")),
    "net_emissions_with_export_credit": ("t/a", N_("Net emissions with credit for exported electricity")),
    "emission_price": ("EUR/t", N_("Emission price")),
    "emission_target_shadow_price": ("EUR/t", N_("Shadow price of the emission target")),
    "unserved": ("unit/a", N_("Unserved demand")),
    "unserved_hours": ("h/a", N_("Hours with unserved demand")),
    "citizens_points": ("point", N_("Citizens' points (more is worse)")),
    "firms_points": ("point", N_("Firms' points (more is worse)")),
}  # fmt: skip


def capacity_unit(system: System, table: str, carrier: str) -> str:
    """The capacity unit of an asset, from its table and carrier."""
    if table == "vehicles":
        return "vehicle"
    unit = system["carriers"].at[carrier, "unit"]
    return unit if table == "storages" else rate_unit(unit)
