"""Adequacy: before solving, whether peaks, yearly amounts and the emission target are within reach.

Four quick looks: the peak hour of every carrier against what could serve it in each area that links join,
the year's demand against what could be made in the year, the least emissions at a very coarse resolution, and the
peaks and lows of single hours that the case's steps average away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd

from energy_model.case.system import System, bus_name
from energy_model.formulation import build_model
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel

COARSE_STEPS = 24  # steps of the look at emissions
MAX_CAPACITY = 1e12  # [capacity] stands for no limit, as infinity times nothing is no number
MAX_COLUMN_VALUE = 1e9  # [unit of the column] stands for an open bound in the look at emissions
MIN_SHORTAGE = 1e-6  # [unit/h], [unit/a] and [t/a]; less is rounding
MIN_PEAK_LOSS_SHARE = 0.25  # of an hourly peak, or of capacity, that steps hide before it is told


def check_adequacy(system: System, every_hour: bool = False) -> list[str]:
    """One sentence for everything that seems out of reach; empty if nothing does.

    With ``every_hour`` the plan is carried to every hour, so that its steps hide no peak.
    """
    paid = (
        [f"Emitting is paid for: its price is {system.emission_price:g} EUR/t, below zero."]
        if system.emission_price < 0
        else []
    )
    hidden = [] if every_hour else hidden_peaks(system)
    return [
        *system.warnings,
        *_short_areas(system),
        *_emissions_out_of_reach(system),
        *paid,
        *hidden,
    ]


def hidden_peaks(system: System) -> list[str]:
    """A sentence on the peak of a demand, or the low of an availability, that the steps hide most.

    A step holds the mean of its hours, so a peak of one hour may be lower in every step than it is,
    and the plan smaller than the peak needs. Empty where no step hides a stated share of a peak.
    """
    found = sorted([*_hidden_demands(system), *_hidden_lows(system)], reverse=True)
    if not found:
        return []
    others = len(found) - 1
    more = f" {others} more {'peak or low is' if others == 1 else 'peaks or lows are'} hidden by more than {MIN_PEAK_LOSS_SHARE:.0%}." if others else ""  # fmt: skip
    remedy = (
        "Ask for more steps with --resolution, or carry the plan to every hour with --full-year."
    )
    steps = len(system.steps.length)
    return [f"In {steps:,} step{'s' * (steps > 1)} {found[0][1]}{more} {remedy}"]


def _hidden_demands(system: System) -> Iterator[tuple[float, str]]:
    """The share by which the steps lower the peak of each bus, and what hides it."""
    demands, carriers = system["demands"], system["carriers"]
    for (carrier, site), rows in demands[demands["yearly"] > 0].groupby(["carrier", "site"]):
        if carriers.at[carrier, "balance"] != "hour":
            continue
        shapes = zip(rows["profile"], rows["yearly"], strict=True)
        wanted = np.sum([system.hourly_rates(shape, yearly) for shape, yearly in shapes], axis=0)
        peak, seen = float(wanted.max()), float(system.by_step(wanted).max())
        lost = 1 - seen / peak if peak > 0 else 0.0
        if lost > MIN_PEAK_LOSS_SHARE:
            profiles = ", ".join(dict.fromkeys(map(str, rows["profile"])))
            unit, stamp = carriers.at[carrier, "unit"], _stamp(system, int(wanted.argmax()))
            yield (
                lost,
                (
                    f"{carrier} at {site} ({profiles}) is wanted at {seen:,.4g} {unit}/h at most; its "
                    f"hourly peak is {peak:,.4g} {unit}/h on {stamp}, so the plan may be too small for "
                    f"{lost:.0%} of the peak."
                ),
            )


def _hidden_lows(system: System) -> Iterator[tuple[float, str]]:
    """The share of capacity by which the steps raise the lowest availability, and what hides it."""
    plants, assets = system["conversions"], system.assets
    most = assets["capacity_existing"] + assets["capacity_addable"]
    for shape, rows in plants[most.reindex(plants.index) > 0].groupby("availability", sort=False):
        available = shape.values(system.profiles)
        low, seen = float(available.min()), float(system.by_step(available).min())
        if seen - low > MIN_PEAK_LOSS_SHARE:
            stamp = _stamp(system, int(available.argmin()))
            yield (
                seen - low,
                (
                    f"{rows.index[0]} ({shape}) has an availability of {seen:.0%} at least; its hourly "
                    f"low is {low:.0%} on {stamp}, so the plan may lack what serves that hour."
                ),
            )


def _stamp(system: System, hour: int) -> str:
    stamp: str = system.profiles.index[hour].strftime("%d %B %H:%M UTC")
    return stamp


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
                can += made * running * min(most[plant], MAX_CAPACITY)
    markets, stores = system["markets"], system["storages"]
    bought = sum(
        min(row["buy_most"], MAX_CAPACITY)
        for _, row in markets.iterrows()
        if bus_name(row["carrier"], row["site"]) in area
    )
    stored = sum(
        min(most[s], MAX_CAPACITY) / row["duration"]
        for s, row in stores.iterrows()
        if bus_name(row["carrier"], row["site"]) in area and most[s] > 0
    )
    vehicles, fleets = system["vehicles"], system["fleets"]
    for vehicle, row in vehicles.iterrows():
        fleet = fleets.loc[row["fleet"]]
        if bus_name(fleet["service"], fleet["site"]) in area:
            can += min(most[vehicle], MAX_CAPACITY) * fleet["distance"] / system.hours
    carrier = next(iter(area)).split("@")[0]
    unit, places = (
        system["carriers"].at[carrier, "unit"],
        ", ".join(sorted(bus.split("@")[1] for bus in area)[:4]),
    )
    told = []
    hour = int((wanted - can).argmax())
    if (
        wanted[hour] > can[hour] + bought + stored + MIN_SHORTAGE
        and system["carriers"].at[carrier, "balance"] == "hour"
    ):
        stamp = _stamp(system, hour)
        told.append(
            f"{carrier} ({places}) wants {wanted[hour]:,.1f} {unit}/h on {stamp}; all that could serve it makes {can[hour] + bought + stored:,.1f}."
        )
    if wanted.sum() > (can + bought).sum() + MIN_SHORTAGE:
        told.append(
            f"{carrier} ({places}) wants {wanted.sum():,.0f} {unit} in the year; at most {(can + bought).sum():,.0f} could be made and bought."
        )
    return told


def _emissions_out_of_reach(system: System) -> list[str]:
    target = system.settings.emissions.target
    if target == "none":
        return []
    least = least_emissions(system)
    if least is None or least <= float(target) + MIN_SHORTAGE:
        return []
    return [
        f"Net emissions of {float(target):,.0f} t/a seem out of reach: {least:,.0f} t/a is the least at {COARSE_STEPS} steps."
    ]


def least_emissions(system: System) -> float | None:
    """The least net emissions [t/a] at a coarse resolution, every demand with a penalty served; None if there is no plan."""
    free = system.settings.emissions.model_copy(update={"target": "none"})
    coarse = system.cut(COARSE_STEPS)
    open_system = replace(coarse, settings=system.settings.model_copy(update={"emissions": free}))
    problem = CompiledModel.of(open_system, build_model(open_system))
    cost = np.zeros_like(problem.lp.cost)
    lp = problem.lp
    cost[lp.columns("net_emissions")] = 1.0
    if "unserved" in lp.variables:
        lp = lp.with_bounds(lp.columns("unserved"), upper=0.0)
    bounded = np.where(np.isfinite(lp.upper), lp.upper, MAX_COLUMN_VALUE)
    answer = highs.solve(replace(lp.with_objective(cost), upper=bounded))
    return answer.objective if answer.status == highs.OPTIMAL else None
