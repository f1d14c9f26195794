"""Capacities: the capacity of an asset → the extendable components that PyPSA sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from energy_model.formulation.annuity import annuity
from energy_model.io.pypsa.network import Attributes, Network, Value

Flows = list[tuple[str, np.ndarray]]  # bus, and its flow per unit of the component in each step


def capacity_components(
    network: Network, asset: str, additional_cost: float = 0.0
) -> dict[str, Attributes]:
    """Returns the existing and the addable capacity of an asset as components, by name.

    Args:
        network: The network.
        asset: The name of the asset.
        additional_cost: Yearly cost per unit of capacity, besides the fixed cost [EUR/a].
    """
    row, view = network.system.assets.loc[asset], network.system.settings.view
    fixed = view.cost_factor * row["fixed_cost"] + additional_cost
    payment = annuity(view.discount_rate, row["lifetime"]) * row["investment_cost"]
    existing, addable = row["capacity_existing"], row["max_capacity_added"]
    if isinstance(row["capacity_follows"], str):
        network.omit(f"{asset}: capacity in a fixed ratio to that of {row['capacity_follows']}")
    land_cost, land_limit = _land(network, asset)
    addable = min(addable, land_limit)
    components: dict[str, Attributes] = {}
    if existing > 0:
        components[asset] = {
            "p_nom_extendable": True,
            "p_nom_min": existing * (1 - row["retirable"]),
            "p_nom_max": existing,
            "capital_cost": fixed + view.cost_factor * payment * row["reinvestment_share"],
        }
    if addable > 0:
        components[f"{asset} added"] = {
            "p_nom_extendable": True,
            "p_nom_min": float(row["min_capacity_added"]),
            "p_nom_max": float(addable),
            "capital_cost": fixed + view.cost_factor * payment + land_cost,
        }
    return components


def _land(network: Network, asset: str) -> tuple[float, float]:
    """Returns the yearly cost of land per unit of capacity, and the capacity that fits on it."""
    system = network.system
    prices, cost_factor = system.settings.acceptance, system.settings.view.cost_factor
    footprints, capacities = system.land_takers["footprint"], system.assets["max_capacity_added"]
    cost, limit = 0.0, np.inf
    for (_, site, kind), footprint in footprints[
        footprints.index.get_level_values(0) == asset
    ].items():
        area = system["land"].loc[(site, kind)]
        points = (
            prices.citizens_price * area["citizens_points"]
            + prices.firms_price * area["firms_points"]
        )
        cost += footprint * (cost_factor * area["rent"] + points)
        sharing = footprints.xs((site, kind), level=("site", "land_class"))
        if len(sharing) == 1:
            limit = min(limit, area["area"] / footprint) if footprint else limit
        elif sharing @ capacities[sharing.index] > area["area"]:
            assets = ", ".join(sharing.index)
            network.omit(f"land of class {kind} at {site}: shared by {assets}")
    return cost, limit


def scaled(attributes: Attributes, factor: float) -> Attributes:
    """Returns the capacity attributes in another unit: ``factor`` of it for one of their own."""
    result: Attributes = {}
    for name, value in attributes.items():
        if isinstance(value, bool):
            result[name] = value
        elif not isinstance(value, str | np.ndarray):
            result[name] = value / factor if name == "capital_cost" else value * factor
    return result


def add_capacity_bus(
    network: Network, asset: str, components: dict[str, Attributes], **attributes: Value
) -> str:
    """Adds a bus that distributes the capacity of an asset to all its links; returns its name."""
    bus = f"capacity of {asset}"
    network.add("buses", bus)
    for name, capacity in components.items():
        network.add("generators", f"{name} capacity", bus=bus, **capacity, **attributes)
    return bus


def link_ports(flows: Sequence[tuple[str, Value]]) -> Attributes:
    """Returns the buses and efficiencies of a link, from its second port on."""
    ports: Attributes = {}
    for port, (bus, efficiency) in enumerate(flows, start=1):
        ports |= {f"bus{port}": bus, f"efficiency{port if port > 1 else ''}": efficiency}
    return ports
