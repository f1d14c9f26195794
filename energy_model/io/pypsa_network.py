"""PyPSA network: a case → a network file that PyPSA opens and solves, and a list of what it cannot express.

Expressible cases have equal optimal costs. Conversions become links with a bus for every flow, whose capacity refers to
a flow with a constant coefficient; conversions with several modes share a capacity bus. Existing and addable capacity are
two components, because PyPSA has one capital cost. Emissions with a target flow to an air bus.

Format: PyPSA's own netCDF files (components, static and hourly attributes), version 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.case.system import System, bus_name
from energy_model.common.atomic_write import new_file
from energy_model.common.errors import InputError
from energy_model.formulation.capacity import annuity

AIR = "air"
MAX_EMISSION_STORE_TONNES = (
    1e9  # capacity of the emission store, not binding before the last step [t]
)
DEFAULTS: dict[str, Any] = {
    "bus": "", "carrier": "", "p_nom": 0.0, "p_nom_extendable": False, "p_nom_min": 0.0, "p_nom_max": np.inf,
    "p_min_pu": 0.0, "p_max_pu": 1.0, "capital_cost": 0.0, "marginal_cost": 0.0, "efficiency": 1.0,
    "e_sum_min": -np.inf, "e_sum_max": np.inf, "e_nom": 0.0, "e_nom_extendable": False, "e_cyclic": False,
    "e_min_pu": 0.0, "e_max_pu": 1.0, "e_initial": 0.0, "p_set": 0.0,
}  # fmt: skip
Value = float | str | bool | np.ndarray


@dataclass
class Network:
    """Components by kind and name, with their attributes, and sentences on what is not expressed."""

    system: System
    parts: dict[str, dict[str, dict[str, Value]]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    constant: float = 0.0

    def add(self, kind: str, name: str, **values: Value) -> None:
        """Adds a component; an array that is constant over all steps is stored as one number."""
        attributes = {
            k: float(v[0]) if isinstance(v, np.ndarray) and np.ptp(v) == 0 else v
            for k, v in values.items()
        }
        self.parts.setdefault(kind, {})[name] = attributes

    def leave(self, said: str) -> None:
        """Records a sentence on what is not expressed, once."""
        if said not in self.left_out:
            self.left_out.append(said)

    def dataset(self) -> xr.Dataset:
        """The network in the layout of PyPSA's netCDF files."""
        steps = self.system.steps
        stamps = self.system.profiles.index[steps.start].tz_localize(None)
        data = xr.Dataset(coords={"snapshots": stamps.to_numpy()})
        for weight in ("objective", "stores", "generators"):
            data[f"snapshots_{weight}"] = ("snapshots", steps.length)
        for kind, components in self.parts.items():
            index_name, names = f"{kind}_i", list(components)
            data[index_name] = (index_name, np.array(names, object))
            for value in dict.fromkeys(v for values in components.values() for v in values):
                fallback = DEFAULTS.get(value, "" if value.startswith("bus") else 1.0)
                cells = [values.get(value, fallback) for values in components.values()]
                mask = [isinstance(cell, np.ndarray) for cell in cells]
                fixed = [fallback if mask[i] else cell for i, cell in enumerate(cells)]
                data[f"{kind}_{value}"] = (index_name, np.array(fixed))
                if any(mask):
                    axis = f"{kind}_t_{value}_i"
                    data[axis] = (axis, np.array(names, object)[mask])
                    columns = [cell for i, cell in enumerate(cells) if mask[i]]
                    data[f"{kind}_t_{value}"] = (("snapshots", axis), np.column_stack(columns))
        meta = {"constant": self.constant, "left_out": self.left_out, "digest": self.system.digest}
        title = f"{self.system.settings.name}, {self.system.scenario or 'base'}"
        data.attrs = {"network_name": title, "network_pypsa_version": "1.0.0", "meta": json.dumps(meta)}  # fmt: skip
        return data


def network(system: System) -> Network:
    """A system as a PyPSA network; ``left_out`` lists what is not expressed, ``constant`` is the cost outside the network [EUR/a]."""
    result = Network(system)
    result.parts["carriers"] = {str(name): {} for name in system["carriers"].index}
    for part in (_buses, _conversions, _storages, _links, _markets, _demands, _fleets, _emissions):
        part(result)
    for limit in system["limits"].index:
        result.leave(f"limit {limit}: a weighted sum")
    return result


def write(system: System, path: Path) -> Network:
    """Writes the network of a system to a file. InputError if the steps are not in order or the folder does not exist; WriteError."""
    if len(system.steps.days):
        message = "its days repeat, and PyPSA knows steps in order (system.in_order)"
        raise InputError.at(str(path), message)
    if not path.parent.is_dir():
        raise InputError.at(str(path), "there is no such folder")
    result = network(system)
    with new_file(path, "name another file with --out", also=(RuntimeError,)) as draft:
        result.dataset().to_netcdf(draft)
    return result


