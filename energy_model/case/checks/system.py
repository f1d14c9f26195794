"""Checks of a system: a system → issues of supply and prices."""

from __future__ import annotations

import networkx as nx

from energy_model.case.checks.tariffs import check_tariffs
from energy_model.case.input_log import InputLog
from energy_model.case.map_layers import check_places
from energy_model.case.system import System, bus_name
from energy_model.common.errors import InputIssue

MIN_PRICE_GAP = 1e-9  # EUR/unit; a smaller difference is rounding


def check_system(system: System, input_log: InputLog) -> list[InputIssue]:
    """Returns issues across tables.

    They are demands without supply, sales that earn more than purchases cost, minimum additions
    above the maximum, tariffs that nobody pays, map layers far from all sites, and a case without
    buses.
    """
    issue_count = len(input_log.issues)
    _check_supply(system, input_log)
    _check_sale_prices(system, input_log)
    _check_added_capacities(system, input_log)
    check_tariffs(system, input_log)
    check_places(system.map_layers, system["sites"], input_log)
    if system.buses.empty:
        remedy = "the case has no market, plant, store, link or demand; add rows to its tables"
        input_log.add_issue("case.toml", remedy)
    return input_log.issues[issue_count:]


def _check_supply(system: System, input_log: InputLog) -> None:
    """Adds an issue for every demand at a bus that nothing can supply."""
    graph, demands = bus_graph(system), system["demands"]
    supplied = set(nx.descendants(graph, "source")) if "source" in graph else set()
    for name, carrier, site in zip(demands.index, demands["carrier"], demands["site"], strict=True):
        if bus_name(carrier, site) not in supplied and demands.at[name, "yearly"] > 0:
            remedy = f"nothing produces, transports or sells {carrier} at {site}; "
            remedy += "add a market, a conversion or a link there"
            input_log.add_cell_issue("demands", name, "carrier", carrier, remedy)


def _check_sale_prices(system: System, input_log: InputLog) -> None:
    """Adds an issue for every market where a sale earns more than a purchase costs in an hour."""
    components = system.settings.view.cost_components
    for name, row in system["markets"].iterrows():
        if not (row["max_sale"] > 0 and row["max_purchase"] > 0):
            continue
        costs = row["price"].values(system.profiles)
        for component in ("tariff", "tax"):
            if component in components:
                costs = costs + row[component].values(system.profiles)
        revenues = row["sale_price"].values(system.profiles)
        if "tariff" in components:
            revenues = revenues - row["sale_tariff"].values(system.profiles)
        hour = int((revenues - costs).argmax())
        if revenues[hour] > costs[hour] + MIN_PRICE_GAP:
            remedy = f"in hour {hour} a sale earns {revenues[hour]:.4g} where a purchase costs "
            remedy += f"{costs[hour]:.4g}; selling must not earn more than buying costs"
            input_log.add_cell_issue("markets", name, "sale_price", row["sale_price"], remedy)


def _check_added_capacities(system: System, input_log: InputLog) -> None:
    """Adds an issue for every asset whose minimum added capacity exceeds the maximum."""
    assets = system.assets
    for name, row in assets[assets["min_capacity_added"] > assets["max_capacity_added"]].iterrows():
        remedy = f"it is above max_capacity_added ({row['max_capacity_added']:.6g}); "
        remedy += "lower it or raise max_capacity_added"
        input_log.add_cell_issue(
            row["table"], name, "min_capacity_added", row["min_capacity_added"], remedy
        )


def bus_graph(system: System) -> nx.DiGraph:
    """Returns the graph of buses, with edges in the direction of supply.

    The node ``source`` stands for markets and for conversions without inputs.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", *system.buses.index])
    assets = system.assets
    can_have_capacity = (assets["capacity_existing"] + assets["max_capacity_added"]) > 0
    for market, row in system["markets"].iterrows():
        if row["max_purchase"] > 0:
            graph.add_edge("source", f"{row['carrier']}@{row['site']}", name=market)
    buses, plants = set(system.buses.index), sorted(set(system.flows.index.get_level_values(0)))
    inputs: dict[str, list[str]] = {plant: [] for plant in plants if can_have_capacity[plant]}
    outputs: dict[str, list[str]] = {plant: [] for plant in inputs}
    for (plant, _mode, bus), cell in system.flows["coefficient"].items():
        if plant in inputs and bus in buses:
            (outputs if cell.can_be_positive else inputs)[plant].append(bus)
    for plant, starts in inputs.items():
        for start in starts or ["source"]:
            graph.add_edges_from((start, end, {"name": plant}) for end in outputs[plant])
    for link, row in system["links"].iterrows():
        if can_have_capacity[link]:
            ends = f"{row['carrier']}@{row['from_site']}", f"{row['carrier']}@{row['to_site']}"
            graph.add_edge(*ends, name=link)
            if row["both_ways"] == "yes":
                graph.add_edge(*reversed(ends), name=link)
    for vehicle, row in system["vehicles"].iterrows():
        fleet = system["fleets"].loc[row["fleet"]]
        if can_have_capacity[vehicle]:
            graph.add_edge(
                f"{row['carrier']}@{fleet['site']}",
                f"{fleet['service']}@{fleet['site']}",
                name=vehicle,
            )
    return graph
