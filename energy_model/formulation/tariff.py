"""Tariff: network tariffs and taxes by carrier and payer → payments of those who take a carrier from its network.

A payer takes a carrier from the public network, whichever plant it comes from. Conversions pay for
what they use, vehicles for what they charge, and demands for what they take. A storage pays for its
losses only: for its charge less its discharge. What vehicles discharge is not paid back. Links,
markets and the boundary do not pay. A plant whose owner uses a share of its output behind the own
meter is credited the tariff and tax of that share. The perspective selects whether tariffs and
taxes count, as it does for markets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.settings import CostComponent, Perspective
from energy_model.case.system import System
from energy_model.case.tariff_rows import paying_row
from energy_model.compiler.components import ProfileParam
from energy_model.compiler.model import Model, Var
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.sets_and_parameters import ordered_set

TARIFFS = Table.declare("tariffs", ("carrier", "payer"), "Tariffs and taxes that whoever takes a carrier from its network pays, whichever plant it comes from.", """
    carrier             -                    in carriers          Carrier that is taken
    payer               -                    text                 Technology, conversion, storage, vehicle or demand that takes it; * for all takers without a row of their own
    tariff              EUR/unit             hourly any, usual -1000..5000 = none  Tariff on a unit; if empty, that of the row * of the carrier
    tax                 EUR/unit             hourly any, usual -1000..5000 = none  Tax on a unit; if empty, that of the row * of the carrier
    own_use_share       1                    fraction = 0         Share of the output of a plant that its owner uses behind the own meter; tariff and tax of it are credited
    """)  # fmt: skip

TABLES = (TARIFFS,)
ENTRY_OF: dict[CostComponent, str] = {"tariff": "tariffs", "tax": "taxes"}


@dataclass(frozen=True)
class Rate:
    """Tariff and tax on a unit in each step [EUR/unit]."""

    tariff: np.ndarray
    tax: np.ndarray

    def times(self, amount: np.ndarray | float) -> Rate:
        """Returns tariff and tax on an amount in each step."""
        return Rate(self.tariff * amount, self.tax * amount)

    def plus(self, other: Rate) -> Rate:
        """Returns the sum of two rates."""
        return Rate(self.tariff + other.tariff, self.tax + other.tax)

    def counted(self, view: Perspective) -> np.ndarray:
        """Returns the cost in the objective in each step, of the components that a perspective counts."""
        payment: np.ndarray = view.factor("tariff") * self.tariff + view.factor("tax") * self.tax
        return payment


def rate_of(system: System, carrier: str, *names: object) -> Rate | None:
    """Returns what a unit of a carrier costs a taker, without regard to the perspective.

    ``names`` are its own name and that of its technology; the first with a row applies, else the
    row * of the carrier. None without a row.
    """
    row = paying_row(system["tariffs"], carrier, *names)
    return None if row is None else _rate_at(system, row)


def _rate_at(system: System, row: tuple[str, str]) -> Rate:
    cells = system["tariffs"].loc[row]
    return Rate(system.step_values(cells["tariff"]), system.step_values(cells["tax"]))


def activity_rate(system: System, plant: str, flows: pd.DataFrame) -> Rate | None:
    """Returns the payment for a unit of activity of a plant, less the credit of own use.

    ``flows`` holds carrier and coefficient of its flows in one mode. None if no flow pays.
    """
    technology, total = system["conversions"].at[plant, "technology"], None
    for carrier, cell in zip(flows["carrier"], flows["coefficient"], strict=True):
        row = paying_row(system["tariffs"], carrier, plant, technology)
        if row is None:
            continue
        share, coefficient = system["tariffs"].at[row, "own_use_share"], system.step_values(cell)
        amount = np.maximum(-coefficient, 0.0) - share * np.maximum(coefficient, 0.0)
        if np.any(amount):
            payment = _rate_at(system, row).times(amount)
            total = payment if total is None else total.plus(payment)
    return total


def storage_rate(system: System, storage: str) -> Rate | None:
    """Returns what a storage pays for a unit of charge, and is paid back for one of discharge."""
    row = system["storages"].loc[storage]
    return rate_of(system, row["carrier"], storage, row["technology"])


def vehicle_rate(system: System, vehicle: str) -> Rate | None:
    """Returns what a vehicle pays for a unit that it charges."""
    row = system["vehicles"].loc[vehicle]
    return rate_of(system, row["carrier"], vehicle, row["technology"])


def demand_rate(system: System, demand: str) -> Rate | None:
    """Returns what a demand pays for a unit that it takes."""
    return rate_of(system, system["demands"].at[demand, "carrier"], demand)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the payments to the cost entries; a case without tariffs has no term of them."""
    if system["tariffs"].empty:
        return
    modes = system.flows.reset_index().groupby(["conversion", "mode"], sort=False)
    runs = {(str(c), str(i)): activity_rate(system, c, flows) for (c, i), flows in modes}
    storages = {s: storage_rate(system, s) for s in system["storages"].index}
    vehicles = {v: vehicle_rate(system, v) for v in system["vehicles"].index}
    demands = {d: demand_rate(system, d) for d in system["demands"].index}
    _add_rates(m, system, "activity", m.runs, _paying(runs))
    _add_rates(m, system, "charge", m.storages, _paying(storages))
    smart = set(m.choosing)
    paying_vehicles, paying_demands = _paying(vehicles), _paying(demands)
    smart_vehicles = {v: rate for v, rate in paying_vehicles.items() if v in smart}
    _add_rates(m, system, "vehicle_charge", m.vehicles, smart_vehicles)
    _add_rates(m, system, "demand", m.demands, paying_demands)
    _add_fixed_charging(m, system, paying_vehicles)
    _add_fixed_demand(m, system, paying_demands)
    for part, entry in ENTRY_OF.items():
        accounts.cost.add(entry, _payments(part))