def _buses(made: Network) -> None:
    for bus, row in made.system.buses.iterrows():
        made.add("buses", bus, carrier=row["carrier"])
        if row["allow_spill"] == "yes":
            made.add("generators", f"{bus} let go", bus=bus, p_nom_extendable=True, p_min_pu=-1.0, p_max_pu=0.0)  # fmt: skip
        if row["balance"] == "year":
            made.add("stores", f"{bus} over the year", bus=bus, e_nom_extendable=True, e_min_pu=-1.0, e_cyclic=True)  # fmt: skip


def _capacity_parts(
    made: Network, asset: str, more: float = 0.0
) -> list[tuple[str, dict[str, Value]]]:
    """The existing and the addable capacity of an asset as components, per unit of its capacity."""
    system, row = made.system, made.system.assets.loc[asset]
    view = system.settings.view
    fixed = view.cost_factor * row["fixed_cost"] + more
    existing, addable = row["capacity_existing"], row["max_capacity_added"]
    payment = annuity(view.discount_rate, row["lifetime"]) * row["investment_cost"]
    added = fixed + view.cost_factor * payment
    if isinstance(row["capacity_follows"], str):
        made.leave(f"{asset}: its capacity is tied to that of {row['capacity_follows']}")
    takers, land = system.land_takers, system["land"]
    for (_, site, kind), amount in takers["footprint"][takers.index.get_level_values(0) == asset].items():  # fmt: skip
        area, prices = land.loc[(site, kind)], system.settings.acceptance
        points = prices.citizens_price * area["citizens_points"] + prices.firms_price * area["firms_points"]  # fmt: skip
        added += amount * (view.cost_factor * area["rent"] + points)
        others = takers.xs((site, kind), level=("site", "land_class"))["footprint"]
        if len(others) == 1:
            addable = min(addable, area["area"] / amount) if amount else addable
        elif others @ system.assets["max_capacity_added"][others.index] > area["area"]:
            made.leave(f"land of class {kind} at {site} is shared by {', '.join(others.index)}")
    components: list[tuple[str, dict[str, Value]]] = []
    if existing > 0:
        minimum = existing * (1 - row["retirable"])
        components.append((asset, {"p_nom_extendable": True, "p_nom_min": minimum, "p_nom_max": existing, "capital_cost": fixed}))  # fmt: skip
    if addable > 0:
        components.append((f"{asset} added", {"p_nom_extendable": True, "p_nom_max": float(addable), "capital_cost": added}))  # fmt: skip
    return components


def _scaled(piece: dict[str, Value], by: float) -> dict[str, Value]:
    """The capacity attributes of a component in another unit: ``by`` of it for one of its own."""
    return {
        name: float(value) / by if name == "capital_cost" else value if isinstance(value, bool) else float(value) * by
        for name, value in piece.items()
        if not isinstance(value, str | np.ndarray)
    }  # fmt: skip


def _shared_capacity_bus(
    made: Network, asset: str, name: str, pieces: list, **values: Value
) -> str:
    """A bus that distributes the capacity of an asset to all its links."""
    bus = f"capacity of {asset}"
    made.add("buses", bus)
    for piece, owning in pieces:
        made.add("generators", f"{piece} {name}", bus=bus, **owning, **values)
    return bus


def _link_ports(first: int, flows: list[tuple[str, np.ndarray]]) -> dict[str, Value]:
    """Buses and efficiencies of a link, from port `first` on."""
    ports: dict[str, Value] = {}
    for port, (bus, efficiency) in enumerate(flows, start=first):
        ports |= {f"bus{port}": bus, "efficiency" + (str(port) if port > 1 else ""): efficiency}
    return ports


