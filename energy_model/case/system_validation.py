"""System checks: faults that only the whole system shows, such as a demand that nothing can feed."""

from __future__ import annotations

import networkx as nx

from energy_model.case.input_log import InputLog
from energy_model.case.system import System
from energy_model.common.errors import InputIssue


def validate_system(system: System, reading: InputLog) -> list[InputIssue]:
    """Faults seen only in the whole: demands that nothing can feed, limits without rows, sales above purchases."""
    before = len(reading.issues)
    graph = bus_graph(system)
    buses, demands = system.buses, system["demands"]
    fed = set(nx.descendants(graph, "source")) if "source" in graph else set()
    for name, carrier, site in zip(demands.index, demands["carrier"], demands["site"], strict=True):
        bus = f"{carrier}@{site}"
        if bus not in fed and demands.at[name, "yearly"] > 0:
            reading.wrong(
                "demands",
                name,
                "carrier",
                carrier,
                f"nothing makes, carries or sells {carrier} at {site}; add a market, a conversion or a link there",
            )
    markets = system["markets"]
    for name, row in markets.iterrows():
        if row["sell_most"] > 0 and row["buy_most"] > 0:
            counts = system.settings.view.counts
            paid = row["price"].values(system.profiles)
            paid = paid + sum(
                row[x].values(system.profiles) for x in ("tariff", "tax") if x in counts
            )
            got = row["sale_price"].values(system.profiles) - (
                row["sale_tariff"].values(system.profiles) if "tariff" in counts else 0
            )
            if (hour := int((got - paid).argmax())) is not None and got[hour] > paid[hour] + 1e-9:
                reading.wrong(
                    "markets",
                    name,
                    "sale_price",
                    row["sale_price"],
                    f"in hour {hour} a sale earns {got[hour]:.4g} where a purchase costs {paid[hour]:.4g}; selling must not earn more than buying costs",
                )
    if buses.empty:
        reading.add_issue(
            "case.toml",
            "the case has no market, plant, store, link or demand; add rows to its tables",
        )
    return reading.issues[before:]


def bus_graph(system: System) -> nx.DiGraph:
    """Buses and plants as a graph along which something can come from outside: edges from what feeds to what is fed."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", *system.buses.index])
    assets = system.assets
    possible = (assets["capacity_existing"] + assets["capacity_addable"]) > 0
    for market, row in system["markets"].iterrows():
        if row["buy_most"] > 0:
            graph.add_edge("source", f"{row['carrier']}@{row['site']}", name=market)
    flows = system.flows.reset_index()
    for plant, rows in flows.groupby("conversion"):
        if not possible[plant]:
            continue
        positive = [cell.offset + max(cell.factor, 0) > 0 for cell in rows["coefficient"]]
        takes = [
            bus
            for bus, made in zip(rows["bus"], positive, strict=True)
            if not made and bus in system.buses.index
        ]
        makes = [
            bus
            for bus, made in zip(rows["bus"], positive, strict=True)
            if made and bus in system.buses.index
        ]
        for start in takes or ["source"]:
            graph.add_edges_from((start, end, {"name": plant}) for end in makes)
    for link, row in system["links"].iterrows():
        if possible[link]:
            ends = f"{row['carrier']}@{row['from_site']}", f"{row['carrier']}@{row['to_site']}"
            graph.add_edge(*ends, name=link)
            if row["both_ways"] == "yes":
                graph.add_edge(*reversed(ends), name=link)
    for vehicle, row in system["vehicles"].iterrows():
        fleet = system["fleets"].loc[row["fleet"]]
        if possible[vehicle]:
            graph.add_edge(
                f"{row['carrier']}@{fleet['site']}",
                f"{fleet['service']}@{fleet['site']}",
                name=vehicle,
            )
    return graph
