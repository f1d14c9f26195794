"""Vehicle costs: a run → what a new vehicle of each kind costs a year at the run's prices, and where kinds change places.

The cost of energy is that of the best charging of one vehicle. It follows from the duals of the rows
that a vehicle has entries in: the balance of the carrier's bus and the limits on its battery or tank.
A bus without flows has no price of its own; there the energy costs what a purchase at the market costs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.case.system import System, bus_name
from energy_model.formulation.annuity import annuity
from energy_model.formulation.metadata import BALANCE, CAPACITY, PHYSICS
from energy_model.formulation.tariff import vehicle_rate
from energy_model.results.accounts import solution_once
from energy_model.results.bus_prices import (
    emission_factor,
    emission_price,
    purchase_cost,
    purchase_market,
    traded_buses,
    uncounted_tax,
)
from energy_model.results.emission_payments import UNPAID, names_schemes
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run
from energy_model.results.solution import Solution

COST_PARTS = ("vehicle", "maintenance", "energy", "emission_payment", "drivers")
CAPACITY_ROW = "capacity_balance"  # the row of a capacity without energy


def firm_fleets(run: Run) -> list[str]:
    """The fleets whose owner is a firm or the city, in the order of the case."""
    system = system_of_run(run)
    party = system["fleets"]["firm"].map(system["firms"]["party"])
    return [str(fleet) for fleet in system["fleets"].index[party.isin(["firm", "city"])]]


def vehicle_costs(run: Run) -> pd.DataFrame:
    """The yearly cost of a new vehicle of every kind, a row for each row of ``vehicles``.

    The parts ``vehicle`` (annuity), ``maintenance``, ``energy`` (without ``emission_payment``),
    ``emission_payment`` and ``drivers`` sum to ``cost`` [EUR/vehicle/a]. ``tax`` [EUR/vehicle/a] is the
    tax on energy that the perspective leaves out, ``limit`` what the limits of the case add or, below
    zero, give, and ``limited_by`` the name of the one that adds most, empty without one. ``paid`` [EUR/vehicle/a]
    is what of ``emission_payment`` is paid for a quota or a tax; all of it where the case names neither. ``emissions`` [t/vehicle/a] are those of the carrier
    as it is bought, ``energy_use`` [MWh/vehicle/a] is what the vehicle takes from its bus, ``distance``
    is in thousand km/vehicle/a, ``price`` in EUR/vehicle and ``annuity_factor`` in 1/a. The costs of
    energy are missing where the bus has no flow and the carrier no market.

    Raises:
        InputError: The run stores no program or no profiles.
    """
    return run.once("vehicle_costs", lambda: _vehicle_costs(run, system_of_run(run)))


def _vehicle_costs(run: Run, system: System) -> pd.DataFrame:
    vehicles, fleets, view = system["vehicles"], system["fleets"], system.settings.view
    of_fleet = fleets.loc[vehicles["fleet"]].set_axis(vehicles.index)
    frame = vehicles[["label_en", "label_da", "fleet", "carrier"]].copy()
    frame["distance"] = of_fleet["distance"].astype(float)
    frame["charger_power"] = vehicles["charger_power"]
    frame["price"] = vehicles["investment_cost"]
    frame["annuity_factor"] = view.cost_factor * annuity(view.discount_rate, vehicles["lifetime"])
    frame["vehicle"] = frame["price"] * frame["annuity_factor"]
    per_distance = frame["distance"] * vehicles["variable_cost"]
    frame["maintenance"] = view.cost_factor * (vehicles["fixed_cost"] + per_distance)
    energy_use = frame["distance"] * vehicles["energy_use"] / vehicles["charge_efficiency"]
    frame["energy_use"] = energy_use.astype(float)
    at_duals = _costs_at_duals(solution_once(run), system)
    frame["limit"], frame["limited_by"] = at_duals["limit"], at_duals["limited_by"]
    energy, emissions = _energy(run, system, frame["energy_use"], at_duals["energy"])
    frame["emissions"], frame["emission_payment"] = emissions, emission_price(run) * emissions
    frame["energy"] = energy - frame["emission_payment"]
    frame["paid"] = _paid_for_emissions(run, system, frame)
    driver_time = frame["distance"] * of_fleet["driver_time"]
    frame["drivers"] = view.cost_factor * (driver_time * of_fleet["driver_cost"]).astype(float)
    frame["cost"] = frame[list(COST_PARTS)].sum(axis=1, skipna=False)
    rates = {name: vehicle_rate(system, name) for name in vehicles.index}
    frame["tax"] = [
        uncounted_tax(system, row["carrier"], of_fleet.at[name, "site"], rates[name])
        * row["energy_use"]
        for name, row in frame.iterrows()
    ]
    return frame


def _energy(
    run: Run, system: System, energy_use: pd.Series, at_duals: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """The cost [EUR/vehicle/a] and the emissions [t/vehicle/a] of the energy of one vehicle of each kind."""
    vehicles, fleets, traded = system["vehicles"], system["fleets"], set(traded_buses(run))
    costs, emissions = {}, {}
    for name, row in vehicles.iterrows():
        fleet = fleets.loc[row["fleet"]]
        rates = system.by_step(system.hourly_rates(fleet["driving_profile"], energy_use[name]))
        amounts = rates * system.steps.length
        factor = emission_factor(system, row["carrier"], fleet["site"])
        emissions[name] = float(factor @ amounts)
        rate = vehicle_rate(system, name)
        payments = 0.0 if rate is None else rate.counted(system.settings.view) * amounts
        if bus_name(row["carrier"], fleet["site"]) in traded:
            # The duals of the store hold the payments for smart charging.
            is_smart = row["smart_charging_share"] > 0 and row["battery_capacity"] > 0
            fixed_share = 1 - row["smart_charging_share"] if is_smart else 1.0
            costs[name] = float(at_duals[str(name)] + fixed_share * np.sum(payments))
            continue
        market = purchase_market(system, row["carrier"], fleet["site"])
        is_bought = market is not None
        price = purchase_cost(run, system, market) @ amounts if is_bought else np.nan
        costs[name] = float(price + np.sum(payments))
    return pd.Series(costs, dtype=float), pd.Series(emissions, dtype=float)


def _paid_for_emissions(run: Run, system: System, frame: pd.DataFrame) -> pd.Series:
    """What is paid for the emissions of one vehicle of each kind at the emission price, where a scheme reaches them."""
    if not names_schemes(run.tables["emissions"]):
        return frame["emission_payment"]
    sites = frame["fleet"].map(system["fleets"]["site"])
    markets = [purchase_market(system, *pair) for pair in zip(frame["carrier"], sites, strict=True)]
    is_paid = [
        market is not None
        and isinstance(market["emission_scheme"], str)
        and market["emission_scheme"] != UNPAID
        for market in markets
    ]
    return run.summary["emission_price"] * frame["emissions"] * np.array(is_paid, float)


def _costs_at_duals(solution: Solution, system: System) -> pd.DataFrame:
    """The costs of one vehicle of each kind at the duals [EUR/vehicle/a]: of its ``energy`` and of ``limit`` rows.

    ``limited_by`` is the label of the row of the latter that adds most, empty if none adds anything.
    """
    lp = solution.lp
    columns, (groups, of_row) = lp.A.tocsc(), lp.row_groups()
    balances, physics = lp.constraints_of(BALANCE), lp.constraints_of(PHYSICS)
    costs: dict[str, tuple[float, float, str]] = {}
    for name, row in system["vehicles"].iterrows():
        bus = bus_name(row["carrier"], system["fleets"].at[row["fleet"], "site"])
        column = lp.columns(CAPACITY, str(name)).start
        entries = slice(columns.indptr[column], columns.indptr[column + 1])
        energy, limits = 0.0, {"": 0.0}
        for i, amount in zip(columns.indices[entries], columns.data[entries], strict=True):
            family, label = groups[of_row[i]]
            in_store = family in physics and family != CAPACITY_ROW
            if in_store or (family in balances and label == bus):
                energy -= solution.prices[i] * amount
            elif family not in balances and family not in physics:
                limits[label] = limits.get(label, 0.0) - solution.prices[i] * amount
        costs[str(name)] = (energy, sum(limits.values()), max(limits, key=lambda of: limits[of]))
    return pd.DataFrame.from_dict(
        costs, orient="index", columns=["energy", "limit", "limited_by"]
    ).astype({"energy": float, "limit": float})


def with_break_even(kinds: pd.DataFrame, price: float) -> pd.DataFrame:
    """The kinds of a fleet with a cost, the cheapest first, with the prices at which each costs as much as the cheapest.

    ``equal_price`` [EUR/vehicle] is the price of the vehicle, and ``equal_emission_price`` [EUR/t] the
    emission price, that make its cost equal that of the cheapest; missing for the cheapest, and where no
    price above zero does. ``wins_above`` tells whether it wins above that emission price or below it.

    Args:
        kinds: Rows of `vehicle_costs` of one fleet.
        price: The emission price of the run [EUR/t].
    """
    ordered = kinds[kinds["cost"].notna()].sort_values("cost", kind="stable")
    cheapest = ordered.iloc[0]
    dearer = ordered["cost"] - cheapest["cost"]
    fewer = cheapest["emissions"] - ordered["emissions"]
    equal = ordered["price"] - dearer / ordered["annuity_factor"]
    emission = price + dearer / fewer.where(fewer.abs() > 1e-9)
    frame = ordered.assign(
        dearer=dearer,
        equal_price=equal.where(equal > 0),
        equal_emission_price=emission.where(emission > 0),
        wins_above=fewer > 0,
    )
    frame.loc[cheapest.name, ["equal_price", "equal_emission_price"]] = np.nan
    return frame