def _conversions(made: Network) -> None:
    system, view = made.system, made.system.settings.view
    air, flows = system.settings.emissions.carrier, system.flows.reset_index()
    for plant, row in system["conversions"].iterrows():
        pieces = _capacity_parts(made, plant)
        if not pieces:
            continue
        for name, meaning in (("ramp", "how fast it changes"), ("full_load_hours", "its full-load hours")):  # fmt: skip
            if pd.notna(row[name]):
                made.leave(f"{plant}: {meaning}")
        availability = system.step_values(row["availability"])
        modes = system.modes.loc[[plant]].reset_index()
        has_modes = len(modes) > 1
        if has_modes:
            shared = _shared_capacity_bus(made, plant, "capacity", pieces, p_max_pu=availability, p_min_pu=row["min_load"] * availability)  # fmt: skip
        for mode, use, mode_cost in zip(modes["mode"], modes["capacity_use"], modes["mode_cost"], strict=True):  # fmt: skip
            mode_flows = flows[(flows["conversion"] == plant) & (flows["mode"] == mode)]
            at = [(b, c, system.step_values(f)) for b, c, f in zip(mode_flows["bus"], mode_flows["carrier"], mode_flows["coefficient"], strict=True)]  # fmt: skip
            cost = view.cost_factor * (mode_cost + row["variable_cost"])
            emitted = sum((f for _, c, f in at if c == air), np.zeros(len(availability)))
            running = cost + view.cost_factor * system.emission_price * emitted
            ports = [(b, f) for b, c, f in at if c != air]
            if np.any(emitted) and system.settings.emissions.target != "none":
                ports.append((AIR, emitted))
            name = f"{plant} {mode}" if has_modes else plant
            if has_modes:
                made.add("links", name, bus0=shared, p_nom_extendable=True, marginal_cost=running / use,
                         **_link_ports(1, [(b, f / use) for b, f in ports]))  # fmt: skip
            elif len(ports) == 1 and (np.all(ports[0][1] > 0) or np.all(ports[0][1] < 0)):
                bus, made_by = ports[0]
                highest = availability / use * made_by
                ends = (highest, row["min_load"] * highest)
                for piece, owning in pieces:
                    made.add("generators", piece, bus=bus, p_min_pu=np.minimum(*ends), p_max_pu=np.maximum(*ends),
                             marginal_cost=running / made_by, **owning)  # fmt: skip
            elif ports:
                _plant(made, pieces, ports, availability / use, row["min_load"], running)


def _plant(made: Network, pieces: list, ports: list, most: np.ndarray, least: float, cost: np.ndarray) -> None:  # fmt: skip
    """A conversion with one mode, whose capacity refers to a flow with a constant coefficient, an input if there is one."""
    constant_flows = [i for i, (_, f) in enumerate(ports) if np.ptp(f) == 0 and f[0] != 0]
    if constant_flows:
        reference = min(constant_flows, key=lambda i: ports[i][1][0] > 0)
        bus, unit = ports[reference][0], float(ports[reference][1][0])
        ports = [port for i, port in enumerate(ports) if i != reference]
    else:
        bus, unit = f"activity of {pieces[0][0]}", -1.0
        made.add("buses", bus)
        made.add("generators", bus, bus=bus, p_nom_extendable=True)
    limits = {"p_max_pu": most, "p_min_pu": least * most}
    if unit > 0:
        limits = {"p_max_pu": -least * most, "p_min_pu": -most}
    for piece, owning in pieces:
        made.add("links", piece, bus0=bus, marginal_cost=cost / -unit, **limits, **_scaled(owning, abs(unit)),
                 **_link_ports(1, [(b, f / -unit) for b, f in ports]))  # fmt: skip


def _storages(made: Network) -> None:
    for store, row in made.system["storages"].iterrows():
        hours, bus = float(row["max_hours"]), bus_name(row["carrier"], row["site"])
        if row["min_level"] > 0:
            made.leave(f"{store}: what is never drawn")
        for piece, owning in _capacity_parts(made, store):
            made.add("storage_units", piece, bus=bus, max_hours=hours, cyclic_state_of_charge=True,
                     efficiency_store=row["efficiency_in"], efficiency_dispatch=row["efficiency_out"], standing_loss=1 - row["hourly_retention"],
                     marginal_cost=made.system.settings.view.cost_factor * row["variable_cost"], **_scaled(owning, 1 / hours))  # fmt: skip


def _links(made: Network) -> None:
    system = made.system
    for link, row in system["links"].iterrows():
        arriving = (1 - row["loss"]) * (1 - row["loss_per_km"]) ** row["length"]
        buses = [bus_name(row["carrier"], row[end]) for end in ("from_site", "to_site")]
        cost, pieces = (
            system.settings.view.cost_factor * row["variable_cost"],
            _capacity_parts(made, link),
        )
        if row["standing_loss"] * row["length"] > 0:
            made.leave(f"{link}: what a warm pipe loses whether or not heat flows")
        if row["both_ways"] == "yes" and (arriving < 1 or cost):
            shared = _shared_capacity_bus(made, link, "capacity", pieces) if pieces else ""
            for name, (start, end) in ((link, buses), (f"{link} back", buses[::-1])):
                if pieces:
                    made.add("links", name, bus0=start, bus1=end, efficiency=arriving, bus2=shared, efficiency2=-1.0,
                             marginal_cost=cost, p_nom_extendable=True)  # fmt: skip
            continue
        for piece, owning in pieces:
            back = -1.0 if row["both_ways"] == "yes" else 0.0
            made.add("links", piece, bus0=buses[0], bus1=buses[1], efficiency=arriving, marginal_cost=cost, p_min_pu=back, **owning)  # fmt: skip


