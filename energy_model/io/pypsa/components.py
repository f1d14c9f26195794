"""Components: buses, storages, links, markets, demands, fleets and emissions → PyPSA components."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.case.system import bus_name
from energy_model.formulation.link import arriving_share, standing_share
from energy_model.formulation.peak import hidden_demand_peaks
from energy_model.formulation.tariff import demand_rate, storage_rate, vehicle_rate
from energy_model.io.pypsa.capacities import (
    add_capacity_bus,
    capacity_components,
    link_ports,
    scaled,
)
from energy_model.io.pypsa.network import Attributes, Network

AIR = "air"
MAX_EMISSION_STORE_TONNES = 1e9  # capacity of the store, not binding before the last step
CONSUMPTION_SHARE: Attributes = {"p_min_pu": -1.0, "p_max_pu": 0.0}


def add_buses(network: Network) -> None:
    """Adds all buses, with their spillage and their yearly balance."""
    for bus, row in network.system.buses.iterrows():
        network.add("buses", bus, carrier=row["carrier"])
        if row["allow_spill"] == "yes":
            network.add(
                "generators", f"{bus} spillage", bus=bus, p_nom_extendable=True, **CONSUMPTION_SHARE
            )
        if row["balance"] == "year":
            network.add(
                "stores",
                f"{bus} yearly balance",
                bus=bus,
                e_nom_extendable=True,
                e_min_pu=-1.0,
                e_cyclic=True,
            )


def add_storages(network: Network) -> None:
    """Adds all storages."""
    factor = network.system.settings.view.cost_factor
    for storage, row in network.system["storages"].iterrows():
        hours, bus = float(row["max_hours"]), bus_name(row["carrier"], row["site"])
        if row["min_level"] > 0:
            network.omit(f"{storage}: minimum storage level")
        loss_cost = _loss_cost(network, storage)
        for name, capacity in capacity_components(network, storage).items():
            network.add(
                "storage_units",
                name,
                bus=bus,
                max_hours=hours,
                cyclic_state_of_charge=True,
                efficiency_store=row["efficiency_in"],
                efficiency_dispatch=row["efficiency_out"],
                standing_loss=1 - row["hourly_retention"],
                marginal_cost=factor * row["variable_cost"] + loss_cost,
                **scaled(capacity, 1 / hours),
            )


def _loss_cost(network: Network, storage: str) -> float:
    """Returns what a storage pays for its losses by tariffs, for a unit of discharge [EUR/unit]."""
    row, rate = network.system["storages"].loc[storage], storage_rate(network.system, storage)
    efficiency = row["efficiency_in"] * row["efficiency_out"]
    if rate is None or not efficiency:
        return 0.0
    payment = rate.counted(network.system.settings.view)
    is_constant = np.allclose(payment, np.max(payment))  # but for rounding of the means of steps
    if np.any(payment) and (not is_constant or row["hourly_retention"] < 1):
        network.omit(f"{storage}: tariff on the losses of a storage over time")
        return 0.0
    return float(payment[0]) * (1 / efficiency - 1)


def add_links(network: Network) -> None:
    """Adds all links; a two-way link with losses or costs becomes two that share a capacity."""
    for link, row in network.system["links"].iterrows():
        efficiency = arriving_share(row)
        buses = [bus_name(row["carrier"], row[end]) for end in ("from_site", "to_site")]
        cost = network.system.settings.view.cost_factor * row["variable_cost"]
        capacities = capacity_components(network, link)
        two_ways = row["both_ways"] == "yes"
        if standing_share(row) > 0:
            network.omit(f"{link}: standing loss")
        if two_ways and (efficiency < 1 or cost):
            if capacities:
                capacity_bus = add_capacity_bus(network, link, capacities)
                for name, (start, end) in ((link, buses), (f"{link} back", buses[::-1])):
                    network.add(
                        "links",
                        name,
                        bus0=start,
                        p_nom_extendable=True,
                        marginal_cost=cost,
                        **link_ports([(end, efficiency), (capacity_bus, -1.0)]),
                    )
            continue
        for name, capacity in capacities.items():
            network.add(
                "links",
                name,
                bus0=buses[0],
                bus1=buses[1],
                efficiency=efficiency,
                marginal_cost=cost,
                p_min_pu=-1.0 if two_ways else 0.0,
                **capacity,
            )


def add_markets(network: Network) -> None:
    """Adds all markets: purchases and sales, with their emissions where there is a target."""
    system = network.system
    view, factor = system.settings.view, system.settings.view.cost_factor
    counted = {name: float(name in view.cost_components) for name in ("price", "tariff", "tax")}
    for market, row in system["markets"].iterrows():
        bus = bus_name(row["carrier"], row["site"])
        price, tariff, tax, emitted = (
            system.step_values(row[name]) for name in ("price", "tariff", "tax", "emission_factor")
        )
        emission_cost = factor * system.emission_price * emitted
        targeted = network.has_emission_target and bool(np.any(emitted))
        source = bus
        if targeted:
            source = f"{market} outside"
            network.add("buses", source)
            ports = link_ports([(bus, np.ones(1)), (AIR, emitted)])
            network.add("links", f"{market} in", bus0=source, p_nom_extendable=True, **ports)
        if row["max_purchase"] > 0:
            limits = {f"e_sum_{end}": row[f"{end}_yearly_purchase"] for end in ("max", "min")}
            network.add(
                "generators",
                market,
                bus=source,
                marginal_cost=factor * (counted["price"] * price + counted["tariff"] * tariff)
                + counted["tax"] * tax
                + emission_cost,
                **{name: float(limit) for name, limit in limits.items() if pd.notna(limit)},
                **_trade_capacity(row["max_purchase"]),
            )
        if row["max_sale"] > 0:
            price, tariff = (
                system.step_values(row[f"sale_{name}"]) for name in ("price", "tariff")
            )
            revenue = factor * (counted["price"] * price - counted["tariff"] * tariff)
            if system.settings.emissions.credit_exports:
                revenue = revenue + emission_cost
                if targeted:
                    network.omit(f"{market}: credit of exports in the emission target")
            network.add(
                "generators",
                f"{market} sale",
                bus=bus,
                marginal_cost=revenue,
                **CONSUMPTION_SHARE,
                **_trade_capacity(row["max_sale"]),
            )


def _trade_capacity(limit: float) -> Attributes:
    """Returns the capacity attributes of a trade, extendable if its limit is infinite."""
    return {"p_nom_extendable": True} if np.isinf(limit) else {"p_nom": float(limit)}


def add_demands(network: Network) -> None:
    """Adds all demands; unserved demand is a generator at the penalty."""
    system = network.system
    for demand, row in system["demands"].iterrows():
        bus = bus_name(row["carrier"], row["site"])
        load = system.by_step(system.hourly_rates(row["profile"], row["yearly"]))
        rate = demand_rate(system, demand)
        payment = 0.0 if rate is None else rate.counted(system.settings.view)
        network.constant += float((payment * load) @ system.steps.length)
        network.add("loads", demand, bus=bus, p_set=load)
        peak = load.max(initial=0.0)
        if pd.notna(row["penalty"]) and peak > 0:
            network.add(
                "generators",
                f"{demand} unserved",
                bus=bus,
                p_nom=float(peak),
                p_max_pu=load / peak,
                marginal_cost=float(row["penalty"]) - payment,
            )
        if row["shiftable"] > 0 and row["window"] > 0:
            network.omit(f"{demand}: shiftable share")
    for bus, hidden in hidden_demand_peaks(system).items():
        if not hidden.is_served:
            network.omit(f"{bus}: capacity for the hour of highest demand")


def add_fleets(network: Network) -> None:
    """Adds all vehicles as links with the driving profile of their fleet."""
    system, factor = network.system, network.system.settings.view.cost_factor
    for vehicle, row in system["vehicles"].iterrows():
        fleet = system["fleets"].loc[row["fleet"]]
        distance = float(fleet["distance"])
        if row["smart_charging_share"] > 0 and row["battery_capacity"] > 0:
            network.omit(f"{vehicle}: smart charging")
        energy_use = distance * row["energy_use"] / row["charge_efficiency"]
        rate = system.by_step(system.hourly_rates(fleet["driving_profile"], energy_use))
        drivers = fleet["driver_time"] * fleet["driver_cost"]
        running_cost = factor * distance * (row["variable_cost"] + drivers)
        if (charged := vehicle_rate(system, vehicle)) is not None:
            running_cost += float(
                (charged.counted(system.settings.view) * rate) @ system.steps.length
            )
        buses = [bus_name(carrier, fleet["site"]) for carrier in (fleet["service"], row["carrier"])]
        speed = distance / system.hours
        for name, capacity in capacity_components(network, vehicle, running_cost).items():
            network.add(
                "links",
                name,
                bus0=buses[0],
                p_min_pu=-1.0,
                p_max_pu=-1.0,
                **scaled(capacity, speed),
                **link_ports([(buses[1], rate / speed)]),
            )


def add_emissions(network: Network) -> None:
    """Adds the air bus and a store whose level at the end is limited by the target."""
    system = network.system
    residual = float(system["residual_emissions"]["amount"].sum())
    network.constant += system.settings.view.cost_factor * system.emission_price * residual
    if not network.has_emission_target:
        return
    maximum = np.ones(len(system.steps.length))
    remaining = float(system.settings.emissions.target) - residual
    maximum[-1] = remaining / MAX_EMISSION_STORE_TONNES
    network.add("buses", AIR)
    network.add(
        "stores", AIR, bus=AIR, e_nom=MAX_EMISSION_STORE_TONNES, e_min_pu=-1.0, e_max_pu=maximum
    )
