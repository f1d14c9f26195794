"""Conversions: plants with one or several modes → links or generators."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.formulation.tariff import activity_rate
from energy_model.io.pypsa.capacities import (
    Flows,
    add_capacity_bus,
    capacity_components,
    link_ports,
    scaled,
)
from energy_model.io.pypsa.components import AIR
from energy_model.io.pypsa.network import Attributes, Network

NOT_EXPRESSED = {"ramp": "ramp limit", "full_load_hours": "limit on full-load hours"}


def add_conversions(network: Network) -> None:
    """Adds all conversions."""
    system, flows = network.system, network.system.flows.reset_index()
    for plant, row in system["conversions"].iterrows():
        capacities = capacity_components(network, plant)
        if not capacities:
            continue
        for column, feature in NOT_EXPRESSED.items():
            if pd.notna(row[column]):
                network.omit(f"{plant}: {feature}")
        availability = system.step_values(row["availability"])
        modes = system.modes.loc[[plant]].reset_index()
        bus = ""
        if len(modes) > 1:
            minimum = row["min_load"] * availability
            bus = add_capacity_bus(
                network, plant, capacities, p_max_pu=availability, p_min_pu=minimum
            )
        for _, mode in modes.iterrows():
            use = mode["capacity_use"]
            mode_flows = flows[(flows["conversion"] == plant) & (flows["mode"] == mode["mode"])]
            cost, ports = _cost_and_ports(
                network, plant, mode["mode_cost"] + row["variable_cost"], mode_flows
            )
            if bus:
                network.add(
                    "links",
                    f"{plant} {mode['mode']}",
                    bus0=bus,
                    p_nom_extendable=True,
                    marginal_cost=cost / use,
                    **link_ports([(port, flow / use) for port, flow in ports]),
                )
            elif len(ports) == 1 and (np.all(ports[0][1] > 0) or np.all(ports[0][1] < 0)):
                _add_generators(
                    network, capacities, ports[0], availability / use, row["min_load"], cost
                )
            elif ports:
                _add_links(network, capacities, ports, availability / use, row["min_load"], cost)


def _cost_and_ports(
    network: Network, plant: str, variable_cost: float, flows: pd.DataFrame
) -> tuple[np.ndarray, Flows]:
    """Returns the cost of a unit of activity in each step, and its flows by bus."""
    system, factor = network.system, network.system.settings.view.cost_factor
    air = system.settings.emissions.carrier
    emitted = np.zeros(len(system.steps.length))
    ports: Flows = []
    for bus, carrier, coefficient in zip(
        flows["bus"], flows["carrier"], flows["coefficient"], strict=True
    ):
        if carrier == air:
            emitted = emitted + system.step_values(coefficient)
        else:
            ports.append((bus, system.step_values(coefficient)))
    if np.any(emitted) and network.has_emission_target:
        ports.append((AIR, emitted))
    cost = factor * variable_cost + factor * system.emission_price * emitted
    rate = activity_rate(system, plant, flows)
    return cost if rate is None else cost + rate.counted(system.settings.view), ports


def _add_generators(
    network: Network,
    capacities: dict[str, Attributes],
    port: tuple[str, np.ndarray],
    max_load: np.ndarray,
    min_load: float,
    cost: np.ndarray,
) -> None:
    """Adds a conversion with a single flow, which has the same sign in all steps."""
    bus, flow = port
    bounds = (max_load * flow, min_load * (max_load * flow))
    for name, capacity in capacities.items():
        network.add(
            "generators",
            name,
            bus=bus,
            p_min_pu=np.minimum(*bounds),
            p_max_pu=np.maximum(*bounds),
            marginal_cost=cost / flow,
            **capacity,
        )


def _add_links(
    network: Network,
    capacities: dict[str, Attributes],
    ports: Flows,
    max_load: np.ndarray,
    min_load: float,
    cost: np.ndarray,
) -> None:
    """Adds a conversion with one mode.

    Its capacity refers to a flow with a constant coefficient, an input if there is one.
    """
    constant = [i for i, (_, flow) in enumerate(ports) if np.ptp(flow) == 0 and flow[0] != 0]
    if constant:
        reference = min(constant, key=lambda i: ports[i][1][0] > 0)
        bus, unit = ports[reference][0], float(ports[reference][1][0])
        ports = [port for i, port in enumerate(ports) if i != reference]
    else:
        bus, unit = f"activity of {next(iter(capacities))}", -1.0
        network.add("buses", bus)
        network.add("generators", bus, bus=bus, p_nom_extendable=True)
    limits = {"p_max_pu": max_load, "p_min_pu": min_load * max_load}
    if unit > 0:
        limits = {"p_max_pu": -min_load * max_load, "p_min_pu": -max_load}
    for name, capacity in capacities.items():
        network.add(
            "links",
            name,
            bus0=bus,
            marginal_cost=cost / -unit,
            **limits,
            **scaled(capacity, abs(unit)),
            **link_ports([(port, flow / -unit) for port, flow in ports]),
        )