def _trade(cell: float) -> dict[str, Value]:
    """The capacity limit of a trade, extendable if it is infinite."""
    return {"p_nom_extendable": True} if np.isinf(cell) else {"p_nom": float(cell)}


def _markets(made: Network) -> None:
    system = made.system
    view, settings = system.settings.view, system.settings.emissions
    factor = {name: view.cost_factor if name in view.cost_components else 0.0 for name in ("price", "tariff")}  # fmt: skip
    taxed = 1.0 if "tax" in view.cost_components else 0.0
    for market, row in system["markets"].iterrows():
        price, tariff, tax, sale, sale_tariff, emitted = (
            system.step_values(row[name])
            for name in ("price", "tariff", "tax", "sale_price", "sale_tariff", "emission_factor")
        )
        bus = bus_name(row["carrier"], row["site"])
        emission_cost = view.cost_factor * system.emission_price * emitted
        cost = factor["price"] * price + factor["tariff"] * tariff + taxed * tax + emission_cost
        limits = {end: row[f"{end}_yearly_purchase"] for end in ("max", "min")}
        sums = {f"e_sum_{end}": float(limit) for end, limit in limits.items() if pd.notna(limit)}
        source = bus
        if settings.target != "none" and np.any(emitted):
            source = f"{market} outside"
            made.add("buses", source)
            made.add("links", f"{market} in", bus0=source, p_nom_extendable=True, **_link_ports(1, [(bus, np.ones(1)), (AIR, emitted)]))  # fmt: skip
        if row["max_purchase"] > 0:
            made.add("generators", market, bus=source, marginal_cost=cost, **sums, **_trade(row["max_purchase"]))  # fmt: skip
        if row["max_sale"] > 0:
            revenue = factor["price"] * sale - factor["tariff"] * sale_tariff
            if settings.credit_exports:
                revenue = revenue + emission_cost
                if settings.target != "none" and np.any(emitted):
                    made.leave(f"{market}: what exports save others counts in the target")
            made.add("generators", f"{market} sale", bus=bus, marginal_cost=revenue, p_min_pu=-1.0, p_max_pu=0.0, **_trade(row["max_sale"]))  # fmt: skip


def _demands(made: Network) -> None:
    system = made.system
    for demand, row in system["demands"].iterrows():
        bus = bus_name(row["carrier"], row["site"])
        demanded = system.by_step(system.hourly_rates(row["profile"], row["yearly"]))
        made.add("loads", demand, bus=bus, p_set=demanded)
        if pd.notna(row["penalty"]) and demanded.max(initial=0.0) > 0:
            made.add("generators", f"{demand} unserved", bus=bus, p_nom=float(demanded.max()), p_max_pu=demanded / demanded.max(),
                     marginal_cost=float(row["penalty"]))  # fmt: skip
        if row["shiftable"] > 0 and row["window"] > 0:
            made.leave(f"{demand}: the share that may wait")


def _fleets(made: Network) -> None:
    system = made.system
    fleets, factor = system["fleets"], system.settings.view.cost_factor
    for vehicle, row in system["vehicles"].iterrows():
        fleet = fleets.loc[row["fleet"]]
        distance = float(fleet["distance"])
        if row["smart_charging_share"] > 0 and row["battery_capacity"] > 0:
            made.leave(f"{vehicle}: when it charges, as its store grows with the fleet")
        energy_use = distance * row["energy_use"] / row["charge_efficiency"]
        rate = system.by_step(system.hourly_rates(fleet["driving_profile"], energy_use))
        pieces = _capacity_parts(made, vehicle, factor * distance * row["variable_cost"])
        buses = [bus_name(carrier, fleet["site"]) for carrier in (fleet["service"], row["carrier"])]
        for piece, owning in pieces:
            speed = distance / system.hours
            made.add("links", piece, bus0=buses[0], p_min_pu=-1.0, p_max_pu=-1.0, **_scaled(owning, speed),
                     **_link_ports(1, [(buses[1], rate / speed)]))  # fmt: skip


def _emissions(made: Network) -> None:
    system = made.system
    settings, residual = system.settings.emissions, float(system["residual_emissions"]["amount"].sum())  # fmt: skip
    made.constant += system.settings.view.cost_factor * system.emission_price * residual
    if settings.target == "none":
        return
    maximum = np.ones(len(system.steps.length))
    maximum[-1] = (float(settings.target) - residual) / MAX_EMISSION_STORE_TONNES
    made.add("buses", AIR)
    made.add(
        "stores", AIR, bus=AIR, e_nom=MAX_EMISSION_STORE_TONNES, e_min_pu=-1.0, e_max_pu=maximum
    )
