"""Adequacy: before solving, whether peaks, yearly amounts and the emission target are within reach.

Three quick looks: the peak hour of every carrier against what could serve it in each area that links join,
the year's demand against what could be made in the year, and the least emissions at a very coarse resolution.
"""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd

from energy_model.engine.formulation import formulate
from energy_model.engine.solution import highs
from energy_model.engine.solution.certificate import LinearProgram
from energy_model.engine.solution.problem import Problem
from energy_model.engine.tables.system import System, bus_name

COARSE = 24  # steps of the look at emissions
UNLIMITED = 1e12  # stands for a capacity without a limit, which times nothing would be no number


def warnings(system: System) -> list[str]:
    """One sentence for everything that seems out of reach; empty if nothing does."""
    paid = (
        [f"Emitting is paid for: its price is {system.emission_price:g} EUR/t, below zero."]
        if system.emission_price < 0
        else []
    )
    return [*system.warnings, *_short_areas(system), *_emissions_out_of_reach(system), *paid]


def _short_areas(system: System) -> list[str]:
    assets = system.assets
    most = assets["capacity_existing"] + assets["capacity_addable"]
    links = system["links"]
    graph = nx.Graph()
    graph.add_nodes_from(system.buses.index)
    for name, row in links[most.reindex(links.index) > 0].iterrows():
        graph.add_edge(
            bus_name(row["carrier"], row["from_site"]),
            bus_name(row["carrier"], row["to_site"]),
            name=name,
        )
    return [
        text for area in nx.connected_components(graph) for text in _short_area(system, area, most)
    ]


def _short_area(system: System, area: set[str], most: pd.Series) -> list[str]:
    demands = system["demands"]
    here = [
        name for name, row in demands.iterrows() if bus_name(row["carrier"], row["site"]) in area
    ]
    if not here:
        return []
    wanted = np.sum(
        [system.hourly_rates(demands.at[d, "profile"], demands.at[d, "yearly"]) for d in here],
        axis=0,
    )
    can = np.zeros(len(wanted))
    for (plant, _, bus), flow in system.flows.iterrows():
        if bus in area:
            running = system["conversions"].at[plant, "availability"].values(system.profiles)
            made = np.clip(flow["coefficient"].values(system.profiles), 0, None)
            if most[plant] > 0:
                can += made * running * min(most[plant], UNLIMITED)
    markets, stores = system["markets"], system["storages"]
    bought = sum(
        min(row["buy_most"], UNLIMITED)
        for _, row in markets.iterrows()
        if bus_name(row["carrier"], row["site"]) in area
    )
    stored = sum(
        min(most[s], UNLIMITED) / row["duration"]
        for s, row in stores.iterrows()
        if bus_name(row["carrier"], row["site"]) in area and most[s] > 0
    )
    vehicles, fleets = system["vehicles"], system["fleets"]
    for vehicle, row in vehicles.iterrows():
        fleet = fleets.loc[row["fleet"]]
        if bus_name(fleet["service"], fleet["site"]) in area:
            can += min(most[vehicle], UNLIMITED) * fleet["distance"] / system.hours
    carrier = next(iter(area)).split("@")[0]
    unit, places = (
        system["carriers"].at[carrier, "unit"],
        ", ".join(sorted(bus.split("@")[1] for bus in area)[:4]),
    )
    told = []
    hour = int((wanted - can).argmax())
    if (
        wanted[hour] > can[hour] + bought + stored + 1e-6
        and system["carriers"].at[carrier, "balance"] == "hour"
    ):
        stamp = system.profiles.index[hour].strftime("%d %B %H:%M UTC")
        told.append(
            f"{carrier} ({places}) wants {wanted[hour]:,.1f} {unit}/h on {stamp}; all that could serve it makes {can[hour] + bought + stored:,.1f}."
        )
    if wanted.sum() > (can + bought).sum() + 1e-6:
        told.append(
            f"{carrier} ({places}) wants {wanted.sum():,.0f} {unit} in the year; at most {(can + bought).sum():,.0f} could be made and bought."
        )
    return told


def _emissions_out_of_reach(system: System) -> list[str]:
    target = system.settings.emissions.target
    if target == "none":
        return []
    least = least_emissions(system)
    if least is None or least <= float(target) + 1e-6:
        return []
    return [
        f"Net emissions of {float(target):,.0f} t/a seem out of reach: {least:,.0f} t/a is the least at {COARSE} steps."
    ]


def least_emissions(system: System) -> float | None:
    """The least net emissions [t/a] at a coarse resolution, every demand with a penalty served; None if there is no plan."""
    free = system.settings.emissions.model_copy(update={"target": "none"})
    coarse = system.cut(COARSE)
    open_system = replace(coarse, settings=system.settings.model_copy(update={"emissions": free}))
    problem = Problem(open_system, formulate(open_system))
    cost = np.zeros_like(problem.lp.cost)
    cost[problem.columns["net_emissions"][0]] = 1.0
    upper = problem.lp.upper.copy()
    if "unserved" in problem.columns:
        first, shape = problem.columns["unserved"]
        upper[first : first + int(np.prod(shape, dtype=int))] = 0.0
    lp = problem.lp
    bounded = np.where(np.isfinite(upper), upper, 1e9)
    asked = LinearProgram(lp.A, cost, 0.0, lp.lower, bounded, lp.row_lower, lp.row_upper)
    answer = highs.solve(asked)
    return answer.objective if answer.status == highs.OPTIMAL else None