def _paying(rates: dict[Any, Rate | None]) -> dict[Any, Rate]:
    return {name: rate for name, rate in rates.items() if rate is not None}


def _add_rates(m: Model, system: System, what: str, table: pyo.Set, rates: dict[Any, Rate]) -> None:
    """Adds the set ``paying_WHAT``, and counted tariffs and taxes by member and step [EUR/unit]."""
    view, width = system.settings.view, table.dimen
    paying = ordered_set(rates, width, within=table if width == 1 else None)
    m.add_component(f"paying_{what}", paying)
    for part in ENTRY_OF:
        rows = [view.factor(part) * getattr(rate, part) for rate in rates.values()]
        profiles = np.array(rows, float).reshape(-1, len(m.steps))
        values = ProfileParam(paying, m.steps, profiles=profiles, which=np.arange(len(rates)))
        m.add_component(f"{what}_{part}", values)


def _add_fixed_charging(m: Model, system: System, rates: dict[str, Rate]) -> None:
    """Adds what a vehicle pays in the year for energy that it takes while driving [EUR/vehicle/a]."""
    view, hours = system.settings.view, system.steps.length
    energy = dict(zip(m.vehicles, m.energy_rate.profiles[m.energy_rate.which], strict=True))
    m.paying_vehicles = ordered_set(rates, within=m.vehicles)
    for part in ENTRY_OF:
        yearly = {
            v: view.factor(part)
            * pyo.value(m.fixed_share[v])
            * float((getattr(rate, part) * energy[v]) @ hours)
            for v, rate in rates.items()
        }
        m.add_component(f"fixed_charging_{part}", pyo.Param(m.paying_vehicles, initialize=yearly))


def _add_fixed_demand(m: Model, system: System, rates: dict[str, Rate]) -> None:
    """Adds the demand of the year as a fixed variable, so that its payment has an owner."""
    view, hours = system.settings.view, system.steps.length
    rates_of = dict(zip(m.demands, m.demand_rate.profiles[m.demand_rate.which], strict=True))
    amounts = {d: float(rates_of[d] @ hours) for d in rates}
    m.yearly_taken = pyo.Param(m.paying_demand, initialize=amounts)
    m.demand_taken = Var(
        m.paying_demand,
        bounds=lambda m, d: (m.yearly_taken[d], m.yearly_taken[d]),
        doc="Demand of the year that pays a tariff or tax [unit/a]",
        account="tariffs",
    )
    for part in ENTRY_OF:
        means = {
            d: view.factor(part)
            * float((getattr(rate, part) * rates_of[d]) @ hours)
            / (amounts[d] or 1.0)
            for d, rate in rates.items()
        }
        m.add_component(f"mean_demand_{part}", pyo.Param(m.paying_demand, initialize=means))
    m.paying_postponed = ordered_set([d for d in m.patient if d in rates], within=m.demands)
    m.paying_unserved = ordered_set([d for d in m.sheddable if d in rates], within=m.demands)


def _payments(part: str) -> Callable[[Model], Any]:
    """Returns the payments of all takers for a component of the price [EUR/a]."""

    def payments(m: Model) -> Any:
        activity, charge = m.component(f"activity_{part}"), m.component(f"charge_{part}")
        charging, demand = m.component(f"vehicle_charge_{part}"), m.component(f"demand_{part}")
        fixed, mean = m.component(f"fixed_charging_{part}"), m.component(f"mean_demand_{part}")
        return (
            sum(
                activity[c, i, t] * m.step_weight[t] * m.activity[c, i, t]
                for c, i in m.paying_activity
                for t in m.steps
            )
            + sum(
                charge[s, t] * m.step_weight[t] * (m.charge[s, t] - m.discharge[s, t])
                for s in m.paying_charge
                for t in m.steps
            )
            + sum(fixed[v] * m.capacity[v] for v in m.paying_vehicles)
            + sum(
                charging[v, t] * m.step_weight[t] * m.vehicle_charge[v, t]
                for v in m.paying_vehicle_charge
                for t in m.steps
            )
            + sum(mean[d] * m.demand_taken[d] for d in m.paying_demand)
            - sum(
                demand[d, t] * m.step_weight[t] * m.unserved[d, t]
                for d in m.paying_unserved
                for t in m.steps
            )
            - sum(
                demand[d, t]
                * m.step_weight[t]
                * (m.demand_postponed[d, t] - m.demand_postponed[d, m.previous[t]])
                / m.step_duration[t]
                for d in m.paying_postponed
                for t in m.steps
            )
        )

    return payments
