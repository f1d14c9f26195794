"""Peak: the hour of highest demand at a bus, which steps average away → capacity that serves it.

A step holds the mean of its hours, so capacity for the steps alone is too small for the peak. In the hour of the highest
demand at a bus, the capacity of all that supplies it is at least the demand: plants and links at full load, storages
at full discharge, and markets at their maximum purchase. Every plan that serves all hours satisfies this, so at every hour
the constraint is redundant and is not added.

Unserved demand has a penalty per energy. One unit of capacity that lacks at the peak leaves demand unserved in as many
hours as the demand above the highest step has at its peak.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System, bus_name
from energy_model.compiler.model import Model, Var
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.link import arriving_share, standing_share
from energy_model.formulation.metadata import LIMIT
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

TABLES = ()
MIN_PEAK_LOSS_SHARE = 1e-6  # share of the peak by which the steps lower it; less is rounding
# Entries of the energy account whose sources have the limits that this file counts
KNOWN_ENTRIES = (
    "conversion",
    "storage",
    "links",
    "markets",
    "demand",
    "demand_postponed",
    "unserved",
    "driving",
)


@dataclass(frozen=True)
class Peak:
    """The hour of the highest demand at a bus.

    Attributes:
        hour: The number of the hour in the year.
        demand: Demand in that hour [unit/h].
        step_demand: Demand in the highest step [unit/h].
        hours: Energy of the demand above the highest step, as hours of their difference [h].
        penalty: Mean penalty of the demand that may stay unserved [EUR/unit].
        sheddable: Demand in that hour that may stay unserved [unit/h].
        purchase: Maximum purchase of the markets at the bus [unit/h].
        supply: Supply by asset at full load in that hour [unit/h for one unit of capacity].
        is_served: Whether the capacity that every plan has serves the hour.
        is_sufficient: Whether plants and markets alone supply the bus. What a storage holds and what a link
            brings in the hour may be less than their capacity.
    """

    hour: int
    demand: float
    step_demand: float
    hours: float
    penalty: float
    sheddable: float
    purchase: float
    supply: dict[str, float]
    is_served: bool
    is_sufficient: bool


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds one constraint for each bus whose highest demand the steps lower."""
    is_known = set(accounts.energy.entries) <= set(KNOWN_ENTRIES)
    peaks = {bus: peak for bus, peak in hidden_demand_peaks(system).items() if not peak.is_served}
    if not peaks or not is_known:
        return
    m.peak_buses = ordered_set(peaks, within=m.buses)
    m.peak_suppliers = indexed_set(m.peak_buses, {bus: peak.supply for bus, peak in peaks.items()})
    pairs = {(bus, a): rate for bus, peak in peaks.items() for a, rate in peak.supply.items()}
    m.peak_supply_rate = pyo.Param(ordered_set(pairs, 2), initialize=pairs)
    m.peak_demand = pyo.Param(
        m.peak_buses, initialize={bus: peak.demand - peak.purchase for bus, peak in peaks.items()}
    )
    m.peak_penalty = pyo.Param(
        m.peak_buses, initialize={bus: peak.penalty * peak.hours for bus, peak in peaks.items()}
    )
    m.max_peak_unserved = pyo.Param(
        m.peak_buses, initialize={bus: peak.sheddable for bus, peak in peaks.items()}
    )
    m.peak_unserved = Var(
        m.peak_buses,
        bounds=lambda m, b: (0, m.max_peak_unserved[b]),
        doc="Demand that lacks capacity in the hour of the highest demand [unit/h]",
        account="unserved_peak",
    )

    @m.Constraint(
        m.peak_buses,
        doc="Capacity serves the hour of the highest demand",
        account=LIMIT,
    )
    def peak_supply(m: Any, b: str) -> Any:
        return (
            sum(m.peak_supply_rate[b, a] * m.capacity[a] for a in m.peak_suppliers[b])
            + m.peak_unserved[b]
            >= m.peak_demand[b]
        )

    accounts.cost.post(
        "unserved_peak",
        lambda m: sum(m.peak_penalty[b] * m.peak_unserved[b] for b in m.peak_buses),
    )


def hidden_demand_peaks(system: System) -> dict[str, Peak]:
    """Returns the peak of each bus whose highest demand the steps lower.

    A bus with postponed demand or with vehicles is not among them, as its highest demand is not given.
    """
    demands, buses = system["demands"], system.buses
    is_hourly = buses["balance"] != "year"
    postponed = demands[(demands["shiftable"] > 0) & (demands["window"] > 0)]
    vehicles, fleets = system["vehicles"], system["fleets"]
    sites = vehicles["fleet"].map(fleets["site"])
    excluded = {
        *map(bus_name, postponed["carrier"], postponed["site"]),
        *map(bus_name, fleets["service"], fleets["site"]),
        *map(bus_name, vehicles["carrier"], sites),
    }
    peaks, sources = {}, _Sources(system)
    for (carrier, site), rows in demands[demands["yearly"] > 0].groupby(["carrier", "site"]):
        bus = bus_name(str(carrier), str(site))
        if bus in excluded or not is_hourly[bus]:
            continue
        peak = _peak(sources, bus, rows)
        if peak is not None:
            peaks[bus] = peak
    return peaks


