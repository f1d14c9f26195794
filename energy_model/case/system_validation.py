"""System validation: a system → issues across tables, such as a demand without any supply."""

from __future__ import annotations

import networkx as nx

from energy_model.case.input_log import InputLog
from energy_model.case.system import System
from energy_model.common.errors import InputIssue


def validate_system(system: System, reading: InputLog) -> list[InputIssue]:
    """Returns issues across tables.

    They are demands without supply, sales that earn more than purchases cost, and a case without
    buses.
    """
    issue_count = len(reading.issues)
    graph = bus_graph(system)
    buses, demands = system.buses, system["demands"]
    reachable_buses = set(nx.descendants(graph, "source")) if "source" in graph else set()
    for name, carrier, site in zip(demands.index, demands["carrier"], demands["site"], strict=True):
        bus = f"{carrier}@{site}"
        if bus not in reachable_buses and demands.at[name, "yearly"] > 0:
            reading.wrong(
                "demands",
                name,
                "carrier",
                carrier,
                f"nothing makes, carries or sells {carrier} at {site}; add a market, a conversion or a link there",
            )
    markets = system["markets"]
    for name, row in markets.iterrows():
        if row["max_sale"] > 0 and row["max_purchase"] > 0:
            cost_components = system.settings.view.cost_components
            purchase_cost = row["price"].values(system.profiles)
            purchase_cost = purchase_cost + sum(
                row[component].values(system.profiles)
                for component in ("tariff", "tax")
                if component in cost_components
            )
            sale_revenue = row["sale_price"].values(system.profiles) - (
                row["sale_tariff"].values(system.profiles) if "tariff" in cost_components else 0
            )
            if (hour := int((sale_revenue - purchase_cost).argmax())) is not None and sale_revenue[
                hour
            ] > purchase_cost[hour] + 1e-9:
                reading.wrong(
                    "markets",
                    name,
                    "sale_price",
                    row["sale_price"],
                    f"in hour {hour} a sale earns {sale_revenue[hour]:.4g} where a purchase costs {purchase_cost[hour]:.4g}; selling must not earn more than buying costs",
                )
    if buses.empty:
        reading.add_issue(
            "case.toml",
            "the case has no market, plant, store, link or demand; add rows to its tables",
        )
    return reading.issues[issue_count:]


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
    flows = system.flows.reset_index()
    for plant, rows in flows.groupby("conversion"):
        if not can_have_capacity[plant]:
            continue
        are_outputs = [cell.offset + max(cell.factor, 0) > 0 for cell in rows["coefficient"]]
        input_buses = [
            bus
            for bus, is_output in zip(rows["bus"], are_outputs, strict=True)
            if not is_output and bus in system.buses.index
        ]
        output_buses = [
            bus
            for bus, is_output in zip(rows["bus"], are_outputs, strict=True)
            if is_output and bus in system.buses.index
        ]
        for start in input_buses or ["source"]:
            graph.add_edges_from((start, end, {"name": plant}) for end in output_buses)
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