def _peak(sources: _Sources, bus: str, demands: pd.DataFrame) -> Peak | None:
    """The peak of the demands at a bus; None if the steps keep it."""
    system = sources.system
    shapes = zip(demands["profile"], demands["yearly"], strict=True)
    rates = np.array([system.hourly_rates(shape, yearly) for shape, yearly in shapes])
    demand = rates.sum(axis=0)
    hour, step_demand = int(demand.argmax()), float(system.by_step(demand).max())
    highest = float(demand[hour])
    if highest - step_demand <= MIN_PEAK_LOSS_SHARE * highest:
        return None
    supply, purchase = sources.supply(bus, hour), sources.purchase(bus)
    kept = sources.kept
    served = purchase + sum(rate * kept[name] for name, rate in supply.items() if kept[name] > 0)
    has_penalty = demands["penalty"].notna().to_numpy()
    sheddable = rates[has_penalty, hour]
    penalty = demands["penalty"].to_numpy(float)[has_penalty]
    return Peak(
        hour,
        highest,
        step_demand,
        float(np.maximum(demand - step_demand, 0.0).sum()) / (highest - step_demand),
        float(np.average(penalty, weights=sheddable)) if sheddable.sum() > 0 else 0.0,
        float(sheddable.sum()),
        purchase,
        supply,
        served >= highest or any(np.isinf(rate) for rate in supply.values()),
        set(supply) <= set(system["conversions"].index),
    )


def _kept_capacity(assets: pd.DataFrame) -> pd.Series:
    """The capacity of each asset that every plan has [capacity]."""
    kept: pd.Series = (
        assets["capacity_existing"] * (1 - assets["retirable"]) + assets["min_capacity_added"]
    )
    return kept


class _Sources:
    """What supplies each bus of a system."""

    def __init__(self, system: System) -> None:
        self.system = system
        links, storages = system["links"], system["storages"]
        arriving, lost = arriving_share(links), -standing_share(links)
        both_ways, loses = links["both_ways"] == "yes", links["standing_loss"] > 0
        self.kept: dict[str, float] = _kept_capacity(system.assets).to_dict()
        self.profiles_at: dict[int, pd.DataFrame] = {}
        self.markets = system.rows_at("markets")
        self.rates = [
            (arriving.to_dict(), system.rows_at("links", "to_site")),
            (arriving.to_dict(), system.rows_at("links", "from_site", both_ways)),
            (lost.to_dict(), system.rows_at("links", "from_site", loses)),
            ((1 / storages["max_hours"]).to_dict(), system.rows_at("storages")),
        ]
        self.flows: dict[str, list[tuple[str, str, ProfileExpression]]] = defaultdict(list)
        for (plant, mode, bus), cell in system.flows["coefficient"].items():
            self.flows[bus].append((plant, mode, cell))
        self.use = system.modes["capacity_use"].astype(float).to_dict()
        self.available = system["conversions"]["availability"].to_dict()

    def purchase(self, bus: str) -> float:
        """The maximum purchase at a bus [unit/h]."""
        return float(self.system["markets"]["max_purchase"].reindex(self.markets[bus]).sum())

    def supply(self, bus: str, hour: int) -> dict[str, float]:
        """The supply of a bus by asset in an hour [unit/h for one unit of capacity]."""
        supply = self._plants(bus, hour)
        for rate, rows in self.rates:
            for name in rows[bus]:
                supply[name] = supply.get(name, 0.0) + float(rate[name])
        return supply

    def _plants(self, bus: str, hour: int) -> dict[str, float]:
        """The supply of a bus by plants in their best mode [unit/h for one unit of capacity]."""
        supply: dict[str, float] = {}
        for plant, mode, cell in self.flows.get(bus, ()):
            use = self.use[plant, mode]
            output = self._at(hour, cell) * self._at(hour, self.available[plant])
            if output > 0:
                rate = output / use if use > 0 else np.inf
                supply[plant] = max(supply.get(plant, 0.0), rate)
        return supply

    def _at(self, hour: int, cell: ProfileExpression) -> float:
        if hour not in self.profiles_at:
            self.profiles_at[hour] = self.system.profiles.iloc[[hour]]
        return float(cell.values(self.profiles_at[hour])[0])
